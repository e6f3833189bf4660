"""Evidence for the numbers of a scenario: written with a source, or left to defaults."""

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Group, RenderableType

from defectsim.core.errors import Fault, file_errors
from defectsim.core.screen import PlainTable, plain_text
from defectsim.scenario.numbers import Grade, ScenarioNumber, numbers
from defectsim.scenario.reading.tree import Mark, Node, node_of
from defectsim.scenario.schema import Scenario

FOLDER = "scenarios"
"""Name of the folders in and below which every number of a scenario needs a source."""
_DEFAULTS = {
    "behaviour": "default of the rule",
    "acts": "default of the act",
    "conditions": "default of the lever",
}


def collect_evidence(tree: Node, scenario: Scenario) -> list[ScenarioNumber]:
    """Return the written numbers of a scenario, then its defaults."""
    written = list(numbers(tree))
    known = {number.path for number in written} | {f"conditions.{name}" for name in scenario.levers}
    defaults = []
    for number in numbers(node_of(scenario.dump(), Mark(""))):
        if number.path not in known:
            source = _DEFAULTS.get(number.path.partition(".")[0], "default")
            defaults.append(replace(number, source=source, default=True))
    return [*written, *defaults]


def unsourced(tree: Node) -> Iterator[Fault]:
    """Yield a fault for each number of a tree without a source."""
    for number in numbers(tree):
        if number.grade == Grade.UNSOURCED:
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
"""Least widths of the columns before the source, which has what is left."""


def evidence_tables(entries: Sequence[ScenarioNumber], *, only_unsourced: bool = False) -> Group:
    """Return counts by grade, and tables of written numbers and defaults.

    A number is shown below its section, so that its path is the section's and its own name.
    """
    grades = [number.grade for number in entries if not number.default]
    counts = ", ".join(f"{grades.count(grade)} {grade}" for grade in Grade)
    left = f"{len(entries) - len(grades)} more left to defaults, assumed"
    parts: list[RenderableType] = [plain_text(f"{len(grades)} numbers: {counts}; {left}")]
    shown = [one for one in entries if one.grade == Grade.UNSOURCED or not only_unsourced]
    widths = [max(column) for column in zip(_WIDTHS, *map(_least, shown), strict=True)]
    for title, default in (("Written", False), ("Not written, and left to defaults", True)):
        parts += _table(title, [number for number in shown if number.default == default], widths)
    return Group(*parts)


def _least(number: ScenarioNumber) -> tuple[int, ...]:
    """Return how wide the columns before the source must be for whole numbers."""
    _, value, limits, _, _ = _cells(number)
    whole = 0 if isinstance(number.value, str) else len(value)
    return 0, whole, max(map(len, limits.split("\n"))), 0


def _table(
    title: str, entries: Sequence[ScenarioNumber], widths: Sequence[int]
) -> Iterator[RenderableType]:
    if not entries:
        return
    yield plain_text(f"\n{title}", style="bold")
    yield _rows([("path", "value", "range", "grade", "source")], widths, style="italic")
    sections: dict[str, list[ScenarioNumber]] = {}
    for number in entries:
        sections.setdefault(number.path.rpartition(".")[0], []).append(number)
    for section, inside in sections.items():
        yield plain_text(section, style="bold")
        yield _rows(map(_cells, inside), widths)


def _rows(rows: Iterable[Sequence[str]], widths: Sequence[int], style: str = "") -> RenderableType:
    table = PlainTable.grid(padding=(0, 1, 0, 0), expand=True)
    for width in widths:
        table.add_column(min_width=width, max_width=width)
    table.add_column(ratio=1)
    for row in rows:
        table.add_row(*row, style=style)
    return table


def _cells(number: ScenarioNumber) -> tuple[str, ...]:
    ends = [f"{end:.10g}" for end in number.range]
    limits = "..".join(ends)
    if len(limits) > _WIDTHS[2]:
        limits = "..\n".join(ends)
    value = number.value if isinstance(number.value, str) else f"{number.value:.10g}"
    return f"  {number.path.rpartition('.')[2]}", value, limits, number.grade, number.source


def write_csv(entries: Iterable[ScenarioNumber], path: Path) -> None:
    """Write numbers with their evidence to a CSV file, each with its place."""
    with file_errors(path), path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        for one in entries:
            low, high = one.range or ("", "")
            evidence = (one.path, one.value, low, high, one.grade, one.source, one.default)
            writer.writerow((*evidence, one.mark.file, one.mark.line, one.mark.column))
