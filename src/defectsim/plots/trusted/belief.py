"""Figure of belief against truth: who doubts that the regime survives, and when it falls."""

from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from defectsim.analysis.runs.beliefs import FALLS, SURVIVES
from defectsim.core.errors import NothingToDrawError
from defectsim.plots.grid import Room, panel_grid
from defectsim.plots.style import (
    INK,
    NAMES,
    SERIES,
    WIDTH,
    Heading,
    by_unit,
    few_dates,
    period,
    plain_axes,
)

_LOOKS: dict[str, dict[str, Any]] = {
    SURVIVES: {"color": SERIES[0], "linestyle": "-"},
    FALLS: {"color": SERIES[1], "linestyle": (0, (4, 1.5))},
}
_TRUTH: dict[str, Any] = {"color": "black", "linewidth": 1.4, "linestyle": (0, (1, 1))}
_ROOM = Room(tall=2.3, numbers=0.0, key=0.45)


def belief_course(doubts: pl.DataFrame, axes: Axes, truth: pl.DataFrame | None = None) -> Axes:
    """Draw the share that doubts, by the fate of the regime, against the share of runs it fell in.

    Parameters
    ----------
    doubts
        Of one rank, from `beliefs.doubts`.
    truth
        Of `beliefs.falls`; default: nothing is told of the regime.
    """
    for rows in doubts.partition_by("fate", maintain_order=True):
        dates, look = rows["date"].to_list(), _LOOKS[rows["fate"][0]]
        if rows["runs"][0] > 1:
            low, high = rows["q05"].to_numpy(), rows["q95"].to_numpy()
            axes.fill_between(dates, low, high, color=look["color"], alpha=0.18, linewidth=0)
        axes.plot(dates, rows["q50"].to_numpy(), linewidth=1.8, **look)
    if truth is not None:
        dates = truth["date"].to_list()
        low, high = truth["low"].to_numpy(), truth["high"].to_numpy()
        axes.fill_between(dates, low, high, facecolor="none", edgecolor="0.75", hatch="...", lw=0)
        axes.plot(dates, truth["share"].to_numpy(), drawstyle="steps-post", **_TRUTH)
    ordered = doubts["date"].sort()
    axes.set_xlim(ordered[0], ordered[-1])
    axes.set_ylim(-0.02, 1.02)
    by_unit(axes.yaxis, "%")
    few_dates(axes)
    plain_axes(axes, 7.5)
    return axes


def belief_figure(
    doubts: pl.DataFrame, truth: pl.DataFrame | None = None, title: str = ""
) -> Figure:
    """Return a panel a rank: its private doubts against the fall of the regime.

    Parameters
    ----------
    doubts, truth
        As in `belief_course`, of all ranks.
    """
    if doubts.is_empty():
        raise NothingToDrawError(
            "there is nothing to draw: no run of this study ended well, or it keeps no series "
            "(record.series: full)"
        )
    ranks = doubts["rank"].cast(pl.String).unique(maintain_order=True).to_list()
    fates = doubts["fate"].unique().to_list()
    heading = Heading.of(title, _text(doubts, truth))
    figure, grid = panel_grid(heading, [""], [NAMES.get(rank, rank) for rank in ranks], _ROOM)
    for rank, axes in zip(ranks, grid[0], strict=True):
        belief_course(doubts.filter(pl.col("rank").cast(pl.String) == rank), axes, truth)
    grid[0][0].set_ylabel("% of those who serve; % of runs", size=8, color=INK)
    words = {
        fate: f"doubt, in runs in which the regime {fate}" if len(fates) > 1 else "doubt"
        for fate in (SURVIVES, FALLS)
        if fate in fates
    }
    keys: list[Any] = [Line2D([], [], label=label, **_LOOKS[fate]) for fate, label in words.items()]
    keys.append(Patch(color=_LOOKS[next(iter(words))]["color"], alpha=0.18, label="90 % of runs"))
    if truth is not None:
        keys.append(Line2D([], [], label="runs in which it has fallen", **_TRUTH))
        keys.append(Patch(fc="none", ec="0.75", hatch="...", lw=0, label="its exact 90 % interval"))
    place = (0.6 / WIDTH, 1 - heading.height / figure.get_figheight())
    look: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": place, "frameon": False}
    figure.legend(handles=keys, ncols=3, fontsize=8, **look)
    return figure


def _text(doubts: pl.DataFrame, truth: pl.DataFrame | None) -> str:
    first = doubts.filter(date=doubts["date"].min(), rank=doubts["rank"][0])
    counts = [f"{row['runs']} in which it {row['fate']}" for row in first.to_dicts()]
    runs = int(first["runs"].sum())
    told = f" ({' and '.join(counts)})" if len(counts) > 1 else ""
    against = "" if truth is None else ", against the share of runs in which it has fallen by then"
    return (
        "Median share of those who serve who hold it less likely than not that the regime survives"
        f"{against}; {runs} runs{told}, {period(doubts)}. What people "
        "do in the open is not shown here."
    )
