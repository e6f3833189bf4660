"""Figure of a calibration: each parameter's posterior within the range of its prior."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from matplotlib.figure import Figure

from defectsim.analysis.inputs import Input
from defectsim.core.formatting import plain
from defectsim.plots.style import AS_WRITTEN, INK, SERIES, WIDTH, Heading

_PALE = "0.65"
# in inches
_LEFT, _RIGHT, _ROW, _FOOT = 3.4, 1.3, 0.32, 0.6


def calibration_figure(
    quantiles: pl.DataFrame, informed: pl.DataFrame, priors: Sequence[Input], title: str
) -> Figure:
    """Return a row a parameter: 50 and 90 % intervals and median, as shares of the prior's range.

    Parameters
    ----------
    quantiles
        Of `Posterior.quantiles`.
    informed
        Of `coverage.informed`.
    """
    heading = Heading.of(
        title,
        "Posterior median, 50 % (thick) and 90 % interval (thin) within the range of each prior; "
        "grey where the targets say nothing. Numbers: the range.",
    )
    height = heading.height + _ROW * quantiles.height + _FOOT
    figure = Figure(figsize=(WIDTH, height))
    heading.write(figure)
    sides = 1 - (_LEFT + _RIGHT) / WIDTH
    box = (_LEFT / WIDTH, _FOOT / height, sides, _ROW * quantiles.height / height)
    axes = figure.add_axes(box)
    told = dict(informed.select("parameter", "informed").iter_rows())
    for place, (row, prior) in enumerate(zip(quantiles.rows(named=True), priors, strict=True)):
        names = ("q05", "q25", "q50", "q75", "q95")
        shares = prior.share(np.array([row[name] for name in names]))
        colour = SERIES[0] if told[row["parameter"]] else _PALE
        axes.plot(shares[[0, 4]], [place, place], color=colour, linewidth=1.5)
        axes.plot(shares[[1, 3]], [place, place], color=colour, linewidth=5, solid_capstyle="butt")
        axes.plot(shares[2], place, "o", color="white", markeredgecolor=colour, markersize=6)
        ends = f"{prior.low:g} to {prior.high:g}"
        axes.annotate(ends, (1.02, place), size=7.5, color=INK, va="center", annotation_clip=False)
    axes.set_ylim(quantiles.height - 0.5, -0.5)
    axes.set_yticks(
        range(quantiles.height), [plain(name) for name in quantiles["parameter"]], **AS_WRITTEN
    )
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], ["lowest", "middle", "highest"])
    axes.tick_params(colors=INK, labelsize=8, length=2.5)
    axes.grid(axis="x", color="0.9", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
