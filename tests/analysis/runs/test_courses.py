"""Courses of runs: mean shares that sum, runs told apart by their end, and runs that span all."""

import polars as pl
import pytest

from defectsim.analysis.runs.courses import (
    NOT_LOYAL,
    endings_of,
    moving_since,
    spread_runs,
    status_shares,
)
from fixed_study import fixed_study, week


def test_mean_shares_of_statuses_sum_to_one() -> None:
    found = status_shares(fixed_study().series, ["rank"])
    sums = found.filter(pl.col("counted") != NOT_LOYAL).group_by("date", "rank").agg(pl.sum("mean"))
    assert sums["mean"].to_list() == pytest.approx([1] * sums.height)
    assert set(found["runs"]) == {6}


def test_a_mean_is_that_over_runs_and_its_band_their_range() -> None:
    found = status_shares(fixed_study().series, ["rank"]).with_columns(pl.col("rank").cast(str))
    (row,) = found.filter(date=week(3), rank="enlisted", counted="defected").to_dicts()
    assert row["mean"] == pytest.approx(0.075)
    assert (row["q05"], row["q95"]) == pytest.approx((0, 0.15))
    (left,) = found.filter(date=week(3), rank="enlisted", counted=NOT_LOYAL).to_dicts()
    assert left["mean"] == pytest.approx(0.105)


def test_runs_are_told_apart_by_the_fall_if_some_fall_and_some_do_not() -> None:
    runs = fixed_study().runs
    assert endings_of(runs)["ending"].to_list() == [*["regime stands"] * 5, "regime falls"]
    assert endings_of(runs[:5])["ending"].to_list() == ["survives"] * 5
    assert endings_of(runs[5:])["ending"].to_list() == ["coup"]


def test_single_runs_span_from_the_lowest_to_the_highest() -> None:
    ends = pl.DataFrame({"replicate": range(9), "share": [8.0, 7, 6, 5, 4, 3, 2, 1, 0]})
    assert spread_runs(ends, 3) == [8, 4, 0]
    assert spread_runs(ends[:2], 3) == [1, 0]


def test_dates_are_shown_from_shortly_before_anybody_moves() -> None:
    shares = [0.0] * 80 + [0.5] * 20
    still = pl.DataFrame({"date": [week(one) for one in range(100)], "share": shares})
    assert moving_since(still) == week(78)
    assert moving_since(still.with_columns(share=0.0)) == week(0)
