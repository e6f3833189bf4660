"""What is published of Venezuela's guard, against the shipped scenarios."""

import datetime as dt
from functools import cache

import polars as pl
import pytest

from defectsim import Study, load, run
from defectsim.analysis.shares import attrition

START, END = dt.date(2014, 1, 8), dt.date(2018, 12, 26)
BELOW_OFFICERS = ["enlisted", "nco"]


@cache
def study(name: str) -> Study:
    return run(
        load(f"scenarios/{name}.yaml", ["clock.end=2019-02-06", "record.events=false"]),
        replicates=5,
        seed=1,
    )


def median_attrition(name: str, ranks: list[str]) -> float:
    """Median over runs of what the guard loses in a year by what is recorded, in percent."""
    rate = attrition(study(name).series, START, END, "guard", ranks, count="recorded")[
        "rate"
    ].median()
    assert isinstance(rate, float)
    return 100 * rate


def struck_off(name: str) -> float:
    guard = study(name).series.filter(
        pl.col("branch") == "guard",
        pl.col("rank").cast(pl.String).is_in(BELOW_OFFICERS),
    )
    last = guard.filter(pl.col("date") == pl.col("date").max())
    found = last.group_by("replicate").agg(pl.col("recorded").sum())["recorded"].median()
    assert isinstance(found, float)
    return found


def test_the_guard_of_70_000_loses_soldiers_at_the_published_rate() -> None:
    assert 0.9 <= median_attrition("venezuela-2019", BELOW_OFFICERS) <= 1.6


def test_its_officers_leave_at_less_than_a_fiftieth_of_that() -> None:
    ranks = median_attrition("venezuela-2019", BELOW_OFFICERS)
    assert median_attrition("venezuela-2019", ["officer"]) < ranks / 50


def test_the_guard_of_23_000_is_another_scenario_with_another_rate() -> None:
    rate = median_attrition("venezuela-2019-guard-23000", BELOW_OFFICERS)
    assert 3.5 <= rate <= 5.0


@pytest.mark.parametrize("name", ["venezuela-2019", "venezuela-2019-guard-23000"])
def test_the_order_of_december_2018_strikes_off_about_4_300(name: str) -> None:
    assert struck_off(name) == pytest.approx(4_300, rel=0.1)


@pytest.mark.parametrize("name", ["venezuela-2019", "venezuela-2019-guard-23000"])
def test_there_are_365_000_and_a_thousand_generals(name: str) -> None:
    start = study(name).series.filter(pl.col("date") == START, pl.col("replicate") == 0)
    assert start["loyal"].sum() == 366_000
    assert start.filter(pl.col("rank") == "general")["loyal"].sum() == 1_000
