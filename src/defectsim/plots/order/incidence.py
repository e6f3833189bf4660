"""Figure of cumulative incidence: by which way people leave, each against all others."""

from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

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
from defectsim.plots.style import percent

_SEEN = 0.01
"""Least share of the most frequent way that another is drawn from."""


def incidence_lines(frame: pl.DataFrame, axes: Axes, top: float) -> Axes:
    """Draw the share of people who have left by each way, with its 95 % band.

    Parameters
    ----------
    frame
        Of one group, from `cumulative_incidence`, by `status_to`.
    top
        Highest share on the axis.
    """
    frame = frame.sort("date")
    ends = frame.group_by("status_to").agg(pl.col("share", "low", "high").last())
    least, labels = _SEEN * float(ends["share"].to_numpy().max()), []
    for row in ends.filter(pl.col("share") > least).sort("share").to_dicts():
        way = frame.filter(status_to=row["status_to"])
        look, dates = STATUS_LOOKS[row["status_to"]], way["date"].to_list()
        low, high = (way[name].fill_null(way["share"]).to_numpy() for name in ("low", "high"))
        axes.fill_between(dates, low, high, color=look.colour, alpha=0.18, linewidth=0)
        line: dict[str, Any] = {"color": look.colour, "linestyle": look.line, "linewidth": 1.6}
        axes.plot(dates, way["share"].to_numpy(), label=row["status_to"], **line)
        labels.append((row["share"], _label(row)))
    date_axis(axes, frame["date"][0], frame["date"][-1])
    percent_axis(axes, 1.05 * top)
    direct_labels(axes, labels, {name: look.colour for name, look in STATUS_LOOKS.items()})
    return axes


def _label(row: dict[str, Any]) -> str:
    told = f"{row['status_to']} {percent(row['share'])} %"
    if row["low"] is None:
        return told
    return f"{told} [{percent(row['low'])}–{percent(row['high'])}]"


def incidence_figure(frame: pl.DataFrame, runs: int, title: str) -> Figure:
    """Return a panel for each *group* of a frame; those of one *scale* share it."""
    if frame.is_empty():
        raise NothingToDrawError("there is nothing to draw: nobody left in any run")
    groups = frame["group"].unique(maintain_order=True).to_list()
    bands = f"Bands: 95 % intervals of the jackknife over {runs} runs."
    text = (
        "Cumulative incidence, with competing risks (Aalen and Johansen 1978): share of those who "
        "serve at the start who have left by each way. A run in which the regime falls is censored "
        f"from then on. {bands if runs > 1 else 'One run has no interval.'}"
    )
    top = scales(frame, "share", "high")
    figure, axes = panels_abreast(title, text, len(groups), height=2.0, right=1.75)
    for place, group in zip(axes, groups, strict=True):
        own = frame.filter(group=group)
        incidence_lines(own, place, top[own["scale"][0]])
        name_panel(place, group)
    return figure
