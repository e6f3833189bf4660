"""Evidence for the numbers of a scenario: written with a source, or left to defaults."""

import csv
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from defectsim.core.errors import Fault
from defectsim.scenario.numbers import WrittenNumber, numbers
from defectsim.scenario.reading.tree import Mark, Node, node_of
from defectsim.scenario.schema import Scenario


class Grade(StrEnum):
    """Kind of evidence for a number.

    Attributes
    ----------
    REPORTED
        A named document or observation.
    ESTIMATED
        Worked out from what is reported: an estimate, or a search for what fits.
    ASSUMED
        Nobody measured it.
    UNSOURCED
        No source is given.
    """

    REPORTED = "reported"
    ESTIMATED = "estimated"
    ASSUMED = "assumed"
    UNSOURCED = "unsourced"


FIRST_WORDS: Mapping[Grade, tuple[str, ...]] = {
    Grade.ASSUMED: ("assumption",),
    Grade.ESTIMATED: ("estimate", "found by", "calibrated"),
}
"""First words of sources, in any case; a source that begins otherwise names a report."""


def grade(source: str) -> Grade:
    """Return the grade of a number with this source, which may be empty."""
    text = source.strip().lower()
    if not text:
        return Grade.UNSOURCED
    found = (one for one, words in FIRST_WORDS.items() if text.startswith(words))
    return next(found, Grade.REPORTED)


FOLDER = "scenarios"
"""Name of the folders in and below which every number of a scenario needs a source."""
_DEFAULTS = {
    "behaviour": "default of the rule",
    "acts": "default of the act",
    "conditions": "default of the lever",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A number of a run, and the evidence for it.

    Attributes
    ----------
    number
        The number as written, or its default.
    grade
        Kind of evidence; a default is assumed.
    default
        Whether no file of the scenario has it.
    """

    number: WrittenNumber
    grade: Grade
    default: bool = False


def collect_evidence(tree: Node, scenario: Scenario) -> list[Evidence]:
    """Return every number of a scenario except structural ones: those of its tree, then defaults."""
    written = [Evidence(number, grade(number.source)) for number in numbers(tree)]
    known = {entry.number.path for entry in written}
    known |= {f"conditions.{name}" for name in scenario.levers}
    defaults = []
    for number in numbers(node_of(scenario.dump(), Mark(""))):
        if number.path not in known:
            source = _DEFAULTS.get(number.path.partition(".")[0], "default")
            default = replace(number, source=source, bare=False)
            defaults.append(Evidence(default, Grade.ASSUMED, default=True))
    return [*written, *defaults]


def unsourced(tree: Node) -> Iterator[Fault]:
    """Yield a fault for each number of a tree without a source."""
    for number in numbers(tree):
        if grade(number.source) == Grade.UNSOURCED:
            add = 'a source: "..." beside it'
            if number.bare:
                add = f'{{value: {number.value}, source: "..."}}'
            yield number.mark.fault(
                f"this number has no source; write {add}, "
                'or "assumption: ..." if nobody measured it',
                number.path,
            )


def needs_sources(path: Path) -> bool:
    """Return whether a file is in a folder called `scenarios`, or below one."""
    return FOLDER in Path(os.path.realpath(path.parent)).parts


_HEADER = ("path", "value", "low", "high", "grade", "source", "default", "file", "line", "column")
_WIDTHS = (24, 14, 13, 9)
"""Widths of the columns before the source, which has what is left."""


def evidence_tables(entries: Sequence[Evidence], *, only_unsourced: bool = False) -> Group:
    """Return the number of entries by grade, and tables of written numbers and of defaults.

    A number is shown below its section, so that its path is the section's and its own name.
    """
    written = [entry for entry in entries if not entry.default]
    grades = [entry.grade for entry in written]
    counts = ", ".join(f"{grades.count(grade)} {grade}" for grade in Grade)
    left = f"{len(entries) - len(written)} more left to defaults, assumed"
    parts: list[RenderableType] = [Text(f"{len(written)} numbers: {counts}; {left}")]
    for title, default in (("Written", False), ("Not written, and left to defaults", True)):
        wanted = [
            entry
            for entry in entries
            if entry.default == default and (entry.grade == Grade.UNSOURCED or not only_unsourced)
        ]
        parts += _table(title, wanted) if wanted else []
    return Group(*parts)


def _table(title: str, entries: Iterable[Evidence]) -> Iterator[RenderableType]:
    sections: dict[str, list[Evidence]] = {}
    for entry in entries:
        sections.setdefault(entry.number.path.rpartition(".")[0], []).append(entry)
    yield Text(f"\n{title}", style="bold")
    yield _rows([("path", "value", "range", "grade", "source")], style="italic")
    for section, inside in sections.items():
        yield Text(section, style="bold")
        yield _rows(map(_cells, inside))


def _rows(rows: Iterable[Sequence[str]], style: str = "") -> Table:
    table = Table.grid(padding=(0, 1, 0, 0), expand=True)
    for width in _WIDTHS:
        table.add_column(width=width, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell, style=style) for cell in row))
    return table


def _cells(entry: Evidence) -> tuple[str, ...]:
    number = entry.number
    limits = "..".join(f"{end:.10g}" for end in number.range)
    value = number.value if isinstance(number.value, str) else f"{number.value:.10g}"
    return f"  {number.path.rpartition('.')[2]}", value, limits, entry.grade, number.source


def write_csv(entries: Iterable[Evidence], path: Path) -> None:
    """Write the evidence to a CSV file, with the place at which each number is written."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        for entry in entries:
            number, mark = entry.number, entry.number.mark
            evidence = (*(number.range or ("", "")), entry.grade, number.source, entry.default)
            writer.writerow(
                (number.path, number.value, *evidence, mark.file, mark.line, mark.column)
            )
