import datetime as dt

import polars as pl
import pytest

from defectsim.analysis.runs.records import recorded_course
from defectsim.core.errors import AnalysisError

DATES = [dt.date(2019, 1, 7), dt.date(2019, 1, 14)]


def test_the_share_on_record_is_that_of_each_run_and_not_of_medians() -> None:
    rows = [
        {"replicate": run, "date": date, "branch": branch, "deserted": gone, "recorded": struck}
        for run, gone, struck in ((0, 10, 5), (1, 100, 100), (2, 20, 0))
        for date in DATES
        for branch in ("army", "navy")
    ]
    found = recorded_course(pl.DataFrame(rows)).filter(date=DATES[1])
    assert dict(found.select("counted", "q50").iter_rows()) == {
        "deserted": 40,
        "recorded": 10,
        "share": 0.5,
    }


def test_a_run_without_a_deserter_has_no_share() -> None:
    row = {"replicate": 0, "date": DATES[0], "deserted": 0, "recorded": 0}
    found = recorded_course(pl.DataFrame([row, {**row, "replicate": 1, "deserted": 4}]))
    assert found.filter(counted="share")["runs"].to_list() == [1]


def test_several_points_are_refused() -> None:
    rows = [{"point": point, "replicate": 0, "date": DATES[0]} for point in range(2)]
    with pytest.raises(AnalysisError, match="choose one point"):
        recorded_course(pl.DataFrame(rows))
