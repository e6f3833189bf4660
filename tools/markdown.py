"""Tables in Markdown, and the places of pages where they stand."""

import re
from collections.abc import Callable, Iterable, Mapping

_PLACE = r"(<!-- {kind}: (?P<name>[\w-]+) -->\n).*?(<!-- end of {kind} -->)"


def table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table; whatever stands in a cell stays on one line."""
    lines = [list(columns), *(list(row) for row in rows)]
    shown = ["| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines]
    return "\n".join([shown[0], "|" + "---|" * len(lines[0]), *shown[1:]]) + "\n"


def has_places(page: str) -> bool:
    """Return whether a page has a place for a table that is made from the code."""
    return "<!-- table: " in page


def filled(page: str, tables: Mapping[str, Callable[[], str]], kind: str = "table") -> str:
    """Return a page with every table between its marks made anew.

    Marks are of a `kind`: ``table`` is made from the code, ``result`` from runs.

    Raises
    ------
    KeyError
        Where a mark names a table that nobody makes.
    """
    place = re.compile(_PLACE.format(kind=kind), re.S)
    return place.sub(lambda place: f"{place[1]}\n{tables[place['name']]()}\n{place[3]}", page)


def code(text: object) -> str:
    """Return text as code, or nothing for nothing."""
    return f"`{text}`" if str(text) else ""


def _cell(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")
