import datetime as dt

import polars as pl
import pytest

from defectsim.analysis.intervals import exact_interval
from defectsim.analysis.runs.beliefs import doubts, falls
from defectsim.core.errors import AnalysisError
from defectsim.model.transitions import STATUSES
from madeup import frame, run

DATES = [dt.date(2019, 1, 7), dt.date(2019, 1, 14)]
RUNS = frame(
    [
        run(0),
        run(1, outcome="coup", fell=DATES[1]),
        run(2, outcome="coup", fell=DATES[1]),
        run(3, status="failed"),
    ]
).with_columns(fell=pl.when(pl.col("fell").is_not_null()).then(DATES[1]))


def series() -> pl.DataFrame:
    """Return series of 80 who serve and 20 who deserted, of whom 20 (r + 1) doubt in replicate r."""
    rows = [
        {
            "replicate": replicate,
            "date": date,
            "branch": branch,
            "rank": "officer",
            **dict.fromkeys(STATUSES, 0),
            **{"loyal": 30, "shirking": 10, "deserted": 10},
            "doubting": 10 * (replicate + 1),
        }
        for replicate in range(3)
        for date in DATES
        for branch in ("army", "navy")
    ]
    return pl.DataFrame(rows)


def test_doubters_are_a_share_of_those_who_serve_by_the_fate_of_the_regime() -> None:
    found = doubts(series(), RUNS).filter(date=DATES[0])
    assert found["fate"].to_list() == ["falls", "survives"]
    assert found["runs"].to_list() == [2, 1]
    assert found["q50"].to_list() == [0.625, 0.25]


def test_the_truth_is_the_share_of_runs_in_which_it_has_fallen() -> None:
    found = falls(RUNS, series()["date"])
    assert found["date"].to_list() == DATES
    assert found["share"].to_list() == [0, pytest.approx(2 / 3)]
    assert found.select("low", "high").row(1) == pytest.approx(exact_interval(2, 3))


def test_several_points_are_refused() -> None:
    several = frame([run(0), run(0, point=1)])
    with pytest.raises(AnalysisError, match="choose one point"):
        doubts(series(), several)
