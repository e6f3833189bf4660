"""The picture of a sweep: one lever as a line, two as a map, more as a line each."""

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from defectsim import analysis
from defectsim.analysis.outcomes import words
from defectsim.analysis.sweeps import BINS, binned, sweep
from defectsim.core.errors import NothingToDrawError
from defectsim.core.quantiles import BAND
from defectsim.plots.style import INK, SERIES, WIDTH, Heading, by_unit, points, spread, written

_COLOURS = "cividis"  # even in lightness, and told apart with any colour vision
_DARK = 0.46  # lightness below which white ink is read better than black
_LIGHTNESS = (0.299, 0.587, 0.114)
_LINES, _LETTERS = 4.7, 0.6  # a tile's height in lines of text, and a letter's width over its size
_LEAST, _LARGEST = 4.5, 9.0  # sizes of text


def lever_map(frame: pl.DataFrame, axes: Axes, unit: str) -> Axes:
    """Draw the median of an outcome over two levers; each tile says it, its 50 % interval and its number of runs.

    Parameters
    ----------
    frame
        From `analysis.sweep` by two levers, which are its first columns: across and upward.
    axes
        Where to draw; a bar of colours takes some of its room.
    unit
        Of the outcome (`analysis.OutcomeSpec.unit`).
    """
    across, upward = (
        frame[lever].unique(maintain_order=True).to_list() for lever in frame.columns[:2]
    )
    if frame[frame.columns[1]].dtype != pl.String:
        upward.sort()
    medians = np.full((len(upward), len(across)), np.nan)
    drawn = {
        (upward.index(row[1]), across.index(row[0])): row
        for row in frame.filter(pl.col("runs") > 0).rows()
    }
    place = frame.columns.index("q50")
    for spot, row in drawn.items():
        medians[spot] = row[place]
    mesh = axes.pcolormesh(medians, cmap=_COLOURS, edgecolors="white", linewidth=1.5)
    _name(axes, frame.columns[:2], across, upward)
    bar = axes.figure.colorbar(mesh, ax=axes, pad=0.02, aspect=30)
    bar.set_label(
        "share of runs, %" if unit == "% of runs" else f"median, {unit}", size=8.5, color=INK
    )
    by_unit(bar.ax.yaxis, unit)
    bar.ax.tick_params(colors=INK, labelsize=8, length=2)
    says = {
        spot: _said(dict(zip(frame.columns, row, strict=True)), unit) for spot, row in drawn.items()
    }
    _write(axes, mesh, medians, says)
    return axes


def _said(row: dict[str, Any], unit: str) -> str:
    between = (
        "" if row["q25"] is None else f"{written(row['q25'], unit)}–{written(row['q75'], unit)}"
    )
    return f"{written(row['q50'], unit)}\n{between}\nn = {row['runs']:,}"


def _name(axes: Axes, levers: Sequence[str], across: Sequence[Any], upward: Sequence[Any]) -> None:
    names = [[_value(value) for value in side] for side in (across, upward)]
    slanted = sum(map(len, names[0])) > 90
    turned: dict[str, Any] = {"rotation": 20, "ha": "right"} if slanted else {}
    axes.set_xticks(np.arange(len(across)) + 0.5, names[0], **turned)
    axes.set_yticks(np.arange(len(upward)) + 0.5, names[1])
    axes.set_xlabel(levers[0], size=8.5, color=INK)
    axes.set_ylabel(levers[1], size=8.5, color=INK)
    axes.tick_params(colors=INK, labelsize=8.5, length=0)
    axes.set_facecolor("0.93")
    axes.spines[:].set_visible(False)


def _value(value: float | str | dt.date) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _write(
    axes: Axes, mesh: QuadMesh, medians: np.ndarray[Any, Any], says: dict[tuple[int, int], str]
) -> None:
    """Write into the tiles, in one size that fits all of them, in ink that can be read on their colours."""
    if figure := axes.get_figure(root=True):
        figure.draw_without_rendering()
    width, height = points(axes)
    letters = max(len(line) for text in says.values() for line in text.split("\n"))
    fits = min(width / medians.shape[1] / (letters * _LETTERS), height / medians.shape[0] / _LINES)
    size = min(max(fits, _LEAST), _LARGEST)
    for (row, column), text in says.items():
        red, green, blue, _ = mesh.to_rgba(medians[row, column])
        light = sum(
            weight * part for weight, part in zip(_LIGHTNESS, (red, green, blue), strict=True)
        )
        ink = "black" if light > _DARK else "white"
        middle, rest = text.split("\n", 1)
        at: dict[str, Any] = {
            "color": ink,
            "ha": "center",
            "xycoords": "data",
            "textcoords": "offset points",
        }
        spot = (column + 0.5, row + 0.5)
        axes.annotate(
            middle,
            spot,
            xytext=(0, 0.75 * size),
            size=1.15 * size,
            weight="bold",
            va="bottom",
            **at,
        )
        axes.annotate(
            rest, spot, xytext=(0, 0.65 * size), size=size, va="top", linespacing=1.15, **at
        )


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
        Of the outcome (`analysis.OutcomeSpec.unit`).
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
        places,
        drawn["q50"].to_numpy(),
        style,
        color=SERIES[0],
        linewidth=1.8,
        markersize=4,
        clip_on=False,
        zorder=3,
    )
    axes.set_ylim(*span(drawn))
    _dress(axes, lever, drawn[lever], unit)
    spots = [float(axes.convert_xunits(place)) for place in places]  # type: ignore[no-untyped-call]  # Matplotlib types it not
    _count(axes, spots, drawn["runs"].to_list())
    return axes


def span(frame: pl.DataFrame) -> tuple[float, float]:
    """Return the range of an axis for an outcome: from zero, unless all that is drawn is far from it."""
    drawn = (
        frame.select(pl.concat_list("q05", "q50", "q95").explode().drop_nulls())
        .to_series()
        .to_numpy()
    )
    low, high = float(drawn.min()), float(drawn.max())
    if low < high / 2 or high == 0:
        return 0.0, 1.06 * high or _EMPTY_TOP
    room = 0.06 * (high - low) or _EMPTY_TOP * high
    return low - room, high + room


def _dress(axes: Axes, lever: str, values: pl.Series, unit: str) -> None:
    if values.dtype == pl.String:
        room = points(axes)[0] / len(values)
        slanted = any(len(word) * _TICKS * _WIDTH > room for word in values)
        turned: dict[str, Any] = (
            {"rotation": 20, "ha": "right", "rotation_mode": "anchor"} if slanted else {}
        )
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
    look: dict[str, Any] = {
        "size": _SIZE,
        "color": INK,
        "va": "bottom",
        "xycoords": "axes fraction",
    }
    above: dict[str, Any] = {
        "textcoords": "offset points",
        "xytext": (0, 3),
        "annotation_clip": False,
    }
    for spot, number in zip(spread(wanted, gap, 0, width), runs, strict=True):
        axes.annotate(f"{number:,}", (spot / width, 1), ha="center", **look, **above)
    axes.annotate("runs", (0, 1), ha="right", **look, **{**above, "xytext": (-4, 3)})


# in inches
_ALONE, _PANEL, _MAP, _TILE, _AXIS = 4.0, 3.0, 5.2, 0.52, 0.6
_COLUMNS = 2


def sweep_figure(runs: pl.DataFrame, name: str, title: str = "") -> Figure:
    """Return the figure of a sweep: how an outcome hangs on what varies.

    Parameters
    ----------
    runs
        A row a run of a study, as it is stored.
    name
        The outcome; see `analysis.outcome`.
    title
        The headline.
    """
    levers = analysis.varied(runs)
    asked = analysis.outcome(runs, name)
    if not levers:
        raise NothingToDrawError(
            "nothing varies between the points of this study, so there is no sweep to draw"
        )
    if runs.select(asked.value.count()).item() == 0:
        raise NothingToDrawError(
            f"there is nothing to draw: no run of this study ended well with a value of {name}"
        )
    groups = [levers] if len(levers) <= _COLUMNS else [[lever] for lever in levers]
    frames = [sweep(runs, name, group) for group in groups]
    heading, body = Heading.of(title, _told(runs, asked, levers, frames)), _height(frames)
    whole = heading.height + body
    layout = ConstrainedLayoutEngine(rect=(0, 0, 1, body / whole), h_pad=0.1, w_pad=0.1)
    figure = Figure(figsize=(WIDTH, whole), layout=layout)
    _draw(figure, frames, asked)
    heading.write(figure)
    return figure


def _height(frames: Sequence[pl.DataFrame]) -> float:
    first = frames[0]
    if _is_map(first):
        return max(_MAP, _AXIS + _TILE * first[first.columns[1]].n_unique())
    return _ALONE if len(frames) == 1 else _PANEL * math.ceil(len(frames) / _COLUMNS)


def _is_map(frame: pl.DataFrame) -> bool:
    return frame.columns.index("points") == _COLUMNS


def _draw(figure: Figure, frames: Sequence[pl.DataFrame], asked: analysis.OutcomeSpec) -> None:
    if _is_map(frames[0]):
        lever_map(frames[0], figure.subplots(), asked.unit)
        return
    columns, name = min(len(frames), _COLUMNS), f"{words(asked.name)}, {asked.unit}"
    panels = figure.subplots(math.ceil(len(frames) / columns), columns, squeeze=False)
    for number, axes in enumerate(panels.ravel()):
        if number >= len(frames):
            axes.remove()
            continue
        lever_lines(frames[number], axes, asked.unit)
        axes.set_ylim(*span(pl.concat(frame.select(BAND) for frame in frames)))
        axes.set_ylabel(name if number % columns == 0 else "", size=8.5, color=INK)
        axes.tick_params(labelleft=number % columns == 0)


def _told(
    runs: pl.DataFrame,
    asked: analysis.OutcomeSpec,
    levers: Sequence[str],
    frames: Sequence[pl.DataFrame],
) -> str:
    """Say what is drawn, what is pooled or in bins, and what is left out."""
    what = f"{words(asked.name).capitalize()}, {asked.unit}."
    drawn = _marks(asked.kind == "chance", frames)
    pooled = "Each panel pools all values of the other levers." if len(levers) > _COLUMNS else ""
    return " ".join(
        part for part in (what, drawn, pooled, _bins(runs, levers), _left(runs, asked)) if part
    )


def _marks(chance: bool, frames: Sequence[pl.DataFrame]) -> str:
    if max(frame["runs"].to_numpy().max() for frame in frames) == 1:
        return "One run at each point."
    middle, half, most = (
        ("share", "exact 50 % interval", "90 %") if chance else ("median", "50 %", "90 % of runs")
    )
    if chance and all(frame["q05"].null_count() == frame.height for frame in frames):
        return "Share of runs; pooled runs share their seeds, so it has no interval. Numbers: runs."
    if _is_map(frames[0]):
        return f"Each tile: {middle} of runs; {'its' if chance else 'the middle'} {half}; n, how many runs."
    return f"Point: {middle} of runs; dark band: {half}, light band: {most}; above: number of runs."


def _bins(runs: pl.DataFrame, levers: Sequence[str]) -> str:
    wide = [lever for lever in levers if binned(runs, lever)]
    which = "" if len(wide) == len(levers) else f" of {', '.join(wide)}"
    return (
        f"Values{which} come in {BINS} bins of about as many points each, marked at their medians."
        if wide
        else ""
    )


def _left(runs: pl.DataFrame, asked: analysis.OutcomeSpec) -> str:
    left = runs.select(asked.value.null_count()).item()
    return (
        f"Left out: {left:,} of {runs.height:,} runs, which failed, are pending or have no value."
        if left
        else ""
    )
