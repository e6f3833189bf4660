import datetime as dt

import polars as pl
import pytest

from defectsim.analysis.intervals import mean_interval
from defectsim.analysis.paired_course import paired_course
from madeup import run

DATES = [dt.date(2019, 1, 7), dt.date(2019, 1, 14), dt.date(2019, 1, 21)]
GAINED = [0, 0, 4, 10]


def course() -> pl.DataFrame:
    """Return a comparison in which at the last date replicate r of ``other`` has GAINED[r] more."""
    series = pl.DataFrame(
        [
            {
                "point": point,
                "replicate": replicate,
                "date": date,
                "branch": "army",
                "rank": rank,
                "deserted": 0,
                "defected": 100 + point * gained * (date == DATES[-1]) * (rank == "general"),
            }
            for point in range(2)
            for replicate, gained in enumerate(GAINED)
            for date in DATES
            for rank in ("officer", "general")
        ]
    )
    runs = pl.DataFrame(
        [
            run(replicate, point=point, scenario=name, outcome=outcome)
            for point, (name, outcome) in enumerate((("base", "survives"), ("other", "coup")))
            for replicate in range(len(GAINED))
        ]
    ).with_columns(fell=pl.when(scenario="other").then(DATES[1]))
    return paired_course(series, runs)


def test_pairs_are_compared_at_each_date() -> None:
    rows = course().filter(outcome="generals_defected")
    assert rows["date"].to_list() == DATES
    assert rows["mean"].to_list() == [0, 0, 3.5]
    assert rows["differ"].to_list() == [0, 0, 2]
    assert (rows["low"][0], rows["high"][0]) == (None, None)
    expected = mean_interval(pl.Series(GAINED).cast(pl.Float64).to_numpy())
    assert (rows["low"][2], rows["high"][2]) == pytest.approx(expected)


def test_counts_of_all_ranks_and_what_never_happens_are_there_too() -> None:
    found = course()
    assert found.filter(outcome="defected")["mean"].to_list() == [0, 0, 3.5]
    none = found.filter(outcome="deserted")
    assert none["differ"].sum() == 0
    assert none["differ_most"].unique().to_list() == pytest.approx([1 - 0.05 ** (1 / 4)])


def test_the_regime_has_fallen_from_its_date_on() -> None:
    rows = course().filter(outcome="falls")
    assert rows["kind"].unique().to_list() == ["chance"]
    assert rows["other_mean"].to_list() == [0, 1, 1]
    assert rows["base_mean"].to_list() == [0, 0, 0]
    assert rows["low"][0] < 0 < rows["high"][0]


def test_a_pair_of_which_a_run_failed_is_left_out() -> None:
    assert course()["pairs"].unique().to_list() == [4]
