"""Layout that the tables of all kinds of study share."""

from collections.abc import Callable, Iterable, Mapping
from io import StringIO
from itertools import chain
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.text import Text

from defectsim.analysis.outcomes import words
from defectsim.core.formatting import (
    BAND,
    EVERYONE,
    band_content,
    counted,
    difference,
    exact_difference,
    level,
)
from defectsim.core.screen import PlainTable, Screen, plain_text
from defectsim.model.transitions import RANKS

type TableRow = Mapping[str, Any]
type Cell = Callable[[TableRow], str]


def stacked(parts: Iterable[RenderableType]) -> Group:
    """Return parts with an empty line between them."""
    return Group(*[*chain.from_iterable((Text(), part) for part in parts)][1:])


def headed(question: str, told: Iterable[str], parts: RenderableType) -> Group:
    """Return a question and what is told of it, a line each, above parts."""
    lines = [plain_text(question, style="italic")] if question else []
    return Group(*lines, *map(plain_text, filter(None, told)), Text(), parts)


def empty_table(
    title: str, labels: Iterable[str], numbers: Iterable[str], *, wrap: bool = False
) -> PlainTable:
    """Return an empty table without lines between its columns; labels stand left, numbers right.

    Parameters
    ----------
    wrap
        Whether numbers, and not only labels, make way where the terminal is narrow.
    """
    table = PlainTable(
        title=Text(title, style="bold", no_wrap=True, overflow="ignore"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
    )
    lines = max(name.count("\n") for name in (*labels, *numbers))
    for name in labels:
        table.add_column("\n" * (lines - name.count("\n")) + name)
    for name in numbers:
        table.add_column(name, justify="right", vertical="bottom", no_wrap=not wrap)
    return table


def branch_table(
    title: str,
    label: str,
    numbers: Mapping[str, Cell],
    rows: Iterable[TableRow],
    *,
    wrap: bool = False,
) -> PlainTable:
    """Return a row a branch, with the ranks indented below it; the whole force comes last."""
    table = empty_table(title, (label,), numbers, wrap=wrap)
    for row in sorted(rows, key=_place):
        whole = row["rank"] == EVERYONE
        name = row["branch"] if whole else f"  {row['rank']}"
        cells = (cell(row) for cell in numbers.values())
        table.add_row(name, *cells, style="bold" if whole else None)
    return table


def _place(row: TableRow) -> tuple[bool, str, int]:
    ranks = (EVERYONE, *RANKS)
    return row["branch"] == EVERYONE, row["branch"], ranks.index(row["rank"])


def band(row: TableRow, prefix: str = "") -> tuple[Any, Any, Any]:
    """Return the lower end, the median and the upper end of a 90 % band."""
    low, middle, high = (row[f"{prefix}{quantile}"] for quantile in BAND)
    return low, middle, high


def mean_difference(row: TableRow) -> str:
    """Return a mean difference of pairs with its interval, or alone if all pairs are the same."""
    if row["low"] is None:
        return exact_difference(row["kind"], row["mean"])
    return difference(row["kind"], row["low"], row["mean"], row["high"])


def outcome_level(row: TableRow) -> str:
    """Return an outcome's median and 90 % band; of a chance without one, the share alone."""
    low, middle, high = band(row)
    if middle is None:
        return "-"
    if low is None:
        return f"{100 * middle:.0f}"
    return level(row["kind"], low, middle, high)


def banded(write: Callable[[Any, Any, Any], str], prefix: str = "") -> Cell:
    """Return what writes a band of a row into a cell."""
    return lambda row: write(*band(row, prefix))


def range_content(number: int, noun: str) -> str:
    """Return what 90 % intervals of too few runs or pairs hold; empty where these are enough."""
    content = round(100 * band_content(number))
    if number < 2 or content >= 90:
        return ""
    return (
        f"The 90 % intervals of {counted(number, noun)} are their range, in which {content} % of "
        f"further {noun}s are to be expected."
    )


def outcome_label(row: TableRow) -> str:
    """Return the name of an outcome, with its unit if that is per cent."""
    return words(row["outcome"]) + (", %" if row["kind"] == "share" else "")


def broken_path(path: str, letters: int) -> str:
    """Return a path in lines of at most so many letters, broken at its dots."""
    lines = [""]
    for part in path.split("."):
        joined = f"{lines[-1]}.{part}" if lines[-1] else part
        if len(joined) > letters and lines[-1]:
            lines.append(f"  .{part}")
        else:
            lines[-1] = joined
    return "\n".join(lines)


WIDTH = 110
"""Characters in a line."""

_PAGE = (
    '<pre style="line-height: 1.25; overflow-x: auto; white-space: pre; font-family: monospace">'
    "{code}</pre>"
)


def as_html(shown: RenderableType) -> str:
    """Return a rich renderable as a piece of HTML that needs no style sheet."""
    console = Screen(file=StringIO(), record=True, width=WIDTH, force_jupyter=False)
    console.show(shown)
    return console.export_html(inline_styles=True, code_format=_PAGE)
