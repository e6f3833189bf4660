import datetime as dt

import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure

from defectsim.core.errors import NothingToDrawError
from defectsim.plots.differs.difference_course import difference_course, difference_course_figure

DATES = [dt.date(2019, 1, 1) + dt.timedelta(weeks=week) for week in range(60)]


def course(scenarios: int = 1) -> pl.DataFrame:
    """Return differences that begin in week 40, of which the spread of pairs is far wider."""
    rows = [
        {
            "baseline": "base",
            "scenario": f"s{number}",
            "outcome": outcome,
            "kind": "chance" if outcome == "falls" else "count",
            "date": date,
            "pairs": 6,
            "differ": 6 * (week >= 40) * (outcome == "deserted"),
            "differ_most": 0.393,
            "base_mean": 0.0,
            "other_mean": 0.0,
            "mean": size,
            "low": size / 2 if size else None,
            "high": 2 * size if size else None,
            "q05": -100 * size,
            "q50": size,
            "q95": 100 * size,
        }
        for number in range(scenarios)
        for outcome in ("deserted", "falls")
        for week, date in enumerate(DATES)
        for size in [max(0.0, week - 39.0) * (outcome == "deserted")]
    ]
    found = pl.DataFrame(rows, infer_schema_length=None)
    falls = pl.col("outcome") == "falls"
    return found.with_columns(
        low=pl.when(falls).then(-0.3).otherwise("low"),
        high=pl.when(falls).then(0.3).otherwise("high"),
    )


def test_a_panel_has_the_mean_its_interval_and_the_spread_of_pairs() -> None:
    rows = course().filter(outcome="deserted")
    axes = difference_course(rows, Figure().add_subplot(), "people", (-10, 50))
    mean, nought = axes.get_lines()
    assert np.array_equal(np.asarray(mean.get_ydata()), rows["mean"].to_numpy())
    assert np.asarray(nought.get_ydata()).tolist() == [0, 0]
    tops = [np.asarray(band.get_paths()[0].vertices)[:, 1].max() for band in axes.collections]
    assert tops == [rows["q95"].max(), rows["high"].max()]
    assert axes.get_ylim() == (-10, 50)


def test_axes_are_set_by_paired_intervals_and_begin_before_the_first_difference() -> None:
    deserted, falls = difference_course_figure(course()).axes
    assert deserted.get_ylim() == pytest.approx((-12, 52))
    assert falls.get_ylim() == pytest.approx((-0.48, 0.48))
    assert deserted.get_xlim()[0] == (DATES[39] - dt.date(1970, 1, 1)).days


def test_what_never_happens_has_a_panel_with_its_bound() -> None:
    _, falls = difference_course_figure(course()).axes
    shown = [text.get_text() for text in falls.texts]
    assert "0 of 6 on both sides\n(at most 39 % of runs)" in shown
    assert "Regime falls,\npercentage points" in shown


def test_each_scenario_has_a_row_and_nothing_is_drawn_outside_or_over_another() -> None:
    figure = difference_course_figure(course(3), "Does it hold? " * 9)
    assert len(figure.axes) == 6
    figure.draw_without_rendering()
    texts = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
    boxes = [text.get_window_extent() for text in texts]
    for box, text in zip(boxes, texts, strict=True):
        assert box.x0 >= 0 <= box.y0, text
        assert box.x1 <= figure.bbox.x1, text
    assert not any(
        one.overlaps(two) for place, one in enumerate(boxes) for two in boxes[place + 1 :]
    )


def test_no_series_no_figure() -> None:
    with pytest.raises(NothingToDrawError, match="keep no series"):
        difference_course_figure(course().clear())
