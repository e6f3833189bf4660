"""What the numbers of a scenario rest on: those that its files say, and those that it leaves to defaults."""

import csv
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    """How a number is known.

    Attributes
    ----------
    REPORTED
        A document or an observation says it, and is named.
    ESTIMATED
        It was worked out from what is reported: an estimate, or a search for what fits.
    ASSUMED
        Nobody measured it.
    UNSOURCED
        Nothing is said of where it is from.
    """

    REPORTED = "reported"
    ESTIMATED = "estimated"
    ASSUMED = "assumed"
    UNSOURCED = "unsourced"


FIRST_WORDS: Mapping[Grade, tuple[str, ...]] = {
    Grade.ASSUMED: ("assumption",),
    Grade.ESTIMATED: ("estimate", "found by", "calibrated"),
}
"""How a source begins, in small letters or large; one that begins otherwise names what reports the number."""


def grade(source: str) -> Grade:
    """Return the grade of a number with this source, which may be empty."""
    said = source.strip().lower()
    if not said:
        return Grade.UNSOURCED
    return next(
        (one for one, words in FIRST_WORDS.items() if said.startswith(words)), Grade.REPORTED
    )


FOLDER = "scenarios"
"""Name of the folders in which, and below which, every number of a scenario says where it is from."""
_DEFAULTS = {
    "behaviour": "default of the rule",
    "acts": "default of the act",
    "conditions": "default of the lever",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A number of a run, and what it rests on.

    Attributes
    ----------
    number
        The number, as it is written, or as a run has it where nothing is written.
    grade
        How it is known; a default is assumed.
    default
        Whether no file of the scenario says it.
    """

    number: WrittenNumber
    grade: Grade
    default: bool = False


def collect_evidence(tree: Node, scenario: Scenario) -> list[Evidence]:
    """Return every number of a scenario but for structural ones: first those of its tree, then the defaults."""
    written = [Evidence(number, grade(number.source)) for number in numbers(tree)]
    known = {entry.number.path for entry in written} | {
        f"conditions.{name}" for name in scenario.levers
    }
    filled = numbers(node_of(scenario.dump(), Mark("")))
    defaults = [_default(number) for number in filled if number.path not in known]
    return [*written, *defaults]


def unsourced(tree: Node) -> Iterator[Fault]:
    """Find the numbers of a tree that do not say where they are from."""
    for number in numbers(tree):
        if grade(number.source) == Grade.UNSOURCED:
            add = (
                f'{{value: {number.value}, source: "..."}}'
                if number.bare
                else 'a source: "..." beside it'
            )
            message = f'nothing says where this number is from; write {add}, or "assumption: ..." if nobody measured it'
            yield number.mark.fault(message, number.path)


def needs_sources(path: Path) -> bool:
    """Say whether a file stands in a folder called `scenarios`, or anywhere below one."""
    return FOLDER in Path(os.path.realpath(path.parent)).parts


def _default(number: WrittenNumber) -> Evidence:
    source = _DEFAULTS.get(number.path.partition(".")[0], "default")
    return Evidence(
        WrittenNumber(number.path, number.value, number.range, source, number.mark),
        Grade.ASSUMED,
        default=True,
    )


_HEADER = ("path", "value", "low", "high", "grade", "source", "default", "file", "line", "column")
_WIDTHS = (24, 14, 13, 9)
"""Of the columns before the source, which has what is left."""


def shown(entries: Sequence[Evidence], *, only_unsourced: bool = False) -> Group:
    """Return how many numbers have which grade, and tables of those that are written and of the defaults.

    Numbers stand below the section that they are of, so that a whole path is the section's and the number's name.
    """
    wanted = [entry for entry in entries if entry.grade == Grade.UNSOURCED or not only_unsourced]
    parts = {
        "Written": [entry for entry in wanted if not entry.default],
        "Not written, and left to defaults": [entry for entry in wanted if entry.default],
    }
    return Group(
        Text(_counted(entries)),
        *(line for title, part in parts.items() if part for line in _table(title, part)),
    )


def write(entries: Iterable[Evidence], path: Path) -> None:
    """Write the register to a CSV file, with the place at which each number is written."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        writer.writerows(map(_row, entries))


def _counted(entries: Sequence[Evidence]) -> str:
    written = [entry.grade for entry in entries if not entry.default]
    grades = ", ".join(f"{written.count(grade)} {grade}" for grade in Grade)
    return f"{len(written)} numbers: {grades}; {len(entries) - len(written)} more left to defaults, assumed"


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


def _row(entry: Evidence) -> tuple[object, ...]:
    number, mark = entry.number, entry.number.mark
    low, high = number.range or ("", "")
    place = (mark.file, mark.line, mark.column)
    return number.path, number.value, low, high, entry.grade, number.source, entry.default, *place
