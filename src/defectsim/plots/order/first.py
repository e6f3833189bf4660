"""Figure of first movers: when somebody of each group moved first, and how many followed."""

from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from defectsim.core.errors import NothingToDrawError
from defectsim.core.formatting import counted
from defectsim.plots.happens.sizes import people_axis
from defectsim.plots.panels import LOOKS, Layout, date_axis, name_panel, panels
from defectsim.plots.style import INK, note

_AREA = 16.0
"""Area of the circle of one run, in square points."""
_ROW = 0.42
"""Height of a row, in inches."""


def first_dates(firsts: pl.DataFrame, groups: list[str], axes: Axes) -> Axes:
    """Draw circles as large as the number of runs at each group's first dates, and the median.

    Parameters
    ----------
    firsts
        From `first_movers`.
    """
    for place, group in enumerate(groups):
        dates = firsts.filter(group=group)["date"].sort()
        if len(dates):
            runs = dates.value_counts().sort("date")
            at, areas = runs["date"].to_list(), _AREA * runs["count"].to_numpy()
            axes.scatter(at, [place] * len(at), areas, color="0.65", edgecolor=INK, linewidth=0.6)
            middle = dates[(len(dates) - 1) // 2]
            axes.plot(middle, place, "|", color="black", markersize=16, markeredgewidth=1.8)
    dates = firsts["date"].sort()
    date_axis(axes, dates[0], dates[-1])
    axes.margins(x=0.03)
    axes.autoscale(axis="x")
    axes.set_yticks(range(len(groups)), groups)
    axes.set_ylim(len(groups) - 0.5, -0.5)
    return axes


def before_and_after(firsts: pl.DataFrame, groups: list[str], axes: Axes) -> Axes:
    """Draw a mark a run for the people who moved before, above, and for those who followed, below."""
    people_axis(axes, 0, float(firsts.select(pl.max_horizontal("before", "followed").max()).item()))
    styles = (("before", -0.16, "white", LOOKS[6]), ("followed", 0.16, LOOKS[0].colour, LOOKS[0]))
    for place, group in enumerate(groups):
        own, told = firsts.filter(group=group), []
        for name, shift, fill, look in styles:
            numbers = own[name].to_numpy()
            mark: dict[str, Any] = {"markerfacecolor": fill, "markeredgecolor": look.colour}
            at = np.full(len(numbers), place + shift)
            axes.plot(numbers, at, "o", markersize=4, markeredgewidth=0.8, label=name, **mark)
            told.append(f"{np.median(numbers):,.0f}" if len(numbers) else "–")
        text = f"{told[0]} before,\n{told[1]} after"
        beside: dict[str, Any] = {"va": "center", "xycoords": axes.get_yaxis_transform()}
        note(axes, text, (1, place), (6, 0), size=7.5, **beside)
    axes.set_yticks(range(len(groups)), [""] * len(groups))
    axes.set_ylim(len(groups) - 0.5, -0.5)
    return axes


def first_figure(
    firsts: pl.DataFrame,
    often: pl.DataFrame,
    groups: list[str],
    runs: int,
    title: str,
    text: str,
) -> Figure:
    """Return a row a group: dates of the first move at the left, what followed at the right.

    Parameters
    ----------
    firsts, often
        From `first_movers` and `first_movers.most_frequent`, with groups as they are named here.
    """
    if firsts.is_empty():
        raise NothingToDrawError("there is nothing to draw: nobody took that status in any run")
    layout = Layout(1, 2, height=_ROW * len(groups), left=1.2, right=1.05, foot=0.45)
    figure, (left, right) = panels(title, text, layout)
    name_panel(first_dates(firsts, groups, left), "Date of the first")
    name_panel(before_and_after(firsts, groups, right), "Before and after it", "people")
    names = dict(often.select("group", "agents").iter_rows())
    times = dict(often.select("group", "runs").iter_rows())
    beside: dict[str, Any] = {"va": "center", "xycoords": left.get_yaxis_transform()}
    for place, group in enumerate(groups):
        moved = firsts.filter(group=group).height
        told = f"in {moved} of {counted(runs, 'run')}"
        if times.get(group, 0) > 1:
            told += f";\n{names[group]}: {times[group]}"
        note(left, told, (1, place), (6, 0), size=7, **beside)
    return figure
