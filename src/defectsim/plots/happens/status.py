"""Figure of statuses over time: mean shares stacked, a panel a rank or branch."""

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from defectsim.analysis.runs.courses import NOT_LOYAL
from defectsim.core.errors import NothingToDrawError
from defectsim.plots.panels import (
    STATUS_LOOKS,
    date_axis,
    direct_labels,
    name_panel,
    panels_abreast,
    percent_axis,
    scales,
)
from defectsim.plots.style import INK, percent

_SEEN = 0.01
"""Least share of the highest stack that a status is drawn from."""


def status_stack(frame: pl.DataFrame, axes: Axes, top: float) -> Axes:
    """Draw the mean shares of statuses stacked from 0, with the 90 % band of all of them.

    Parameters
    ----------
    frame
        Of one group, from `courses.status_shares`; statuses in `STATUS_LOOKS` are drawn in its
        order.
    top
        Highest share on the axis.
    """
    dates = frame["date"].unique().sort().to_list()
    total = frame.filter(counted=NOT_LOYAL).sort("date")
    least = _SEEN * float(total["mean"].to_numpy().max())
    base, labels = total["mean"].to_numpy() * 0, []
    for status, look in STATUS_LOOKS.items():
        share = frame.filter(counted=status).sort("date")["mean"].to_numpy()
        if share.max() > least:
            area = axes.fill_between(dates, base, base + share, label=status)
            area.set(facecolor=look.colour, alpha=0.75, edgecolor="white", linewidth=0.4)
            area.set_hatch(look.hatch)
            base = base + share
            labels.append((base[-1] - share[-1] / 2, f"{status} {percent(share[-1])} %"))
    for bound in ("q05", "q95"):
        axes.plot(dates, total[bound].to_numpy(), ":", color=INK, linewidth=1, label=bound)
    date_axis(axes, dates[0], dates[-1])
    percent_axis(axes, 1.05 * top)
    direct_labels(axes, labels, {name: look.colour for name, look in STATUS_LOOKS.items()})
    return axes


def status_figure(frame: pl.DataFrame, title: str) -> Figure:
    """Return a panel for each *group* of a frame; those of one *scale* share it."""
    if frame.is_empty():
        raise NothingToDrawError("there is nothing to draw: the study has no series of its runs")
    shown = frame["group"].unique(maintain_order=True).to_list()
    runs = int(frame["runs"].to_numpy().max())
    means = f"means of {runs} runs, which sum as medians would not; dotted: 90 % of runs"
    areas = means if runs > 1 else "one run"
    text = (
        f"Share of the strength at the start; the rest is loyal. Areas: {areas}. Panels of different "
        "groups have scales of their own."
    )
    top = scales(frame.filter(counted=NOT_LOYAL), "q95", "mean")
    figure, axes = panels_abreast(title, text, len(shown))
    for place, group in zip(axes, shown, strict=True):
        own = frame.filter(group=group)
        status_stack(own, place, top[own["scale"][0]])
        name_panel(place, group)
    return figure
