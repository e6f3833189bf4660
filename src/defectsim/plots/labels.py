"""Labels that say what a line is and where it ends, beside its end and clear of each other."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from scipy.optimize import isotonic_regression

from defectsim.plots.palette import COLOURS, INK, NAMES, SMALL_GROUP

_HEIGHT = 25.0  # points


def points(axes: Axes) -> tuple[float, float]:
    """Return the width and height of some axes, in points of 1/72 inch."""
    box = axes.get_window_extent()
    return 72 * box.width / axes.figure.dpi, 72 * box.height / axes.figure.dpi


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return the places nearest to those wanted (in rising order) that are `gap` apart, between two bounds.

    If they do not fit between the bounds, they pass the upper one.
    """
    offsets = gap * np.arange(len(wanted))
    places = isotonic_regression(np.asarray(wanted) - offsets).x
    return [float(place) for place in np.clip(places, low, max(low, high - gap * (len(wanted) - 1))) + offsets]


def percent(share: float) -> str:
    """Return a share in per cent, to two figures."""
    value = 100 * share
    if value == 0:
        return "0"
    if value < 0.001:
        return "<0.001"
    return f"{value:.{max(0, 1 - math.floor(math.log10(value)))}f}"


def end_labels(frame: pl.DataFrame, axes: Axes) -> None:
    """Name each rank beside its line's end, with its strength, the median and the 90 % interval."""
    last = frame.filter(pl.col("date") == pl.col("date").max()).sort("q50", maintain_order=True)
    rows = last.to_dicts()
    width, height = points(axes)
    ends = [row["q50"] / axes.get_ylim()[1] for row in rows]
    places = spread([end * height for end in ends], _HEIGHT, _HEIGHT / 3, height)
    for row, end, place in zip(rows, ends, places, strict=True):
        stub: dict[str, Any] = {"color": COLOURS[row["rank"]], "linewidth": 0.8, "clip_on": False}
        axes.plot([1 + 4 / width, 1 + 17 / width], [end, place / height], transform=axes.transAxes, **stub)
        _label(row, axes, (1 + 20 / width, place / height))


def _label(row: Mapping[str, Any], axes: Axes, place: tuple[float, float]) -> None:
    colour = COLOURS[row["rank"]]
    offset: dict[str, Any] = {"textcoords": "offset points", "annotation_clip": False}
    at: dict[str, Any] = {"xy": place, "xycoords": "axes fraction", **offset}
    name = axes.annotate(NAMES[row["rank"]], xytext=(0, 0), weight="bold", size=8.5, color=colour, va="bottom", **at)
    strength = f"n = {row['strength']:,}"
    axes.annotate(strength, (1, 0), xytext=(4, 0), xycoords=name, size=7, color=INK, va="bottom", **offset)
    axes.annotate(_value(row), xytext=(0, 0), size=8, color=INK, va="top", **at)


def _value(row: Mapping[str, Any]) -> str:
    low, middle, high = row["q05"], row["q50"], row["q95"]
    if (people := row["strength"]) < SMALL_GROUP:
        value, interval = f"{people * middle:.3g} people", f" [{people * low:.0f}–{people * high:.0f}]"
    else:
        value, interval = f"{percent(middle)} %", f" [{percent(low)}–{percent(high)}]"
    return value + interval if row["runs"] > 1 else value
