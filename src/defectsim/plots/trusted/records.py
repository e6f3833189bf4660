"""Figure of recorded against true: deserters on record, and all there are."""

from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from defectsim.analysis.runs.records import SHARE, TRUE
from defectsim.core.errors import NothingToDrawError
from defectsim.model.transitions import RECORDED
from defectsim.plots.grid import Room, panel_grid
from defectsim.plots.style import (
    SERIES,
    Heading,
    by_unit,
    few_dates,
    note,
    period,
    plain_axes,
    points,
    spread,
)

_LOOKS: dict[str, dict[str, Any]] = {
    TRUE: {"color": SERIES[0], "linestyle": "-"},
    RECORDED: {"color": SERIES[1], "linestyle": (0, (4, 1.5))},
    SHARE: {"color": "0.25", "linestyle": "-"},
}
_NAMES = {TRUE: "true", RECORDED: "on record", SHARE: ""}
_COLUMNS = ["Deserters, people", "On record, % of the true number"]
_ROOM = Room(tall=2.6, numbers=0.0, gap=1.35, right=0.6)
_GAP = 11.0  # room of a label, in points


def recorded_course_lines(course: pl.DataFrame, axes: Axes, unit: str) -> Axes:
    """Draw quantities of `records.recorded_course`: medians and 90 % of runs, named at their ends."""
    parts = course.partition_by("counted", maintain_order=True)
    for rows in parts:
        dates, look = rows["date"].to_list(), _LOOKS[rows["counted"][0]]
        if rows["runs"].to_numpy().max() > 1:
            low, high = rows["q05"].to_numpy(), rows["q95"].to_numpy()
            if rows["counted"][0] == RECORDED:
                axes.plot(dates, low, dates, high, linewidth=0.8, **look)
            else:
                axes.fill_between(dates, low, high, color=look["color"], alpha=0.18, linewidth=0)
        axes.plot(dates, rows["q50"].to_numpy(), linewidth=1.8, **look)
    top = float(course["q95"].to_numpy().max())
    axes.set_ylim(0, max(1.02, 1.04 * top) if unit == "%" else 1.04 * top or 1.0)
    ordered = course["date"].sort()
    axes.set_xlim(ordered[0], ordered[-1])
    by_unit(axes.yaxis, unit)
    few_dates(axes)
    plain_axes(axes, 8)
    _name_ends(parts, axes)
    return axes


def _name_ends(parts: list[pl.DataFrame], axes: Axes) -> None:
    """Name each line beside its end."""
    last = sorted((rows.row(-1, named=True) for rows in parts), key=lambda row: row["q50"])
    height = points(axes)[1]
    ends = [row["q50"] / axes.get_ylim()[1] * height for row in last]
    for row, place in zip(last, spread(ends, _GAP, 0, height), strict=True):
        colour = _LOOKS[row["counted"]]["color"]
        look: dict[str, Any] = {"color": colour, "weight": "bold", "va": "center", "size": 8}
        note(axes, _NAMES[row["counted"]], (1, place / height), (4, 0), **look)


def recorded_figure(course: pl.DataFrame, title: str = "") -> Figure:
    """Return the numbers of deserters, true and on record, and the share on record.

    Parameters
    ----------
    course
        Of `records.recorded_course`.
    """
    if course.is_empty():
        raise NothingToDrawError(
            "there is nothing to draw: no run of this study ended well, or it keeps no series "
            "(record.series: full)"
        )
    runs = int(course["runs"].to_numpy().max())
    text = (
        "Deserters, and those whom the army has struck off its rolls by the same date, "
        f"{period(course)}. Line: median of {runs} runs; band, or thin "
        "lines: 90 % of runs."
    )
    figure, ((numbers, share),) = panel_grid(Heading.of(title, text), [""], _COLUMNS, _ROOM)
    recorded_course_lines(course.filter(pl.col("counted") != SHARE), numbers, "people")
    shares = course.filter(counted=SHARE)
    if shares.is_empty():
        share.remove()
    else:
        recorded_course_lines(shares, share, "%")
    return figure
