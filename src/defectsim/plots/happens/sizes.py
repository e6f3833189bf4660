"""Figure of how many left in a run: tail distribution, density with its modes, and each run."""

from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from defectsim.analysis.runs.run_sizes import RunSizes
from defectsim.core.formatting import counted
from defectsim.plots.panels import (
    STATUS_LOOKS,
    Layout,
    Look,
    name_panel,
    panels,
    percent_axis,
)
from defectsim.plots.style import INK, note

_FAR_FROM_NONE = 10
"""Lowest number of people from which on an axis need not show 0."""

_MANY = 6
"""Powers of ten from which on an axis shows every second one."""
_DECADES = 100
"""Ratio of numbers below which an axis has ticks between powers of ten."""


def tail_steps(frame: pl.DataFrame, axes: Axes, look: Look, label: str) -> Axes:
    """Draw the share of runs that reach a number, in steps, with its 90 % interval.

    Parameters
    ----------
    frame
        From `run_sizes.at_least`.
    """
    people = frame["people"].to_numpy()
    bounds = frame["low"].to_numpy(), frame["high"].to_numpy()
    axes.fill_between(people, *bounds, step="pre", color=look.colour, alpha=0.15, linewidth=0)
    line: dict[str, Any] = {"color": look.colour, "linestyle": look.line, "linewidth": 1.8}
    axes.step(people, frame["share"].to_numpy(), where="pre", label=label, **line)
    axes.plot(people, frame["share"].to_numpy(), look.marker, color=look.colour, markersize=2.5)
    return axes


def runs_and_modes(sizes: RunSizes, axes: Axes, look: Look) -> Axes:
    """Draw a mark a run, above them the density, and name its modes."""
    mark: dict[str, Any] = {"color": look.colour, "markersize": 9, "markeredgewidth": 1.1}
    axes.plot(sizes.numbers.to_numpy(), [0.0] * len(sizes.numbers), "|", label="runs", **mark)
    people, heights = (sizes.density[name].to_numpy() for name in ("people", "density"))
    axes.plot(people, heights, color=look.colour, linestyle=look.line, linewidth=1.3)
    axes.fill_between(people, heights, color=look.colour, alpha=0.15, linewidth=0)
    _name_modes(sizes, axes, look)
    axes.set_ylim(-0.3, 1.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    return axes


def _name_modes(sizes: RunSizes, axes: Axes, look: Look) -> None:
    """Mark the median of the runs of each mode, and write it; outer labels lead outward."""
    people, heights = (sizes.density[name].to_numpy() for name in ("people", "density"))
    modes = sizes.modes.to_dicts() if len(people) else []
    sides = ["center"] if len(modes) == 1 else ["right", *["center"] * (len(modes) - 2), "left"]
    for mode, side in zip(modes, sides, strict=False):
        place = (mode["people"], float(np.interp(mode["people"], people, heights)))
        axes.plot(*place, look.marker, color=look.colour, markersize=5)
        text = f"{counted(mode['runs'], 'run')} about {float(f'{mode["people"]:.2g}'):,.0f}"
        at = (place[0], 1.0) if len(modes) == 1 else place
        note(axes, text, at, (0, 6), xycoords="data", ha=side)


def people_axis(axes: Axes, lowest: float, highest: float) -> None:
    """Scale the x axis to people in logarithms, from 0 on if it must."""
    if lowest >= _FAR_FROM_NONE:
        axes.set_xscale("log", subs=[])
        near = highest < _DECADES * lowest
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if near else (1,)))
        axes.set_xlim(lowest / 1.1, 1.1 * highest)
    else:
        axes.set_xscale("symlog", linthresh=1, linscale=0.5)
        axes.set_xlim(-0.1, 2 * max(highest, 10))
        powers = [10**power for power in range(int(np.log10(max(highest, 10))) + 1)]
        axes.set_xticks([0, *powers[:: 1 if len(powers) < _MANY else 2]])
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="x", which="minor", length=0)


def sizes_figure(parts: list[tuple[str, dict[str, RunSizes]]], title: str) -> Figure:
    """Return a column a scenario: tail distributions above, and below a strip a status.

    Parameters
    ----------
    parts
        Name of a scenario, and the sizes by status, the same statuses in each.
    """
    statuses = list(parts[0][1])
    text = (
        "People by status at the end of a run, in logarithms. Above: share of runs with at least so "
        "many, with its exact 90 % interval; below: a mark a run, their density, and its modes."
    )
    layout = Layout(1 + len(statuses), len(parts), height=1.25, left=0.75, right=0.5)
    figure, axes = panels(title, text, layout)
    shown = [one for _, of in parts for sizes in of.values() for one in _shown(sizes)]
    for place in axes:
        people_axis(place, min(shown), max(shown))
    for column, (name, sizes) in enumerate(parts):
        above, *below = axes[column :: len(parts)]
        percent_axis(above, 1.05)
        name_panel(above, name, f"share of {counted(len(sizes[statuses[0]].numbers), 'run')}")
        for status, strip in zip(statuses, below, strict=True):
            look = STATUS_LOOKS[status]
            tail_steps(sizes[status].tail, above, look, status)
            runs_and_modes(sizes[status], strip, look)
            name_panel(strip, status.capitalize(), "a mark a run, and modes")
        _name_tails(above, sizes)
        below[-1].set_xlabel("people", color=INK, size=8.5)
    return figure


def _shown(sizes: RunSizes) -> list[float]:
    """Return the numbers of people that must be on the axis."""
    return [*map(float, sizes.numbers), *sizes.density["people"]]


def _name_tails(axes: Axes, sizes: dict[str, RunSizes]) -> None:
    """Write the status beside the upper end of its curve."""
    for place, (status, one) in enumerate(sizes.items()):
        at = (max(float(one.tail["people"][0]), 0.5), 0.97 - 0.17 * place)
        shown: dict[str, Any] = {"ha": "right", "va": "top", "color": STATUS_LOOKS[status].colour}
        note(axes, status, at, (-4, 0), xycoords="data", **shown)
