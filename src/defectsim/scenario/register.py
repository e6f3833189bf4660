"""The register of a scenario's numbers, to be looked at or kept."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from defectsim.scenario.evidence import Entry
from defectsim.scenario.grades import Grade

_HEADER = ("path", "value", "low", "high", "grade", "source", "default", "file", "line", "column")
_WIDTHS = (24, 14, 13, 9)
"""Of the columns before the source, which has what is left."""


def shown(entries: Sequence[Entry], *, only_unsourced: bool = False) -> Group:
    """Return how many numbers have which grade, and tables of those that are written and of the defaults.

    Numbers stand below the section that they are of, so that a whole path is the section's and the number's name.
    """
    wanted = [entry for entry in entries if entry.grade == Grade.UNSOURCED or not only_unsourced]
    parts = {
        "Written": [entry for entry in wanted if not entry.default],
        "Not written, and left to defaults": [entry for entry in wanted if entry.default],
    }
    return Group(
        Text(_counted(entries)), *(line for title, part in parts.items() if part for line in _table(title, part))
    )


def write(entries: Iterable[Entry], path: Path) -> None:
    """Write the register to a CSV file, with the place at which each number is written."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        writer.writerows(map(_row, entries))


def _counted(entries: Sequence[Entry]) -> str:
    written = [entry.grade for entry in entries if not entry.default]
    grades = ", ".join(f"{written.count(grade)} {grade}" for grade in Grade)
    return f"{len(written)} numbers: {grades}; {len(entries) - len(written)} more left to defaults, assumed"


def _table(title: str, entries: Iterable[Entry]) -> Iterator[RenderableType]:
    sections: dict[str, list[Entry]] = {}
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


def _cells(entry: Entry) -> tuple[str, ...]:
    number = entry.number
    limits = "..".join(f"{end:.10g}" for end in number.range)
    value = number.value if isinstance(number.value, str) else f"{number.value:.10g}"
    return f"  {number.path.rpartition('.')[2]}", value, limits, entry.grade, number.source


def _row(entry: Entry) -> tuple[object, ...]:
    number, mark = entry.number, entry.number.mark
    low, high = number.range or ("", "")
    place = (mark.file, mark.line, mark.column)
    return number.path, number.value, low, high, entry.grade, number.source, entry.default, *place
