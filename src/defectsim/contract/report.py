"""The findings of all checks, as a report."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from io import StringIO

from rich.console import Group
from rich.table import Column, Table
from rich.text import Text

from defectsim.core.screen import PlainTable, Screen, plain_text


class CheckVerdict(StrEnum):
    """Result of a check."""

    PASSED = "passed"
    FAILED = "FAILED"
    NOTE = "note"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True)
class Finding:
    """The finding of one check, in a sentence, with the smallest example of what is wrong."""

    verdict: CheckVerdict
    message: str
    example: str = ""
    check: str = ""
    """Name of the check."""

    def __str__(self) -> str:
        text = f"{self.check}: {self.verdict}: {self.message}"
        return f"{text}\n{self.example}" if self.example else text

    @property
    def failed(self) -> bool:
        """True if the rule breaks the contract."""
        return self.verdict is CheckVerdict.FAILED

    def __rich__(self) -> Table:
        message = plain_text(self.message)
        if self.example:
            message.append(plain_text(f"\n{self.example}", "yellow"))
        row: Table = PlainTable.grid(
            Column(width=_VERDICT), Column(width=_NAME), "", padding=(0, 2)
        )
        row.add_row(Text(self.verdict, style=_STYLES[self.verdict]), self.check, message)
        return row


passed = partial(Finding, CheckVerdict.PASSED)
failed = partial(Finding, CheckVerdict.FAILED)
note = partial(Finding, CheckVerdict.NOTE)
not_judged = partial(Finding, CheckVerdict.NOT_JUDGED)

_STYLES = {
    CheckVerdict.PASSED: "green",
    CheckVerdict.FAILED: "bold red",
    CheckVerdict.NOTE: "cyan",
    CheckVerdict.NOT_JUDGED: "dim",
}
_WIDTH = 100
_VERDICT, _NAME = max(map(len, CheckVerdict)), len("same in both engines")
"""Widths of the first two columns, so that findings can be shown one by one."""


@dataclass(frozen=True)
class Report:
    """The findings of the checks, in their order; ``str()`` of it and `rich` show it.

    Attributes
    ----------
    title
        Rule, its kind, and the scenario.
    """

    title: str
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """True if nothing failed."""
        return not any(finding.failed for finding in self)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __getitem__(self, check: str) -> Finding:
        return next(finding for finding in self.findings if finding.check == check)

    def __str__(self) -> str:
        text = StringIO()
        Screen(file=text, width=_WIDTH).show(self)
        return "\n".join(line.rstrip() for line in text.getvalue().splitlines())

    @property
    def heading(self) -> Text:
        """The title, as a screen shows it."""
        return plain_text(f"{self.title}\n", style="bold")

    @property
    def ending(self) -> Text:
        """The verdict on all findings, as a screen shows it."""
        end = "The rule keeps its contract."
        if broken := ", ".join(finding.check for finding in self if finding.failed):
            end = (
                f"The rule breaks its contract: {broken}. "
                "Fields that no example names are at their defaults."
            )
        return Text(f"\n{end}", style="bold")

    def __rich__(self) -> Group:
        return Group(self.heading, *self, self.ending)
