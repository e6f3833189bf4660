"""CSV files that a scenario names, read while it is validated."""

import csv
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TextIO

from pydantic import PlainValidator, ValidationInfo

from defectsim.core.code.loading import located_file, scenario_folder
from defectsim.core.errors import nearest
from defectsim.core.section import Refusal, refuse, refuse_all

MOST_SHOWN = 10
MOST_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True)
class Origin:
    """Where the entries of a list were read: a file, and the line of each; none by default.

    Any equals any other, for what was read is the same wherever it came from.
    """

    file: str = field(default="", compare=False)
    lines: Sequence[int] = field(default=(), compare=False)

    def at(self, entry: int, message: str) -> str:
        """Return a message with the line of an entry, if it has one."""
        return f"{self.file}, line {self.lines[entry]}: {message}" if self.file else message

    def at_end(self, message: str) -> str:
        """Return a message with the last line, if there is one."""
        return f"{self.file} ends in line {max(self.lines)}: {message}" if self.file else message


@dataclass(frozen=True)
class Table:
    """A CSV file with a header.

    Attributes
    ----------
    name
        The file, as the scenario names it.
    header
        Names of the columns.
    rows
        For each row the line on which it ends, and its cells; blank lines are left out.
    """

    name: str
    header: list[str]
    rows: list[tuple[int, list[str]]]

    def lacks(self, asked: Mapping[str, str]) -> list[Refusal]:
        """Find columns that there are not among those asked for, by the key that asks."""
        return [
            ((key,), f"{self.name} has no column {name!r}{nearest(name, self.header)}")
            for key, name in asked.items()
            if name not in self.header
        ]

    def column(self, name: str) -> list[tuple[int, str]]:
        """Return the line and cell of each row in a column."""
        return [(line, cells[self.header.index(name)]) for line, cells in self.rows]

    def refuse_lines(self, place: str, faults: Sequence[tuple[int, str]]) -> None:
        """Raise the first faults, each a line and a message, if there are any."""
        named = [((place,), f"{self.name}, line {line}: {message}") for line, message in faults]
        refuse_all(first_few(named))


_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")


def parse_number(cell: str) -> float:
    """Return the number in a cell; infinite if it is too large, and NaN if there is none."""
    return float(cell) if _NUMBER.fullmatch(cell) else math.nan


def first_few(faults: Sequence[Refusal]) -> list[Refusal]:
    """Return the first of many faults in a list, and one that counts the rest."""
    shown, more = list(faults[:MOST_SHOWN]), len(faults) - MOST_SHOWN
    return [*shown, (shown[-1][0], f"and {more:,} more faults like these")] if more > 0 else shown


_OTHER_SIGNS = {";": "semicolons", "\t": "tabs"}
_BROKEN = {
    "unexpected end of data": "the quotes that open here are not closed: close them",
    "',' expected after '\"'": "text after closing quotes: double a quote that is part of the text",
}
"""Faults of a row in our words, by those of Python's csv."""


def csv_rows(
    file: TextIO, broken: Callable[[int, str], Exception]
) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which each row of a CSV file ends, and its cells; blank lines are left out.

    Parameters
    ----------
    broken
        Makes the error of a row that cannot be read, of the line on which it begins and the reason.
    """
    reader, line = csv.reader(file, strict=True), 0
    try:
        for cells in reader:
            line = reader.line_num
            if cells:
                yield line, cells
    except csv.Error as error:
        raise broken(line + 1, _BROKEN.get(str(error), str(error))) from error


def _read(name: Any, info: ValidationInfo) -> Table:
    if not isinstance(name, str):
        raise refuse("must be the name of a CSV file")
    try:
        path = located_file(name, scenario_folder(info))
        if path.stat().st_size > MOST_BYTES:
            raise refuse(f"{name} is larger than 256 MiB: too large to be read")
        with path.open(newline="", encoding="utf-8-sig") as file:
            read = csv_rows(file, lambda line, why: refuse(f"{name}, line {line}: {why}"))
            rows = [(line, [*map(str.strip, cells)]) for line, cells in read]
    except OSError as error:
        raise refuse(f"cannot read {name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise refuse(f"{name} is not UTF-8 text; save the file as UTF-8") from error
    if len(rows) < 2:
        raise refuse(f"{name} is empty: it must have a header and a row for each entry")
    (_, header), *body = rows
    for sign, signs in _OTHER_SIGNS.items():
        if len(header) == 1 and sign in header[0]:
            raise refuse(f"{name} has {signs} between its cells: put commas there")
    if twice := [column for column in sorted(header) if header.count(column) > 1]:
        raise refuse(f"{name} has two columns {twice[0]!r}; rename one")
    for line, cells in body:
        if len(cells) != len(header):
            shape = f"has {len(cells)} cells where the header has {len(header)}"
            raise refuse(f"{name}, line {line}: {shape}")
    return Table(name, header, body)


Csv = Annotated[Table, PlainValidator(_read, json_schema_input_type=str)]
"""Name of a CSV file in the folder of the scenario, or below it."""
