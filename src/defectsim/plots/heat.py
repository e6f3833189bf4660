"""How an outcome hangs on two levers: a map of medians, whose tiles say the rest."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh

from defectsim.plots.labels import points
from defectsim.plots.palette import INK
from defectsim.plots.units import by_unit, written

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
        Of the outcome (`analysis.Outcome.unit`).
    """
    across, upward = (frame[lever].unique(maintain_order=True).to_list() for lever in frame.columns[:2])
    if frame[frame.columns[1]].dtype != pl.String:
        upward.sort()
    medians = np.full((len(upward), len(across)), np.nan)
    drawn = {(upward.index(row[1]), across.index(row[0])): row for row in frame.filter(pl.col("runs") > 0).rows()}
    place = frame.columns.index("q50")
    for spot, row in drawn.items():
        medians[spot] = row[place]
    mesh = axes.pcolormesh(medians, cmap=_COLOURS, edgecolors="white", linewidth=1.5)
    _name(axes, frame.columns[:2], across, upward)
    bar = axes.figure.colorbar(mesh, ax=axes, pad=0.02, aspect=30)
    bar.set_label("share of runs, %" if unit == "% of runs" else f"median, {unit}", size=8.5, color=INK)
    by_unit(bar.ax.yaxis, unit)
    bar.ax.tick_params(colors=INK, labelsize=8, length=2)
    says = {spot: _said(dict(zip(frame.columns, row, strict=True)), unit) for spot, row in drawn.items()}
    _write(axes, mesh, medians, says)
    return axes


def _said(row: dict[str, Any], unit: str) -> str:
    between = "" if row["q25"] is None else f"{written(row['q25'], unit)}–{written(row['q75'], unit)}"
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


def _write(axes: Axes, mesh: QuadMesh, medians: np.ndarray[Any, Any], says: dict[tuple[int, int], str]) -> None:
    """Write into the tiles, in one size that fits all of them, in ink that can be read on their colours."""
    if figure := axes.get_figure(root=True):
        figure.draw_without_rendering()
    width, height = points(axes)
    letters = max(len(line) for text in says.values() for line in text.split("\n"))
    fits = min(width / medians.shape[1] / (letters * _LETTERS), height / medians.shape[0] / _LINES)
    size = min(max(fits, _LEAST), _LARGEST)
    for (row, column), text in says.items():
        red, green, blue, _ = mesh.to_rgba(medians[row, column])
        light = sum(weight * part for weight, part in zip(_LIGHTNESS, (red, green, blue), strict=True))
        ink = "black" if light > _DARK else "white"
        middle, rest = text.split("\n", 1)
        at: dict[str, Any] = {"color": ink, "ha": "center", "xycoords": "data", "textcoords": "offset points"}
        spot = (column + 0.5, row + 0.5)
        axes.annotate(middle, spot, xytext=(0, 0.75 * size), size=1.15 * size, weight="bold", va="bottom", **at)
        axes.annotate(rest, spot, xytext=(0, 0.65 * size), size=size, va="top", linespacing=1.15, **at)
