"""Figure of a comparison over time: paired differences at each date, scenarios by outcomes."""

from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from defectsim.analysis.outcomes import words
from defectsim.core.errors import NothingToDrawError
from defectsim.plots.differs.differences import numbers, reach, unit_of
from defectsim.plots.grid import panel_grid
from defectsim.plots.style import INK, SERIES, Heading, by_unit, few_dates, note, plain_axes

_COLOUR = SERIES[0]


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
    few_dates(axes)
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
    shown = _from_first(course)
    names, outcomes = (shown[one].unique(maintain_order=True) for one in ("scenario", "outcome"))
    columns = [_name(shown.filter(outcome=outcome)) for outcome in outcomes]
    figure, grid = panel_grid(Heading.of(title, _text(course)), names.to_list(), columns)
    for name, row in zip(names, grid, strict=True):
        for outcome, axes in zip(outcomes, row, strict=True):
            _panel(shown.filter(scenario=name, outcome=outcome), axes)
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
    if first is None:
        return course
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
