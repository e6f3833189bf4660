from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from defectsim.analysis.intervals import chance_interval, mean_interval
from defectsim.analysis.paired import differences, paired
from defectsim.core.errors import AnalysisError
from madeup import compared, frame, run

BASE, OTHER = [10, 20, 30, 40, 50], [11, 22, 33, 41, 55]


def row(runs: pl.DataFrame, name: str, **how: Any) -> dict[str, Any]:
    found = paired(runs, [name], **how)
    assert found.height == 1
    return found.row(0, named=True)


def test_differences_are_taken_in_the_same_replicate() -> None:
    found = row(compared(deserted=(BASE, OTHER)), "deserted")
    gained = np.array([1.0, 2.0, 3.0, 1.0, 5.0])
    assert (found["baseline"], found["scenario"], found["pairs"]) == ("base", "other", 5)
    assert found["mean"] == pytest.approx(gained.mean())
    assert [found[q] for q in ("q05", "q50", "q95")] == pytest.approx(
        np.quantile(gained, (0.05, 0.5, 0.95), method="weibull")
    )
    assert (found["low"], found["high"]) == pytest.approx(mean_interval(gained))
    assert [found["base_q50"], found["other_q50"]] == [30, 33]
    assert found["differ"] == 5


def test_the_order_of_rows_does_not_matter_but_for_the_baseline() -> None:
    runs = compared(deserted=(BASE, OTHER))
    mixed = pl.concat([runs.filter(scenario="base").reverse(), runs.filter(scenario="other")])
    assert paired(mixed).equals(paired(runs))


def test_the_same_runs_as_no_pairs_and_what_pairing_saves() -> None:
    found = row(compared(deserted=(BASE, OTHER)), "deserted")
    welch = stats.ttest_ind(OTHER, BASE, equal_var=False).confidence_interval(0.95)
    assert (found["unpaired_low"], found["unpaired_high"]) == pytest.approx(tuple(welch))
    variances = [np.var(values, ddof=1) for values in (BASE, OTHER, np.subtract(OTHER, BASE))]
    assert found["saved"] == pytest.approx(1 - variances[2] / (variances[0] + variances[1]))
    assert found["saved"] > 0.98
    assert found["sharper"] == pytest.approx(((variances[0] + variances[1]) / variances[2]) ** 0.5)


def test_pairs_with_a_failed_or_a_pending_run_are_left_out_and_counted() -> None:
    rows = [
        run(replicate, scenario=name, deserted=replicate)
        for name in ("base", "other")
        for replicate in range(6)
    ]
    rows[1] |= run(1, scenario="base", status="failed")
    rows[8] |= run(2, scenario="other", status="failed")
    rows[9] |= run(3, scenario="other", status="pending")
    del rows[10]
    found = row(frame(rows), "deserted")
    assert [found[name] for name in ("pairs", "failed", "pending", "undefined")] == [2, 2, 2, 0]


def test_pairs_in_which_an_outcome_has_no_value_are_left_out_of_it_alone() -> None:
    runs = compared(capital=([0.5, None, 0.5], [0.6, 0.6, 0.7]), deserted=([0, 0, 0], [1, 1, 2]))
    capital, deserted = (row(runs, name) for name in ("capital", "deserted"))
    assert (capital["pairs"], capital["undefined"]) == (2, 1)
    assert (deserted["pairs"], deserted["undefined"]) == (3, 0)


def test_without_a_differing_pair_there_is_a_bound_on_their_share_and_no_interval() -> None:
    found = row(compared(deserted=(BASE * 12, BASE * 12)), "deserted")
    assert (found["mean"], found["differ"]) == (0, 0)
    assert found["low"] is found["high"] is found["method"] is found["sharper"] is None
    assert found["differ_most"] == pytest.approx(1 - 0.05 ** (1 / 60))
    assert found["saved"] == 1


def test_one_pair_has_no_interval() -> None:
    found = row(compared(deserted=([1], [3])), "deserted")
    assert (found["pairs"], found["mean"], found["q95"], found["low"]) == (1, 2, 2, None)
    assert found["unpaired_low"] is found["saved"] is None


def test_no_pair_at_all_is_a_row_without_numbers() -> None:
    runs = frame([run(0, scenario="base"), run(0, point=1, scenario="other", status="failed")])
    found = row(runs, "deserted")
    assert (found["pairs"], found["failed"], found["mean"], found["differ"]) == (0, 1, None, None)


def test_a_chance_has_the_interval_of_discordant_pairs_even_if_there_is_none() -> None:
    base = ["survives"] * 40
    found = row(compared(outcome=(base, ["coup"] * 6 + ["survives"] * 34)), "falls")
    assert (found["low"], found["high"]) == pytest.approx(
        chance_interval(np.repeat([1.0, 0.0], [6, 34]))
    )
    assert (found["base_mean"], found["other_mean"], found["differ"]) == (0, 0.15, 6)
    assert found["base_q95"] == pytest.approx(1 - 0.05 ** (1 / 40))
    same = row(compared(outcome=(base, base)), "survives")
    assert same["low"] < 0 < same["high"]


def test_a_bootstrap_can_be_asked_for_and_is_the_same_each_time() -> None:
    runs = compared(deserted=(BASE, OTHER))
    found = row(runs, "deserted", method="bca")
    assert found["method"] == "BCa bootstrap"
    assert found["low"] != row(runs, "deserted")["low"]
    assert found == row(runs, "deserted", method="bca")


def test_each_scenario_is_compared_with_the_first_and_points_can_stand_for_them() -> None:
    runs = frame(
        [run(0, point=point, scenario=name, deserted=point) for point, name in enumerate("zab")]
    )
    assert paired(runs, ["deserted"])["scenario"].to_list() == ["a", "b"]
    assert paired(runs, ["deserted"], by="point")["mean"].to_list() == [1, 2]


def test_two_scenarios_of_one_name_are_refused() -> None:
    runs = frame([run(0, point=point, scenario="same") for point in range(2)])
    with pytest.raises(AnalysisError, match="two runs have scenario 'same' and replicate 0"):
        paired(runs)


def test_differences_can_be_had_pair_by_pair() -> None:
    runs = compared(deserted=([1, 2, 3], [2, 2, 5]))
    runs = runs.with_columns(
        status=pl.when(replicate=1, point=0).then(pl.lit("failed")).otherwise("status")
    )
    found = differences(runs, "deserted")
    assert {name: gained.tolist() for name, gained in found.items()} == {"other": [1.0, 2.0]}
