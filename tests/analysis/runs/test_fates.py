"""The fall of the regime by date, and outcomes that no run shows."""

import pytest

from defectsim.analysis.intervals import exact_interval
from defectsim.analysis.runs.fates import endings, falls_by_date
from fixed_study import fixed_study, week


def test_falls_are_counted_by_date_with_exact_intervals() -> None:
    found = falls_by_date(fixed_study().runs, week(0), week(3))
    assert found["date"].to_list() == [week(0), week(2), week(3)]
    assert found["fallen"].to_list() == [0, 1, 1]
    assert found.select("low", "high").row(1) == pytest.approx(exact_interval(1, 6))


def test_an_outcome_that_no_run_shows_has_a_bound() -> None:
    found = endings(fixed_study().runs, ["survives", "coup", "split"])
    assert found["count"].to_list() == [5, 1, 0]
    assert found["at_most"][2] == pytest.approx(1 - 0.05 ** (1 / 6))
    assert found["low"][2] == 0
