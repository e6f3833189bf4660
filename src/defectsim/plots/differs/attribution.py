"""Figure of attribution by deletion: people who left only with it, pair by pair."""

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from defectsim.analysis.attribution import Attribution
from defectsim.core.formatting import counted
from defectsim.plots.style import INK, SERIES, Heading, Margins, begun, plain_axes

_MARGINS = Margins(left=0.9)
_HEIGHT = 2.8  # in inches


def attribution_bars(by_pair: pl.DataFrame, axes: Axes) -> Axes:
    """Draw a bar a pair of runs, in order of size: only with it above, only without it below.

    Parameters
    ----------
    by_pair
        Of `Attribution`.
    """
    pairs = by_pair.sort("only_with", descending=True)
    places = range(pairs.height)
    axes.bar(places, pairs["only_with"].to_list(), color=SERIES[0], label="only with it")
    without = (-pairs["only_without"]).to_list()
    axes.bar(places, without, color=SERIES[1], hatch="////", label="only without it")
    axes.axhline(0, color=INK, linewidth=0.8)
    plain_axes(axes)
    axes.set_xticks([])
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):,.6g}")
    words = f"{counted(pairs.height, 'pair')} of runs on the same draws"
    axes.set_xlabel(words, color=INK, size=8.5)
    axes.set_ylabel("people", color=INK, size=8.5)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=8)
    return axes


def attribution_figure(found: Attribution, title: str, said: str) -> Figure:
    """Return the bars of all pairs, and what was found."""
    figure, axes = begun(Heading.of(title, said), _HEIGHT, _MARGINS)
    attribution_bars(found.by_pair, axes)
    return figure
