import datetime as dt
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from defectsim.plots.happens.cascade import key_columns, policy_numbers

PERIOD = (dt.date(2014, 1, 6), dt.date(2019, 7, 1))
CLOSE = [
    ("gold", dt.date(2018, 11, 13)),
    ("recognition", dt.date(2019, 1, 23)),
    ("off_ramp", dt.date(2019, 1, 30)),
    ("amnesty", dt.date(2019, 1, 26)),
    ("oil", dt.date(2019, 1, 23)),
]


def day(date: dt.date) -> int:
    """Matplotlib's number of a date."""
    return (date - dt.date(1970, 1, 1)).days


def panel(figure: Figure, start: dt.date, end: dt.date) -> Axes:
    axes = figure.add_subplot()
    axes.plot([start, end], [0, 1])  # type: ignore[arg-type]
    axes.set_xlim(day(start), day(end))
    return axes


def numbers(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_numbers_of_close_dates_do_not_overlap() -> None:
    axes = panel(Figure(), *PERIOD)
    policy_numbers(CLOSE, [axes])
    assert numbers(axes) == ["1", "2", "3", "4"]
    boxes = [text.get_window_extent() for text in axes.texts]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_leaders_start_at_the_dates() -> None:
    axes = panel(Figure(), *PERIOD)
    policy_numbers(CLOSE, [axes])
    first, last = axes.get_xlim()
    starts = [float(np.asarray(line.get_xdata())[0]) for line in axes.get_lines()[1:]]
    assert [round(start * (last - first) + first) for start in starts] == [
        day(date) for date in sorted({date for _, date in CLOSE})
    ]


def test_a_date_is_numbered_on_the_last_panel_that_shows_it() -> None:
    figure = Figure()
    whole, end = panel(figure, *PERIOD), panel(figure, dt.date(2018, 7, 1), PERIOD[1])
    policy_numbers(
        [("early", dt.date(2015, 3, 8)), *CLOSE, ("late", dt.date(2020, 1, 1))], [whole, end]
    )
    assert numbers(whole) == ["1"]
    assert numbers(end) == ["2", "3", "4", "5"]


def test_the_key_names_each_date_in_order() -> None:
    assert [line for column in key_columns(CLOSE, PERIOD) for line in column] == [
        ("1", "2018-11-13", "gold"),
        ("2", "2019-01-23", "recognition; oil"),
        ("3", "2019-01-26", "amnesty"),
        ("4", "2019-01-30", "off_ramp"),
    ]


def test_a_long_name_continues_on_the_next_line_of_the_key() -> None:
    ((first, second), *_) = key_columns([("word " * 15, PERIOD[0]), ("b", PERIOD[1])], PERIOD)
    assert first[0] == "1"
    assert second == ("", "", "word word word word")


def test_the_key_marks_dates_outside_the_period() -> None:
    ((line,),) = key_columns([("late", dt.date(2020, 1, 1))], PERIOD)
    assert line[2] == "late (outside the period shown)"


def test_no_policies_no_key() -> None:
    assert key_columns([], PERIOD) == []
