"""Files of draws: a line of paths, and a draw in each of the others."""

import io
from collections.abc import Iterator, Sequence
from functools import partial
from math import isfinite
from pathlib import Path
from typing import NamedTuple

import polars as pl

from defectsim.core.errors import Fault, ScenarioError, file_errors
from defectsim.core.table import csv_rows, parse_number


class DrawnTable(NamedTuple):
    """Draws of parameters: a row each, a column a path, and where each is written."""

    table: pl.DataFrame
    places: Sequence[str]


def read_draws(path: Path) -> DrawnTable:
    """Read a ``.csv`` file of draws.

    Raises
    ------
    ScenarioError
        When a path is missing or written twice, or a draw has no number for each of them; it names
        every line and column.
    """
    lines = _lines(path)
    (_, head), *rows = lines or [(1, [""])]
    faults = [*_faults_of_head(str(path), head)]
    if not rows:
        faults.append(Fault("there is no draw: write one in each further line", "", str(path), 2))
    draws = []
    for line, cells in rows:
        numbers = [_number(cell) for cell in cells]
        draws.append(numbers)
        faults += _faults_of_draw(str(path), line, head, cells, numbers)
    if faults:
        raise ScenarioError(faults)
    table = pl.DataFrame(
        draws, schema=dict.fromkeys(map(str.strip, head), pl.Float64), orient="row"
    )
    return DrawnTable(table, [f"{path}:{line}" for line, _ in rows])


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Return the cells of each line that has any, with its number."""
    with file_errors(path, "read"):
        data = path.read_bytes()
    try:
        text = io.StringIO(data.decode("utf-8-sig"), newline="")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _broken(path, line, "not UTF-8 text; save the file as UTF-8") from error
    rows = csv_rows(text, partial(_broken, path))
    return [(line, cells) for line, cells in rows if any(map(str.strip, cells))]


def _broken(path: Path, line: int, why: str) -> ScenarioError:
    return ScenarioError([Fault(why, "", str(path), line)])


def _faults_of_head(file: str, head: Sequence[str]) -> Iterator[Fault]:
    for place, name in enumerate(head):
        at = (file, 1, _column(head, place))
        if not name.strip():
            yield Fault("the first line has a path for each number of a draw: write it", "", *at)
        elif name in head[:place]:
            yield Fault("is drawn twice: leave one of the columns out", name, *at)


def _faults_of_draw(
    file: str,
    line: int,
    head: Sequence[str],
    cells: Sequence[str],
    numbers: Sequence[float | None],
) -> Iterator[Fault]:
    if len(cells) != len(head):
        reason = f"has {len(cells)} values for {len(head)} paths: write one for each"
        yield Fault(reason, "", file, line, 1)
        return
    for place, (name, number) in enumerate(zip(head, numbers, strict=True)):
        if number is None:
            reason = f"{cells[place]!r} is no finite number: write one"
            yield Fault(reason, name, file, line, _column(cells, place))


def _number(cell: str) -> float | None:
    number = parse_number(cell.strip())
    return number if isfinite(number) else None


def _column(cells: Sequence[str], place: int) -> int:
    """Return the column of a cell in its line, without quotes."""
    return sum(len(cell) + 1 for cell in cells[:place]) + 1
