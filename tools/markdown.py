"""Tables in Markdown, and the places of pages where they stand."""

import re
from collections.abc import Callable, Iterable, Mapping

PLACE = re.compile(r"(<!-- table: (?P<name>[\w-]+) -->\n).*?(<!-- end of table -->)", re.S)


def table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table; whatever stands in a cell stays on one line."""
    lines = [list(columns), *(list(row) for row in rows)]
    shown = ["| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines]
    return "\n".join([shown[0], "|" + "---|" * len(lines[0]), *shown[1:]]) + "\n"


def filled(page: str, tables: Mapping[str, Callable[[], str]]) -> str:
    """Return a page with every table between its marks made anew.

    Raises
    ------
    KeyError
        Where a mark names a table that nobody makes.
    """
    return PLACE.sub(lambda place: f"{place[1]}\n{tables[place['name']]()}\n{place[3]}", page)


def code(text: object) -> str:
    """Return text as code, or nothing for nothing."""
    return f"`{text}`" if str(text) else ""


def _cell(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")
