import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from defectsim.analysis.summaries import HARMS, summary
from defectsim.core.errors import StudyIncompleteError
from defectsim.store.schema import FOUND, PLANNED

type Frame = Callable[..., pl.DataFrame]


def runs(generals: list[int | None], **columns: list[Any]) -> pl.DataFrame:
    """Return runs in which nothing happened but for `columns`; those without a number of generals failed."""
    outcome = [None if count is None else "survives" for count in generals]
    nothing = {name: [None if count is None else 0 for count in generals] for name in HARMS}
    given = {"outcome": outcome, "generals_defected": generals, **nothing, **columns}
    frame = pl.DataFrame(given, schema={name: {**PLANNED, **FOUND}[name] for name in given})
    none = [
        pl.lit(None, {**PLANNED, **FOUND}[name]).alias(name)
        for name in ("fell", "capital")
        if name not in columns
    ]
    return frame.with_columns(
        *none, status=pl.Series("failed" if count is None else "done" for count in generals)
    )


@pytest.fixture
def series(frame: Frame) -> pl.DataFrame:
    """Five runs; in run i of the army, 10 i enlisted desert and 2 i generals defect; in the navy nobody."""
    return frame(
        {
            (replicate, branch, rank): [
                (0, 0),
                (9, 9),
                (10 * replicate * army * man, 2 * replicate * army * (not man)),
            ]
            for replicate in range(5)
            for branch, army in (("navy", 0), ("army", 1))
            for rank, man in (("enlisted", 1), ("general", 0))
        }
    )


def test_the_table_has_branches_ranks_and_totals(series: pl.DataFrame) -> None:
    table = summary(series, runs([0, 2, 4, 6, 8])).shares
    rows = list(zip(table["branch"], table["rank"], strict=True))
    assert rows == [
        *[(branch, rank) for branch in ("navy", "army") for rank in ("enlisted", "general")],
        *[
            ("navy", "all"),
            ("army", "all"),
            ("all", "enlisted"),
            ("all", "general"),
            ("all", "all"),
        ],
    ]
    assert table["strength"].to_list() == [100] * 4 + [200] * 4 + [400]


def test_shares_are_those_at_the_end(series: pl.DataFrame) -> None:
    table = summary(series, runs([0, 2, 4, 6, 8])).shares
    (enlisted,) = table.filter(branch="army", rank="enlisted").to_dicts()
    assert [enlisted[f"deserted_{q}"] for q in ("q05", "q50", "q95")] == pytest.approx(
        [0, 0.2, 0.4]
    )
    assert [enlisted[f"defected_{q}"] for q in ("q05", "q50", "q95")] == [0, 0, 0]
    (everyone,) = table.filter(branch="all", rank="all").to_dicts()
    assert [everyone[f"deserted_{q}"] for q in ("q05", "q50", "q95")] == pytest.approx(
        [0, 0.05, 0.1]
    )


def test_generals_are_counted(series: pl.DataFrame) -> None:
    found = summary(series, runs([0, 2, 4, 6, 8]))
    assert found.generals == 200
    assert found.generals_defected == pytest.approx((0, 4, 8))


def test_recorded_desertions_stand_beside_the_true_ones(series: pl.DataFrame) -> None:
    (enlisted,) = (
        summary(series, runs([0] * 5)).shares.filter(branch="army", rank="enlisted").to_dicts()
    )
    assert [enlisted[f"recorded_{q}"] for q in ("q05", "q50", "q95")] == pytest.approx(
        [0, 0.1, 0.2]
    )


def test_effective_strength_still_loyal_is_a_share_of_the_start(series: pl.DataFrame) -> None:
    last = pl.col("date") == pl.col("date").max()
    idle = series.with_columns(
        loyal=pl.when(last).then(pl.col("loyal") - 10).otherwise(pl.col("loyal")),
        shirking=pl.when(last).then(10).otherwise(0),
    )
    loyal = summary(idle, runs([0] * 5)).loyal
    assert loyal["branch"].to_list() == ["navy", "army", "all"]
    assert loyal["strength"].to_list() == [200, 200, 400]
    assert loyal["q50"].to_list() == pytest.approx(
        [0.95, (80 - 5 + 96 - 5) / 200, (166 + 190) / 400]
    )


def test_outcomes_have_their_exact_intervals(series: pl.DataFrame) -> None:
    quiet = summary(series, runs([0] * 40)).outcomes
    assert list(quiet) == ["survives", "split", "collapse", "negotiated exit", "coup"]
    assert quiet["coup"] == pytest.approx((0, 0, 1 - 0.05 ** (1 / 40)))
    half = summary(series, runs([0, 0], outcome=["coup", "survives"])).outcomes
    assert half["coup"] == half["survives"] == pytest.approx((1 - 0.95**0.5, 0.5, 0.95**0.5))


def test_harms_stand_beside_every_fall(series: pl.DataFrame) -> None:
    fell = [None, dt.date(2014, 1, 13), None]
    found = summary(
        series, runs([0, 0, 0], fell=fell, arrested=[2, 50, 4], stranded=[0.5, 1.5, 2.5])
    )
    assert found.fallen == 1
    assert found.harms["arrested"].runs.middle == 4
    assert found.harms["arrested"].fallen == (50, 50, 50)
    assert found.harms["stranded"].runs == pytest.approx((0.5, 1.5, 2.5))
    assert all(harm.fallen is None for harm in summary(series, runs([0, 0])).harms.values())


def test_the_capital_is_reported_if_somebody_is_stationed_there(series: pl.DataFrame) -> None:
    assert summary(series, runs([0, 0])).capital is None
    assert summary(series, runs([0, 0, 0], capital=[0.2, 0.4, None])).capital == pytest.approx(
        (0.2, 0.3, 0.4)
    )


def test_failed_runs_are_counted_and_left_out(series: pl.DataFrame) -> None:
    found = summary(series, runs([3, None, None]))
    assert (found.done, found.failed) == (1, 2)
    assert found.generals_defected == (3, 3, 3)
    assert found.outcomes["survives"].middle == 1


def test_a_study_without_a_good_run_has_no_summary(series: pl.DataFrame) -> None:
    with pytest.raises(StudyIncompleteError, match="no run"):
        summary(series.clear(), runs([None]))
