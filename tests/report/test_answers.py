"""Answers are no stronger than their intervals, and are those of the tables."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defectsim.analysis.paired import paired
from defectsim.analysis.summaries import outcome_bands
from defectsim.report.answers import (
    chance,
    comparison_answer,
    run_answer,
    shows_effect,
    sweep_answer,
)
from madeup import compared

BANDS = pl.DataFrame(
    {
        "outcome": ["defected", "deserted", "falls"],
        "kind": ["count", "count", "chance"],
        "q05": [1.0, 10.0, 0.0],
        "q50": [2.0, 20.0, 0.1],
        "q95": [4.0, 20.0, 0.2],
    }
)


def test_a_run_is_answered_by_the_fate_of_the_regime_and_by_who_is_gone() -> None:
    assert run_answer(40, 0, BANDS) == (
        "The regime falls in 0 of 40 runs (at most 7 %). At the end: 20 [10–20] deserted, 2 [1–4] "
        "defected (median and 90 % of runs)."
    )
    assert run_answer(1, 1, pl.DataFrame(schema=BANDS.schema)) == (
        "The regime falls in 1 of 1 run (at least 5 %)."
    )


def test_a_scenario_without_a_regime_has_no_word_of_its_fall() -> None:
    told = run_answer(40, None, BANDS)
    assert told == "At the end: 20 [10–20] deserted, 2 [1–4] defected (median and 90 % of runs)."


@pytest.mark.parametrize(
    ("hits", "runs", "told"),
    [
        (0, 200, "0 of 200 runs (at most 1 %)"),
        (0, 4_000, "0 of 4,000 runs (at most 0.1 %)"),
        (2, 6, "2 of 6 runs (6 % to 73 %)"),
        (6, 6, "6 of 6 runs (at least 61 %)"),
    ],
)
def test_what_happened_in_no_run_or_in_all_is_told_with_its_bound(
    hits: int, runs: int, told: str
) -> None:
    assert chance(hits, runs) == told


def test_a_difference_is_told_as_an_effect_where_its_interval_leaves_zero_out() -> None:
    runs = compared(
        defected=([10, 11, 12, 13], [20, 21, 23, 24]), deserted=([5, 6, 7, 8], [5, 7, 6, 8])
    )
    told = comparison_answer(paired(runs, ["defected", "deserted", "falls"]))
    assert told.startswith("other against base: +10")
    assert "no difference is shown in deserted (0 [" in told
    assert "regime falls (0 [" in told
    assert told.endswith("(4 pairs, 95 % interval of the mean).")


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=12))
def test_an_interval_that_holds_zero_is_never_told_as_an_effect(
    pairs: list[tuple[int, int]],
) -> None:
    one, two = zip(*pairs, strict=True)
    found = paired(compared(defected=(one, two)), ["defected"])
    row = found.row(0, named=True)
    effect = row["low"] is None or row["low"] > 0 or row["high"] < 0
    same = all(before == after for before, after in pairs)
    assert shows_effect(row) == (effect and not same)
    assert ("no difference is shown" in comparison_answer(found)) == (not effect or same)


def test_scenarios_without_a_pair_say_so() -> None:
    runs = compared(defected=([1], [2])).with_columns(status=pl.lit("failed"))
    assert comparison_answer(paired(runs, ["defected"])) == "other: no pair of runs ended well."


def test_a_sweep_is_answered_by_what_was_read_from_it_or_by_its_span() -> None:
    frame = pl.DataFrame(
        {
            "people.pay": [1.0, 2.0],
            "outcome": ["defected"] * 2,
            "kind": ["count"] * 2,
            "q05": [3.0, 1.0],
            "q50": [4.0, 2.0],
            "q95": [5.0, 3.0],
        }
    )
    assert sweep_answer([frame], ["It tips."]) == "It tips."
    assert sweep_answer([frame], []) == (
        "Defected: 2 [1–3] at pay 2 to 4 [3–5] at pay 1 (medians, or shares of runs)."
    )
    assert sweep_answer([], []) == "No outcome differs between runs."
    empty = frame.with_columns(q50=pl.lit(None, pl.Float64))
    assert sweep_answer([empty], []) == "No run at any value of pay ended well."
    same = frame.with_columns(q05=1.0, q50=2.0, q95=3.0)
    assert sweep_answer([same], []).startswith("Defected: 2 [1–3] at all values")
    assert sweep_answer([frame] * 5, []).startswith("5 numbers vary at once: a reading")


def test_bands_of_outcomes_are_those_of_the_runs_that_ended_well() -> None:
    found = outcome_bands(compared(defected=([1, 2, 3], [4, 5, 6])))
    row = found.row(by_predicate=pl.col("outcome") == "defected", named=True)
    assert (row["kind"], row["runs"], row["q05"], row["q50"], row["q95"]) == ("count", 6, 1, 3.5, 6)
    survives = found.row(by_predicate=pl.col("outcome") == "survives", named=True)
    assert (survives["q50"], survives["q95"]) == (1.0, 1.0)
