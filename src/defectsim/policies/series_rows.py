"""Rows of a series: read from its file, and checked for gaps, order, groups and dates."""

import datetime as dt
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
        places = _faults_of_lists(series, need)
        return value, told + first_few([(("series", *at), message) for at, message in places])
    if missing := _wrong_columns(series):
        return value, told + missing
    rows, wrong = _parsed(series)
    found = _faults_of_rows(rows, series.by, need, dated=len(rows) == len(series.csv.rows))
    wrong += [(row.line, message) for row, message in found]
    name = series.csv.name
    lines = [(("series", "csv"), f"{name}, line {line}: {text}") for line, text in sorted(wrong)]
    if lines:
        return value, told + first_few(lines)
    return value.model_copy(update={"series": _of_rows(rows, series)}), told


def _wrong_columns(file: SeriesFile) -> list[Refusal]:
    """Find columns that the file lacks, and groups in it that the scenario does not ask for."""
    asked = {"date": file.date, "column": file.column}
    if file.by != "none":
        asked["by"] = file.by
    faults = file.csv.lacks(asked)
    for group in ("branch", "unit") if file.by == "none" else ():
        if group in file.csv.header and group not in asked.values():
            has = f"{file.csv.name} has a column {group}"
            faults.append((("csv",), f"{has}: write by: {group}, or take the column out"))
    return [(("series", *place), message) for place, message in faults]


def _parsed(file: SeriesFile) -> tuple[list[_Row], list[tuple[int, str]]]:
    """Return the rows of a file that have a date, and lines of cells that cannot be read."""
    table = file.csv
    groups = [EVERYBODY] * len(table.rows)
    if file.by != "none":
        groups = [cell for _, cell in table.column(file.by)]
    columns = table.column(file.date), groups, table.column(file.column)
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


def _faults_of_lists(series: Series, need: Need) -> list[Refusal]:
    """Find what is wrong with lists; their dates are those of all groups."""
    dates = [_Row(place, EVERYBODY, date, 0.0) for place, date in enumerate(series.dates)]
    found: list[Refusal] = [
        (("dates", row.line), message) for row, message in _wrong_dates({EVERYBODY: dates}, need)
    ]
    for group, values in series.values.items():
        rows = [row._replace(value=value) for row, value in zip(dates, values, strict=True)]
        found += [(("values", group, at.line), message) for at, message in _misvalued(rows, need)]
    if need.forces and series.by != "none":
        strangers = _strangers(series.values, series.by, need.forces)
        found += [(("values", group), message) for group, message in strangers]
        lacking = _lacking(series.values, series.by, need.forces)
        found += [(("values",), f"there are none of {them}") for them in lacking]
    return found


def _faults_of_rows(
    rows: Sequence[_Row], by: str, need: Need, *, dated: bool = True
) -> list[_Fault]:
    """Find what is wrong with rows; with their dates only if all of them could be read."""
    groups = _by_group(rows)
    found = list(_misvalued(rows, need))
    if need.forces and by != "none" and rows:
        strangers = _strangers(groups, by, need.forces)
        found += [(groups[name][0], message) for name, message in strangers]
        last = [*groups.values()][-1][-1]
        found += [
            (last, f"the file has no rows of {them}") for them in _lacking(groups, by, need.forces)
        ]
    return found + (_wrong_dates(groups, need) if dated else [])


def _misvalued(rows: Sequence[_Row], need: Need) -> Iterator[_Fault]:
    for row in rows:
        if (
            need.lever
            and math.isfinite(row.value)
            and (fault := need.lever.bounds.fault(row.value))
        ):
            yield row, fault


def _strangers(groups: Iterable[str], by: str, forces: Forces) -> Iterator[tuple[str, str]]:
    """Find branches and units that do not exist."""
    for name in groups:
        if by == "branch" and name not in forces.branches:
            yield name, f"there is no branch {name!r}{nearest(name, forces.branches)}"
        elif by == "unit" and (message := unknown_unit(name, forces)):
            yield name, message


def _lacking(groups: Collection[str], by: str, forces: Forces) -> Iterator[str]:
    """Find branches without values, with what to do."""
    units = ", which hold for those of its units that have none" if by == "unit" else ""
    for branch in sorted({*forces.branches} - {*groups}):
        yield f"{branch}: add them{units}"


def _wrong_dates(groups: Mapping[str, list[_Row]], need: Need) -> list[_Fault]:
    disorder = list(_disorder(groups))
    return disorder or [*_gaps(groups), *_unlike(groups), *_misfits(groups, need)]


def _disorder(groups: Mapping[str, list[_Row]]) -> Iterator[_Fault]:
    for rows in groups.values():
        for before, row in pairwise(rows):
            if row.date == before.date:
                yield row, f"{row.date} is listed already{_of(row)}: keep one of both"
            elif row.date < before.date:
                yield row, f"{row.date} comes after {before.date}{_of(row)}: sort by date"


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
                yield row, f"{gap}, where others are of {shortest}: add what lies between"


def _unlike(groups: Mapping[str, list[_Row]]) -> Iterator[_Fault]:
    """Find groups whose dates are not those of the first."""
    first, *others = groups.values()
    dates = [row.date for row in first]
    for rows in others:
        if [row.date for row in rows] != dates:
            apart = {row.date for row in rows} ^ {*dates}
            has, lacks = (rows, first) if min(apart) not in dates else (first, rows)
            said = f"{has[0].group} has a row of {min(apart)} and {lacks[0].group} has none"
            yield rows[0], f"{said}: give all the same dates"


def _misfits(groups: Mapping[str, list[_Row]], need: Need) -> Iterator[_Fault]:
    """Find rows outside of the clock, and times within it of which nothing is known."""
    clock, shortest = need.clock, _shortest(groups)
    if clock is None:
        return
    begins = max(need.begins or clock.start, clock.start)
    ends = clock.date(clock.steps)
    last_step = clock.date(max(clock.step_on(min(need.until or ends, ends)) - 1, 0))
    outside = f"is outside of the clock, which goes from {clock.start} to {ends}: take it out"
    for rows in groups.values():
        for before, row in pairwise(rows):
            if row.date <= clock.start:
                yield before, f"{before.date} {outside}"
            if before.date >= ends:
                yield row, f"{row.date} {outside}"
        if rows[0].date > begins:
            since = f"the first date{_of(rows[0])} is {rows[0].date}"
            yield rows[0], f"{since}, and values are needed from {begins} on: add earlier ones"
        if len(rows) > 1 and (last_step - rows[-1].date).days >= shortest:
            until = f"the last date{_of(rows[0])} is {rows[-1].date}"
            yield rows[-1], f"{until}, and values are needed until {last_step}: add later ones"


def _of(row: _Row) -> str:
    return "" if row.group == EVERYBODY else f" of {row.group}"
