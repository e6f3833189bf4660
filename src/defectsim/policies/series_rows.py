"""Rows of a series: read from its file, and checked for gaps, order, groups and dates."""

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple, Self

from pydantic import ValidationInfo

from defectsim.core.clock import Clock
from defectsim.core.errors import nearest
from defectsim.core.section import Refusal
from defectsim.core.table import first_few, parse_number
from defectsim.model.levers import Lever
from defectsim.policies.series import EVERYBODY, Series, SeriesFile, SeriesValue
from defectsim.population.forces import Forces
from defectsim.population.units import unknown_unit

WIDEST_GAP = 1.5
"""Longest time between two rows, as a multiple of the shortest: months differ in length."""


class Need(NamedTuple):
    """Requirements that a series must meet; None where they are unknown, having faults themselves."""

    lever: Lever | None
    clock: Clock | None
    forces: Forces | None
    begins: dt.date | None = None
    """First date on which the values act; default: the start of the clock."""
    until: dt.date | None = None
    """First date on which they no longer act; default: the end of the clock."""

    @classmethod
    def of(cls, lever: Lever | None, info: ValidationInfo, *period: dt.date | None) -> Self:
        """Return the need of a lever, with clock and forces of the validation."""
        context = info.context or {}
        return cls(lever, context.get("clock"), context.get("forces"), *period)


class _Row(NamedTuple):
    """A value, not finite if there is none, with its line or, without a file, its place in a list."""

    line: int
    group: str
    date: dt.date
    value: float


type _Fault = tuple[_Row, str]


def read(value: SeriesValue, need: Need) -> tuple[SeriesValue, list[Refusal]]:
    """Return a value of which the file is read, and all that is wrong with it."""
    series, told = value.series, list[Refusal]()
    if need.lever and value.unit not in (None, need.lever.unit):
        unit = f"{value.unit!r} is not the unit of the lever, which is {need.lever.unit!r}"
        told.append((("unit",), unit))
    if isinstance(series, Series):
        its = _faults(_rows(series), series.by, need)
        places = [(("series", "values", row.group, row.line), message) for row, message in its]
        return value, told + first_few(places)
    if missing := _missing_columns(series):
        return value, told + missing
    rows, wrong = _parsed(series)
    found = _faults(rows, series.by, need, dated=len(rows) == len(series.csv.rows))
    wrong += [(row.line, message) for row, message in found]
    name = series.csv.name
    lines = [(("series", "csv"), f"{name}, line {line}: {text}") for line, text in sorted(wrong)]
    if lines:
        return value, told + first_few(lines)
    return value.model_copy(update={"series": _of_rows(rows, series)}), told


def _missing_columns(file: SeriesFile) -> list[Refusal]:
    asked = [("date", file.date), ("column", file.column)]
    asked += [("by", file.by)] if file.by != "none" else []
    table = file.csv
    return [
        (("series", key), f"{table.name} has no column {name!r}{nearest(name, table.header)}")
        for key, name in asked
        if name not in table.header
    ]


def _parsed(file: SeriesFile) -> tuple[list[_Row], list[tuple[int, str]]]:
    """Return the rows of a file that have a date, and lines of cells that cannot be read."""
    table = file.csv
    groups = [EVERYBODY] * len(table.rows)
    if file.by != "none":
        groups = [cell for _, cell in table.column(file.by, "by")]
    columns = table.column(file.date, "date"), groups, table.column(file.column, "column")
    rows, wrong = list[_Row](), list[tuple[int, str]]()
    for (line, day), group, (_, cell) in zip(*columns, strict=True):
        date, value = _date(day), parse_number(cell)
        if date is None:
            wrong.append((line, f"{day!r} is not a date: write it as in 2019-01-31"))
        else:
            rows.append(_Row(line, group, date, value))
        if not math.isfinite(value):
            wrong.append((line, f"{cell!r} is not a number"))
    return rows, wrong


def _date(cell: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(cell)
    except ValueError:
        return None


def _rows(series: Series) -> list[_Row]:
    return [
        _Row(place, group, date, value)
        for group, values in series.values.items()
        for place, (date, value) in enumerate(zip(series.dates, values, strict=True))
    ]


def _by_group(rows: Sequence[_Row]) -> dict[str, list[_Row]]:
    groups: dict[str, list[_Row]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    return groups


def _of_rows(rows: Sequence[_Row], file: SeriesFile) -> Series:
    groups = _by_group(rows)
    return Series(
        dates=[row.date for row in next(iter(groups.values()))],
        values={group: [row.value for row in its] for group, its in groups.items()},
        by=file.by,
        between=file.between,
        source=file.source or f"{file.csv.name}, column {file.column}",
    )


def _faults(rows: Sequence[_Row], by: str, need: Need, *, dated: bool = True) -> list[_Fault]:
    """Find what is wrong with rows; with their dates only if all of them could be read."""
    groups = _by_group(rows)
    found = [
        (row, fault)
        for row in rows
        if need.lever and math.isfinite(row.value) and (fault := need.lever.bounds.fault(row.value))
    ]
    if need.forces and by != "none" and rows:
        found += _wrong_groups(groups, by, need.forces)
    if dated:
        disorder = list(_disorder(groups))
        found += disorder or [*_gaps(groups), *_unlike(groups), *_misfits(groups, need)]
    return found


def _wrong_groups(groups: Mapping[str, list[_Row]], by: str, forces: Forces) -> Iterator[_Fault]:
    """Find branches and units that do not exist, and branches without rows."""
    for name, rows in groups.items():
        if by == "branch" and name not in forces.branches:
            yield rows[0], f"there is no branch {name!r}{nearest(name, forces.branches)}"
        elif by == "unit" and (message := unknown_unit(name, forces)):
            yield rows[0], message
    last = [*groups.values()][-1][-1]
    for branch in sorted(forces.branches.keys() - groups.keys()):
        units = ", which hold for those of its units that have none" if by == "unit" else ""
        yield last, f"the file has no rows of {branch}: add them{units}"


def _disorder(groups: Mapping[str, list[_Row]]) -> Iterator[_Fault]:
    for rows in groups.values():
        for before, row in pairwise(rows):
            if row.date == before.date:
                yield row, f"{row.date} is listed already{_of(row)}: keep one of both rows"
            elif row.date < before.date:
                yield row, f"{row.date} comes after {before.date}{_of(row)}: sort rows by date"


def _shortest(groups: Mapping[str, list[_Row]]) -> int:
    """Return the days from one row to the next, where they are least; 0 if each is alone."""
    pairs = [pair for rows in groups.values() for pair in pairwise(rows)]
    return min(((row.date - before.date).days for before, row in pairs), default=0)


def _gaps(groups: Mapping[str, list[_Row]]) -> Iterator[_Fault]:
    shortest = _shortest(groups)
    for rows in groups.values():
        for before, row in pairwise(rows):
            days = (row.date - before.date).days
            if days > WIDEST_GAP * shortest:
                gap = f"a gap of {days} days{_of(row)}, from {before.date} to {row.date}"
                yield row, f"{gap}, where others are of {shortest}: add the rows between"


def _unlike(groups: Mapping[str, list[_Row]]) -> Iterator[_Fault]:
    """Find groups whose dates are not those of the first."""
    first, *others = groups.values()
    dates = [row.date for row in first]
    for rows in others:
        if [row.date for row in rows] != dates:
            apart = {row.date for row in rows} ^ {*dates}
            has, lacks = (rows, first) if min(apart) not in dates else (first, rows)
            yield (
                rows[0],
                f"{has[0].group} has a row of {min(apart)} and {lacks[0].group} has none: "
                "give all the same dates",
            )


def _misfits(groups: Mapping[str, list[_Row]], need: Need) -> Iterator[_Fault]:
    """Find rows outside of the clock, and times within it of which nothing is known."""
    clock, shortest = need.clock, _shortest(groups)
    if clock is None:
        return
    begins = max(need.begins or clock.start, clock.start)
    ends = clock.date(clock.steps)
    last_step = clock.date(max(clock.step_on(min(need.until or ends, ends)) - 1, 0))
    outside = f"is outside of the clock, which goes from {clock.start} to {ends}: take the row out"
    for rows in groups.values():
        for before, row in pairwise(rows):
            if row.date <= clock.start:
                yield before, f"{before.date} {outside}"
            if before.date >= ends:
                yield row, f"{row.date} {outside}"
        if rows[0].date > begins:
            since = f"the first row{_of(rows[0])} is of {rows[0].date}"
            yield rows[0], f"{since}, and values are needed from {begins} on: add rows before it"
        if len(rows) > 1 and (last_step - rows[-1].date).days >= shortest:
            until = f"the last row{_of(rows[0])} is of {rows[-1].date}"
            yield rows[-1], f"{until}, and values are needed until {last_step}: add rows after it"


def _of(row: _Row) -> str:
    return "" if row.group == EVERYBODY else f" of {row.group}"
