import numpy as np
import polars as pl
import pytest

from defectsim.analysis.intervals import chance_interval, exact_interval, mean_interval
from defectsim.analysis.runs.convergence import convergence
from defectsim.core.errors import AnalysisError
from madeup import compared, frame, run

COUNTS = [3, 5, 4, 8, 1]


def test_each_number_of_replicates_has_its_estimate_and_interval() -> None:
    runs = frame([run(replicate, deserted=count) for replicate, count in enumerate(COUNTS)])
    found = convergence(runs, ["deserted"])
    assert found["replicates"].to_list() == [1, 2, 3, 4, 5]
    assert found["estimate"].to_list() == pytest.approx([3, 4, 4, 5, 4.2])
    assert found["low"][0] is None
    expected = mean_interval(np.array(COUNTS, float))
    assert found.select("low", "high").row(-1) == pytest.approx(expected)


def test_a_share_of_runs_has_an_exact_interval_also_if_nothing_happens() -> None:
    runs = frame([run(replicate) for replicate in range(6)])
    last = convergence(runs).filter(outcome="falls").row(-1, named=True)
    assert (last["estimate"], last["low"]) == (0, 0)
    assert last["high"] == pytest.approx(exact_interval(0, 6, 0.95).high)


def test_a_comparison_has_the_differences_of_pairs() -> None:
    runs = compared(deserted=([1, 1, 1], [2, 4, 9]), outcome=(["survives"] * 3, ["coup"] * 3))
    found = convergence(runs, ["deserted", "falls"])
    assert found["scenario"].unique().to_list() == ["other"]
    assert found.filter(outcome="deserted")["estimate"].to_list() == [1, 2, 4]
    last = found.filter(outcome="falls").row(-1, named=True)
    assert (last["low"], last["high"]) == pytest.approx(chance_interval(np.ones(3)))


def test_many_replicates_are_told_at_some_numbers_and_at_the_last() -> None:
    found = convergence(frame([run(replicate) for replicate in range(500)]), ["deserted"])
    assert found.height < 70
    assert found["replicates"].to_list()[-1] == 500


def test_failed_runs_are_left_out_and_sweeps_refused() -> None:
    runs = frame([run(0, deserted=1), run(1, status="failed"), run(2, deserted=3)])
    assert convergence(runs, ["deserted"])["estimate"].to_list() == [1, 2]
    with pytest.raises(AnalysisError, match="ban vary in this study"):
        convergence(frame([run(0, ban=1.0)]).with_columns(pl.col("ban")), ["deserted"])
