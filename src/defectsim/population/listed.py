"""Values of people one by one, in a column of a CSV file."""

import math
from collections.abc import Callable

from pydantic import ValidationInfo

from defectsim.core.section import Bounds, Refusal, Section, refuse_all
from defectsim.core.table import Csv, Origin, Table, parse_number
from defectsim.population.distribution import Distribution, name_faults
from defectsim.population.names import parse_name, unknown_person

NAME = "name"
"""Column of a CSV file with the names of people."""


class CsvColumn(Section):
    """A column of a CSV file: the numbers of `values`, which it becomes when it is read."""

    csv: Csv
    """The file, beside the scenario or below."""
    column: str
    """Its column, with a number for each person of that rank in each branch: by their names if the
    file has a column `name`, else in their order."""
    source: str | None = None
    """Source of the numbers; default: the file and the column."""


def _almost_named(table: Table) -> list[Refusal]:
    """Find a column that was meant to have names, without which numbers go by their order."""
    return [
        (("csv",), f"{table.name} has a column {column!r}: call it {NAME}, or otherwise")
        for column in table.header
        if column != NAME and column.casefold() == NAME and NAME not in table.header
    ]


def listed_numbers(listed: CsvColumn, info: ValidationInfo, bounds: Bounds) -> Distribution:
    """Read the numbers of a CSV column; refuse other cells, and numbers out of bounds."""

    def number(cell: str) -> tuple[float, str | None]:
        value = parse_number(cell)
        return value, bounds.fault(value) if math.isfinite(value) else f"{cell!r} is not a number"

    return listed_values(listed, info, number, Distribution)


def listed_values[D: Distribution](
    listed: CsvColumn,
    info: ValidationInfo,
    parse: Callable[[str], tuple[float, str | None]],
    kind: type[D],
) -> D:
    """Read the values of a CSV column; `parse` returns that of a cell, and what is wrong with it.

    If the file has a column `name`, each value is that of the person whom tables call so. Names that
    nobody has are told beside other faults if the context knows the `sizes` of blocks of people.
    """
    table = listed.csv
    refuse_all([*table.lacks({"column": listed.column}), *_almost_named(table)])
    values, faults = [], []
    for line, cell in table.column(listed.column):
        value, fault = parse(cell)
        if fault:
            faults.append((line, fault))
        values.append(value)
    named = table.column(NAME) if NAME in table.header and listed.column != NAME else []
    lines, names = [line for line, _ in named], [name for _, name in named]
    faults += [(lines[place], fault) for place, fault in name_faults(names)]
    if faults and (sizes := (info.context or {}).get("sizes")):
        faults += [
            (line, fault)
            for line, name in named
            if parse_name(name) and (fault := unknown_person(name, sizes))
        ]
    table.refuse_lines("column", sorted(faults))
    source = listed.source or f"{table.name}, column {listed.column}"
    if not named:
        return kind(values=values, source=source)
    by_name = dict(zip(names, values, strict=True))
    return kind.of_table(by_name, Origin(table.name, lines), source)
