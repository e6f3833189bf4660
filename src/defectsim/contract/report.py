"""What came of all checks."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text


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


_STYLES = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "bold red",
    Verdict.NOTE: "cyan",
    Verdict.NOT_JUDGED: "dim",
}
_WIDTH = 100


@dataclass(frozen=True)
class Report:
    """What the checks found; ``str()`` of it, and `rich`, show it to people.

    Attributes
    ----------
    title
        Which rule was checked, as whose, and in which scenario.
    findings
        In the order of the checks.
    """

    title: str
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return not any(finding.failed for finding in self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __getitem__(self, check: str) -> Finding:
        return next(finding for finding in self.findings if finding.check == check)

    def __str__(self) -> str:
        console = Console(file=StringIO(), width=_WIDTH)
        console.print(self)
        assert isinstance(console.file, StringIO)
        return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())

    def __rich__(self) -> Group:
        table = Table.grid(padding=(0, 2))
        for _ in ("verdict", "check"):
            table.add_column(no_wrap=True)
        table.add_column()
        for finding in self.findings:
            said = Text(finding.said)
            if finding.example:
                said.append(f"\n{finding.example}", style="yellow")
            table.add_row(
                Text(finding.verdict, style=_STYLES[finding.verdict]), Text(finding.check), said
            )
        return Group(
            Text(f"{self.title}\n", style="bold"), table, Text(f"\n{self._end}", style="bold")
        )

    @property
    def _end(self) -> str:
        broken = [finding.check for finding in self.findings if finding.failed]
        if not broken:
            return "The rule keeps its contract."
        return f"The rule breaks its contract: {', '.join(broken)}. Fields that no example names are at their defaults."
