"""What goes wrong, where, and whose fault it is."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


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
        Where it is written; lines and columns count from 1.
    """

    message: str
    path: str = ""
    file: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = ":".join(
            str(part) for part in (self.file, self.line, self.column) if part is not None
        )
        return _one_line(": ".join(part for part in (place, self.path, self.message) if part))


class DefectsimError(Exception):
    """Base of the errors that defectsim raises on purpose."""

    exit_code: ClassVar[int] = 1


class ScenarioError(DefectsimError):
    """A scenario that cannot be used, with every fault found in it."""

    exit_code: ClassVar[int] = 2

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(
            sorted(faults, key=lambda at: (at.file or "", at.line or 0, at.column or 0))
        )
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


class RuleError(DefectsimError):
    """A decision rule that cannot be used."""

    exit_code: ClassVar[int] = 2


class UncompilableError(RuleError):
    """A decision rule that only the reference engine can run."""


class UncompiledWarning(UserWarning):
    """Said when the reference engine takes over what cannot be compiled."""


class FailedRunsWarning(UserWarning):
    """Said when some runs of a study failed; their rows have the errors."""


class ImpreciseWarning(UserWarning):
    """Said when a comparison ended without the precision that was asked of it."""


class StudyError(DefectsimError):
    """A study folder that cannot be read, resumed or written."""

    exit_code: ClassVar[int] = 2


class UnforkableError(DefectsimError):
    """A life of which no state can be taken, so that it can be neither forked nor saved."""

    exit_code: ClassVar[int] = 2


class CheckpointError(DefectsimError):
    """A saved state that cannot be read, or is not one of the life that is to go on from it."""

    exit_code: ClassVar[int] = 2


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return ``"; did you mean 'soldier'?"`` for the closest choice, or nothing if none is close."""
    close = difflib.get_close_matches(word, list(choices), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
