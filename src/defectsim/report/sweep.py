"""Tables of a sweep: medians of outcomes at each value of what varies."""

from collections.abc import Sequence

import polars as pl
from rich.console import Group, RenderableType

from defectsim.core.formatting import counted
from defectsim.core.screen import plain_text
from defectsim.report.layout import TableRow, empty_table, outcome_label, outcome_level, stacked

MOST_ROWS = 24
"""Number of values above which a table is left to the figure."""


def sweep_table(frames: Sequence[pl.DataFrame], note: str = "") -> Group:
    """Return a table a frame.

    Parameters
    ----------
    frames
        From the analysis of a sweep: the levers, then *outcome*, *kind*, and what `sweeps.sweep`
        returns.
    note
        Sentence below the tables.
    """
    tables = [_table(frame) for frame in frames]
    parts = tables or [plain_text("No outcome of these tables differs between runs.")]
    return stacked([*parts, *([plain_text(f"{note}.")] if note else [])])


def _table(frame: pl.DataFrame) -> RenderableType:
    levers = frame.columns[: frame.columns.index("outcome")]
    outcomes = frame.partition_by("outcome", maintain_order=True)
    if outcomes[0].height > MOST_ROWS:
        return plain_text(
            f"{counted(outcomes[0].height, 'value')} of {', '.join(levers)}: see the figure."
        )
    runs = outcomes[0]["runs"]
    equal = runs.n_unique() == 1
    title = f"Median of {runs[0]:,} runs each" if equal else "Median of runs"
    heads = [f"{outcome_label(one.row(0, named=True))}\n[90 %]" for one in outcomes]
    table = empty_table(
        f"{title}; of chances, the share of runs",
        [lever.replace(".", ".\n") for lever in levers],
        heads if equal else ("runs", *heads),
    )
    for rows in zip(*(one.to_dicts() for one in outcomes), strict=True):
        values = [lever_value(rows[0][lever]) for lever in levers]
        counts = [] if equal else [str(rows[0]["runs"])]
        table.add_row(*values, *counts, *map(_cell, rows))
    return table


def _cell(row: TableRow) -> str:
    return outcome_level(row).replace(" [", "\n[")


def lever_value(value: object) -> str:
    """Return the value of a lever as a table shows it."""
    return f"{value:g}" if isinstance(value, float) else str(value)
