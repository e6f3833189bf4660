"""How an outcome hangs on one lever: the median and its bands."""

from collections.abc import Sequence
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter

from defectsim.plots.labels import points, spread
from defectsim.plots.palette import INK, SERIES
from defectsim.plots.units import by_unit

_BANDS = (("q05", "q95", 0.16), ("q25", "q75", 0.3))
_SIZE = 7.0  # of the numbers of runs
_WIDTH = 0.62  # of a digit, over its size
_EMPTY_TOP = 0.01
_BAR = 0.3  # width of a word's bars; words are 1 apart
_TICKS = 8.5  # size of the labels of ticks


def lever_lines(frame: pl.DataFrame, axes: Axes, unit: str) -> Axes:
    """Draw an outcome against one lever; above each point stands its number of runs.

    Numbers and dates are joined by a line through the medians; words have bars. Without bands where there are none, as
    of one run.

    Parameters
    ----------
    frame
        From `analysis.sweep` by one lever, which is its first column.
    axes
        Where to draw.
    unit
        Of the outcome (`analysis.Outcome.unit`).
    """
    lever = frame.columns[0]
    drawn = frame.filter(pl.col("runs") > 0)
    words = drawn[lever].dtype == pl.String
    places = range(drawn.height) if words else drawn[lever].to_list()
    for low, high, alpha in _BANDS if drawn["runs"].max() != 1 else ():
        look: dict[str, Any] = {"color": SERIES[0], "alpha": alpha, "linewidth": 0}
        ends = drawn[low].to_numpy(), drawn[high].to_numpy()
        if words:
            axes.bar(places, ends[1] - ends[0], _BAR, ends[0], **look)
        else:
            axes.fill_between(places, *ends, **look)
    style = "o" if words else "o-"
    axes.plot(
        places, drawn["q50"].to_numpy(), style, color=SERIES[0], linewidth=1.8, markersize=4, clip_on=False, zorder=3
    )
    axes.set_ylim(*span(drawn))
    _dress(axes, lever, drawn[lever], unit)
    spots = [float(axes.convert_xunits(place)) for place in places]  # type: ignore[no-untyped-call]  # Matplotlib types it not
    _count(axes, spots, drawn["runs"].to_list())
    return axes


def span(frame: pl.DataFrame) -> tuple[float, float]:
    """Return the range of an axis for an outcome: from zero, unless all that is drawn is far from it."""
    drawn = frame.select(pl.concat_list("q05", "q50", "q95").explode().drop_nulls()).to_series().to_numpy()
    low, high = float(drawn.min()), float(drawn.max())
    if low < high / 2 or high == 0:
        return 0.0, 1.06 * high or _EMPTY_TOP
    room = 0.06 * (high - low) or _EMPTY_TOP * high
    return low - room, high + room


def _dress(axes: Axes, lever: str, values: pl.Series, unit: str) -> None:
    if values.dtype == pl.String:
        room = points(axes)[0] / len(values)
        slanted = any(len(word) * _TICKS * _WIDTH > room for word in values)
        turned: dict[str, Any] = {"rotation": 20, "ha": "right", "rotation_mode": "anchor"} if slanted else {}
        axes.set_xticks(range(len(values)), values.to_list(), **turned)
        axes.set_xlim(-0.5, len(values) - 0.5)
    elif values.dtype == pl.Date:
        axes.xaxis.set_major_locator(AutoDateLocator(minticks=2, maxticks=5))  # type: ignore[no-untyped-call]  # Matplotlib types it not
        axes.xaxis.set_major_formatter(DateFormatter("%Y-%m-%d"))  # type: ignore[no-untyped-call]  # as above
    axes.set_xlabel(lever, size=8.5, color=INK)
    by_unit(axes.yaxis, unit)
    axes.tick_params(colors=INK, labelsize=_TICKS, length=3)
    axes.grid(axis="y", color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _count(axes: Axes, places: Sequence[float], runs: Sequence[int]) -> None:
    """Write how many runs each point has, above the axes, spread apart where points are close."""
    axes.set_xlim(axes.get_xlim())
    first, last = axes.get_xlim()
    width, _ = points(axes)
    gap = _SIZE * (_WIDTH * max(len(f"{number:,}") for number in runs) + 0.8)
    wanted = [(place - first) / (last - first) * width for place in places]
    look: dict[str, Any] = {"size": _SIZE, "color": INK, "va": "bottom", "xycoords": "axes fraction"}
    above: dict[str, Any] = {"textcoords": "offset points", "xytext": (0, 3), "annotation_clip": False}
    for spot, number in zip(spread(wanted, gap, 0, width), runs, strict=True):
        axes.annotate(f"{number:,}", (spot / width, 1), ha="center", **look, **above)
    axes.annotate("runs", (0, 1), ha="right", **look, **{**above, "xytext": (-4, 3)})
