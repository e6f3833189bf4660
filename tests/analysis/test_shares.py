import datetime as dt
from collections.abc import Callable

import polars as pl
import pytest

from defectsim.analysis import cascade, shares

type Frame = Callable[..., pl.DataFrame]


def test_shares_are_of_the_strength_at_the_first_date(frame: Frame) -> None:
    series = frame({(0, "army", "nco"): [(0, 0), (10, 5)], (0, "navy", "nco"): [(0, 0), (30, 0)]})
    table = shares(series).filter(pl.col("date") == dt.date(2014, 1, 13))
    assert table["way"].to_list() == ["deserted", "defected"]
    assert table["strength"].to_list() == [200, 200]
    assert table["people"].to_list() == [40, 5]
    assert table["share"].to_list() == [0.2, 0.025]


def test_cascade_has_the_quantiles_across_replicates(frame: Frame) -> None:
    series = frame({(replicate, "army", "nco"): [(0, 0), (10 * replicate, 0)] for replicate in range(5)})
    last = cascade(series, ways=["deserted"]).row(-1, named=True)
    assert (last["date"], last["rank"], last["way"]) == (dt.date(2014, 1, 13), "nco", "deserted")
    assert (last["runs"], last["strength"]) == (5, 100)
    found = [last[name] for name in ("q05", "q25", "q50", "q75", "q95")]
    assert found == pytest.approx([0.02, 0.1, 0.2, 0.3, 0.38])


def test_cascade_by_branch_and_of_everyone(frame: Frame) -> None:
    series = frame({(0, "navy", "nco"): [(0, 0), (10, 0)], (0, "army", "nco"): [(0, 0), (30, 0)]})
    branches = cascade(series, by=["branch", "rank"], ways=["deserted"])
    assert branches.columns[:3] == ["date", "branch", "rank"]
    assert branches["branch"].to_list() == ["navy", "army", "navy", "army"]
    assert branches["q50"].to_list() == [0.0, 0.0, 0.1, 0.3]
    assert cascade(series, by=[], ways=["deserted"])["q50"].to_list() == [0.0, 0.2]


def test_a_total_has_quantiles_of_totals_not_totals_of_quantiles(frame: Frame) -> None:
    opposite = {"army": [0, 0, 30], "navy": [30, 0, 0]}
    series = frame(
        {(run, branch, "nco"): [(0, 0), (opposite[branch][run], 0)] for branch in opposite for run in range(3)}
    )
    assert cascade(series, by=["branch"], ways=["deserted"])["q50"].to_list()[-2:] == [0.0, 0.0]
    assert cascade(series, by=[], ways=["deserted"])["q50"].to_list()[-1] == 0.15


def test_a_rank_that_nobody_holds_is_left_out(frame: Frame) -> None:
    empty = frame({(0, "navy", "general"): [(0, 0), (0, 0)]}, strength=0)
    series = pl.concat([frame({(0, "navy", "nco"): [(0, 0), (1, 0)]}), empty])
    assert cascade(series)["rank"].unique().to_list() == ["nco"]


def test_the_order_of_rows_does_not_matter(frame: Frame) -> None:
    series = frame({(replicate, "army", "nco"): [(0, 0), (replicate, 1)] for replicate in range(5)})
    assert cascade(series.sample(fraction=1, shuffle=True, seed=1)).equals(cascade(series))
