"""Figure of a comparison: paired differences from the baseline, outcome by outcome."""

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
from defectsim.core.formatting import difference, exact_difference, in_percent, plain
from defectsim.plots.style import AS_WRITTEN, INK, POINTS, SERIES, WIDTH, Heading, by_unit, note

# in inches
_LEFT, _RIGHT, _ROW, _BETWEEN, _FOOT, _KEY = 1.75, 2.95, 0.26, 0.42, 0.4, 0.3
_KEY_LINE, _KEY_LETTERS, _IF_UNPAIRED = 0.19, 105, "interval if runs were unpaired"
_BAND, _UNPAIRED = 0.62, "0.55"


class _Mark(NamedTuple):
    """Mark of a scenario: its colour, its number if colours are too few, its label."""

    colour: str
    number: str
    label: str


def difference_strip(
    rows: pl.DataFrame, axes: Axes, counted: str, colours: Mapping[str, str]
) -> Axes:
    """Draw an outcome: by scenario the mean difference, its interval and the spread of pairs.

    Rows are those of `paired.paired` for one outcome, drawn from the top; `counted` is the unit of
    differences.
    """
    dot: dict[str, Any] = {"markersize": 5, "markeredgecolor": "white", "markeredgewidth": 0.8}
    for place, row in enumerate(rows.to_dicts()):
        colour = colours[row["scenario"]]
        if row["kind"] != "chance":
            width = row["q95"] - row["q05"]
            axes.barh(place, width, _BAND, row["q05"], color=colour, alpha=0.16, linewidth=0)
        if row["unpaired_low"] is not None:
            ends = [row["unpaired_low"], row["unpaired_high"]]
            axes.plot(ends, [place + 0.2] * 2, color=_UNPAIRED, linewidth=1.2)
        if row["low"] is not None:
            ends = [row["low"], row["high"]]
            axes.plot(ends, [place] * 2, color=colour, linewidth=3, solid_capstyle="butt")
        axes.plot(row["mean"], place, "o", color=colour, **dot)
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


def difference_figure(differences: pl.DataFrame, title: str = "") -> Figure:
    """Return a strip for each outcome of `paired.paired` that differs in any pair."""
    shown = differences.filter((pl.col("differ") > 0).any().over("outcome"), pl.col("pairs") > 0)
    if shown.is_empty():
        raise NothingToDrawError("there is nothing to draw: no outcome differs in any pair of runs")
    strips = shown.partition_by("outcome", maintain_order=True)
    heading = Heading.of(title, _text(shown))
    marks = _marks(differences)
    in_key = [mark for name, mark in marks.items() if name in shown["scenario"]]
    longest = max(len(label) for label in (_IF_UNPAIRED, *(mark.label for mark in in_key)))
    columns = max(1, _KEY_LETTERS // longest)
    lines = math.ceil((len(in_key) + 2) / columns)
    tops, height = [], heading.height + _KEY + _KEY_LINE * lines
    for strip in strips:
        tops.append(height)
        height += _ROW * strip.height + _BETWEEN
    height += _FOOT - _BETWEEN
    figure = Figure(figsize=(WIDTH, height))
    heading.write(figure)
    _key(figure, (height - heading.height) / height, in_key, columns)
    width = 1 - (_LEFT + _RIGHT) / WIDTH
    for strip, top in zip(strips, tops, strict=True):
        tall = _ROW * strip.height
        box = (_LEFT / WIDTH, 1 - (top + tall) / height, width, tall / height)
        _draw_strip(strip, figure.add_axes(box), marks)
    return figure


def _marks(differences: pl.DataFrame) -> dict[str, _Mark]:
    """Return the marks of all scenarios, numbered if there are more of them than colours."""
    names = differences["scenario"].unique(maintain_order=True).to_list()
    marks = {}
    for place, (name, colour) in enumerate(zip(names, cycle(SERIES), strict=False), 1):
        number = str(place) if len(names) > len(SERIES) else ""
        marks[name] = _Mark(colour, number, plain(f"{number} {name}").strip())
    return marks


def _draw_strip(strip: pl.DataFrame, axes: Axes, marks: Mapping[str, _Mark]) -> None:
    """Draw an outcome, name it on the left, and write its numbers on the right."""
    name, kind = strip["outcome"][0], strip["kind"][0]
    counted = POINTS if in_percent(kind) else unit(name, kind)
    difference_strip(strip, axes, counted, {name: mark.colour for name, mark in marks.items()})
    left: dict[str, Any] = {"ha": "right", "va": "center"}
    note(axes, words(name).capitalize(), (0, 0.5), (-20, 5), size=9, weight="bold", **left)
    note(axes, counted, (0, 0.5), (-20, -6), size=7.5, **left)
    in_row: dict[str, Any] = {"xycoords": axes.get_yaxis_transform(), "va": "center"}
    for place, row in enumerate(strip.to_dicts()):
        note(axes, _numbers(row), (1, place), (10, 0), **in_row)
        mark = marks[row["scenario"]]
        if mark.number:
            look: dict[str, Any] = {"size": 7, "color": mark.colour, "ha": "right", **in_row}
            note(axes, mark.number, (0, place), (-4, 0), **look)


def _numbers(row: Mapping[str, Any]) -> str:
    differ = f"{row['differ']:,} of {row['pairs']:,} differ"
    if row["low"] is not None:
        return f"{difference(row['kind'], row['low'], row['mean'], row['high'])}; {differ}"
    if row["differ"] == 0:
        return f"none of {row['pairs']:,} differ (at most {100 * row['differ_most']:.2g} % do)"
    return f"{exact_difference(row['kind'], row['mean'])} in each of {row['pairs']:,}"


def _key(figure: Figure, top: float, marks: Sequence[_Mark], columns: int) -> None:
    lines = [
        Line2D([], [], color=mark.colour, linewidth=3, marker="o", markeredgecolor="white")
        for mark in marks
    ]
    others = {
        "90 % of pairs": Patch(color=SERIES[0], alpha=0.16, linewidth=0),
        _IF_UNPAIRED: Line2D([], [], color=_UNPAIRED, linewidth=1.2),
    }
    labels = [*(mark.label for mark in marks), *others]
    legend = figure.legend(
        [*lines, *others.values()],
        ["name"] * len(labels),  # one with an underscore at its start would be left out
        loc="upper left",
        bbox_to_anchor=(_LEFT / WIDTH, top),
        ncols=columns,
        frameon=False,
        fontsize=8,
        labelcolor=INK,
        borderaxespad=0,
    )
    for text, label in zip(legend.get_texts(), labels, strict=True):
        text.set(text=label, **AS_WRITTEN)


def _text(differences: pl.DataFrame) -> str:
    pairs = int(differences["pairs"].to_numpy().max())
    return (
        f"Differences from {differences['baseline'][0]} in {pairs:,} pairs on common random numbers. "
        "Dot and bar: mean and 95 % interval, written on the right with the number of pairs that "
        "differ."
    )
