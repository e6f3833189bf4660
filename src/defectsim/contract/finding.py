"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "FAILED"
    NOTE = "note"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes
    ----------
    said
        What was found, in a sentence.
    example
        The smallest example of what is wrong.
    check
        Name of the check.
    """

    verdict: Verdict
    said: str
    example: str = ""
    check: str = ""

    def __str__(self) -> str:
        text = f"{self.check}: {self.verdict}: {self.said}"
        return f"{text}\n{self.example}" if self.example else text

    @property
    def failed(self) -> bool:
        """Whether the rule breaks the contract."""
        return self.verdict is Verdict.FAILED


def passed(said: str) -> Finding:
    """Say that a rule keeps what was checked."""
    return Finding(Verdict.PASSED, said)


def failed(said: str, example: str = "") -> Finding:
    """Say that a rule breaks what was checked."""
    return Finding(Verdict.FAILED, said, example)


def note(said: str) -> Finding:
    """Say what is good to know."""
    return Finding(Verdict.NOTE, said)


def not_judged(said: str) -> Finding:
    """Say why a check could not be made."""
    return Finding(Verdict.NOT_JUDGED, said)
