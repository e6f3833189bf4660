"""Numbers for each person, listed in a column of a CSV file."""

import math

from defectsim.core.section import Bounds, Section
from defectsim.core.table import Csv
from defectsim.population.law import Law


class Listed(Section):
    """A column of a CSV file; it means what `values` means with its numbers, and becomes that when it is read."""

    csv: Csv
    """The file, beside the scenario or below."""
    column: str
    """Its column, with a number for each person of that rank in each branch."""
    source: str | None = None
    """Where the numbers come from; the file and the column where nothing is said."""


def values_of(listed: Listed, bounds: Bounds) -> Law:
    """Return the law that lists the numbers of the column, or refuse those that are none or break `bounds`."""
    table = listed.csv
    values, faults = [], []
    for line, cell in table.column(listed.column, "column"):
        value = _number(cell)
        if fault := bounds.fault(value) if math.isfinite(value) else f"{cell!r} is not a number":
            faults.append((line, fault))
        values.append(value)
    table.refuse_lines("column", faults)
    return Law(values=values, source=listed.source or f"{table.name}, column {listed.column}")


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan
