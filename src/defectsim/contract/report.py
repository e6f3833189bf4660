"""What came of all checks."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from defectsim.contract.finding import Finding, Verdict

_STYLES = {Verdict.PASSED: "green", Verdict.FAILED: "bold red", Verdict.NOTE: "cyan", Verdict.NOT_JUDGED: "dim"}
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
            table.add_row(Text(finding.verdict, style=_STYLES[finding.verdict]), Text(finding.check), said)
        return Group(Text(f"{self.title}\n", style="bold"), table, Text(f"\n{self._end}", style="bold"))

    @property
    def _end(self) -> str:
        broken = [finding.check for finding in self.findings if finding.failed]
        if not broken:
            return "The rule keeps its contract."
        return f"The rule breaks its contract: {', '.join(broken)}. Fields that no example names are at their defaults."
