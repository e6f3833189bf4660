import datetime as dt
from collections.abc import Sequence

import polars as pl
import pytest

from defectsim.analysis.event_history.incidence import cumulative_incidence
from defectsim.core.errors import AnalysisError
from madeup import frame, run

DAYS = [dt.date(2019, 1, day) for day in (1, 8, 15, 22)]


def series(replicates: int = 2, strength: int = 10) -> pl.DataFrame:
    rows = [
        {
            "replicate": replicate,
            "date": day,
            "branch": "army",
            "rank": rank,
            **{"loyal": strength, "shirking": 0, "plotting": 0},
        }
        for replicate in range(replicates)
        for day in DAYS
        for rank in ("enlisted", "general")
    ]
    return pl.DataFrame(rows)


def events(*rows: tuple[int, int, str, str, str]) -> pl.DataFrame:
    names = ("replicate", "date", "agent", "rank", "status_to")
    data = [dict(zip(names, (row[0], DAYS[row[1]], *row[2:]), strict=True)) for row in rows]
    return pl.DataFrame(data).with_columns(
        status_from=pl.lit("loyal"), cause=pl.lit("decision"), branch=pl.lit("army")
    )


LEFT = events(
    (0, 1, "a", "enlisted", "deserted"),
    (0, 2, "b", "general", "defected"),
    (0, 3, "b", "general", "deserted"),
    (1, 3, "a", "enlisted", "deserted"),
)
RUNS = frame([run(0), run(1)])


def shares(found: pl.DataFrame, **which: str) -> Sequence[float]:
    return found.filter(**which)["share"].to_list()


def test_without_censoring_it_is_the_share_who_have_left_so() -> None:
    found = cumulative_incidence(LEFT, series(), RUNS)
    assert shares(found, status_to="deserted") == pytest.approx([0, 1 / 40, 1 / 40, 2 / 40])
    assert shares(found, status_to="defected") == pytest.approx([0, 0, 1 / 40, 1 / 40])


def test_ways_out_compete_for_those_who_still_serve() -> None:
    found = cumulative_incidence(LEFT, series(), RUNS, by=["rank"], ways=["status_to", "cause"])
    assert found.columns == ["rank", "status_to", "cause", "date", "share", "low", "high"]
    general = shares(found, rank="general", status_to="defected")
    assert general == pytest.approx([0, 0, 1 / 20, 1 / 20])
    assert shares(found, rank="general", status_to="deserted") == [0, 0, 0, 0]
    together = found.group_by("rank", "date").agg(pl.col("share").sum())
    assert together["share"].max() <= 1


def test_runs_in_which_the_regime_falls_are_censored_from_then_on() -> None:
    fallen = RUNS.with_columns(fell=pl.Series([DAYS[2], None], dtype=pl.Date))
    found = cumulative_incidence(LEFT, series(), fallen)
    # of 40, two have left by the third date; then only the 20 of the second run are at risk
    assert shares(found, status_to="deserted")[-1] == pytest.approx(1 / 40 + 38 / 40 * 1 / 20)


def test_who_leaves_after_the_fall_is_not_counted() -> None:
    fallen = RUNS.with_columns(fell=pl.Series([DAYS[1], None], dtype=pl.Date))
    later = events((0, 2, "a", "enlisted", "deserted"), (1, 2, "a", "enlisted", "deserted"))
    found = cumulative_incidence(later, series(), fallen)
    assert shares(found, status_to="deserted") == pytest.approx([0, 0, 1 / 20, 1 / 20])
    both = RUNS.with_columns(fell=DAYS[1])
    assert shares(cumulative_incidence(later, series(), both), status_to="deserted") == [0] * 4


def test_intervals_are_of_runs_and_hold_the_share() -> None:
    four = [(replicate, 1, "a", "enlisted", "deserted") for replicate in range(4)]
    more = [(replicate, 2, "b", "enlisted", "deserted") for replicate in range(2)]
    found = cumulative_incidence(
        events(*four, *more), series(4), frame([run(replicate) for replicate in range(4)])
    )
    last = found.row(-1, named=True)
    assert 0 < last["low"] < last["share"] < last["high"] < 1
    alike = found.row(1, named=True)
    assert alike["low"] == pytest.approx(alike["share"]) == pytest.approx(alike["high"])
    assert found["low"][0] is None
    one = cumulative_incidence(events(four[0]), series(1), frame([run(0)]))
    assert one["low"].is_null().all()


@pytest.mark.parametrize("leave", [(3, 1, 16), (4, 14, 2), (18, 1, 1)])
def test_where_everybody_has_left_there_is_no_interval(leave: tuple[int, int, int]) -> None:
    censored = RUNS.with_columns(fell=pl.Series([DAYS[0], None], dtype=pl.Date))
    found = cumulative_incidence(all_of_run_1(*leave), series(), censored)
    assert found.row(-1, named=True)["share"] == 1
    assert found.select("low", "high").row(-1) == (None, None)


def test_where_nearly_everybody_has_left_the_interval_may_hold_every_share() -> None:
    censored = RUNS.with_columns(fell=pl.Series([DAYS[0], None], dtype=pl.Date))
    some = all_of_run_1(18_000, 1_998, 1)
    last = cumulative_incidence(some, series(strength=10_000), censored).row(-1, named=True)
    assert last["share"] == pytest.approx(1, abs=1e-4)
    assert (last["low"], last["high"]) == pytest.approx((0, 1))


def all_of_run_1(*leave: int) -> pl.DataFrame:
    """Return the events of a run in which so many people leave, date by date."""
    rows = [
        (1, day, f"{day}-{number}", "enlisted", "deserted")
        for day, number_of_people in enumerate(leave, 1)
        for number in range(number_of_people)
    ]
    return events(*rows)


def test_what_cannot_be_estimated_is_refused() -> None:
    with pytest.raises(AnalysisError, match="there are 2 points"):
        cumulative_incidence(LEFT, series(), frame([run(0), run(0, point=1)]))
    with pytest.raises(AnalysisError, match=r"record\.events: true"):
        cumulative_incidence(LEFT.clear(), series(), RUNS)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"by": "rank"}, "by must be a list of branch and rank, not 'rank'"),
        ({"by": ["nope"]}, "by must be a list of branch and rank"),
        ({"by": ["rank", "rank"]}, "by must be a list of branch and rank"),
        ({"ways": []}, "ways must be a list of status_to and cause"),
        ({"ways": ["x"]}, "ways must be a list of status_to and cause"),
    ],
)
def test_columns_that_are_none_of_its_own_are_refused(given: dict[str, object], why: str) -> None:
    with pytest.raises(AnalysisError, match=why):
        cumulative_incidence(LEFT, series(), RUNS, **given)  # type: ignore[arg-type]  # refused


def test_tables_of_fewer_or_no_runs_are_refused() -> None:
    with pytest.raises(AnalysisError, match="the series lacks some of the runs"):
        cumulative_incidence(LEFT, series(1), RUNS)
    with pytest.raises(AnalysisError, match="there are 0 points of such runs"):
        cumulative_incidence(LEFT, series(), RUNS.head(0))


def test_runs_that_are_left_out_count_in_no_table() -> None:
    of_one = cumulative_incidence(LEFT, series(), RUNS.head(1))
    assert shares(of_one, status_to="deserted")[-1] == pytest.approx(1 / 20)
