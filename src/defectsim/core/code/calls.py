"""Calls of a scenario's code, whose errors tell of its file, line and date."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from defectsim.core.code.loading import Code
from defectsim.core.errors import DefectsimError, RuleError


@contextmanager
def own_code(whose: object, *codes: Code) -> Iterator[None]:
    """Tell of whatever code of a scenario raises whose it is.

    Parameters
    ----------
    whose
        What is called, such as ``the act purge on 2019-01-14``; asked for its text only then.
    codes
        The code, as the scenario names it.

    Raises
    ------
    RuleError
        From the error, with its words.
    """
    try:
        yield
    except (Exception, SystemExit) as error:
        said = str(error) if isinstance(error, DefectsimError) else _shown(error)
        raise RuleError(f"{_where(error, codes)}{whose}: {said}") from error


def _shown(error: BaseException) -> str:
    """Return type and words of an error in one line."""
    return " ".join("".join(traceback.format_exception_only(error)).split())


def _where(error: BaseException, codes: tuple[Code, ...]) -> str:
    """Return file and line of the last call in a file of the codes, if there is one."""
    files = {code.names.get("__file__") for code in codes}
    frames = [
        (frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    lines = [f"{file}:{line}: " for file, line in frames if file in files]
    return lines[-1] if lines else ""
