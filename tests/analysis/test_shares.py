import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import defectsim as ds
from builders import small_scenario
from defectsim.analysis.shares import cascade, quantiles, shares
from defectsim.core.errors import AnalysisError
from defectsim.core.formatting import BAND, QUANTILE_METHOD, QUANTILES, band_content

EAGER = {
    "soldier": {"parameters": {"base_desertion": 0.5, "base_defection": 0.5, "base_shirking": 1}}
}

type Frame = Callable[..., pl.DataFrame]


def test_shares_are_of_the_strength_at_the_first_date(frame: Frame) -> None:
    series = frame({(0, "army", "nco"): [(0, 0), (10, 5)], (0, "navy", "nco"): [(0, 0), (30, 0)]})
    table = shares(series).filter(pl.col("date") == dt.date(2014, 1, 13))
    assert table["counted"].to_list() == ["deserted", "defected"]
    assert table["strength"].to_list() == [200, 200]
    assert table["people"].to_list() == [40, 5]
    assert table["share"].to_list() == [0.2, 0.025]


def test_cascade_has_the_quantiles_across_replicates(frame: Frame) -> None:
    series = frame(
        {(replicate, "army", "nco"): [(0, 0), (10 * replicate, 0)] for replicate in range(5)}
    )
    last = cascade(series, counted=["deserted"]).row(-1, named=True)
    assert (last["date"], last["rank"], last["counted"]) == (
        dt.date(2014, 1, 13),
        "nco",
        "deserted",
    )
    assert (last["runs"], last["strength"]) == (5, 100)
    found = [last[name] for name in ("q05", "q25", "q50", "q75", "q95")]
    assert found == pytest.approx([0, 0.05, 0.2, 0.35, 0.4])


def test_cascade_by_branch_and_of_everyone(frame: Frame) -> None:
    series = frame({(0, "navy", "nco"): [(0, 0), (10, 0)], (0, "army", "nco"): [(0, 0), (30, 0)]})
    branches = cascade(series, by=["branch", "rank"], counted=["deserted"])
    assert branches.columns[:3] == ["date", "branch", "rank"]
    assert branches["branch"].to_list() == ["navy", "army", "navy", "army"]
    assert branches["q50"].to_list() == [0.0, 0.0, 0.1, 0.3]
    assert cascade(series, by=[], counted=["deserted"])["q50"].to_list() == [0.0, 0.2]


def test_a_total_has_quantiles_of_totals_not_totals_of_quantiles(frame: Frame) -> None:
    opposite = {"army": [0, 0, 30], "navy": [30, 0, 0]}
    series = frame(
        {
            (run, branch, "nco"): [(0, 0), (opposite[branch][run], 0)]
            for branch in opposite
            for run in range(3)
        }
    )
    assert cascade(series, by=["branch"], counted=["deserted"])["q50"].to_list()[-2:] == [0.0, 0.0]
    assert cascade(series, by=[], counted=["deserted"])["q50"].to_list()[-1] == 0.15


def test_a_rank_that_nobody_holds_is_left_out(frame: Frame) -> None:
    empty = frame({(0, "navy", "general"): [(0, 0), (0, 0)]}, strength=0)
    series = pl.concat([frame({(0, "navy", "nco"): [(0, 0), (1, 0)]}), empty])
    assert cascade(series)["rank"].unique().to_list() == ["nco"]


def test_the_order_of_rows_does_not_matter(frame: Frame) -> None:
    series = frame({(replicate, "army", "nco"): [(0, 0), (replicate, 1)] for replicate in range(5)})
    assert cascade(series.sample(fraction=1, shuffle=True, seed=1)).equals(cascade(series))


@pytest.fixture(scope="module")
def both() -> list[ds.Study]:
    """One study with its series in full, and with their quantiles alone."""
    said = ({"series": "full", "every": 4}, {"series": "quantiles", "every": 4})
    return [
        ds.run(small_scenario(behaviour=EAGER, record=record), replicates=5, seed=0)
        for record in said
    ]


@pytest.mark.parametrize("by", [["rank"], ["branch", "rank"], ["branch"], []])
def test_bands_say_the_same_as_the_series_that_they_were_made_of(
    both: list[ds.Study], by: list[str]
) -> None:
    words = {pl.Categorical: pl.String, pl.Enum: pl.String, pl.UInt32: pl.Int32}
    series, bands = (
        cascade(study.course, by).cast(words).sort("counted", "date", *by) for study in both
    )
    assert series["q95"].max() > 0
    assert_frame_equal(bands, series.select(bands.columns))


def test_a_summary_says_the_same_of_bands_as_of_series(both: list[ds.Study]) -> None:
    series, bands = (study.summary() for study in both)
    for name in ("shares", "loyal"):
        table = getattr(series, name)
        key = [column for column in ("branch", "rank") if column in table.columns]
        assert_frame_equal(getattr(bands, name).sort(key), table.sort(key))
    frames = {"shares": pl.DataFrame(), "loyal": pl.DataFrame()}
    assert repr(replace(bands, **frames)) == repr(replace(series, **frames))


def test_bands_of_several_points_are_not_taken_for_one(both: list[ds.Study]) -> None:
    bands = both[1].bands
    with pytest.raises(AnalysisError, match="choose one point"):
        cascade(pl.concat([bands, bands.with_columns(point=pl.lit(1, pl.Int32))]))


@pytest.mark.parametrize("count", [1, 4, 19, 40])
def test_bands_hold_as_many_further_runs_as_they_say(count: int) -> None:
    drawn = pl.DataFrame({"x": np.random.default_rng(1).random(2_000 * count)}).with_columns(
        study=pl.int_range(pl.len()) // count
    )
    found = drawn.group_by("study").agg(quantiles(pl.col("x"), BAND))
    held = (found["q95"] - found["q05"]).mean()  # of numbers between 0 and 1, all as likely
    assert held == pytest.approx(band_content(count), abs=0.01)


def test_quantiles_are_at_the_places_of_weibull_and_leave_out_what_is_missing() -> None:
    numbers = [3.0, 1.0, 9.0, 4.0, 7.0, 2.0]
    found = pl.DataFrame({"x": [*numbers, None]}).select(quantiles(pl.col("x"))).row(0)
    expected = np.quantile(numbers, list(QUANTILES.values()), method=QUANTILE_METHOD)
    assert found == pytest.approx(expected)
    nothing = pl.DataFrame({"x": [None]}, schema={"x": pl.Float64}).select(quantiles(pl.col("x")))
    assert nothing.row(0) == (None,) * len(QUANTILES)
