import datetime as dt
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure

from defectsim.core.errors import NothingToDrawError
from defectsim.plots.happens.cascade import cascade_figure

type Study = Callable[..., pl.DataFrame]
START = dt.date(2014, 1, 6)
POLICIES = [("off_ramp", dt.date(2014, 6, 2)), ("amnesty", dt.date(2014, 6, 4))]


def day(date: dt.date) -> int:
    """Matplotlib's number of a date."""
    return (date - dt.date(1970, 1, 1)).days


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.texts]


def test_each_status_that_counts_as_gone_has_a_row_of_panels(study: Study) -> None:
    figure = cascade_figure(study(), POLICIES, "A title")
    above, below = figure.axes
    assert above.get_title(loc="left") == "Deserted"
    assert below.get_title(loc="left") == "Defected"
    assert above.get_position().y0 > below.get_position().y1
    assert [np.asarray(line.get_ydata())[-1] for line in above.get_lines()[:2]] == [0.15, 0.15]
    assert [np.asarray(line.get_ydata())[-1] for line in below.get_lines()[:2]] == [0.15, 0.075]


def test_the_policies_are_marked_in_both_rows_and_named_once(study: Study) -> None:
    figure = cascade_figure(study(), POLICIES, "A title")
    dates = {day(date) for _, date in POLICIES}
    for axes in figure.axes:
        assert dates <= {np.asarray(line.get_xdata())[0] for line in axes.get_lines()}
    shown = texts(figure)
    assert [shown.count(word) for word in ("off_ramp", "2014-06-02", "amnesty", "2014-06-04")] == [
        1
    ] * 4


def test_the_heading_states_title_period_and_runs(study: Study) -> None:
    head = texts(cascade_figure(study(), [], "A title"))
    assert head[0] == "A title"
    assert "2014-01-06 to 2015-03-02; line: median of 5 runs" in head[1]
    assert "one run." in texts(cascade_figure(study(replicates=1)))[0]


def test_a_long_study_has_its_last_year_enlarged_to_the_same_scale(study: Study) -> None:
    figure = cascade_figure(study(weeks=200, replicates=2), [("late", dt.date(2017, 10, 2))])
    whole, enlarged, *_ = figure.axes
    assert len(figure.axes) == 4
    assert enlarged.get_xlim()[1] == whole.get_xlim()[1]
    assert 358 <= enlarged.get_xlim()[1] - enlarged.get_xlim()[0] <= 365
    assert enlarged.get_ylim() == whole.get_ylim()
    assert not whole.texts
    assert "1" in [text.get_text() for text in enlarged.texts]


def test_nothing_is_drawn_outside_the_figure(study: Study) -> None:
    policies = [(f"policy {day} " * 9, dt.date(2014, 6, day)) for day in range(1, 13)]
    figure = cascade_figure(study(), policies, "A title")
    for text in [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]:
        box = text.get_window_extent()
        assert box.x0 >= 0 <= box.y0, text
        assert box.x1 <= figure.bbox.x1, text
        assert box.y1 <= figure.bbox.y1, text


def test_a_study_without_a_good_run_has_no_figure(study: Study) -> None:
    with pytest.raises(NothingToDrawError, match="nothing to draw"):
        cascade_figure(study().clear())


def test_a_study_of_the_first_weeks_of_all_can_be_drawn(study: Study) -> None:
    first = study(weeks=10).with_columns(pl.col("date") - (START - dt.date.min))
    assert "0001-01-01 to 0001-03-12" in "".join(texts(cascade_figure(first)))
