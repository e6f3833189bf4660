"""The picture of a study: desertions and defections over time."""

import datetime as dt
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from defectsim import analysis
from defectsim.core.errors import StudyError
from defectsim.plots.bands import cascade
from defectsim.plots.heading import WIDTH, Heading
from defectsim.plots.labels import end_labels
from defectsim.plots.markers import KeyLine, Policies, at_date, key_columns, policy_numbers
from defectsim.plots.palette import INK

# in inches
_LEFT, _RIGHT, _GAP = 0.7, 1.95, 0.22
_ENDS, _PANEL, _BETWEEN, _FOOT, _LINE = 0.34, 2.5, 0.3, 0.55, 0.165
_KEY_INDENTS = (0.12, 0.2, 0.95)

_LONG = dt.timedelta(days=3 * 365)
_ENLARGED = dt.timedelta(days=365)


def cascade_figure(series: pl.DataFrame, policies: Policies = (), title: str = "") -> Figure:
    """Return the figure of a study: the share of each rank that deserted, above the share that defected.

    If the study is longer than three years, its last year is shown enlarged beside the whole.

    Parameters
    ----------
    series
        As stored in a study: its series, or its bands.
    policies
        Names and dates, marked by numbered vertical lines with a key below.
    title
        The headline.
    """
    frame = analysis.cascade(series)
    if frame.is_empty():
        raise StudyError("there is nothing to draw: no run of this study ended well, or its scenario keeps no series")
    period = (frame["date"][0], frame["date"][-1])
    key = key_columns(policies, period)
    rows = max(map(len, key), default=-2)
    runs = int(frame["runs"].to_numpy().max())
    heading = _heading(title, period, runs)
    head = heading.height + _ENDS
    figure = Figure(figsize=(WIDTH, head + 2 * _PANEL + _BETWEEN + _FOOT + _LINE * (rows + 2)))
    for row, way in enumerate(analysis.WAYS):
        panels = _draw_row(figure, row, head, frame.filter(pl.col("way") == way), policies)
        _name(panels[0], way.capitalize())
        for axes in panels:
            axes.tick_params(labelbottom=way == analysis.WAYS[-1])
    heading.write(figure)
    ends = "At the end: median\n[90 % interval]" if runs > 1 else "At the end"
    _write(figure, WIDTH - _RIGHT + 20 / 72, figure.get_figheight() - heading.height, ends)
    _write_key(figure, key)
    return figure


def _draw_row(figure: Figure, row: int, head: float, frame: pl.DataFrame, policies: Policies) -> list[Axes]:
    """Draw one way out over the whole period and, if that is long, beside it the last year enlarged."""
    start, end = frame["date"][0], frame["date"][-1]
    right = WIDTH - _RIGHT
    if end - start <= _LONG:
        panels = [cascade(frame, _panel(figure, row, head, _LEFT, right), policies)]
    else:
        middle, since = (_LEFT + right) / 2, end - _ENLARGED
        last_year = frame.filter(pl.col("date") >= since)
        whole = cascade(frame, _panel(figure, row, head, _LEFT, middle), policies)
        whole.axvspan(at_date(since, whole), at_date(end, whole), color="0.95", zorder=0)
        enlarged = cascade(last_year, _panel(figure, row, head, middle + _GAP, right), policies)
        enlarged.set_xlabel("the last year, enlarged" if row else "", size=8.5, color=INK)
        enlarged.set_ylim(whole.get_ylim())
        enlarged.tick_params(labelleft=False)
        panels = [whole, enlarged]
    end_labels(frame, panels[-1])
    if row == 0:
        policy_numbers(policies, panels)
    return panels


def _panel(figure: Figure, row: int, head: float, left: float, right: float) -> Axes:
    height = figure.get_figheight()
    bottom = height - head - _PANEL - row * (_PANEL + _BETWEEN)
    return figure.add_axes((left / WIDTH, bottom / height, (right - left) / WIDTH, _PANEL / height))


def _name(axes: Axes, name: str) -> None:
    """Name a panel in its upper left corner, where a share that only grows leaves room."""
    blank = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    axes.set_title(name, loc="left", x=0.025, y=0.9, size=10, weight="bold", color=INK, bbox=blank)


def _heading(title: str, period: tuple[dt.date, dt.date], runs: int) -> Heading:
    bands = f"line: median of {runs} runs; dark band: 50 %, light band: 90 % of runs" if runs > 1 else "one run"
    return Heading.of(title, f"Share of each rank's initial strength, {period[0]} to {period[1]}; {bands}.")


def _write_key(figure: Figure, key: list[list[KeyLine]]) -> None:
    rows = max(map(len, key), default=0)
    if rows:
        _write(figure, _LEFT, _LINE * (rows + 1.7), "Policies", weight="bold")
    for number, column in enumerate(key):
        left = _LEFT + number * (WIDTH - _LEFT) / 2
        for row, line in enumerate(column):
            for indent, text, side in zip(_KEY_INDENTS, line, ("right", "left", "left"), strict=True):
                _write(figure, left + indent, _LINE * (rows - row + 0.5), text, ha=side)


def _write(figure: Figure, x: float, y: float, text: str, **dress: Any) -> None:
    """Write text whose top is at some inches from the figure's lower left corner."""
    place = (x / figure.get_figwidth(), y / figure.get_figheight())
    figure.text(*place, text, **{"size": 8, "va": "top", "color": INK, **dress})
