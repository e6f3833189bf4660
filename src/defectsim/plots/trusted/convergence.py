"""Figure of convergence: an estimate and its interval by the number of replicates."""

from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from defectsim.analysis.outcomes import unit, words
from defectsim.core.errors import NothingToDrawError
from defectsim.core.formatting import difference, exact_difference, in_percent, level
from defectsim.plots.grid import panel_grid
from defectsim.plots.style import INK, POINTS, SERIES, Heading, by_unit, note, plain_axes

_SETTLED = 0.25
"""Share of the replicates from which on axes hold the whole interval."""
_ROOM = 0.1


def convergence_line(rows: pl.DataFrame, axes: Axes, counted: str) -> Axes:
    """Draw the running estimate of one outcome, its interval, and a line at the last estimate.

    Axes are set by the intervals of the later replicates; those of the first few may go beyond.

    Parameters
    ----------
    rows
        Of `convergence.convergence`.
    counted
        Unit of the estimate.
    """
    replicates, estimate = rows["replicates"].to_numpy(), rows["estimate"].to_numpy()
    low, high = (rows[name].fill_null(rows["estimate"]).to_numpy() for name in ("low", "high"))
    axes.fill_between(replicates, low, high, color=SERIES[0], alpha=0.3, linewidth=0)
    axes.plot(replicates, estimate, color=SERIES[0], linewidth=1.6)
    axes.axhline(estimate[-1], color=INK, linewidth=0.9, linestyle=(0, (1, 1.5)))
    if counted == POINTS or rows["scenario"][0]:
        axes.axhline(0, color=INK, linewidth=0.8)
    settled = replicates >= _SETTLED * replicates[-1]
    bottom, top = min(0, *low[settled]), max(0, *high[settled])
    if not rows["scenario"][0] and bottom == 0 and min(low[settled]) > top / 2:
        bottom = min(low[settled])
    room = _ROOM * (top - bottom) or 1.0
    axes.set_ylim(bottom - room, top + room)
    axes.set_xlim(replicates[0], max(replicates[-1], 2))
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    by_unit(axes.yaxis, counted)
    plain_axes(axes, 7.5)
    return axes


def convergence_figure(found: pl.DataFrame, title: str = "") -> Figure:
    """Return a panel an outcome, and a row a scenario of a comparison.

    Parameters
    ----------
    found
        Of `convergence.convergence`.
    """
    if found.is_empty():
        raise NothingToDrawError("there is nothing to draw: no run of this study ended well")
    names, outcomes = (found[one].unique(maintain_order=True) for one in ("scenario", "outcome"))
    columns = [_name(found.filter(outcome=outcome)) for outcome in outcomes]
    figure, grid = panel_grid(Heading.of(title, _text(found)), names.to_list(), columns)
    for name, row in zip(names, grid, strict=True):
        for outcome, axes in zip(outcomes, row, strict=True):
            rows = found.filter(scenario=name, outcome=outcome)
            if rows.is_empty():
                axes.remove()
                continue
            convergence_line(rows, axes, _counted(rows))
            note(axes, _last(rows.row(-1, named=True)), (0, 1), (0, 4), size=7.5, va="bottom")
    for axes in grid[-1]:
        axes.set_xlabel("replicates", size=8, color=INK)
    return figure


def _counted(rows: pl.DataFrame) -> str:
    kind = rows["kind"][0]
    if rows["scenario"][0] and in_percent(kind):
        return POINTS
    return unit(rows["outcome"][0], kind)


def _name(rows: pl.DataFrame) -> str:
    return f"{words(rows['outcome'][0]).capitalize()},\n{_counted(rows)}".rstrip(",\n")


def _last(row: dict[str, Any]) -> str:
    numbers = (row["low"], row["estimate"], row["high"])
    if row["low"] is None:
        told = exact_difference(row["kind"], row["estimate"])
    elif row["scenario"]:
        told = difference(row["kind"], *numbers)
    else:
        told = level(row["kind"], *numbers)
    return f"{told}\nafter {row['replicates']:,}"


def _text(found: pl.DataFrame) -> str:
    paired = bool(found["scenario"][0])
    what = "mean paired difference" if paired else "mean of runs, or share of runs"
    return (
        f"Estimate by the number of replicates, in their order. Line: {what}; band: its 95 % interval; "
        "dotted: the last estimate. Axes hold the intervals from a quarter of the replicates on."
    )
