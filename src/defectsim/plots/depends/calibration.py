"""Figure of a calibration: each parameter's posterior against its prior."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from defectsim.analysis.inputs import Described, Input
from defectsim.core.formatting import QUANTILES
from defectsim.plots.labels import base_of, row_label, shown
from defectsim.plots.style import AS_WRITTEN, INK, SERIES, Heading, Margins, begun, note

_PALE, _PRIOR = "0.5", "0.9"
_MARGINS = Margins(left=3.3, right=2.35)
_ROW = 0.42  # in inches
_WIDE, _MIDDLE = (0.05, 0.95), (0.25, 0.75)


def posterior_rows(
    quantiles: pl.DataFrame,
    axes: Axes,
    informed: pl.DataFrame,
    priors: Sequence[Input],
    described: Mapping[str, Described] | None = None,
) -> Axes:
    """Draw a row a parameter: prior and posterior, as shares of the prior's range.

    The prior is a grey bar of its 90 and 50 %, the posterior a line of both with its median: in
    colour with a filled mark, or grey and hollow where the targets say nothing. A cross marks the
    base scenario.

    Parameters
    ----------
    quantiles
        Of `Posterior.quantiles`.
    informed
        Of `coverage.informed`.
    described
        What parameters mean, by path.
    """
    described = described or {}
    told = dict(informed.select("parameter", "informed").iter_rows())
    for place, (row, prior) in enumerate(zip(quantiles.rows(named=True), priors, strict=True)):
        for (low, high), tall in ((_WIDE, 0.5), (_MIDDLE, 0.72)):
            axes.barh(place, high - low, tall, low, color=_PRIOR, edgecolor="0.75", linewidth=0.5)
        shares = prior.share(np.array([row[name] for name in QUANTILES]))
        known = told[row["parameter"]]
        colour = SERIES[0] if known else _PALE
        axes.plot(shares[[0, 4]], [place, place], color=colour, linewidth=1.5)
        axes.plot(shares[[1, 3]], [place, place], color=colour, linewidth=5, solid_capstyle="butt")
        face = colour if known else "white"
        look: dict[str, Any] = {"markeredgecolor": "white" if known else colour, "markersize": 7}
        axes.plot(shares[2], place, "o", color=face, zorder=3, **look)
        base = base_of(prior.name, described)
        if isinstance(base, float) and prior.low <= base <= prior.high:
            share = float(prior.share(np.array([base]))[0])
            axes.plot(share, place, "x", color="black", markersize=6, zorder=4, gid="base")
        at = {"xycoords": axes.get_yaxis_transform(), "va": "center", "size": 7.5}
        note(axes, _numbers(row, prior), (1, place), (8, 0), **at)
    axes.set_ylim(quantiles.height - 0.5, -0.5)
    names = [row_label(name, described) for name in quantiles["parameter"]]
    axes.set_yticks(range(quantiles.height), names, **AS_WRITTEN)
    axes.set_xlim(-0.01, 1.01)
    axes.set_xticks([0, 0.5, 1], ["lowest", "middle", "highest"])
    axes.tick_params(colors=INK, labelsize=7.5, length=2.5)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _numbers(row: Mapping[str, Any], prior: Input) -> str:
    low, middle, high = (shown(row[name]) for name in ("q05", "q50", "q95"))
    return f"{middle} [{low}–{high}]\nprior {shown(prior.low)} to {shown(prior.high)}"


def calibration_figure(
    quantiles: pl.DataFrame,
    informed: pl.DataFrame,
    priors: Sequence[Input],
    title: str,
    described: Mapping[str, Described] | None = None,
) -> Figure:
    """Return the posterior of each parameter against its prior; see `posterior_rows`."""
    heading = Heading.of(
        title,
        "Posterior median, 50 % (thick) and 90 % interval (thin) within the range of each prior; grey "
        "and hollow where the targets say nothing. Numbers: median [90 % interval], and the range.",
    )
    figure, axes = begun(heading, _ROW * quantiles.height, _MARGINS)
    posterior_rows(quantiles, axes, informed, priors, described)
    keys: list[Any] = [Patch(facecolor=_PRIOR, edgecolor="0.75", label="prior, 50 and 90 %")]
    keys += [line for line in axes.get_lines() if line.get_gid() == "base"][:1]
    for line in keys[1:]:
        line.set_label("base scenario")
    axes.legend(
        handles=keys,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=2,
        frameon=False,
        fontsize=8,
    )
    return figure
