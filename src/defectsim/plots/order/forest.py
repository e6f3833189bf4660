"""Figure of the largest cascades of one run: trees of who took whom along."""

import math
from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from defectsim.core.errors import NothingToDrawError
from defectsim.plots.panels import name_panel, panels_abreast
from defectsim.plots.style import COLOURS, INK, NAMES, note, points

_AREA = 0.35
"""Area of a circle per person, in square points."""
_NUMBER = 32.0
"""Room that a number takes, in points."""
_DENSE = 40
"""Marks of a row from which on they are smaller."""
_MARKERS = dict(zip(COLOURS, ("o", "s", "^", "D"), strict=False))


def cascade_tree(tree: pl.DataFrame, axes: Axes) -> Axes:
    """Draw one cascade from the top down: marks by rank, areas by the people who came with each.

    Parameters
    ----------
    tree
        From `cascade_trees.largest_trees`.
    """
    place = {row["number"]: (row["slot"], -row["depth"]) for row in tree.to_dicts()}
    for number, parent in tree.select("number", "parent").drop_nulls().iter_rows():
        (x, y), (above, top) = place[number], place[parent]
        axes.plot([above, x], [top, y], color="0.6", linewidth=0.5, zorder=1)
    for group in tree.partition_by("rank", maintain_order=True):
        _draw_rank(group, axes, min(1.0, _DENSE / (1 + float(tree["slot"].to_numpy().max()))))
    deepest = int(tree["depth"].to_numpy().max())
    highest = float(tree["slot"].to_numpy().max())
    axes.set_xlim(-0.06 * highest - 0.5, 1.06 * highest + 0.5)
    axes.set_ylim(-deepest - 0.5, 0.5)
    axes.set_axis_off()
    _write_numbers(tree, axes)
    return axes


def _write_numbers(tree: pl.DataFrame, axes: Axes) -> None:
    """Write the people below those who led others on, where there is room, and who began."""
    low, high = axes.get_xlim()
    apart = _NUMBER * (high - low) / points(axes)[0]
    blank: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 0.4}
    look: dict[str, Any] = {"xycoords": "data", "size": 7, "va": "center", "bbox": blank}
    root, leads = pl.col("depth") == 0, pl.col("number").is_in(tree["parent"].to_list())
    gap = pl.col("slot").sort().diff().min().over("depth").fill_null(math.inf)
    for row in tree.filter(root | (leads & (gap >= apart))).to_dicts():
        name = f"{row['agent']}: " if row["depth"] == 0 else ""
        note(axes, f"{name}{row['below']:,}", (row["slot"], -row["depth"]), (6, 4), **look)


def _draw_rank(group: pl.DataFrame, axes: Axes, scale: float) -> None:
    """Draw people of one rank: filled if they moved when the cascade began, hollow if later."""
    rank = str(group["rank"][0])
    fill = np.where(group["days"].to_numpy() == 0, COLOURS[rank], "white")
    axes.scatter(
        group["slot"].to_numpy(),
        -group["depth"].to_numpy(),
        scale * (9 + _AREA * group["alone"].to_numpy()),
        c=list(fill),
        marker=_MARKERS[rank],
        edgecolors=COLOURS[rank],
        linewidths=0.8,
        label=rank,
        zorder=2,
    )


def forest_figure(trees: list[pl.DataFrame], text: str, title: str) -> Figure:
    """Return a panel a tree, the largest first, with its size and dates.

    Parameters
    ----------
    trees
        From `cascade_trees.largest_trees`.
    """
    if not trees:
        raise NothingToDrawError("there is nothing to draw: nobody took anybody along in this run")
    room = {"height": 1.75, "left": 0.2, "right": 0.2, "head": 0.3, "between": 0.3}
    figure, axes = panels_abreast(title, text, len(trees), **room)
    for place, tree in zip(axes, trees, strict=True):
        cascade_tree(tree, place)
        name_panel(place, f"{tree['below'][0] + 1:,} people", _dates(tree))
    _key(figure, trees)
    return figure


def _dates(tree: pl.DataFrame) -> str:
    first, last = tree["date"].sort()[0], tree["until"][0]
    return f"on {first}" if first == last else f"from {first} to {last}"


def _key(figure: Figure, trees: list[pl.DataFrame]) -> None:
    """Name the marks of the ranks at the foot of a figure."""
    ranks = [rank for rank in NAMES if any(rank in tree["rank"] for tree in trees)]
    look: dict[str, Any] = {"linestyle": "", "markersize": 6}
    marks = [Line2D([], [], marker=_MARKERS[rank], color=COLOURS[rank], **look) for rank in ranks]
    figure.legend(
        marks,
        [NAMES[rank] for rank in ranks],
        loc="lower left",
        bbox_to_anchor=(0.01, 0),
        ncols=len(ranks),
        frameon=False,
        fontsize=8,
        labelcolor=INK,
    )
