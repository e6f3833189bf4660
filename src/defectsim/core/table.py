"""CSV files that a scenario names, read while it is validated."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainValidator, ValidationInfo

from defectsim.core.errors import nearest
from defectsim.core.paths import sibling_path
from defectsim.core.section import Refusal, refuse, refuse_all

MOST_SHOWN = 10


@dataclass(frozen=True)
class Table:
    """A CSV file with a header.

    Attributes
    ----------
    name
        The file, as the scenario calls it.
    header
        Names of the columns.
    rows
        The line of the file on which each row ends, and the row's cells; blank lines are left out.
    """

    name: str
    header: list[str]
    rows: list[tuple[int, list[str]]]

    def column(self, name: str, place: str) -> list[tuple[int, str]]:
        """Return the line and the cell of each row in one column; `place` is the key that asks for it."""
        if name not in self.header:
            refuse_all(
                [((place,), f"{self.name} has no column {name!r}{nearest(name, self.header)}")]
            )
        return [(line, cells[self.header.index(name)]) for line, cells in self.rows]

    def refuse_lines(self, place: str, faults: Sequence[tuple[int, str]]) -> None:
        """Raise an error for the first faults, each a line and a message, and one for the rest; or do nothing."""
        refuse_all(
            first_few(
                [((place,), f"{self.name}, line {line}: {message}") for line, message in faults]
            )
        )


def first_few(faults: Sequence[Refusal]) -> list[Refusal]:
    """Return the first of many faults in a list, and one that counts the rest."""
    shown, more = list(faults[:MOST_SHOWN]), len(faults) - MOST_SHOWN
    return [*shown, (shown[-1][0], f"and {more:,} more faults like these")] if more > 0 else shown


def _read(name: Any, info: ValidationInfo) -> Table:
    if not isinstance(name, str):
        raise refuse("must be the name of a CSV file")
    path = sibling_path(name, info)
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True)
            rows = [
                (reader.line_num, [cell.strip() for cell in cells]) for cells in reader if cells
            ]
    except OSError as error:
        raise refuse(f"cannot read {name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise refuse(f"{name} is not UTF-8 text; save the file as UTF-8") from error
    except csv.Error as error:
        raise refuse(f"{name}, line {reader.line_num}: {error}") from error
    if len(rows) < 2:
        raise refuse(f"{name} is empty: it must have a header and a row for each entry")
    (_, header), *body = rows
    if twice := sorted({column for column in header if header.count(column) > 1}):
        raise refuse(f"{name} has two columns {twice[0]!r}; rename one")
    ragged = [(line, len(cells)) for line, cells in body if len(cells) != len(header)]
    if ragged:
        line, cells = ragged[0]
        raise refuse(f"{name}, line {line}: has {cells} cells where the header has {len(header)}")
    return Table(name, header, body)


Csv = Annotated[Table, PlainValidator(_read, json_schema_input_type=str)]
"""The name of a CSV file in the folder of the scenario, or below it."""
