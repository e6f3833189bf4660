"""What scenarios do that another does not: the differences of paired lives, outcome by outcome."""

import math
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any, NamedTuple

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from defectsim.analysis.outcomes import unit, words
from defectsim.core.errors import NothingToDrawError
from defectsim.core.formatting import difference, exact_difference
from defectsim.plots.style import INK, POINTS, SERIES, WIDTH, Heading, by_unit

# in inches
_LEFT, _RIGHT, _ROW, _BETWEEN, _FOOT, _KEY = 1.75, 2.95, 0.26, 0.42, 0.4, 0.3
_KEY_LINE, _KEY_LETTERS, _NO_PAIRS = 0.19, 105, "interval if the runs were no pairs"
_BAND, _UNPAIRED = 0.62, "0.55"


class _Mark(NamedTuple):
    """What tells a scenario from others: its colour, a number where there is one, and what the key says."""

    colour: str
    number: str
    label: str


def difference_strip(
    rows: pl.DataFrame, axes: Axes, counted: str, colours: Mapping[str, str]
) -> Axes:
    """Draw one outcome: for each scenario the mean difference, its interval and, but of a chance, the spread of pairs.

    Parameters
    ----------
    rows
        Of `analysis.paired`, of one outcome: a row a scenario, drawn from the top.
    axes
        Where to draw.
    counted
        The unit of the difference.
    colours
        By scenario, the same in all strips of a figure.
    """
    for place, row in enumerate(rows.to_dicts()):
        colour = colours[row["scenario"]]
        if row["kind"] != "chance":
            axes.barh(
                place,
                row["q95"] - row["q05"],
                _BAND,
                row["q05"],
                color=colour,
                alpha=0.16,
                linewidth=0,
            )
        if row["unpaired_low"] is not None:
            axes.plot(
                [row["unpaired_low"], row["unpaired_high"]],
                [place + 0.2] * 2,
                color=_UNPAIRED,
                linewidth=1.2,
            )
        if row["low"] is not None:
            axes.plot(
                [row["low"], row["high"]],
                [place] * 2,
                color=colour,
                linewidth=3,
                solid_capstyle="butt",
            )
        axes.plot(
            row["mean"],
            place,
            "o",
            color=colour,
            markersize=5,
            markeredgecolor="white",
            markeredgewidth=0.8,
        )
    axes.axvline(0, color=INK, linewidth=0.8, zorder=0.5)
    axes.set_ylim(rows.height - 0.5, -0.5)
    axes.set_yticks([])
    axes.use_sticky_edges = False
    axes.margins(x=0.04)
    by_unit(axes.xaxis, counted)
    axes.tick_params(colors=INK, labelsize=7.5, length=2.5)
    axes.locator_params(axis="x", nbins=7)
    axes.spines[["top", "right", "left"]].set_visible(False)
    return axes


def difference_figure(found: pl.DataFrame, title: str = "") -> Figure:
    """Return the figure of a comparison: a strip an outcome that differs in any pair.

    Parameters
    ----------
    found
        From `analysis.paired`.
    title
        The headline.
    """
    moved = found.filter((pl.col("differ") > 0).any().over("outcome"), pl.col("pairs") > 0)
    if moved.is_empty():
        raise NothingToDrawError(
            "there is nothing to draw: no outcome differs in any pair of lives"
        )
    strips = moved.partition_by("outcome", maintain_order=True)
    heading = Heading.of(title, _told(moved))
    marks = _marks(found)
    shown = {name: marks[name] for name in marks if name in moved["scenario"]}
    columns, lines = _key_size([mark.label for mark in shown.values()])
    tops, height = [], heading.height + _KEY + _KEY_LINE * lines
    for strip in strips:
        tops.append(height)
        height += _ROW * strip.height + _BETWEEN
    height += _FOOT - _BETWEEN
    figure = Figure(figsize=(WIDTH, height))
    heading.write(figure)
    _key(figure, (height - heading.height) / height, [*shown.values()], columns)
    for strip, top in zip(strips, tops, strict=True):
        tall = _ROW * strip.height
        box = (
            _LEFT / WIDTH,
            1 - (top + tall) / height,
            1 - (_LEFT + _RIGHT) / WIDTH,
            tall / height,
        )
        _say(strip, figure.add_axes(box), marks)
    return figure


def _marks(found: pl.DataFrame) -> dict[str, _Mark]:
    """Return what tells scenarios apart, by name; their numbers do where there are more than colours."""
    names = found["scenario"].unique(maintain_order=True).to_list()
    numbers = [str(place + 1) if len(names) > len(SERIES) else "" for place in range(len(names))]
    return {
        name: _Mark(colour, number, f"{number} {name}".strip())
        for name, number, colour in zip(names, numbers, cycle(SERIES), strict=False)
    }


def _say(strip: pl.DataFrame, axes: Axes, marks: Mapping[str, _Mark]) -> None:
    """Draw an outcome, name it on the left, and write its numbers on the right."""
    name, kind = strip["outcome"][0], strip["kind"][0]
    counted = unit(name, kind) if kind == "count" else POINTS
    difference_strip(strip, axes, counted, {name: mark.colour for name, mark in marks.items()})
    look: dict[str, Any] = {"va": "center", "textcoords": "offset points", "annotation_clip": False}
    left: dict[str, Any] = {"xy": (0, 0.5), "xycoords": "axes fraction", "ha": "right", **look}
    axes.annotate(
        words(name).capitalize(), xytext=(-20, 5), size=9, weight="bold", color=INK, **left
    )
    axes.annotate(counted, xytext=(-20, -6), size=7.5, color=INK, **left)
    for place, row in enumerate(strip.to_dicts()):
        axes.annotate(
            _numbers(row),
            (1, place),
            (10, 0),
            axes.get_yaxis_transform(),
            size=8,
            color=INK,
            **look,
        )
        if (mark := marks[row["scenario"]]).number:
            at_left = axes.get_yaxis_transform()
            axes.annotate(
                mark.number,
                (0, place),
                (-4, 0),
                at_left,
                size=7,
                color=mark.colour,
                ha="right",
                **look,
            )


def _numbers(row: Mapping[str, Any]) -> str:
    differ = f"{row['differ']:,} of {row['pairs']:,} differ"
    if row["low"] is not None:
        return f"{difference(row['kind'], row['low'], row['mean'], row['high'])}; {differ}"
    if row["differ"] == 0:
        return f"none of {row['pairs']:,} differ (at most {100 * row['differ_most']:.2g} % do)"
    return f"{exact_difference(row['kind'], row['mean'])} in each of {row['pairs']:,}"


def _key_size(labels: Sequence[str]) -> tuple[int, int]:
    """Return in how many columns and lines the key fits."""
    columns = max(1, _KEY_LETTERS // max(len(label) for label in (*labels, _NO_PAIRS)))
    return columns, math.ceil((len(labels) + 2) / columns)


def _key(figure: Figure, top: float, marks: Sequence[_Mark], columns: int) -> None:
    lines = [
        Line2D([], [], color=mark.colour, linewidth=3, marker="o", markeredgecolor="white")
        for mark in marks
    ]
    others = {
        "90 % of pairs": Patch(color=SERIES[0], alpha=0.16, linewidth=0),
        _NO_PAIRS: Line2D([], [], color=_UNPAIRED, linewidth=1.2),
    }
    figure.legend(
        [*lines, *others.values()],
        [*(mark.label for mark in marks), *others],
        loc="upper left",
        bbox_to_anchor=(_LEFT / WIDTH, top),
        ncols=columns,
        frameon=False,
        fontsize=8,
        labelcolor=INK,
        borderaxespad=0,
    )


def _told(found: pl.DataFrame) -> str:
    pairs = int(found["pairs"].to_numpy().max())
    return (
        f"Differences from {found['baseline'][0]}, of {pairs:,} pairs of lives on common seeds. "
        "Dot and bar: mean difference and its 95 % interval, written on the right; how many pairs differ at all."
    )
