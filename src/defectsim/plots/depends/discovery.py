"""Figure of scenario discovery: runs in the two inputs that bind most, and the box."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from defectsim.analysis.discovery.boxes import Discovery
from defectsim.analysis.inputs import Described, Input
from defectsim.plots.labels import base_of, label, number_axis
from defectsim.plots.style import AS_WRITTEN, INK, SERIES, Heading, Margins, begun, plain_axes

_MARGINS = Margins(left=1.0, below=0.75)
_HEIGHT, _LINE = 4.6, 2.4
_GOLDEN = 0.6180339887
_LOOKS: tuple[dict[str, Any], ...] = (
    {"s": 14, "facecolors": "none", "edgecolors": "0.6", "marker": "o"},
    {"s": 24, "facecolors": SERIES[0], "edgecolors": "white", "marker": "D", "zorder": 3},
)
"""Of runs that are no cases, and of those that are."""
_BASE: dict[str, Any] = {"s": 90, "color": "black", "marker": "+", "linewidths": 2, "zorder": 5}
_ACROSS, _UPWARD = 120, 60  # letters of labels


def discovery_box(
    found: Discovery,
    axes: Axes,
    runs: pl.DataFrame,
    cases: pl.Series,
    inputs: Sequence[Input],
    described: Mapping[str, Described] | None = None,
) -> Axes:
    """Draw runs as points in the one or two inputs that bind most, the box, and the base scenario.

    Cases are filled, others hollow. With one input, cases stand above others.

    Parameters
    ----------
    found
        With a box.
    runs, cases
        A row a run, as in `analysis.discovery.discover`.
    described
        What inputs mean, by path.
    """
    described = described or {}
    known = {one.name: one for one in inputs}
    across, *upward = (known[name] for name in found.binding)
    ends = runs.with_columns(cases.alias("case")).drop_nulls("case")
    for case, look in enumerate(_LOOKS):
        some = ends.filter(pl.col("case") == bool(case))
        heights = some[upward[0].name].to_numpy() if upward else _apart(some.height) + case
        words = f"{'yes' if case else 'no'}: {some.height:,} runs"
        axes.scatter(some[across.name], heights, label=words, linewidths=0.7, clip_on=False, **look)
    _frame(axes, found, across, upward)
    at = [base_of(one.name, described) for one in (across, *upward)]
    x, y = at if upward else (*at, 0.5)
    if isinstance(x, float) and isinstance(y, float):
        axes.scatter(x, y, label="base scenario", gid="base", **_BASE)
    plain_axes(axes)
    axes.set_xlabel(label(across.name, described, _ACROSS), color=INK, size=8.5, **AS_WRITTEN)
    if upward:
        words = label(upward[0].name, described, _UPWARD)
        axes.set_ylabel(words, color=INK, size=8.5, **AS_WRITTEN)
    key: dict[str, Any] = {"loc": "lower right", "bbox_to_anchor": (1, 1), "frameon": False}
    axes.legend(ncols=4, fontsize=8, **key)
    return axes


def discovery_figure(
    found: Discovery,
    runs: pl.DataFrame,
    cases: pl.Series,
    inputs: Sequence[Input],
    title: str,
    described: Mapping[str, Described] | None = None,
) -> Figure:
    """Return the box among the runs, and what was found."""
    tall = _HEIGHT if len(found.binding) > 1 else _LINE
    figure, axes = begun(Heading.of(title, found.found), tall, _MARGINS)
    discovery_box(found, axes, runs, cases, inputs, described)
    return figure


def _apart(count: int) -> np.ndarray:
    """Return heights that keep points of one line apart, evenly within its middle half."""
    return (np.arange(count) * _GOLDEN % 1 - 0.5) / 2


def _frame(axes: Axes, found: Discovery, across: Input, upward: Sequence[Input]) -> None:
    """Draw the box, and set the ranges of the axes."""
    left, right = found.box[across.name]
    axes.set_xscale("log" if across.log else "linear")
    number_axis(axes.xaxis, log=across.log)
    axes.set_xlim(across.low, across.high)
    low, high = (-0.5, 1.5)
    if upward:
        low, high = found.box[upward[0].name]
        axes.set_yscale("log" if upward[0].log else "linear")
        number_axis(axes.yaxis, log=upward[0].log)
        axes.set_ylim(upward[0].low, upward[0].high)
    else:
        axes.set_yticks([0, 1], ["no", "yes"])
        axes.set_ylim(low, high)
    look: dict[str, Any] = {"fill": False, "lw": 2, "ec": SERIES[1], "zorder": 4, "clip_on": False}
    axes.add_patch(Rectangle((left, low), right - left, high - low, **look))
