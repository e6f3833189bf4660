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

from defectsim.analysis.outcomes import asked, unit, words
from defectsim.core.errors import NothingToDrawError
from defectsim.core.formatting import difference, exact_difference, in_percent, plain
from defectsim.plots.style import (
    AS_WRITTEN,
    INK,
    MARKERS,
    POINTS,
    SERIES,
    WIDTH,
    Heading,
    by_unit,
    note,
)

# in inches
_LEFT, _RIGHT, _ROW, _BETWEEN, _FOOT, _KEY = 1.9, 3.05, 0.26, 0.42, 0.4, 0.3
_KEY_LINE, _KEY_LETTERS, _IF_UNPAIRED = 0.19, 105, "interval if runs were unpaired"
_BAND, _UNPAIRED, _BEYOND = 0.62, "0.55", "0.35"
_ROOM = 0.3
"""Share of the reach of the paired intervals that axes go beyond them."""


class ScenarioMark(NamedTuple):
    """Mark of a scenario: its colour and marker, its number if these are too few, its label."""

    colour: str
    marker: str
    number: str
    label: str


def difference_strip(
    rows: pl.DataFrame, axes: Axes, counted: str, marks: Mapping[str, ScenarioMark]
) -> Axes:
    """Draw an outcome: by scenario the mean difference, its interval and the spread of pairs.

    The axes reach as far as the paired intervals; what goes beyond them ends in an arrow.

    Parameters
    ----------
    rows
        Those of `paired.paired` for one outcome, drawn from the top.
    counted
        Unit of differences.
    marks
        By scenario.
    """
    ends = reach(rows)
    look: dict[str, Any] = {"markersize": 5, "markeredgecolor": "white", "markeredgewidth": 0.8}
    for place, row in enumerate(rows.to_dicts()):
        mark = marks[row["scenario"]]
        if row["kind"] != "chance":
            width = row["q95"] - row["q05"]
            axes.barh(place, width, _BAND, row["q05"], color=mark.colour, alpha=0.16, linewidth=0)
            _arrows(axes, (row["q05"], row["q95"]), ends, place - 0.2)
        if row["unpaired_low"] is not None:
            unpaired = (row["unpaired_low"], row["unpaired_high"])
            axes.plot(unpaired, [place + 0.2] * 2, color=_UNPAIRED, linewidth=1.2)
            _arrows(axes, unpaired, ends, place + 0.2)
        if row["low"] is not None:
            interval = [row["low"], row["high"]]
            axes.plot(interval, [place] * 2, color=mark.colour, linewidth=3, solid_capstyle="butt")
        axes.plot(row["mean"], place, mark.marker, color=mark.colour, **look)
    axes.axvline(0, color=INK, linewidth=0.8, zorder=0.5)
    axes.set_ylim(rows.height - 0.5, -0.5)
    axes.set_xlim(*ends)
    axes.set_yticks([])
    by_unit(axes.xaxis, counted)
    axes.tick_params(colors=INK, labelsize=7.5, length=2.5)
    if rows.select(pl.any_horizontal(pl.col("mean", "low", "high").fill_null(0) != 0).any()).item():
        axes.locator_params(axis="x", nbins=7)
    else:
        axes.set_xticks([0])
    axes.spines[["top", "right", "left"]].set_visible(False)
    return axes


def reach(rows: pl.DataFrame) -> tuple[float, float]:
    """Return the range of the axes of differences: zero, means and paired intervals, and room."""
    ends = rows.select(low=pl.min_horizontal("mean", "low"), high=pl.max_horizontal("mean", "high"))
    low, high = (min(0.0, *ends["low"]), max(0.0, *ends["high"]))
    room = _ROOM * (high - low) or 1.0
    return low - room, high + room


def _arrows(
    axes: Axes, drawn: tuple[float, float], ends: tuple[float, float], place: float
) -> None:
    """Mark where something that is drawn goes beyond the ends of the axes."""
    look: dict[str, Any] = {"color": _BEYOND, "markersize": 3.5, "clip_on": False, "linestyle": ""}
    if drawn[0] < ends[0]:
        axes.plot(ends[0], place, marker="<", **look)
    if drawn[1] > ends[1]:
        axes.plot(ends[1], place, marker=">", **look)


def difference_figure(
    differences: pl.DataFrame, title: str = "", names: Sequence[str] | None = None
) -> Figure:
    """Return a strip for each outcome that differs in any pair, or is asked about.

    Parameters
    ----------
    differences
        Of `paired.paired`.
    names
        Outcomes asked about, which are shown even if they are the same in all pairs; default: those
        of `outcomes.asked`.
    """
    names = asked(differences["outcome"].to_list()) if names is None else names
    differs = (pl.col("differ") > 0).any().over("outcome")
    shown = differences.filter(differs | pl.col("outcome").is_in(names), pl.col("pairs") > 0)
    if shown.is_empty():
        raise NothingToDrawError("there is nothing to draw: no pair of runs ended well")
    strips = shown.partition_by("outcome", maintain_order=True)
    heading = Heading.of(title, _text(shown))
    marks = marks_of(differences["scenario"].unique(maintain_order=True).to_list())
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


def marks_of(names: Sequence[str]) -> dict[str, ScenarioMark]:
    """Return the marks of scenarios, numbered if there are more of them than colours."""
    marks = {}
    looks = cycle(zip(SERIES, MARKERS, strict=True))
    for place, (name, (colour, marker)) in enumerate(zip(names, looks, strict=False), 1):
        number = str(place) if len(names) > len(SERIES) else ""
        marks[name] = ScenarioMark(colour, marker, number, plain(f"{number} {name}").strip())
    return marks


def _draw_strip(strip: pl.DataFrame, axes: Axes, marks: Mapping[str, ScenarioMark]) -> None:
    """Draw an outcome, name it on the left, and write its numbers on the right."""
    name, counted = strip["outcome"][0], unit_of(strip)
    difference_strip(strip, axes, counted, marks)
    left: dict[str, Any] = {"ha": "right", "va": "center"}
    note(axes, words(name).capitalize(), (0, 0.5), (-20, 5), size=9, weight="bold", **left)
    note(axes, counted, (0, 0.5), (-20, -6), size=7.5, **left)
    in_row: dict[str, Any] = {"xycoords": axes.get_yaxis_transform(), "va": "center"}
    for place, row in enumerate(strip.to_dicts()):
        note(axes, numbers(row), (1, place), (10, 0), **in_row)
        mark = marks[row["scenario"]]
        if mark.number:
            look: dict[str, Any] = {"size": 7, "color": mark.colour, "ha": "right", **in_row}
            note(axes, mark.number, (0, place), (-8, 0), **look)


def unit_of(rows: pl.DataFrame) -> str:
    """Return the unit of the differences in one outcome."""
    name, kind = rows["outcome"][0], rows["kind"][0]
    return POINTS if in_percent(kind) else unit(name, kind)


def numbers(row: Mapping[str, Any]) -> str:
    """Return the mean difference with its interval, and how many pairs differ, by the kind."""
    pairs = row["pairs"]
    most = f"at most {100 * row['differ_most']:.2g} %"
    if row["kind"] == "chance":
        base, other = (round(pairs * row[f"{side}_mean"]) for side in ("base", "other"))
        if base == other == 0:
            return f"0 of {pairs:,} on both sides ({most} of runs)"
        gained = difference("chance", row["low"], row["mean"], row["high"])
        return f"{base:,} of {pairs:,}, then {other:,}: {gained}; {row['differ']:,} differ"
    if row["differ"] == 0:
        return f"none of {pairs:,} differ ({most} do)"
    if row["low"] is None:
        return f"{exact_difference(row['kind'], row['mean'])} in each of {pairs:,}"
    gained = difference(row["kind"], row["low"], row["mean"], row["high"])
    return f"{gained}; {row['differ']:,} of {pairs:,} differ"


def _key(figure: Figure, top: float, marks: Sequence[ScenarioMark], columns: int) -> None:
    lines = [
        Line2D([], [], color=mark.colour, linewidth=3, marker=mark.marker, markeredgecolor="white")
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
        "Mark and bar: mean and 95 % interval, written on the right with the number of pairs that "
        "differ. Axes reach as far as these; what goes beyond them ends in an arrow."
    )
