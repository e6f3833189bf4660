import datetime as dt
from collections.abc import Callable

import polars as pl
import pytest

from defectsim.analysis.shares import attrition
from defectsim.core.errors import AnalysisError

type Frame = Callable[..., pl.DataFrame]
START = dt.date(2014, 1, 6)


def day(number: int) -> dt.date:
    return START + dt.timedelta(days=number)


def test_attrition_is_deserters_over_person_years_at_risk(frame: Frame) -> None:
    series = frame({(0, "army", "nco"): [(0, 0), (10, 0), (30, 20), (40, 20)]})
    (row,) = attrition(series, day(0), day(14)).to_dicts()
    years = (100 + 90) * 7 / 365.25
    assert row == pytest.approx(
        {"replicate": 0, "deserters": 30, "person_years": years, "rate": 30 / years}
    )


def test_only_whole_steps_of_the_window_count(frame: Frame) -> None:
    series = frame({(0, "army", "nco"): [(0, 0), (10, 0), (30, 20), (40, 20)]})
    assert attrition(series, day(1), day(20)).equals(attrition(series, day(7), day(14)))
    assert attrition(series, day(7), day(14))["deserters"].to_list() == [20]


def test_a_constant_rate_is_found_again(frame: Frame) -> None:
    left = [1_000_000 * (1 - 0.01) ** week for week in range(53)]
    series = frame(
        {(0, "army", "nco"): [(round(1_000_000 - people), 0) for people in left]},
        strength=1_000_000,
    )
    rate = attrition(series, day(0), day(364))["rate"].item()
    assert rate == pytest.approx(0.01 / (7 / 365.25), rel=1e-5)


def test_branch_and_ranks_narrow_it_down_and_each_replicate_is_a_row(frame: Frame) -> None:
    groups = [("army", "nco"), ("army", "officer"), ("navy", "nco")]
    series = frame(
        {
            (run, *group): [(0, 0), (run * 4**place, 0)]
            for run in (1, 2)
            for place, group in enumerate(groups)
        }
    )
    assert attrition(series, day(0), day(7))["deserters"].to_list() == [21, 42]
    assert attrition(series, day(0), day(7), branch="army")["deserters"].to_list() == [5, 10]
    assert attrition(series, day(0), day(7), ranks=["nco"])["deserters"].to_list() == [17, 34]
    found = attrition(series, day(0), day(7), branch="army", ranks=["officer"])
    assert (found["replicate"].to_list(), found["deserters"].to_list()) == ([1, 2], [4, 8])


def test_recorded_desertions_can_be_counted_instead(frame: Frame) -> None:
    series = frame({(0, "army", "nco"): [(0, 0), (10, 0), (30, 20), (40, 20)]})
    true, known = (
        attrition(series, day(0), day(14), count=count) for count in ("deserted", "recorded")
    )
    assert (true["deserters"].item(), known["deserters"].item()) == (30, 15)
    assert known["person_years"].equals(true["person_years"])


def test_who_shirks_may_still_desert_and_who_plots_does_not(frame: Frame) -> None:
    series = frame({(0, "army", "nco"): [(0, 0), (10, 0)]})
    loyal, shirking, plotting = (
        0.5 * pl.col("loyal"),
        0.25 * pl.col("loyal"),
        0.25 * pl.col("loyal"),
    )
    found = attrition(
        series.with_columns(loyal=loyal, shirking=shirking, plotting=plotting), day(0), day(7)
    )
    assert found["person_years"].item() == pytest.approx(75 * 7 / 365.25)


def test_unknown_groups_are_refused(frame: Frame) -> None:
    series = frame({(0, "army", "nco"): [(0, 0), (10, 0)]})
    with pytest.raises(AnalysisError, match=r"'amry' is no branch.*'army'"):
        attrition(series, day(0), day(7), branch="amry")
    with pytest.raises(AnalysisError, match=r"'' is no branch"):
        attrition(series, day(0), day(7), branch="")
    with pytest.raises(AnalysisError, match=r"'general' is no rank.*there are nco"):
        attrition(series, day(0), day(7), ranks=["nco", "general"])
    with pytest.raises(AnalysisError, match="within 2014-01-06 to 2014-01-13"):
        attrition(series, day(1), day(6))
