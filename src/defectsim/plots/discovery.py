"""Figure of scenario discovery: runs in the two inputs that bind most, and the box."""

from collections.abc import Sequence

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from defectsim.analysis.discovery.boxes import Discovery
from defectsim.analysis.inputs import Input
from defectsim.core.formatting import plain
from defectsim.plots.style import AS_WRITTEN, INK, SERIES, WIDTH, Heading, plain_axes

# in inches
_LEFT, _RIGHT, _FOOT, _HEIGHT, _KEY = 1.0, 0.3, 0.6, 4.6, 0.3
_MISS = "0.72"


def discovery_figure(
    found: Discovery, runs: pl.DataFrame, cases: pl.Series, inputs: Sequence[Input], title: str
) -> Figure:
    """Return runs as points in the one or two inputs that bind most: cases filled, others hollow.

    Parameters
    ----------
    found
        With a box.
    runs, cases
        A row a run, as in `analysis.discovery.discover`.
    """
    heading = Heading.of(title, found.found)
    height = heading.height + _KEY + _HEIGHT + _FOOT
    figure = Figure(figsize=(WIDTH, height))
    heading.write(figure)
    sides = 1 - (_LEFT + _RIGHT) / WIDTH
    axes = figure.add_axes((_LEFT / WIDTH, _FOOT / height, sides, _HEIGHT / height))
    known = {one.name: one for one in inputs}
    across, *upward = (known[name] for name in found.binding)
    ends = runs.with_columns(cases.alias("case")).drop_nulls("case")
    for case, face, edge in ((False, "none", _MISS), (True, SERIES[0], SERIES[0])):
        some = ends.filter(pl.col("case") == case)
        heights = some[upward[0].name] if upward else some["case"].cast(pl.Float64)
        label = "yes" if case else "no"
        axes.scatter(
            some[across.name], heights, s=14, facecolors=face, edgecolors=edge, label=label
        )
    _frame(axes, found, across, upward)
    plain_axes(axes)
    axes.set_xlabel(plain(across.name), color=INK, size=8.5, **AS_WRITTEN)
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, fontsize=8)
    return figure


def _frame(axes: Axes, found: Discovery, across: Input, upward: Sequence[Input]) -> None:
    """Draw the box, and set the ranges of the axes."""
    left, right = found.box[across.name]
    axes.set_xscale("log" if across.log else "linear")
    axes.set_xlim(across.low, across.high)
    low, high = (-0.5, 1.5)
    if upward:
        low, high = found.box[upward[0].name]
        axes.set_yscale("log" if upward[0].log else "linear")
        axes.set_ylim(upward[0].low, upward[0].high)
        axes.set_ylabel(plain(upward[0].name), color=INK, size=8.5, **AS_WRITTEN)
    else:
        axes.set_yticks([0, 1], ["no", "yes"])
        axes.set_ylim(low, high)
    box = Rectangle((left, low), right - left, high - low, fill=False, lw=2, ec=SERIES[1])
    axes.add_patch(box)
