"""Figure of robustness: quantiles of each policy's regret, world by world."""

import textwrap
from collections.abc import Mapping
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from defectsim.analysis.outcomes import unit
from defectsim.analysis.robustness import Robustness
from defectsim.core.formatting import counted, in_percent, plain
from defectsim.plots.style import AS_WRITTEN, INK, SERIES, Heading, Margins, begun

_QUANTILES = ("q50", "q75", "q90", "q95", "max")
_MARKS = ("o", "s", "D", "^", "x")
_MARGINS = Margins(left=3.1, above=0.4)
_ROW, _LETTERS = 0.46, 46  # a row's height in inches, and letters of a name


def regret_rows(policies: pl.DataFrame, axes: Axes, kind: str) -> Axes:
    """Draw a row a policy: median, quartile, 90 and 95 % quantile, and highest regret.

    Parameters
    ----------
    policies
        Of `Robustness`.
    kind
        Of the outcome.
    """
    rows = policies.rows(named=True)
    scale = 100.0 if in_percent(kind) else 1.0
    for place, row in enumerate(rows):
        values = [scale * row[f"regret_{quantile}"] for quantile in _QUANTILES]
        axes.plot([values[0], values[-1]], [place, place], color=SERIES[0], alpha=0.4, linewidth=2)
        for value, quantile, mark in zip(values, _QUANTILES, _MARKS, strict=True):
            label = {"q50": "median", "max": "highest"}.get(quantile, f"{quantile[1:]} %")
            look: dict[str, Any] = {"color": SERIES[0], "markersize": 6, "clip_on": False}
            axes.plot(value, place, mark, label="" if place else label, zorder=3, **look)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [_name(row) for row in rows], **AS_WRITTEN)
    axes.tick_params(colors=INK, labelsize=8, length=2.5)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
    axes.grid(axis="x", color="0.9", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlim(0, None)
    what = unit("", kind) or "units of the outcome"
    words = f"regret: what it falls short of the best in the same world, {what}"
    axes.set_xlabel(words, color=INK, size=8.5)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=5, frameon=False, fontsize=8)
    return axes


def _name(row: Mapping[str, Any]) -> str:
    """Return the name of a policy, and below it how often it is best."""
    name = textwrap.shorten(plain(row["policy"]), _LETTERS, placeholder="…")
    return f"{name}\nalone best in {100 * row['best']:.0f} % of worlds"


def robustness_figure(found: Robustness, title: str, kind: str) -> Figure:
    """Return the regret of each policy, and what was found."""
    text = f"{found.found} Marks: quantiles over {counted(found.worlds, 'world')}."
    heading = Heading.of(title, text)
    figure, axes = begun(heading, _ROW * found.policies.height, _MARGINS)
    regret_rows(found.policies, axes, kind)
    return figure
