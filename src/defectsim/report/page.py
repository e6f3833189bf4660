"""Reports of studies: one page that says what was asked, found, assumed and left out.

Everything stands in the page, so that it opens from a disk and can be mailed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from defectsim.analysis.outcomes import words
from defectsim.core.formatting import counted, in_percent, level, plain
from defectsim.report.layout import band, mean_difference, outcome_level
from defectsim.report.sweep import lever_value
from defectsim.scenario.numbers import Grade, ScenarioNumber

if TYPE_CHECKING:
    from jinja2 import Environment

LIMITS = (
    "It does not predict: it shows what follows from the assumptions of the scenario.",
    "A band of 90 % holds 90 % of further runs under these assumptions, not the truth with 90 % "
    "probability.",
    "What no person in the model can see or do has no effect, whatever it may do in the world.",
    "People are synthetic: no agent is a living person.",
)
"""Limits of every study of the model."""
_GRADES = {
    Grade.ASSUMED: "assumed",
    Grade.UNSOURCED: "without a source, defaults among them",
    Grade.ESTIMATED: "estimated, or found by a search",
    Grade.REPORTED: "reported",
}
"""Grades of evidence in words, the weakest first."""


@dataclass(frozen=True)
class ReportTable:
    """A table with its title, which names the kind of its intervals."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class ReportFigure:
    """A figure as SVG, with the text that stands for it where it cannot be seen.

    Of a picture, that text is the question that it answers.
    """

    name: str
    svg: str
    alternative: str
    axes: Sequence[Mapping[str, Any]] = ()
    """Axes as `plots.axes_as_data` gives them."""


@dataclass(frozen=True)
class ReportSection:
    """Content of a report on one study.

    Attributes
    ----------
    findings
        By reading, what was read from the study.
    figures
        Figures of outcomes, of which the page shows one at a time.
    pictures
        Further figures, all of which it shows.
    evidence
        Numbers of its scenario, if its folder has them.
    reproduction
        Lines that make it again, and what it was made with.
    """

    title: str
    question: str
    answer: str
    grounds: str
    findings: Mapping[str, str]
    figures: Sequence[ReportFigure]
    pictures: Sequence[ReportFigure]
    tables: Sequence[ReportTable]
    evidence: Sequence[ScenarioNumber]
    reproduction: Mapping[str, str]

    @property
    def graded(self) -> dict[str, list[ScenarioNumber]]:
        """Numbers by the grade of their evidence, the weakest first."""
        grades = {
            told: [one for one in self.evidence if one.grade == grade]
            for grade, told in _GRADES.items()
        }
        return {told: numbers for told, numbers in grades.items() if numbers}


def html_page(sections: Sequence[ReportSection]) -> str:
    """Return a report as one HTML page without anything outside of it."""
    return _environment().get_template("report.html").render(sections=sections, limits=LIMITS)


def markdown_page(sections: Sequence[ReportSection]) -> str:
    """Return a report as Markdown; its figures are left to the page."""
    return _environment().get_template("report.md").render(sections=sections, limits=LIMITS)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    found = Environment(
        loader=PackageLoader("defectsim.report"),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["plain"] = lambda value: plain(str(value))
    found.filters["cell"] = _cell
    return found


def _cell(value: object) -> str:
    """Return text for a line or cell of Markdown, in which no part is a tag."""
    text = plain(str(value)).replace("&", "&amp;").replace("<", "&lt;")
    return text.replace("|", "\\|").replace("\n", " ")


def band_table(bands: pl.DataFrame) -> ReportTable:
    """Return the outcomes of runs of one scenario, from `summaries.outcome_bands`."""
    rows = [
        (words(row["outcome"]), level(row["kind"], *band(row)) + _unit(row), f"{row['runs']:,}")
        for row in bands.to_dicts()
    ]
    title = "Outcomes at the end: median and 90 % of runs; of a chance, its 90 % interval"
    return ReportTable(title, ("outcome", "all runs", "runs"), rows)


def loss_table(shares: pl.DataFrame, losses: Sequence[str]) -> ReportTable:
    """Return who is gone by branch and rank, from `summaries.Summary.shares`."""
    rows = [
        (
            row["branch"],
            row["rank"],
            f"{row['strength']:,}",
            *(level("share", *band(row, f"{loss}_")) for loss in losses),
        )
        for row in shares.to_dicts()
    ]
    title = "Gone at the end, in % of strength: median and 90 % of runs"
    return ReportTable(title, ("branch", "rank", "strength", *losses), rows)


def paired_tables(differences: pl.DataFrame) -> Iterator[ReportTable]:
    """Yield the differences of each scenario from the first, with those that are 0 in all pairs."""
    columns = ("outcome", "baseline", "mean difference", "pairs that differ")
    for frame in differences.partition_by("scenario", maintain_order=True):
        rows = [_paired(row) for row in frame.to_dicts() if row["pairs"]]
        name, baseline = frame.row(0, named=True)["scenario"], frame["baseline"][0]
        title = f"{name} against {baseline}: mean difference, 95 % interval of the mean"
        yield ReportTable(title, columns, rows)


def _paired(row: Mapping[str, Any]) -> tuple[str, ...]:
    base = level(row["kind"], *band(row, "base_")) + _unit(row)
    differ = f"{row['differ']} of {row['pairs']}"
    return words(row["outcome"]), base, mean_difference(row), differ


def sweep_table(frame: pl.DataFrame) -> ReportTable:
    """Return outcomes by what varies, from the analysis of a sweep."""
    levers = frame.columns[: frame.columns.index("outcome")]
    rows = [
        (
            *(lever_value(row[lever]) for lever in levers),
            words(row["outcome"]),
            f"{row['runs']:,}",
            outcome_level(row) + _unit(row),
        )
        for row in frame.to_dicts()
    ]
    title = "Outcomes by what varies: median and 90 % of runs; of a chance, its 90 % interval"
    return ReportTable(title, (*levers, "outcome", "runs", "all runs"), rows)


def _unit(row: Mapping[str, Any]) -> str:
    return " %" if in_percent(row["kind"]) else ""


def grounds(done: int, failed: int, planned: int, seed: str) -> str:
    """Return in a sentence what an answer rests on, and how many runs are left out."""
    of, pending = counted(planned, "run"), planned - done - failed
    left_out = {"failed": failed, "not run yet": pending}
    why = ", ".join(f"{number:,} {what}" for what, number in left_out.items() if number)
    return f"Rests on {f'{done:,} of {of} ({why})' if why else of}, seed {seed}."
