import datetime as dt
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from defectsim.analysis import shares
from defectsim.model.transitions import RANKS
from defectsim.plots.happens.cascade import cascade
from defectsim.plots.style import COLOURS, NAMES

type Study = Callable[..., pl.DataFrame]


def day(date: dt.date) -> int:
    """Matplotlib's number of a date."""
    return (date - dt.date(1970, 1, 1)).days


def deserted(series: pl.DataFrame) -> pl.DataFrame:
    return shares.cascade(series, counted=["deserted"])


@pytest.fixture
def axes() -> Axes:
    return Figure().add_subplot()


def test_each_rank_has_its_median_and_two_bands(study: Study, axes: Axes) -> None:
    frame = deserted(study())
    assert cascade(frame, axes) is axes
    lines = {str(line.get_label()): line for line in axes.get_lines()}
    assert list(lines) == list(RANKS)
    for rank, line in lines.items():
        expected = frame.filter(rank=rank)
        assert np.array_equal(np.asarray(line.get_ydata()), expected["q50"].to_numpy())
        assert line.get_color() == COLOURS[rank]
    assert len(axes.collections) == 2 * len(RANKS)
    tops = [np.asarray(band.get_paths()[0].vertices)[:, 1].max() for band in axes.collections]
    enlisted = frame.filter(rank="enlisted")
    assert tops[:2] == [enlisted["q95"].max(), enlisted["q75"].max()]


def test_a_small_group_moves_in_steps(study: Study, axes: Axes) -> None:
    cascade(deserted(study()), axes)
    styles = {str(line.get_label()): line.get_drawstyle() for line in axes.get_lines()}
    assert styles == {
        "enlisted": "default",
        "nco": "default",
        "officer": "default",
        "general": "steps-post",
    }


def test_policies_are_vertical_lines_one_a_date(study: Study, axes: Axes) -> None:
    dates = [dt.date(2014, 3, 3), dt.date(2014, 2, 3), dt.date(2014, 3, 3)]
    cascade(deserted(study()), axes, [(str(number), date) for number, date in enumerate(dates)])
    lines = axes.get_lines()[len(RANKS) :]
    assert [np.asarray(line.get_xdata())[0] for line in lines] == [
        day(date) for date in sorted(set(dates))
    ]


def test_shares_start_at_zero_and_dates_span_the_study(study: Study, axes: Axes) -> None:
    frame = deserted(study())
    cascade(frame, axes)
    low, high = axes.get_ylim()
    assert low == 0
    assert high > frame["q95"].to_numpy().max()
    assert axes.get_xlim() == (day(frame["date"][0]), day(frame["date"][-1]))


def test_nobody_gone_can_be_drawn(study: Study, axes: Axes) -> None:
    cascade(deserted(study().with_columns(deserted=0)), axes)
    assert axes.get_ylim()[0] == 0
    assert axes.get_ylim()[1] > 0


def test_one_run_has_no_bands(study: Study, axes: Axes) -> None:
    cascade(deserted(study(replicates=1)), axes)
    assert not axes.collections


def test_every_rank_has_a_look_of_its_own() -> None:
    assert set(COLOURS) == set(NAMES) == set(RANKS)
    assert len(set(COLOURS.values())) == len(RANKS)
