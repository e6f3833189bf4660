"""The picture of a sweep: one lever as a line, two as a map, more as a line each."""

import math
from collections.abc import Sequence

import polars as pl
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from defectsim import analysis
from defectsim.analysis.outcomes import words
from defectsim.analysis.sweeps import BINS, binned, sweep
from defectsim.core.errors import StudyError
from defectsim.core.quantiles import BAND
from defectsim.plots.heading import WIDTH, Heading
from defectsim.plots.heat import lever_map
from defectsim.plots.lines import lever_lines, span
from defectsim.plots.palette import INK

# in inches
_ALONE, _PANEL, _MAP, _TILE, _AXIS = 4.0, 3.0, 5.2, 0.52, 0.6
_COLUMNS = 2


def sweep_figure(runs: pl.DataFrame, name: str, title: str = "") -> Figure:
    """Return the figure of a sweep: how an outcome hangs on what varies.

    Parameters
    ----------
    runs
        A row a run of a study, as it is stored.
    name
        The outcome; see `analysis.outcome`.
    title
        The headline.
    """
    levers = analysis.varied(runs)
    asked = analysis.outcome(runs, name)
    if not levers:
        raise StudyError("nothing varies between the points of this study, so there is no sweep to draw")
    if runs.select(asked.value.count()).item() == 0:
        raise StudyError(f"there is nothing to draw: no run of this study ended well with a value of {name}")
    groups = [levers] if len(levers) <= _COLUMNS else [[lever] for lever in levers]
    frames = [sweep(runs, name, group) for group in groups]
    heading, body = Heading.of(title, _told(runs, asked, levers, frames)), _height(frames)
    whole = heading.height + body
    layout = ConstrainedLayoutEngine(rect=(0, 0, 1, body / whole), h_pad=0.1, w_pad=0.1)
    figure = Figure(figsize=(WIDTH, whole), layout=layout)
    _draw(figure, frames, asked)
    heading.write(figure)
    return figure


def _height(frames: Sequence[pl.DataFrame]) -> float:
    first = frames[0]
    if _is_map(first):
        return max(_MAP, _AXIS + _TILE * first[first.columns[1]].n_unique())
    return _ALONE if len(frames) == 1 else _PANEL * math.ceil(len(frames) / _COLUMNS)


def _is_map(frame: pl.DataFrame) -> bool:
    return frame.columns.index("points") == _COLUMNS


def _draw(figure: Figure, frames: Sequence[pl.DataFrame], asked: analysis.Outcome) -> None:
    if _is_map(frames[0]):
        lever_map(frames[0], figure.subplots(), asked.unit)
        return
    columns, name = min(len(frames), _COLUMNS), f"{words(asked.name)}, {asked.unit}"
    panels = figure.subplots(math.ceil(len(frames) / columns), columns, squeeze=False)
    for number, axes in enumerate(panels.ravel()):
        if number >= len(frames):
            axes.remove()
            continue
        lever_lines(frames[number], axes, asked.unit)
        axes.set_ylim(*span(pl.concat(frame.select(BAND) for frame in frames)))
        axes.set_ylabel(name if number % columns == 0 else "", size=8.5, color=INK)
        axes.tick_params(labelleft=number % columns == 0)


def _told(runs: pl.DataFrame, asked: analysis.Outcome, levers: Sequence[str], frames: Sequence[pl.DataFrame]) -> str:
    """Say what is drawn, what is pooled or in bins, and what is left out."""
    what = f"{words(asked.name).capitalize()}, {asked.unit}."
    drawn = _marks(asked.kind == "chance", frames)
    pooled = "Each panel pools all values of the other levers." if len(levers) > _COLUMNS else ""
    return " ".join(part for part in (what, drawn, pooled, _bins(runs, levers), _left(runs, asked)) if part)


def _marks(chance: bool, frames: Sequence[pl.DataFrame]) -> str:
    if max(frame["runs"].to_numpy().max() for frame in frames) == 1:
        return "One run at each point."
    middle, half, most = ("share", "exact 50 % interval", "90 %") if chance else ("median", "50 %", "90 % of runs")
    if chance and all(frame["q05"].null_count() == frame.height for frame in frames):
        return "Share of runs; pooled runs share their seeds, so it has no interval. Numbers: runs."
    if _is_map(frames[0]):
        return f"Each tile: {middle} of runs; {'its' if chance else 'the middle'} {half}; n, how many runs."
    return f"Point: {middle} of runs; dark band: {half}, light band: {most}; above: number of runs."


def _bins(runs: pl.DataFrame, levers: Sequence[str]) -> str:
    wide = [lever for lever in levers if binned(runs, lever)]
    which = "" if len(wide) == len(levers) else f" of {', '.join(wide)}"
    return f"Values{which} come in {BINS} bins of about as many points each, marked at their medians." if wide else ""


def _left(runs: pl.DataFrame, asked: analysis.Outcome) -> str:
    left = runs.select(asked.value.null_count()).item()
    return f"Left out: {left:,} of {runs.height:,} runs, which failed, are pending or have no value." if left else ""
