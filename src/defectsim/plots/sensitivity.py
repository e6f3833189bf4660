"""Figures of a sensitivity analysis: a bar an input, with its interval and the grade of its source."""

from collections.abc import Sequence
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from defectsim.analysis.outcomes import unit
from defectsim.analysis.sensitivity.indices import CHANCE
from defectsim.core.formatting import in_percent, plain
from defectsim.plots.style import AS_WRITTEN, INK, WIDTH, Heading

MOST_BARS = 20
"""Number of inputs that a figure shows."""
_CHANCE = "0.55"
_GRADES = {"reported": "#0072B2", "estimated": "#56B4E9", "assumed": "#E69F00"}
"""Colours of grades, from dark to light; what has no source is as what is assumed."""
_HATCHES = {"assumed": "////", "estimated": "..", "reported": ""}
# in inches
_LEFT, _RIGHT, _ROW, _FOOT, _KEY = 3.4, 0.3, 0.27, 0.5, 0.3


def indices_figure(table: pl.DataFrame, title: str) -> Figure:
    """Return the total index of inputs and chance as bars, and the first index within each.

    Parameters
    ----------
    table
        Of `analysis.ranking`.
    """
    text = (
        "Share of the variance that would remain if all else were known (total index, bar with its "
        "90 % interval), and that the input explains alone (first index, dark mark). Chance is what "
        "differs between runs at the same inputs."
    )
    figure, axes = _begun(table, title, text)
    _bars(axes, table, "total")
    for place, row in enumerate(table.head(MOST_BARS).rows(named=True)):
        axes.plot([max(row["first"], 0.0)] * 2, [place - 0.3, place + 0.3], color="black", lw=2)
    axes.set_xlabel("share of the variance", color=INK, size=8.5)
    axes.set_xlim(0, None)
    return figure


def effects_figure(table: pl.DataFrame, title: str, kind: str) -> Figure:
    """Return the mean size of elementary effects as bars; those that are not kept are pale.

    Parameters
    ----------
    table
        Of `analysis.sensitivity.screen`, with the evidence of each input.
    kind
        Kind of the response.
    """
    text = (
        "Mean size of the change of the outcome over the whole range of one input (bar with its 90 % "
        "interval), over points at which all others differ too. Pale bars: less than a tenth of the "
        "largest effect."
    )
    figure, axes = _begun(table, title, text)
    scale = 100.0 if in_percent(kind) else 1.0
    _bars(axes, table, "mu_star", scale)
    axes.set_xlabel(unit("", kind) or "units of the outcome", color=INK, size=8.5)
    axes.set_xlim(0, None)
    return figure


def _begun(table: pl.DataFrame, title: str, text: str) -> tuple[Figure, Axes]:
    """Return a figure with its heading, and axes with a row a bar."""
    heading = Heading.of(title, text)
    rows = table.head(MOST_BARS)
    height = heading.height + _KEY + _ROW * rows.height + _FOOT
    figure = Figure(figsize=(WIDTH, height))
    heading.write(figure)
    axes = figure.add_axes(
        (
            _LEFT / WIDTH,
            _FOOT / height,
            1 - (_LEFT + _RIGHT) / WIDTH,
            _ROW * rows.height / height,
        )
    )
    axes.set_ylim(rows.height - 0.5, -0.5)
    axes.set_yticks(range(rows.height), [plain(name) for name in rows["name"]], **AS_WRITTEN)
    axes.tick_params(colors=INK, labelsize=8, length=2.5)
    axes.grid(axis="x", color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    _key(figure, height - heading.height, _grades(rows["grade"].to_list(), CHANCE in rows["name"]))
    return figure, axes


def _grades(grades: Sequence[str | None], chance: bool) -> list[Patch]:
    shown = [grade for grade in _GRADES if grade in [one or "assumed" for one in grades]]
    patches = [
        Patch(facecolor=_GRADES[one], hatch=_HATCHES[one], edgecolor="white", label=one)
        for one in shown
    ]
    return [*patches, *([Patch(facecolor=_CHANCE, label="chance")] if chance else [])]


def _key(figure: Figure, top: float, patches: list[Patch]) -> None:
    look: dict[str, Any] = {"frameon": False, "fontsize": 8, "ncols": len(patches)}
    place = (_LEFT / WIDTH, top / figure.get_figheight())
    figure.legend(handles=patches, loc="upper left", bbox_to_anchor=place, **look)


def _bars(axes: Axes, table: pl.DataFrame, measure: str, scale: float = 1.0) -> None:
    for place, row in enumerate(table.head(MOST_BARS).rows(named=True)):
        low, middle, high = (scale * row[f"{measure}{end}"] for end in ("_low", "", "_high"))
        grade = row["grade"] if row["grade"] in _GRADES else "assumed"
        chance = row["name"] == CHANCE
        pale = not row.get("kept", True)
        axes.barh(
            place,
            middle,
            0.62,
            color=_CHANCE if chance else _GRADES[grade],
            hatch="" if chance else _HATCHES[grade],
            edgecolor="white",
            linewidth=0,
            alpha=0.35 if pale else 0.9,
        )
        axes.plot([low, high], [place, place], color=INK, linewidth=1.2)
