"""The errors and warnings that defectsim raises on purpose.

Each message says what is wrong, where, and what to do about it. The errors form one tree, in the
order of this module.
"""

import difflib
import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar


@dataclass(frozen=True)
class Fault:
    """One thing wrong with what the user wrote.

    Parameters
    ----------
    message
        What is wrong and what to do about it.
    path
        Dotted path of the value, such as ``behaviour.soldier``.
    file, line, column
        Place in the file; lines and columns count from 1.
    """

    message: str
    path: str = ""
    file: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        known = (part for part in (self.file, self.line, self.column) if part is not None)
        place = ":".join(map(str, known))
        text = ": ".join(part for part in (place, self.path, self.message) if part)
        return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


class DefectsimError(Exception):
    """Base of the errors that defectsim raises on purpose; a command ends with the exit code."""

    exit_code: ClassVar[int] = 1


class UserError(DefectsimError):
    """Base of the errors that the user can put right, as the message explains."""

    exit_code: ClassVar[int] = 2


class ScenarioError(UserError):
    """A scenario that cannot be used, with every fault found in it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(
            sorted(faults, key=lambda at: (at.file or "", at.line or 0, at.column or 0))
        )
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


class RuleError(UserError):
    """A decision rule that cannot be used."""


class UncompilableError(RuleError):
    """A decision rule that only the reference engine can run."""


class PlanError(UserError):
    """A study that cannot be planned, run or extended as it is asked for."""


class StudyError(UserError):
    """Base of the errors of a stored study."""


class StudyNotFoundError(StudyError):
    """A folder that holds no study."""


class StudyExistsError(StudyError):
    """A folder in the way of a new study."""


class StudyBusyError(StudyError):
    """A study that another process is writing."""


class StudyDamagedError(StudyError):
    """A study whose files cannot be understood."""


class StudyMismatchError(StudyError):
    """A study that other code or other versions began, so that further runs could differ."""


class StudyIncompleteError(StudyError):
    """A study without the finished runs that are needed."""


class UntrustedCodeError(StudyError):
    """A study that would run code outside of the working folder without leave."""


class AnalysisError(UserError):
    """A question that the results cannot answer."""


class UnknownOutcomeError(AnalysisError):
    """The name of an outcome that the results do not have."""


class NothingToDrawError(AnalysisError):
    """A figure that would be empty."""


class SnapshotError(UserError):
    """A run whose state cannot be captured, so that it can be neither forked nor saved."""


class CheckpointError(UserError):
    """A saved state that cannot be read, or does not fit the run that is to continue from it."""


class StorageError(UserError):
    """A disk that is full, or a file or folder that cannot be read or written."""


@contextmanager
def file_errors(path: Path, doing: str = "written") -> Iterator[None]:
    """Explain in one sentence why a file that the user names cannot be written, or read."""
    try:
        yield
    except OSError as error:
        raise StorageError(f"{path} cannot be {doing}: {_cause(error, path)}") from error


def expect_target(path: Path) -> None:
    """Refuse the path of a file that could not be written, before anything is done for it."""
    with file_errors(path):
        if path.is_dir():
            raise IsADirectoryError
        if not path.parent.is_dir():
            raise FileNotFoundError


def _cause(error: OSError, path: Path) -> str:
    """Return what stands in the way of a file, and what to do."""
    if isinstance(error, FileNotFoundError | NotADirectoryError) and not path.parent.is_dir():
        return f"there is no folder {path.parent}; make it first, or choose another"
    if isinstance(error, IsADirectoryError):
        return "it is a folder; give the name of a file"
    if error.errno == errno.ENAMETOOLONG:
        return "its name is too long; choose a shorter one"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; make room on it"
    return f"{error.strerror or error}; choose another place"


class ClusterError(UserError):
    """A Dask scheduler that cannot be reached, or workers that cannot run this study."""


class AppError(UserError):
    """A page that cannot be served, or that asks for what there is not."""


class MissingExtraError(UserError):
    """An optional dependency that is not installed."""


class UncompiledWarning(UserWarning):
    """The reference engine takes over what cannot be compiled."""


class FailedRunsWarning(UserWarning):
    """Some runs of a study failed; their rows hold the errors."""


class UnkeptFileWarning(UserWarning):
    """Code of a scenario reads a file that studies do not take along."""


class FigureWarning(UserWarning):
    """A study is complete, but its figure could not be drawn."""


class ImpreciseWarning(UserWarning):
    """A study ends without the precision that was asked of it."""


def expect(value: Any, kind: Any, what: str) -> None:
    """Refuse an argument of a Python caller that is not of a type, such as a path of what to load."""
    if not isinstance(value, kind):
        raise TypeError(f"give {what}, not {repr(value)[:100]}")


def nearest(word: object, choices: Iterable[str]) -> str:
    """Return ``"; did you mean 'soldier'?"`` for the closest choice, or nothing."""
    close = difflib.get_close_matches(str(word), list(choices), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
