"""Figure of outcomes for the regime: by when it fell, and how runs ended."""

from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from defectsim.core.formatting import counted
from defectsim.plots.panels import LOOKS, Layout, date_axis, name_panel, panels, percent_axis
from defectsim.plots.style import INK, note


def falls_curve(frame: pl.DataFrame, axes: Axes) -> Axes:
    """Draw the share of runs in which the regime has fallen, in steps, with its 90 % interval.

    Parameters
    ----------
    frame
        From `fates.falls_by_date`.
    """
    dates = frame["date"].to_list()
    colour = LOOKS[1].colour
    bounds = frame["low"].to_numpy(), frame["high"].to_numpy()
    axes.fill_between(dates, *bounds, step="post", color=colour, alpha=0.2, linewidth=0)
    axes.step(dates, frame["share"].to_numpy(), where="post", color=colour, linewidth=2)
    falls = frame[1:-1]
    axes.plot(falls["date"].to_list(), falls["share"].to_numpy(), "o", color=colour, markersize=4)
    date_axis(axes, dates[0], dates[-1])
    percent_axis(axes, 1.05)
    last = frame.row(-1, named=True)
    text = f"in {last['fallen']} of {counted(last['runs'], 'run')}"
    if falls.height:
        first, latest = falls["date"][0], falls["date"][-1]
        text += f",\non {first}" if first == latest else f",\n{first} to\n{latest}"
    side = {"va": "top" if last["share"] > 0.5 else "bottom"}
    note(axes, text, (1, last["share"]), (6, 0), xycoords=axes.get_yaxis_transform(), **side)
    return axes


def endings_bars(frame: pl.DataFrame, axes: Axes) -> Axes:
    """Draw the share of runs with each outcome, with its exact 90 % interval, as numbers too.

    Parameters
    ----------
    frame
        From `fates.endings`.
    """
    look: dict[str, Any] = {"color": INK, "linewidth": 2.2, "solid_capstyle": "butt"}
    beside: dict[str, Any] = {"va": "center", "xycoords": axes.get_yaxis_transform()}
    for place, row in enumerate(frame.to_dicts()):
        axes.barh(place, row["share"], 0.62, color=LOOKS[5].colour, label=row["outcome"])
        axes.plot([row["low"], row["high"]], [place, place], **look)
        told = f"{row['count']} of {row['runs']}"
        told += f": at most {100 * row['at_most']:.0f} %" if not row["count"] else ""
        note(axes, told, (1, place), (6, 0), **beside)
    axes.set_yticks(range(frame.height), frame["outcome"].to_list())
    axes.set_ylim(frame.height - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    axes.grid(axis="y", visible=False)
    return axes


def outcomes_figure(parts: list[tuple[str, pl.DataFrame, pl.DataFrame]], title: str) -> Figure:
    """Return a row a scenario: the falls over time at the left, the outcomes at the right.

    Parameters
    ----------
    parts
        Name of a scenario, and its frames from `fates.falls_by_date` and `fates.endings`.
    """
    text = (
        "Left: share of runs in which the regime has fallen; right: share of runs by outcome at the "
        'end. Bands and dark lines: exact 90 % intervals; "at most": 95 % bound of the chance of '
        "what no run shows."
    )
    layout = Layout(len(parts), 2, height=1.75, left=1.05, right=1.55)
    figure, axes = panels(title, text, layout)
    for row, (name, falls, fates) in enumerate(parts):
        left, right = axes[2 * row : 2 * row + 2]
        name_panel(falls_curve(falls, left), name, "the regime has fallen", 105)
        name_panel(endings_bars(fates, right), "", "outcome at the end")
    return figure
