"""Figure of a tipping point: the share of seeds in which an outcome occurs, over a lever."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from defectsim.analysis.inputs import Described
from defectsim.analysis.tipping.points import Tipping
from defectsim.plots.labels import base_of, label, number_axis, shown
from defectsim.plots.style import (
    AS_WRITTEN,
    INK,
    SERIES,
    Heading,
    Margins,
    begun,
    note,
    plain_axes,
)

_MARGINS = Margins(left=0.75, above=0.2, below=0.75)
_HEIGHT = 3.2  # in inches
_BELOW, _LETTERS = -5.0, 120  # place of brackets, in % of seeds; letters of the label


def tipping_curve(
    one: Tipping, axes: Axes, described: Mapping[str, Described] | None = None
) -> Axes:
    """Draw the share of seeds with its band, each seed's bracket, and the tipping point.

    A dotted line marks the base scenario.
    """
    described = described or {}
    values = one.curve["value"].to_numpy()
    low, share, high = (100 * one.curve[end].to_numpy() for end in ("low", "share", "high"))
    axes.fill_between(values, low, high, color=SERIES[0], alpha=0.16, linewidth=0)
    axes.plot(values, share, color=SERIES[0], linewidth=2)
    look: dict[str, Any] = {"color": INK, "alpha": 0.6, "markersize": 6, "clip_on": False}
    for row in one.thresholds.drop_nulls(["below", "above"]).rows(named=True):
        axes.plot([row["below"], row["above"]], [_BELOW] * 2, "|-", **look)
    if one.value is not None and one.interval is not None:
        ends = [min(max(end, one.lever.low), one.lever.high) for end in one.interval]
        axes.plot(ends, [50, 50], color=SERIES[1], linewidth=3, solid_capstyle="butt")
        axes.plot(one.value, 50, "D", color=SERIES[1], markersize=7, markeredgecolor="white")
        axes.vlines(one.value, -9, 50, color=SERIES[1], linewidth=1.2, linestyle="--")
        _name(axes, f"half tip at {shown(one.value)}", one.value, 6)
    axes.set_xscale(one.lever.scale)
    number_axis(axes.xaxis, log=one.lever.scale == "log")
    axes.set_xlim(one.lever.low, one.lever.high)
    axes.set_ylim(-9, 104)
    axes.set_yticks([0, 25, 50, 75, 100])
    plain_axes(axes)
    base = base_of(one.lever.name, described)
    if isinstance(base, float | int) and one.lever.low <= base <= one.lever.high:
        axes.axvline(base, color=INK, linewidth=1, linestyle=":", gid="base")
        _name(axes, "base", base, 96)
    axes.set_ylabel("% of seeds", color=INK, size=8.5)
    words = label(one.lever.name, described, _LETTERS)
    axes.set_xlabel(words, color=INK, size=8.5, **AS_WRITTEN)
    return axes


def _name(axes: Axes, words: str, at: float, height: float) -> None:
    blank = {"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.8}
    left = axes.transData.transform((at, 0))[0] < axes.bbox.x0 + 0.7 * axes.bbox.width
    look = {"ha": "left" if left else "right", "va": "center", "size": 8, "bbox": blank}
    note(axes, words, (at, height), (4 if left else -4, 0), xycoords="data", **look)


def tipping_figure(
    one: Tipping, title: str, described: Mapping[str, Described] | None = None
) -> Figure:
    """Return the curve over the lever, and what was found."""
    marks = (
        f"Line: share of {one.counts.seeds} seeds in which it occurs; band: its {100 * one.level:g} "
        "% interval; diamond and bar: the tipping point and its interval; brackets at the foot: where "
        "single seeds switch."
    )
    figure, axes = begun(Heading.of(title, f"{one.found} {marks}"), _HEIGHT, _MARGINS)
    tipping_curve(one, axes, described)
    return figure
