"""Figure of robustness: quantiles of each policy's regret, world by world."""

from matplotlib.figure import Figure

from defectsim.analysis.outcomes import unit
from defectsim.analysis.robustness import Robustness
from defectsim.core.formatting import in_percent, plain
from defectsim.plots.style import AS_WRITTEN, INK, SERIES, WIDTH, Heading

_QUANTILES = ("q50", "q75", "q90", "q95", "max")
_MARKS = ("o", "s", "D", "^", "x")
# in inches
_LEFT, _RIGHT, _ROW, _FOOT, _KEY = 2.8, 0.3, 0.4, 0.6, 0.35


def robustness_figure(found: Robustness, title: str, kind: str) -> Figure:
    """Return a row a policy: median, quartile, 90 and 95 % quantile, and highest regret."""
    heading = Heading.of(title, found.found)
    rows = found.policies.rows(named=True)
    height = heading.height + _KEY + _ROW * len(rows) + _FOOT
    figure = Figure(figsize=(WIDTH, height))
    heading.write(figure)
    sides = 1 - (_LEFT + _RIGHT) / WIDTH
    axes = figure.add_axes((_LEFT / WIDTH, _FOOT / height, sides, _ROW * len(rows) / height))
    scale = 100.0 if in_percent(kind) else 1.0
    for place, row in enumerate(rows):
        values = [scale * row[f"regret_{quantile}"] for quantile in _QUANTILES]
        axes.plot([values[0], values[-1]], [place, place], color=SERIES[0], alpha=0.4, linewidth=2)
        for value, quantile, mark in zip(values, _QUANTILES, _MARKS, strict=True):
            label = {"q50": "median", "max": "highest"}.get(quantile, f"{quantile[1:]} %")
            axes.plot(value, place, mark, color=SERIES[0], ms=6, label="" if place else label)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [plain(row["policy"]) for row in rows], **AS_WRITTEN)
    axes.tick_params(colors=INK, labelsize=8.5, length=2.5)
    axes.grid(axis="x", color="0.9", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlim(0, None)
    what = unit("", kind) or "units of the outcome"
    axes.set_xlabel(
        f"regret: what it falls short of the best in the same world, {what}", color=INK, size=8.5
    )
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=5, frameon=False, fontsize=8)
    return figure
