"""Tables of a sensitivity analysis: inputs by their influence, with evidence and direction."""

from collections.abc import Callable

import polars as pl
from rich.console import Group

from defectsim.analysis.sensitivity.indices import CHANCE
from defectsim.core.formatting import in_percent, level
from defectsim.core.screen import plain_text
from defectsim.report.layout import TableRow, broken_path, empty_table, stacked

MOST_ROWS = 15
"""Number of inputs that a table shows; the stored one has all."""
_LETTERS = 38


def indices_table(table: pl.DataFrame, title: str, found: str) -> Group:
    """Return inputs and chance by their total index.

    Parameters
    ----------
    table
        Of `analysis.ranking`; empty if there are no indices.
    """
    heads = ("total index\n[90 %]", "first\n[90 %]")
    return _table(
        table,
        title,
        found,
        heads,
        lambda row: (_index(row, "total"), _index(row, "first"), row["direction"] or ""),
    )


def effects_table(table: pl.DataFrame, title: str, found: str, kind: str) -> Group:
    """Return inputs by the mean size of their elementary effects, per whole range.

    Parameters
    ----------
    table
        Of `analysis.sensitivity.screen`, with the evidence of each input.
    kind
        Kind of the response.
    """

    def effect(row: TableRow, measure: str) -> str:
        ends = (row[f"{measure}{end}"] for end in ("_low", "", "_high"))
        return level(kind, *ends).replace(" [", "\n[")

    unit = ", %" if in_percent(kind) else ""
    heads = (f"effect{unit}\n[90 %]", f"spread{unit}\n[90 %]")
    return _table(
        table,
        title,
        found,
        heads,
        lambda row: (
            effect(row, "mu_star"),
            effect(row, "sigma"),
            "kept" if row["kept"] else "",
        ),
    )


def _table(
    table: pl.DataFrame,
    title: str,
    found: str,
    heads: tuple[str, str],
    cells: Callable[[TableRow], tuple[str, str, str]],
) -> Group:
    if table.is_empty():
        return stacked([plain_text(found)])
    shown = empty_table(title, ["input"], [*heads, ""])
    for row in table.head(MOST_ROWS).rows(named=True):
        chance = row["name"] == CHANCE
        below = "" if chance else f"\n  {row['range']}, {row['grade']}"
        shown.add_row(
            f"{broken_path(row['name'], _LETTERS)}{below}",
            *cells(row),
            style="bold" if chance else None,
        )
    left = table.height - MOST_ROWS
    rest = [plain_text(f"{left} more inputs: see the stored table.")] if left > 0 else []
    return stacked([shown, *rest, plain_text(found)])


def _index(row: TableRow, name: str) -> str:
    low, middle, high = (row[f"{name}{end}"] for end in ("_low", "", "_high"))
    return level("number", low, middle, high).replace(" [", "\n[")
