"""Figure of attribution by record: reproduction number by week, and sizes of cascades."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from defectsim.analysis.cascades import Cascades
from defectsim.plots.style import INK, SERIES, WIDTH, Heading, plain_axes

_MARGIN = np.timedelta64(28, "D")
# in inches
_LEFT, _GAP, _RIGHT, _FOOT, _HEIGHT, _HEAD = 0.75, 0.85, 0.3, 0.6, 2.8, 0.3


def causes_figure(found: Cascades, title: str, said: str) -> Figure:
    """Return the reproduction number over time on the left, and sizes of cascades on the right."""
    heading = Heading.of(title, said)
    height = heading.height + _HEAD + _HEIGHT + _FOOT
    figure = Figure(figsize=(WIDTH, height))
    heading.write(figure)
    width = (WIDTH - _LEFT - _GAP - _RIGHT) / 2
    panels = []
    for place in range(2):
        left = (_LEFT + place * (width + _GAP)) / WIDTH
        panels.append(figure.add_axes((left, _FOOT / height, width / WIDTH, _HEIGHT / height)))
    _reproduction(panels[0], found)
    _sizes(panels[1], found)
    for axes in panels:
        plain_axes(axes)
        axes.title.set(color=INK, size=8.5, ha="left", x=0)
    return figure


def _reproduction(axes: Axes, found: Cascades) -> None:
    frame = found.reproduction
    weeks = frame["week"].to_numpy()
    low, middle, high = (frame[name].to_numpy() for name in ("q05", "q50", "q95"))
    axes.vlines(weeks, low, high, color=SERIES[0], alpha=0.35, linewidth=1)
    axes.plot(weeks, middle, "o", color=SERIES[0], markersize=2.5)
    axes.axhline(1, color=SERIES[1], linewidth=1.2, linestyle="--")
    axes.set_ylim(0, 1.05 * max(1.0, *high) if len(high) else 1.05)
    axes.set_xlim(weeks.min() - _MARGIN, weeks.max() + _MARGIN)
    locator = AutoDateLocator(minticks=2, maxticks=6)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    axes.set_title("people brought along by one, by week (median, 90 % of runs)")


def _sizes(axes: Axes, found: Cascades) -> None:
    size, number = (found.sizes[name].to_numpy() for name in ("size", "cascades"))
    at_least = np.cumsum(number[::-1])[::-1] / found.runs
    axes.step(size, at_least, where="pre", color=SERIES[0], linewidth=1.5)
    axes.plot(size, at_least, "o", color=SERIES[0], markersize=3)
    for axis, scale in ((axes.xaxis, axes.set_xscale), (axes.yaxis, axes.set_yscale)):
        scale("log")
        axis.set_major_formatter(lambda value, _: f"{value:,.6g}")
        axis.set_minor_formatter(NullFormatter())
    axes.set_xlim(0.8, 1.6 * size.max())
    axes.set_ylim(0.6 * at_least.min(), 1.6 * at_least.max())
    axes.set_xlabel("people in a cascade", color=INK, size=8.5)
    axes.set_title("cascades a run of at least this size")
