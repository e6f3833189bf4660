"""Figure of a tipping point: the share of seeds in which an outcome occurs, over a lever."""

from matplotlib.figure import Figure

from defectsim.analysis.tipping.points import Tipping
from defectsim.core.formatting import plain
from defectsim.plots.style import AS_WRITTEN, INK, SERIES, WIDTH, Heading, plain_axes

# in inches
_LEFT, _RIGHT, _FOOT, _HEIGHT = 0.75, 0.3, 0.6, 3.2


def tipping_figure(one: Tipping, title: str) -> Figure:
    """Return the curve over the lever with its band, each seed's bracket, and the tipping point."""
    heading = Heading.of(title, one.found)
    height = heading.height + _HEIGHT + _FOOT
    figure = Figure(figsize=(WIDTH, height))
    heading.write(figure)
    sides = 1 - (_LEFT + _RIGHT) / WIDTH
    axes = figure.add_axes((_LEFT / WIDTH, _FOOT / height, sides, _HEIGHT / height))
    values = one.curve["value"].to_numpy()
    low, high = (100 * one.curve[end].to_numpy() for end in ("low", "high"))
    axes.fill_between(values, low, high, color=SERIES[0], alpha=0.16, linewidth=0)
    axes.plot(values, 100 * one.curve["share"].to_numpy(), color=SERIES[0], linewidth=2)
    for row in one.thresholds.rows(named=True):
        if row["below"] is not None and row["above"] is not None:
            axes.plot([row["below"], row["above"]], [-4, -4], "|-", color=INK, alpha=0.5, ms=6)
    if one.value is not None and one.interval is not None:
        first, last = (min(max(end, one.lever.low), one.lever.high) for end in one.interval)
        axes.axvspan(first, last, color=SERIES[1], alpha=0.18, linewidth=0)
        axes.axvline(one.value, color=SERIES[1], linewidth=1.5, linestyle="--")
    axes.set_xscale(one.lever.scale)
    axes.set_xlim(one.lever.low, one.lever.high)
    axes.set_ylim(-8, 104)
    axes.set_yticks([0, 25, 50, 75, 100])
    plain_axes(axes)
    axes.set_ylabel("% of seeds", color=INK, size=8.5)
    axes.set_xlabel(plain(one.lever.name), color=INK, size=8.5, **AS_WRITTEN)
    return figure
