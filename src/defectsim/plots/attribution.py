"""Figure of attribution by deletion: people who left only with it, pair by pair."""

from matplotlib.figure import Figure

from defectsim.analysis.attribution import Attribution
from defectsim.plots.style import INK, SERIES, WIDTH, Heading, plain_axes

# in inches
_LEFT, _RIGHT, _FOOT, _HEIGHT, _KEY = 0.9, 0.3, 0.6, 2.8, 0.3


def attribution_figure(found: Attribution, title: str, said: str) -> Figure:
    """Return a bar a pair of runs, in order of size: only with it above, only without it below."""
    heading = Heading.of(title, said)
    height = heading.height + _KEY + _HEIGHT + _FOOT
    figure = Figure(figsize=(WIDTH, height))
    heading.write(figure)
    sides = 1 - (_LEFT + _RIGHT) / WIDTH
    axes = figure.add_axes((_LEFT / WIDTH, _FOOT / height, sides, _HEIGHT / height))
    pairs = found.by_pair.sort("only_with", descending=True)
    places = range(pairs.height)
    axes.bar(places, pairs["only_with"].to_list(), color=SERIES[0], label="only with it")
    without = (-pairs["only_without"]).to_list()
    axes.bar(places, without, color=SERIES[1], hatch="////", label="only without it")
    axes.axhline(0, color=INK, linewidth=0.8)
    plain_axes(axes)
    axes.set_xticks([])
    axes.set_xlabel(f"{pairs.height} pairs of runs on the same draws", color=INK, size=8.5)
    axes.set_ylabel("people", color=INK, size=8.5)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=8)
    return figure
