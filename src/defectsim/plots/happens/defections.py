"""Figure of who is gone over time: bands and single runs, a panel for each way in which runs end."""

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from defectsim.analysis.runs.courses import moving_since, spread_runs
from defectsim.analysis.shares import quantiles
from defectsim.core.errors import NothingToDrawError
from defectsim.core.formatting import QUANTILES, counted
from defectsim.plots.panels import (
    LOOKS,
    Layout,
    date_axis,
    name_panel,
    panels,
    percent_axis,
    scales,
)
from defectsim.plots.style import INK, note, percent

_BANDS = (("q05", "q95", 0.16), ("q25", "q75", 0.32))
_HEIGHT, _LOW = 2.3, 1.3
"""Height of a panel of few rows, and of more, in inches."""
_FEW = 4
_SINGLE = 5
"""Single runs of a panel."""
_FEWEST = 4
"""Runs before a band is drawn."""


def course_band(frame: pl.DataFrame, axes: Axes) -> Axes:
    """Draw shares over time: bands and median of all runs, and a few single runs as thin lines.

    Parameters
    ----------
    frame
        Of one panel: a row a *replicate* and *date*, with its *share*.
    """
    over_runs = frame.group_by("date").agg(quantiles(pl.col("share"), QUANTILES)).sort("date")
    dates, runs = over_runs["date"].to_list(), frame["replicate"].n_unique()
    colour = LOOKS[0].colour
    for low, high, alpha in _BANDS if runs >= _FEWEST else ():
        bounds = over_runs[low].to_numpy(), over_runs[high].to_numpy()
        axes.fill_between(dates, *bounds, color=colour, alpha=alpha, linewidth=0, label=low)
    last = frame.filter(pl.col("date") == dates[-1])
    for replicate in spread_runs(last, _SINGLE):
        one = frame.filter(replicate=replicate).sort("date")
        line = axes.plot(one["date"].to_list(), one["share"].to_numpy(), color=INK, linewidth=0.7)
        line[0].set_label(f"run {replicate}")
    if runs >= _FEWEST:
        median = over_runs["q50"].to_numpy()
        axes.plot(dates, median, color=colour, linewidth=2, linestyle=(0, (6, 2)), label="median")
    _end(axes, over_runs.tail(1), runs)
    return axes


def _end(axes: Axes, last: pl.DataFrame, runs: int) -> None:
    """Write the median and the 90 % band at the end at the right of axes."""
    low, middle, high = (percent(last[name][0]) for name in ("q05", "q50", "q95"))
    text = f"{middle} %" if runs == 1 else f"{middle} %\n[{low}–{high}]"
    note(axes, text, (1, last["q50"][0]), (6, 0), va="center", xycoords=axes.get_yaxis_transform())


def defections_figure(frame: pl.DataFrame, status: str, title: str) -> Figure:
    """Return a row of panels a group, with a column of panels for each way in which runs end.

    Parameters
    ----------
    frame
        A row a *group*, *scale*, *ending*, *replicate* and *date*, with its *share*.
    status
        Status that is drawn.
    """
    if frame.is_empty():
        raise NothingToDrawError("there is nothing to draw: the study has no series of its runs")
    groups = frame["group"].unique(maintain_order=True).to_list()
    kinds = frame.group_by("ending").agg(pl.col("replicate").n_unique()).sort("ending")
    endings = kinds["ending"].to_list()
    text = (
        f"Share of the strength at the start who have {status}. Thin lines: single runs, from the "
        "lowest to the highest at the end; dashes: median; dark band: 50 %, light band: 90 % of "
        "runs. At the right: median [90 %] at the end. Dates before anybody moves are left out."
    )
    layout = Layout(
        *(len(groups), len(endings)),
        height=_HEIGHT if len(groups) <= _FEW else _LOW,
        right=0.85,
    )
    since = min(moving_since(own) for own in frame.partition_by("group"))
    highest = scales(frame, "share")
    figure, axes = panels(title, text, layout)
    for row, group in enumerate(groups):
        own = frame.filter(pl.col("group") == group, pl.col("date") >= since)
        top = 1.04 * highest[own["scale"][0]]
        for column, ending in enumerate(endings):
            part, place = own.filter(ending=ending), axes[row * len(endings) + column]
            percent_axis(place, top)
            date_axis(place, since, own["date"].sort()[-1])
            if part.is_empty():
                note(place, "no run", (0.5, 0.5), ha="center")
                continue
            course_band(part, place)
            every = counted(own["replicate"].n_unique(), "run")
            runs = f"{part['replicate'].n_unique()} of {every}"
            name_panel(place, ending or group, f"{group}, {runs}" if ending and group else runs)
    return figure
