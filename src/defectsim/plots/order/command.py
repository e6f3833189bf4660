"""Figure of the chain of command in one run: its tree, and the share of each unit that is gone."""

from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from defectsim.analysis.runs.courses import moving_since
from defectsim.core.errors import NothingToDrawError
from defectsim.plots.panels import date_axis, heading_of
from defectsim.plots.style import INK, WIDTH, note, plain_axes

_LEVELS = (0.0, 0.01, 0.03, 0.1, 0.3, 0.5, 1.0)
"""Bounds of the classes of shares, the same in all figures."""
_SHADES = ("#FFFFFF", "#DCE9F3", "#A9CBE3", "#5B9BC9", "#1F5E93", "#08233F")
_CLASSES = ("under 1 %", "1–3 %", "3–10 %", "10–30 %", "30–50 %", "50 % and more")
# in inches
_ROW, _MOST, _LEAST = 0.1, 8.0, 0.8
_TREE, _GAP, _RIGHT, _HEAD, _FOOT = 1.75, 0.25, 0.2, 0.62, 0.45
_INDENT = 0.13
"""Width of a level of the tree, of the whole."""


def unit_shares(frame: pl.DataFrame, exits: pl.DataFrame, rows: int, axes: Axes) -> Axes:
    """Draw the share of each unit that is in a status, date by date, and when commanders took it.

    Parameters
    ----------
    frame, exits
        From `unit_courses` and `commander_exits`, of one status and the dates that are drawn.
    rows
        Number of units.
    """
    dates = frame["date"].unique().sort()
    shares = np.zeros((rows, len(dates)))
    at = dates.search_sorted(frame["date"]).to_numpy()
    shares[frame["row"].to_numpy(), at] = frame["share"].to_numpy()
    edges = [*dates.to_list(), dates[-1] + (dates[-1] - dates[-2])]
    norm = BoundaryNorm([*_LEVELS[:-1], _LEVELS[-1] + 1e-9], len(_SHADES))
    mesh: dict[str, Any] = {"cmap": ListedColormap(_SHADES), "norm": norm, "rasterized": True}
    axes.pcolormesh(edges, np.arange(rows + 1) - 0.5, shares, **mesh)
    mark: dict[str, Any] = {"color": "#D55E00", "markeredgecolor": "white", "markersize": 4.5}
    when, row = exits["date"].to_list(), exits["row"].to_numpy()
    axes.plot(when, row, "D", markeredgewidth=0.5, label="commander", **mark)
    date_axis(axes, dates[0], edges[-1])
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines[["top", "right", "left"]].set_visible(True)
    axes.spines[:].set_color("0.7")
    return axes


def command_tree(units: pl.DataFrame, axes: Axes) -> Axes:
    """Draw the tree of units from left to right, a row each, with the names of the branches.

    Parameters
    ----------
    units
        From `unit_rows`.
    """
    highest = int(units["level"].to_numpy().max())
    place = [
        1 - _INDENT * (1 + level - int(units["level"].to_numpy().min())) for level in units["level"]
    ]
    line: dict[str, Any] = {"color": "0.55", "linewidth": 0.6}
    for unit in units.to_dicts():
        row, right = unit["row"], place[unit["row"]]
        if unit["parent"] >= 0:
            above = place[unit["parent"]]
            axes.plot([above, above, right], [unit["parent"], row, row], **line)
        axes.plot([right, 1], [row, row], linestyle=":", **{**line, "linewidth": 0.4})
        axes.plot(right, row, "o", color=INK, markersize=2.2 if unit["level"] < highest else 4)
        if unit["level"] == highest:
            note(
                axes, unit["name"], (right, row), (-5, 0), xycoords="data", ha="right", va="center"
            )
    axes.set_xlim(0, 1)
    axes.set_ylim(units.height - 0.5, -0.5)
    axes.set_axis_off()
    return axes


def command_figure(
    units: pl.DataFrame, courses: pl.DataFrame, exits: pl.DataFrame, text: str, title: str
) -> Figure:
    """Return the tree of units at the left, and beside it a panel a status.

    Parameters
    ----------
    units, courses, exits
        From `unit_rows`, `unit_courses` and `commander_exits`, of one run.
    """
    statuses = courses["status"].unique(maintain_order=True).sort(descending=True).to_list()
    if not statuses:
        raise NothingToDrawError("there is nothing to draw: nobody left in this run")
    heading = heading_of(title, text)
    tall = min(max(_ROW * units.height, _LEAST), _MOST)
    height = heading.height + _HEAD + tall + _FOOT
    figure = Figure(figsize=(WIDTH, height))
    heading.write(figure)
    width = (WIDTH - _TREE - _RIGHT) / len(statuses) - _GAP
    bottom = _FOOT / height
    command_tree(
        units, figure.add_axes((0.1 / WIDTH, bottom, (_TREE - 0.1) / WIDTH, tall / height))
    )
    for place, status in enumerate(statuses):
        left = (_TREE + place * (width + _GAP)) / WIDTH
        axes = figure.add_axes((left, bottom, width / WIDTH, tall / height))
        plain_axes(axes)
        own = courses.filter(status=status)
        drawn = own.filter(pl.col("date") >= moving_since(own))
        unit_shares(drawn, exits.filter(status=status), units.height, axes)
        note(axes, f"{status}", (0, 1), (0, 4), size=9.5, weight="bold", va="bottom")
    _key(figure, (height - heading.height - 0.02) / height)
    return figure


def _key(figure: Figure, top: float) -> None:
    """Name the classes of shares above the panels."""
    patches = [Patch(facecolor=shade, edgecolor="0.6", linewidth=0.5) for shade in _SHADES]
    figure.legend(
        patches,
        _CLASSES,
        loc="upper left",
        bbox_to_anchor=(_TREE / WIDTH, top),
        ncols=len(_CLASSES),
        frameon=False,
        fontsize=8,
        labelcolor=INK,
        borderaxespad=0,
        handlelength=1.2,
        columnspacing=1.2,
    )
