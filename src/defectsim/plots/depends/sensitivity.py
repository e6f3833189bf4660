"""Figures of a sensitivity analysis: a bar an input, with its interval and the grade of its source."""

from collections.abc import Sequence
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from defectsim.analysis.inputs import Described
from defectsim.analysis.outcomes import unit
from defectsim.analysis.sensitivity.indices import CHANCE
from defectsim.core.formatting import in_percent
from defectsim.plots.labels import row_label
from defectsim.plots.style import AS_WRITTEN, INK, Heading, Margins, begun

MOST_BARS = 20
"""Number of inputs that a figure shows."""
_CHANCE = "0.55"
_GRADES = {"reported": "#0072B2", "estimated": "#56B4E9", "assumed": "#E69F00"}
"""Colours of grades, from dark to light; what has no source is as what is assumed."""
_HATCHES = {"assumed": "////", "estimated": "..", "reported": ""}
_MARGINS = Margins(left=3.4, below=0.5)
_ROW = 0.36  # in inches


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
    tornado(table, axes, "total", 100.0)
    for place, row in enumerate(table.head(MOST_BARS).rows(named=True)):
        axes.plot([100 * max(row["first"], 0.0)] * 2, [place - 0.3, place + 0.3], "k-", lw=2)
    axes.set_xlabel("% of the variance", color=INK, size=8.5)
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
    tornado(table, axes, "mu_star", 100.0 if in_percent(kind) else 1.0)
    axes.set_xlabel(unit("", kind) or "units of the outcome", color=INK, size=8.5)
    return figure


def tornado(table: pl.DataFrame, axes: Axes, measure: str, scale: float = 1.0) -> Axes:
    """Draw a bar an input, from the top, with its interval and the grade of its evidence.

    Parameters
    ----------
    table
        A row an input: *name*, *meaning*, *grade*, and a measure with its interval, such as
        *total*, *total_low* and *total_high*; where *kept* is false, a bar is pale.
    scale
        Factor of the measure.
    """
    rows = table.head(MOST_BARS).rows(named=True)
    for place, row in enumerate(rows):
        low, middle, high = (scale * row[f"{measure}{end}"] for end in ("_low", "", "_high"))
        grade = row["grade"] if row["grade"] in _GRADES else "assumed"
        chance = row["name"] == CHANCE
        axes.barh(
            place,
            middle,
            0.62,
            color=_CHANCE if chance else _GRADES[grade],
            hatch="" if chance else _HATCHES[grade],
            edgecolor="white",
            linewidth=0,
            alpha=0.9 if row.get("kept", True) else 0.35,
        )
        axes.plot([low, high], [place, place], color=INK, linewidth=1.2)
    described = {row["name"]: Described(row["meaning"] or "") for row in rows}
    axes.set_ylim(len(rows) - 0.5, -0.5)
    names = [row_label(row["name"], described) for row in rows]
    axes.set_yticks(range(len(rows)), names, **AS_WRITTEN)
    axes.set_xlim(0, None)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
    axes.tick_params(colors=INK, labelsize=7.5, length=2.5)
    axes.grid(axis="x", color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _begun(table: pl.DataFrame, title: str, text: str) -> tuple[Figure, Axes]:
    """Return a figure with its heading and key, and axes with room for a row a bar."""
    rows = table.head(MOST_BARS)
    if table.height > MOST_BARS:
        text += f" The {MOST_BARS} largest of {table.height}."
    figure, axes = begun(Heading.of(title, text), _ROW * rows.height, _MARGINS)
    patches = _grades(rows["grade"].to_list(), CHANCE in rows["name"])
    key: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1), "frameon": False}
    axes.legend(handles=patches, ncols=len(patches), fontsize=8, **key)
    return figure, axes


def _grades(grades: Sequence[str | None], chance: bool) -> list[Patch]:
    shown = [grade for grade in _GRADES if grade in [one or "assumed" for one in grades]]
    patches = [
        Patch(facecolor=_GRADES[one], hatch=_HATCHES[one], edgecolor="white", label=one)
        for one in shown
    ]
    return [*patches, *([Patch(facecolor=_CHANCE, label="chance")] if chance else [])]
