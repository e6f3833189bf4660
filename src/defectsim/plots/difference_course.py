"""Figure of a comparison over time: paired differences at each date, scenarios by outcomes."""

from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from defectsim.analysis.outcomes import words
from defectsim.core.errors import NothingToDrawError
from defectsim.plots.differences import numbers, reach, unit_of
from defectsim.plots.style import INK, SERIES, WIDTH, Heading, by_unit, note, plain_axes

_COLOUR = SERIES[0]
# in inches
_LEFT, _RIGHT, _GAP, _TOP, _PANEL, _BETWEEN, _FOOT = 0.55, 0.2, 0.6, 0.95, 1.5, 0.8, 0.45


def difference_course(
    rows: pl.DataFrame, axes: Axes, counted: str, ends: tuple[float, float]
) -> Axes:
    """Draw the paired differences of one scenario and outcome at each date.

    Parameters
    ----------
    rows
        Of `paired_course.paired_course`.
    counted
        Unit of differences.
    ends
        Lowest and highest difference shown; the spread of pairs may go beyond.
    """
    dates = rows["date"].to_list()
    mean = rows["mean"].to_numpy()
    look: dict[str, Any] = {"color": _COLOUR, "linewidth": 0}
    if rows["kind"][0] != "chance":
        axes.fill_between(dates, rows["q05"].to_numpy(), rows["q95"].to_numpy(), alpha=0.16, **look)
    low, high = (rows[name].fill_null(rows["mean"]).to_numpy() for name in ("low", "high"))
    axes.fill_between(dates, low, high, alpha=0.42, **look)
    axes.plot(dates, mean, color=_COLOUR, linewidth=1.6)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set_xlim(dates[0], dates[-1])
    axes.set_ylim(*ends)
    by_unit(axes.yaxis, counted)
    locator = AutoDateLocator(minticks=2, maxticks=4)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    plain_axes(axes, 7.5)
    return axes


def difference_course_figure(course: pl.DataFrame, title: str = "") -> Figure:
    """Return a row of panels a scenario, one an outcome, from the first difference on.

    Parameters
    ----------
    course
        Of `paired_course.paired_course`.
    """
    if course.is_empty():
        raise NothingToDrawError(
            "there is nothing to draw: no pair of runs ended well, or the scenarios keep no series"
        )
    heading = Heading.of(title, _text(course))
    scenarios = course.partition_by("scenario", maintain_order=True)
    height = heading.height + _TOP + (_PANEL + _BETWEEN) * len(scenarios) + _FOOT - _BETWEEN
    figure = Figure(figsize=(WIDTH, height))
    heading.write(figure)
    shown = _from_first(course)
    outcomes = course["outcome"].unique(maintain_order=True).to_list()
    wide = (WIDTH - _LEFT - _RIGHT - _GAP * (len(outcomes) - 1)) / len(outcomes)
    for column, outcome in enumerate(outcomes):
        of_outcome = shown.filter(outcome=outcome)
        left = (_LEFT + column * (wide + _GAP)) / WIDTH
        for row, scenario in enumerate(of_outcome.partition_by("scenario", maintain_order=True)):
            top = heading.height + _TOP + row * (_PANEL + _BETWEEN)
            box = (left, 1 - (top + _PANEL) / height, wide / WIDTH, _PANEL / height)
            axes = figure.add_axes(box)
            _panel(scenario, axes)
            if row == 0:
                note(axes, _name(scenario), (0, 1), (0, 42), size=9, weight="bold", va="bottom")
            if column == 0:
                note(axes, scenario["scenario"][0], (0, 1), (-28, 27), weight="bold", va="bottom")
    return figure


def _panel(rows: pl.DataFrame, axes: Axes) -> None:
    """Draw a panel, and write what differs at the end above it."""
    difference_course(rows, axes, unit_of(rows), reach(rows))
    last = numbers(rows.row(-1, named=True))
    in_lines = last.replace("; ", "\n").replace(" (", "\n(")
    note(axes, in_lines, (0, 1), (0, 4), size=7.5, va="bottom")


def _name(rows: pl.DataFrame) -> str:
    return f"{words(rows['outcome'][0]).capitalize()},\n{unit_of(rows)}"


def _from_first(course: pl.DataFrame) -> pl.DataFrame:
    """Return the course from the last date on at which nothing differed yet; all if nothing does."""
    first = course.filter(pl.col("differ") > 0)["date"].min()
    before = course.filter(pl.col("date") < first)["date"].max()
    return course if before is None else course.filter(pl.col("date") >= before)


def _text(course: pl.DataFrame) -> str:
    differing, last = course.filter(pl.col("differ") > 0), course.row(-1, named=True)
    start = "no pair differs at any date"
    if not differing.is_empty():
        start = f"no pair differs before {differing.sort('date').row(0, named=True)['date']}"
    return (
        f"Differences from {last['baseline']} in {last['pairs']:,} pairs on common random numbers; "
        f"{start}. Line: mean; dark band: its 95 % interval; light band: 90 % of pairs, cut where "
        "it goes beyond the axes, each set by its own interval. Numbers: at the last date, "
        f"{last['date']}."
    )
