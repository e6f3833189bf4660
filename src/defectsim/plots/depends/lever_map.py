"""An outcome over two levers: a map of tiles, on a colour scale that is stated."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.patches import Rectangle

from defectsim.analysis.inputs import Described
from defectsim.core.formatting import plain
from defectsim.plots.depends.lever_lines import base_place, span
from defectsim.plots.labels import base_of, label, shown
from defectsim.plots.style import AS_WRITTEN, INK, by_unit, note, points, written

_COLOURS = "cividis"  # even in lightness, and distinct for any colour vision
_DARK = 0.46  # lightness below which white ink is read better than black
_LIGHTNESS = (0.299, 0.587, 0.114)
_TILE_LINES, _TILE_LETTER = 4.7, 0.7  # a tile's height in lines, and a letter's width over its size
_LEAST, _LARGEST = 5.0, 9.0  # sizes of text
_SLANTED = 90  # letters of tick labels above which they are slanted
_SIZE, _LETTER = 8.0, 0.52  # size of labels, and a letter's width over it


def lever_map(
    frame: pl.DataFrame,
    axes: Axes,
    unit: str,
    described: Mapping[str, Described] | None = None,
    *,
    numbers: bool = True,
) -> Axes:
    """Draw the median of an outcome over two levers, in tiles with interval and number of runs.

    Shares of runs have colours from 0 to 100 %, other outcomes over the range of 90 % of runs, from
    0 unless that is far off. Arrows on the sides mark the base scenario, and a frame its tile. A
    colour bar takes some of the axes' room.

    Parameters
    ----------
    frame
        Of `sweeps.sweep` by two levers, which are its first columns: across and upward.
    unit
        Of the outcome.
    described
        What levers mean, by path.
    numbers
        False to leave them to `tile_numbers`, when the axes have their final size.
    """
    described = described or {}
    known = frame.filter(pl.col("runs") > 0)
    sides = _sides(frame)
    medians = np.full((len(sides[1]), len(sides[0])), np.nan)
    for row in known.to_dicts():
        medians[_tile(row, frame, sides)] = row["q50"]
    low, high = span(known, unit)
    look: dict[str, Any] = {"edgecolors": "white", "linewidth": 1.5, "vmin": low, "vmax": high}
    mesh = axes.pcolormesh(medians, cmap=_COLOURS, **look)
    bar = axes.figure.colorbar(mesh, ax=axes, pad=0.02, aspect=30)
    words = "share of runs, %" if unit == "% of runs" else f"median, {unit}"
    bar.set_label(words, size=8.5, color=INK)
    by_unit(bar.ax.yaxis, unit)
    bar.ax.tick_params(colors=INK, labelsize=8, length=2)
    levers = frame.columns[:2]
    _label_sides(axes, levers, sides, described)
    _mark_base(axes, [base_of(lever, described) for lever in levers], sides)
    if numbers:
        tile_numbers(frame, axes, unit)
    return axes


def _sides(frame: pl.DataFrame) -> tuple[list[Any], list[Any]]:
    """Return the values across and upward."""
    across, upward = (frame[one].unique(maintain_order=True).to_list() for one in frame.columns[:2])
    if frame[frame.columns[1]].dtype != pl.String:
        upward.sort()
    return across, upward


def _tile(
    row: Mapping[str, Any], frame: pl.DataFrame, sides: tuple[list[Any], list[Any]]
) -> tuple[int, int]:
    across, upward = frame.columns[:2]
    return sides[1].index(row[upward]), sides[0].index(row[across])


def tile_numbers(frame: pl.DataFrame, axes: Axes, unit: str) -> None:
    """Write the numbers of a map into its tiles; those too small for all have the median alone.

    They have one size that fits all tiles, and ink that is legible on their colours.
    """
    if figure := axes.get_figure(root=True):
        figure.draw_without_rendering()
    rows = frame.filter(pl.col("runs") > 0).to_dicts()
    width, height = points(axes)
    columns, lines = (len(side) for side in _sides(frame))
    texts = {_tile(row, frame, _sides(frame)): _tile_text(row, unit) for row in rows}
    room = width / columns / _TILE_LETTER
    letters = max(len(line) for text in texts.values() for line in text.split("\n"))
    size = min(room / letters, height / lines / _TILE_LINES, _LARGEST)
    if alone := size < _LEAST:
        letters = max(len(text.split("\n", 1)[0]) for text in texts.values())
        size = min(room / letters / 1.3, height / lines / 1.6, _LARGEST)
    (mesh,) = (one for one in axes.collections if isinstance(one, QuadMesh))
    colours = mesh.to_rgba(np.asarray(mesh.get_array()))[..., :3]
    for tile, text in texts.items():
        ink = "black" if np.dot(colours[tile], _LIGHTNESS) > _DARK else "white"
        _write_tile(axes, tile, text, {"color": ink, "size": size}, alone=alone)


def _write_tile(
    axes: Axes, tile: tuple[int, int], text: str, look: dict[str, Any], *, alone: bool
) -> None:
    at, (middle, rest) = (tile[1] + 0.5, tile[0] + 0.5), text.split("\n", 1)
    look |= {"ha": "center", "xycoords": "data"}
    bold = {**look, "size": 1.15 * look["size"], "weight": "bold"}
    if alone:
        note(axes, middle, at, va="center", **bold)
        return
    note(axes, middle, at, (0, 0.75 * look["size"]), va="bottom", **bold)
    note(axes, rest, at, (0, 0.65 * look["size"]), va="top", linespacing=1.15, **look)


def _tile_text(row: dict[str, Any], unit: str) -> str:
    half = ""
    if row["q25"] is not None:
        half = f"{written(row['q25'], unit)}–{written(row['q75'], unit)}"
    return f"{written(row['q50'], unit)}\n{half}\nn = {row['runs']:,}"


def _label_sides(
    axes: Axes,
    levers: Sequence[str],
    sides: tuple[Sequence[Any], Sequence[Any]],
    described: Mapping[str, Described],
) -> None:
    columns, rows = ([_value(value) for value in side] for side in sides)
    slanted = sum(map(len, columns)) > _SLANTED
    turned: dict[str, Any] = {"rotation": 20, "ha": "right"} if slanted else {}
    axes.set_xticks(np.arange(len(columns)) + 0.5, columns, **AS_WRITTEN, **turned)
    axes.set_yticks(np.arange(len(rows)) + 0.5, rows, **AS_WRITTEN)
    lengths = (int(length / (_SIZE * _LETTER)) for length in points(axes))
    across, upward = (
        label(lever, described, letters) for lever, letters in zip(levers, lengths, strict=True)
    )
    axes.set_xlabel(across, size=_SIZE, color=INK, **AS_WRITTEN)
    axes.set_ylabel(upward, size=_SIZE, color=INK, **AS_WRITTEN)
    axes.tick_params(colors=INK, labelsize=_SIZE, length=0)
    axes.set_facecolor("0.93")
    axes.spines[:].set_visible(False)


def _value(value: float | str | dt.date) -> str:
    return shown(value) if isinstance(value, float) else plain(str(value))


def _mark_base(
    axes: Axes, bases: Sequence[bool | float | str | None], sides: Sequence[Sequence[Any]]
) -> None:
    """Mark where the base scenario is on each side, and frame its tile if it is one."""
    places = [_among(base, side) for base, side in zip(bases, sides, strict=True)]
    look: dict[str, Any] = {"color": "black", "markersize": 6, "clip_on": False, "gid": "base"}
    across, upward = places
    if across is not None:
        axes.plot(across, 1, marker=7, transform=axes.get_xaxis_transform(), **look)
    if upward is not None:
        axes.plot(1, upward, marker=4, transform=axes.get_yaxis_transform(), **look)
    if across is not None and upward is not None and across % 1 == upward % 1 == 0.5:
        corner = (across - 0.46, upward - 0.46)
        axes.add_patch(Rectangle(corner, 0.92, 0.92, fill=False, lw=2, ec="black"))
        axes.add_patch(Rectangle(corner, 0.92, 0.92, fill=False, lw=0.8, ec="white", ls="--"))


def _among(base: bool | float | str | None, side: Sequence[Any]) -> float | None:
    """Return the place of the base among the values of a side, which are 1 apart."""
    values = pl.Series([*side])
    place = base_place(base, values)
    if place is None or values.dtype == pl.String:
        return None if place is None else place + 0.5
    numbers = values.to_physical().cast(pl.Float64).to_numpy()
    found = float(np.interp(place, numbers, np.arange(len(numbers)) + 0.5, np.nan, np.nan))
    return None if np.isnan(found) else found
