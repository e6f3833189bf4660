"""Figure of a sweep: an outcome by one lever as a line, by two as a map, by more as a line each."""

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

from defectsim.analysis.outcomes import OutcomeSpec, outcome, varied, words
from defectsim.analysis.sweeps import BINS, binned, sweep
from defectsim.core.errors import NothingToDrawError
from defectsim.core.formatting import BAND, plain
from defectsim.plots.style import (
    AS_WRITTEN,
    INK,
    SERIES,
    WIDTH,
    Heading,
    by_unit,
    note,
    plain_axes,
    points,
    spread,
    written,
)

_COLOURS = "cividis"  # even in lightness, and distinct for any colour vision
_DARK = 0.46  # lightness below which white ink is read better than black
_LIGHTNESS = (0.299, 0.587, 0.114)
_TILE_LINES, _TILE_LETTER = 4.7, 0.6  # a tile's height in lines, and a letter's width over its size
_LEAST, _LARGEST = 4.5, 9.0  # sizes of text
_SLANTED = 90  # letters of tick labels above which they are slanted
_BANDS = (("q05", "q95", 0.16), ("q25", "q75", 0.3))
_RUNS_SIZE, _DIGIT = 7.0, 0.62  # size of the numbers of runs, and a digit's width over it
_EMPTY_TOP = 0.01
_BAR = 0.3  # width of a word's bars; words are 1 apart
_TICKS = 8.5  # size of the labels of ticks
# in inches
_ALONE, _PANEL, _MAP, _TILE, _AXIS = 4.0, 3.0, 5.2, 0.52, 0.6
_COLUMNS = 2


def lever_map(frame: pl.DataFrame, axes: Axes, unit: str) -> Axes:
    """Draw the median of an outcome over two levers, in tiles with interval and number of runs.

    The frame is that of `sweeps.sweep` by two levers, which are its first columns: across and
    upward. A colour bar takes some of the axes' room.
    """
    levers = frame.columns[:2]
    across, upward = (frame[lever].unique(maintain_order=True).to_list() for lever in levers)
    if frame[levers[1]].dtype != pl.String:
        upward.sort()
    medians = np.full((len(upward), len(across)), np.nan)
    texts = {}
    for row in frame.filter(pl.col("runs") > 0).to_dicts():
        tile = upward.index(row[levers[1]]), across.index(row[levers[0]])
        medians[tile], texts[tile] = row["q50"], _tile_text(row, unit)
    mesh = axes.pcolormesh(medians, cmap=_COLOURS, edgecolors="white", linewidth=1.5)
    _label_sides(axes, levers, across, upward)
    bar = axes.figure.colorbar(mesh, ax=axes, pad=0.02, aspect=30)
    label = "share of runs, %" if unit == "% of runs" else f"median, {unit}"
    bar.set_label(label, size=8.5, color=INK)
    by_unit(bar.ax.yaxis, unit)
    bar.ax.tick_params(colors=INK, labelsize=8, length=2)
    _write_tiles(axes, mesh, medians, texts)
    return axes


def _tile_text(row: dict[str, Any], unit: str) -> str:
    half = ""
    if row["q25"] is not None:
        half = f"{written(row['q25'], unit)}–{written(row['q75'], unit)}"
    return f"{written(row['q50'], unit)}\n{half}\nn = {row['runs']:,}"


def _label_sides(
    axes: Axes, levers: Sequence[str], across: Sequence[Any], upward: Sequence[Any]
) -> None:
    columns, rows = ([_value(value) for value in side] for side in (across, upward))
    slanted = sum(map(len, columns)) > _SLANTED
    turned: dict[str, Any] = {"rotation": 20, "ha": "right"} if slanted else {}
    axes.set_xticks(np.arange(len(across)) + 0.5, columns, **AS_WRITTEN, **turned)
    axes.set_yticks(np.arange(len(upward)) + 0.5, rows, **AS_WRITTEN)
    axes.set_xlabel(plain(levers[0]), size=8.5, color=INK, **AS_WRITTEN)
    axes.set_ylabel(plain(levers[1]), size=8.5, color=INK, **AS_WRITTEN)
    axes.tick_params(colors=INK, labelsize=8.5, length=0)
    axes.set_facecolor("0.93")
    axes.spines[:].set_visible(False)


def _value(value: float | str | dt.date) -> str:
    return f"{value:.3g}" if isinstance(value, float) else plain(str(value))


def _write_tiles(
    axes: Axes, mesh: QuadMesh, medians: np.ndarray[Any, Any], texts: dict[tuple[int, int], str]
) -> None:
    """Write into the tiles, in one size that fits all of them, in ink legible on their colours."""
    if figure := axes.get_figure(root=True):
        figure.draw_without_rendering()
    width, height = points(axes)
    rows, columns = medians.shape
    letters = max(len(line) for text in texts.values() for line in text.split("\n"))
    fits = min(width / columns / (letters * _TILE_LETTER), height / rows / _TILE_LINES)
    size = min(max(fits, _LEAST), _LARGEST)
    bold: dict[str, Any] = {"size": 1.15 * size, "weight": "bold", "va": "bottom"}
    small: dict[str, Any] = {"size": size, "va": "top", "linespacing": 1.15}
    for (row, column), text in texts.items():
        lightness = np.dot(_LIGHTNESS, mesh.to_rgba(medians[row, column])[:3])
        ink = "black" if lightness > _DARK else "white"
        middle, rest = text.split("\n", 1)
        tile, look = (column + 0.5, row + 0.5), {"color": ink, "ha": "center", "xycoords": "data"}
        note(axes, middle, tile, (0, 0.75 * size), **bold, **look)
        note(axes, rest, tile, (0, 0.65 * size), **small, **look)


def lever_lines(frame: pl.DataFrame, axes: Axes, unit: str) -> Axes:
    """Draw an outcome against one lever, with the number of runs above each point.

    The frame is that of `sweeps.sweep` by one lever, which is its first column. Numbers and dates
    are joined by a line through the medians; words have bars.
    """
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
    axes.set_ylim(*span(drawn))
    _dress(axes, lever, drawn[lever], unit)
    spots = [float(axes.convert_xunits(place)) for place in places]
    _write_runs(axes, spots, drawn["runs"].to_list())
    return axes


def span(frame: pl.DataFrame) -> tuple[float, float]:
    """Return the range of an outcome's axis: from zero, unless all values are far from it."""
    drawn = frame.select(BAND).to_numpy()
    low, high = float(np.nanmin(drawn)), float(np.nanmax(drawn))
    if low < high / 2 or high == 0:
        return 0.0, 1.06 * high or _EMPTY_TOP
    room = 0.06 * (high - low) or _EMPTY_TOP * high
    return low - room, high + room


def _dress(axes: Axes, lever: str, values: pl.Series, unit: str) -> None:
    if values.dtype == pl.String:
        room = points(axes)[0] / len(values)
        labels = [plain(word) for word in values]
        look = dict(AS_WRITTEN)
        if any(len(label) * _TICKS * _DIGIT > room for label in labels):
            look |= {"rotation": 20, "ha": "right", "rotation_mode": "anchor"}
        axes.set_xticks(range(len(values)), labels, **look)
        axes.set_xlim(-0.5, len(values) - 0.5)
    elif values.dtype == pl.Date:
        axes.xaxis.set_major_locator(AutoDateLocator(minticks=2, maxticks=5))
        axes.xaxis.set_major_formatter(DateFormatter("%Y-%m-%d"))
    axes.set_xlabel(plain(lever), size=8.5, color=INK, **AS_WRITTEN)
    by_unit(axes.yaxis, unit)
    plain_axes(axes, _TICKS)


def _write_runs(axes: Axes, places: Sequence[float], runs: Sequence[int]) -> None:
    """Write the number of runs of each point above the axes, apart if points are close."""
    axes.set_xlim(axes.get_xlim())
    first, last = axes.get_xlim()
    width, _ = points(axes)
    gap = _RUNS_SIZE * (_DIGIT * max(len(f"{number:,}") for number in runs) + 0.8)
    wanted = [(place - first) / (last - first) * width for place in places]
    look: dict[str, Any] = {"size": _RUNS_SIZE, "va": "bottom"}
    for spot, number in zip(spread(wanted, gap, 0, width), runs, strict=True):
        note(axes, f"{number:,}", (spot / width, 1), (0, 3), ha="center", **look)
    note(axes, "runs", (0, 1), (-4, 3), ha="right", **look)


def sweep_figure(runs: pl.DataFrame, name: str, title: str = "") -> Figure:
    """Return panels of an outcome (see `outcomes.outcome`) by what varies."""
    levers = varied(runs)
    spec = outcome(runs, name)
    if not levers:
        raise NothingToDrawError(
            "nothing varies between the points of this study, so there is no sweep to draw"
        )
    if runs.select(spec.value.count()).item() == 0:
        raise NothingToDrawError(
            f"there is nothing to draw: no run of this study ended well with a value of {name}"
        )
    groups = [levers] if len(levers) <= _COLUMNS else [[lever] for lever in levers]
    frames = [sweep(runs, name, group) for group in groups]
    heading, body = Heading.of(title, _text(runs, spec, levers, frames)), _height(frames)
    whole = heading.height + body
    layout = ConstrainedLayoutEngine(rect=(0, 0, 1, body / whole), h_pad=0.1, w_pad=0.1)
    figure = Figure(figsize=(WIDTH, whole), layout=layout)
    _draw(figure, frames, spec)
    heading.write(figure)
    return figure


def _height(frames: Sequence[pl.DataFrame]) -> float:
    first = frames[0]
    if _is_map(first):
        return max(_MAP, _AXIS + _TILE * first[first.columns[1]].n_unique())
    return _ALONE if len(frames) == 1 else _PANEL * math.ceil(len(frames) / _COLUMNS)


def _is_map(frame: pl.DataFrame) -> bool:
    return frame.columns.index("points") == _COLUMNS


def _draw(figure: Figure, frames: Sequence[pl.DataFrame], spec: OutcomeSpec) -> None:
    if _is_map(frames[0]):
        lever_map(frames[0], figure.subplots(), spec.unit)
        return
    columns, name = min(len(frames), _COLUMNS), f"{words(spec.name)}, {spec.unit}"
    panels = figure.subplots(math.ceil(len(frames) / columns), columns, squeeze=False)
    limits = span(pl.concat(frame.select(BAND) for frame in frames))
    for number, axes in enumerate(panels.ravel()):
        if number >= len(frames):
            axes.remove()
            continue
        lever_lines(frames[number], axes, spec.unit)
        axes.set_ylim(*limits)
        axes.set_ylabel(name if number % columns == 0 else "", size=8.5, color=INK)
        axes.tick_params(labelleft=number % columns == 0)


def _text(
    runs: pl.DataFrame, spec: OutcomeSpec, levers: Sequence[str], frames: Sequence[pl.DataFrame]
) -> str:
    """Return what is drawn, what is pooled or in bins, and what is left out."""
    parts = [f"{words(spec.name).capitalize()}, {spec.unit}.", _marks(spec, frames)]
    if len(levers) > _COLUMNS:
        parts.append("Each panel pools all values of the other levers.")
    if wide := [lever for lever in levers if binned(runs, lever)]:
        of = "" if len(wide) == len(levers) else f" of {', '.join(wide)}"
        parts.append(
            f"Values{of} come in {BINS} bins of about as many points each, marked at their medians."
        )
    if left := runs.select(spec.value.null_count()).item():
        parts.append(
            f"Left out: {left:,} of {runs.height:,} runs, which failed, are pending or have no value."
        )
    return " ".join(parts)


def _marks(spec: OutcomeSpec, frames: Sequence[pl.DataFrame]) -> str:
    chance = spec.kind == "chance"
    if max(frame["runs"].to_numpy().max() for frame in frames) == 1:
        return "One run at each point."
    if chance and all(frame["q05"].null_count() == frame.height for frame in frames):
        return "Share of runs; pooled runs share their seeds, so it has no interval. Numbers: runs."
    middle, half, most = "median", "50 %", "90 % of runs"
    if chance:
        middle, half, most = "share", "exact 50 % interval", "90 %"
    if _is_map(frames[0]):
        whose = "its" if chance else "the middle"
        return f"Each tile: {middle} of runs; {whose} {half}; n, how many runs."
    return f"Point: {middle} of runs; dark band: {half}, light band: {most}; above: number of runs."
