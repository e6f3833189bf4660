"""An outcome against one lever: medians joined by a line, with bands and numbers of runs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter

from defectsim.analysis.inputs import Described
from defectsim.core.formatting import BAND, plain
from defectsim.plots.labels import base_of, is_log, label, number_axis
from defectsim.plots.style import (
    AS_WRITTEN,
    INK,
    SERIES,
    by_unit,
    note,
    plain_axes,
    points,
    spread,
)

_BANDS = (("q05", "q95", 0.16), ("q25", "q75", 0.3))
_RUNS_SIZE, _DIGIT = 7.0, 0.62  # size of the numbers of runs, and a digit's width over it
_EMPTY_TOP = 0.01
_BAR = 0.3  # width of a word's bars; words are 1 apart
_TICKS, _LETTER = 8.0, 0.52  # size of labels, and a letter's width over it
_DATE = 62.0  # room of a date, in points
_WORD = 22  # letters of a slanted word
_CHANCE = "% of runs"


def lever_lines(
    frame: pl.DataFrame, axes: Axes, unit: str, described: Mapping[str, Described] | None = None
) -> Axes:
    """Draw an outcome against one lever, with the number of runs above each point.

    Numbers and dates are joined by a line through the medians, on the scale asked for; words have
    bars. A dashed line marks the base scenario.

    Parameters
    ----------
    frame
        Of `sweeps.sweep` by one lever, which is its first column.
    unit
        Of the outcome.
    described
        What levers mean, by path.
    """
    described = described or {}
    lever = frame.columns[0]
    drawn = frame.filter(pl.col("runs") > 0)
    categories = drawn[lever].dtype == pl.String
    places = range(drawn.height) if categories else drawn[lever].to_list()
    for low, high, alpha in _BANDS if drawn["runs"].max() != 1 else ():
        look: dict[str, Any] = {"color": SERIES[0], "alpha": alpha, "linewidth": 0}
        bottom, top = drawn[low].to_numpy(), drawn[high].to_numpy()
        if categories:
            axes.bar(places, top - bottom, _BAR, bottom, **look)
        else:
            axes.fill_between(places, bottom, top, **look)
    line: dict[str, Any] = {"color": SERIES[0], "linewidth": 1.8, "markersize": 4, "zorder": 3}
    style = "o" if categories else "o-"
    axes.plot(places, drawn["q50"].to_numpy(), style, clip_on=False, **line)
    axes.set_ylim(*span(drawn, unit))
    _dress(axes, lever, drawn[lever], unit, described)
    spots = [float(axes.convert_xunits(place)) for place in places]
    _write_runs(axes, spots, drawn["runs"].to_list())
    _mark_base(axes, base_of(lever, described), drawn[lever])
    return axes


def span(frame: pl.DataFrame, unit: str = "") -> tuple[float, float]:
    """Return the range of an outcome's axis: from zero, unless all values are far from it.

    That of shares of runs is all of them, 0 to 100 %.
    """
    if unit == _CHANCE:
        return 0.0, 1.0
    drawn = frame.select(BAND).to_numpy()
    low, high = float(np.nanmin(drawn)), float(np.nanmax(drawn))
    if low < high / 2 or high == 0:
        return 0.0, 1.06 * high or _EMPTY_TOP
    room = 0.06 * (high - low) or _EMPTY_TOP * high
    return low - room, high + room


def _dress(
    axes: Axes, lever: str, values: pl.Series, unit: str, described: Mapping[str, Described]
) -> None:
    wide = points(axes)[0]
    if values.dtype == pl.String:
        words = [plain(word) for word in values]
        look = dict(AS_WRITTEN)
        if any(len(word) * _TICKS * _DIGIT > wide / len(values) for word in words):
            look |= {"rotation": 25, "ha": "right", "rotation_mode": "anchor"}
            words = [_cut(word) for word in words]
        axes.set_xticks(range(len(values)), words, **look)
        axes.set_xlim(-0.5, len(values) - 0.5)
    elif values.dtype == pl.Date:
        if wide < 3 * _DATE:
            axes.set_xticks([float(axes.convert_xunits(values[end])) for end in (0, -1)])
        else:
            axes.xaxis.set_major_locator(AutoDateLocator(minticks=2, maxticks=5))
        axes.xaxis.set_major_formatter(DateFormatter("%Y-%m-%d"))
    else:
        log = is_log(lever, described)
        axes.set_xscale("log" if log else "linear")
        number_axis(axes.xaxis, log=log)
    letters = int(wide / (_TICKS * _LETTER))
    axes.set_xlabel(label(lever, described, letters), size=_TICKS, color=INK, **AS_WRITTEN)
    by_unit(axes.yaxis, unit)
    plain_axes(axes, _TICKS)


def _cut(word: str) -> str:
    """Return a word without its middle if it is long: names of scenarios begin alike."""
    return word if len(word) <= _WORD else f"{word[:5]}…{word[6 - _WORD :]}"


def _write_runs(axes: Axes, places: Sequence[float], runs: Sequence[int]) -> None:
    """Write the number of runs of each point above the axes, apart if points are close."""
    axes.set_xlim(axes.get_xlim())
    width, _ = points(axes)
    gap = _RUNS_SIZE * (_DIGIT * max(len(f"{number:,}") for number in runs) + 0.8)
    to_axes = axes.transData + axes.transAxes.inverted()
    wanted = [to_axes.transform((place, 0))[0] * width for place in places]
    look: dict[str, Any] = {"size": _RUNS_SIZE, "va": "bottom"}
    for spot, number in zip(spread(wanted, gap, 0, width), runs, strict=True):
        note(axes, f"{number:,}", (spot / width, 1), (0, 3), ha="center", **look)
    note(axes, "runs", (0, 1), (-4, 3), ha="right", **look)


def _mark_base(axes: Axes, base: bool | float | str | None, values: pl.Series) -> None:
    """Mark the value of the base scenario, if the axes show it."""
    place = base_place(base, values)
    if place is None or not axes.get_xlim()[0] <= place <= axes.get_xlim()[1]:
        return
    axes.axvline(place, color=INK, linewidth=1, linestyle=(0, (2, 2)), zorder=2.5, gid="base")
    blank = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.8}
    at = {"xycoords": axes.get_xaxis_transform(), "va": "top", "size": 7, "bbox": blank}
    note(axes, "base", (place, 1), (3, -2), **at)


def base_place(base: bool | float | str | None, values: pl.Series) -> float | None:
    """Return the place of the base on the axis of a lever: its value, or the number of its word."""
    if values.dtype == pl.String:
        words = values.to_list()
        return float(words.index(base)) if base in words else None
    if values.dtype == pl.Date:
        days = pl.Series([str(base)]).str.to_date(strict=False).to_physical()
        return None if days[0] is None else float(days[0])
    return None if base is None or isinstance(base, str) else float(base)
