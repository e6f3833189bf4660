import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from defectsim.analysis.intervals import exact_interval
from defectsim.analysis.sweeps import AS_IN_FILE, BINS, binned, sweep, values
from defectsim.core.errors import AnalysisError
from madeup import frame, run


def runs(*points: dict[str, Any], replicates: int = 5) -> pl.DataFrame:
    """Return a sweep whose run of replicate r deserts r times 10 people."""
    return frame(
        [
            run(replicate, point=point, **says, deserted=10 * replicate)
            for point, says in enumerate(points)
            for replicate in range(replicates)
        ]
    )


def test_each_value_has_its_quantiles_and_its_number_of_runs() -> None:
    found = sweep(runs({"ban": 1.0}, {"ban": 0.5}), "deserted", ["ban"])
    assert found["ban"].to_list() == [0.5, 1.0]
    assert found.row(0, named=True) == {
        **{"ban": 0.5, "points": 1, "runs": 5, "left_out": 0},
        **{"q05": 0.0, "q25": 5.0, "q50": 20.0, "q75": 35.0, "q95": 40.0},
    }


def test_runs_that_did_not_end_well_are_left_out_and_counted() -> None:
    bad = runs({"ban": 1.0}, {"ban": 0.5}).with_columns(
        status=pl.when(pl.col("point") == 0)
        .then(pl.lit("failed"))
        .when(replicate=0)
        .then(pl.lit("pending"))
        .otherwise("status")
    )
    found = sweep(bad, "deserted", ["ban"])
    assert found.select("ban", "runs", "left_out").rows() == [(0.5, 4, 1), (1.0, 0, 5)]
    assert found["q50"].to_list() == [25.0, None]


def test_what_else_varies_is_pooled() -> None:
    points = [{"ban": ban, "pay": pay} for ban in (0.0, 1.0) for pay in (1.0, 2.0, 3.0)]
    found = sweep(runs(*points), "deserted", ["ban"])
    assert found.select("points", "runs").rows() == [(3, 15), (3, 15)]
    assert sweep(runs(*points), "deserted", ["pay", "ban"]).height == 6


def test_a_chance_has_its_exact_intervals_but_not_over_runs_that_share_their_draws() -> None:
    rows = [
        run(
            replicate,
            point=point,
            ban=ban,
            pay=pay,
            outcome="coup" if replicate < 3 else "survives",
        )
        for point, (ban, pay) in enumerate([(0.0, 1.0), (0.0, 2.0), (1.0, 1.0)])
        for replicate in range(10)
    ]
    pooled, single = sweep(frame(rows), "falls", ["ban"]).rows(named=True)
    assert single["q50"] == 0.3
    assert (single["q05"], single["q95"]) == pytest.approx(exact_interval(3, 10, 0.9))
    assert (single["q25"], single["q75"]) == pytest.approx(exact_interval(3, 10, 0.5))
    assert (pooled["q50"], pooled["q05"], pooled["q75"]) == (0.3, None, None)
    own = frame(rows).with_columns(seed=pl.col("point").cast(pl.String))
    pooled = sweep(own, "falls", ["ban"]).row(0, named=True)
    assert (pooled["q05"], pooled["q95"]) == pytest.approx(exact_interval(6, 20, 0.9))


def test_words_keep_the_order_of_the_study_and_truth_is_a_word() -> None:
    assert sweep(runs({"rule": "zeal"}, {"rule": "awe"}), "deserted", ["rule"])[
        "rule"
    ].to_list() == ["zeal", "awe"]
    assert values(runs({"on": True}, {"on": False}, replicates=1), "on").to_list() == [
        "true",
        "false",
    ]


def test_a_point_that_does_not_set_a_lever_is_a_value_of_its_own() -> None:
    unsaid = runs({"ban": 0.5, "pay": None}, {"ban": None, "pay": 2.0}, replicates=1)
    assert values(unsaid, "pay").to_list() == [AS_IN_FILE, "2.0"]


def test_dates_are_dates() -> None:
    found = sweep(runs({"begins": "2019-03-01"}, {"begins": "2018-03-01"}), "deserted", ["begins"])
    assert found["begins"].to_list() == [dt.date(2018, 3, 1), dt.date(2019, 3, 1)]
    assert (
        values(runs({"begins": "2019-03-01"}, {"begins": "never"}, replicates=1), "begins").dtype
        == pl.String
    )


def test_many_values_come_in_bins_of_about_as_many_points() -> None:
    many = [{"ban": float(ban)} for ban in np.random.default_rng(1).random(80)]
    assert binned(runs(*many), "ban")
    found = sweep(runs(*many), "deserted", ["ban"])
    assert found["points"].to_list() == [10] * BINS
    assert found["ban"].is_sorted()
    assert not binned(runs(*many[:12]), "ban")
    days = [{"begins": str(dt.date(2019, 1, 1) + dt.timedelta(day))} for day in range(80)]
    dates = sweep(runs(*days), "deserted", ["begins"])
    assert dates["begins"].dtype == pl.Date
    assert dates["points"].to_list() == [10] * BINS
    assert not binned(runs(*({"rule": f"r{number}"} for number in range(20))), "rule")


def test_what_does_not_vary_is_refused() -> None:
    with pytest.raises(
        AnalysisError,
        match=r"'bann' does not vary in this study; did you mean 'ban'\? \(what varies: ban\)",
    ):
        sweep(runs({"ban": 1.0}), "deserted", ["bann"])
