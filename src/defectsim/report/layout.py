"""Layout that the tables of all kinds of study share."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from defectsim.analysis.outcomes import words
from defectsim.core.formatting import EVERYONE
from defectsim.model.transitions import RANKS

type Cells = Callable[[Mapping[str, Any]], Iterable[str]]
"""Returns the cells of a row, but for its label."""


def empty_table(
    title: str, labels: Sequence[str], numbers: Sequence[str], *, wrap: bool = False
) -> Table:
    """Return an empty table without lines between its columns; labels stand left, numbers right.

    Parameters
    ----------
    wrap
        Whether numbers, and not only labels, make way where the terminal is narrow.
    """
    table = Table(
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


def add_by_branch(table: Table, rows: Iterable[Mapping[str, Any]], cells: Cells) -> None:
    """Add a row a branch, with the ranks indented below it; the whole force comes last."""
    for row in sorted(rows, key=_place):
        whole = row["rank"] == EVERYONE
        label = row["branch"] if whole else f"  {row['rank']}"
        table.add_row(label, *cells(row), style="bold" if whole else None)


def _place(row: Mapping[str, Any]) -> tuple[bool, str, int]:
    ranks = (EVERYONE, *RANKS)
    return row["branch"] == EVERYONE, row["branch"], ranks.index(row["rank"])


def outcome_label(row: Mapping[str, Any]) -> str:
    """Return the name of an outcome, with its unit if that is per cent."""
    return words(row["outcome"]) + (", %" if row["kind"] == "share" else "")


WIDTH = 110
"""Characters in a line."""

_PAGE = (
    '<pre style="line-height: 1.25; overflow-x: auto; white-space: pre; font-family: monospace">'
    "{code}</pre>"
)


def as_html(shown: RenderableType) -> str:
    """Return a rich renderable as a piece of HTML that needs no style sheet."""
    console = Console(file=StringIO(), record=True, width=WIDTH, force_jupyter=False)
    console.print(shown)
    return console.export_html(inline_styles=True, code_format=_PAGE)
