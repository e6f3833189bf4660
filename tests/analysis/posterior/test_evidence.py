from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from banks import TARGETS, bank, targets
from defectsim.analysis.inputs import Input
from defectsim.analysis.posterior.evidence import Bank, Target
from defectsim.core.errors import AnalysisError

MIDDLE = targets([0.5, 0.5, 0.5, 0.5])
SMALL = bank(count=128)


def test_points_without_a_value_are_left_out_and_counted_by_why() -> None:
    summaries = SMALL.summaries.copy()
    summaries[:3] = np.nan
    summaries[3:5, 0] = np.nan
    summaries[5, 1] = np.inf
    evidence = replace(SMALL, summaries=summaries).against(MIDDLE)
    assert (evidence.failed, evidence.undefined, evidence.points) == (3, 3, 122)
    others = replace(SMALL, summaries=summaries).against(MIDDLE[2:])
    assert (others.failed, others.undefined, others.points) == (3, 0, 125)


def test_the_order_of_rows_changes_nothing() -> None:
    order = np.random.default_rng(1).permutation(128)
    other = replace(SMALL, parameters=SMALL.parameters[order], summaries=SMALL.summaries[order])
    one, two = (source.against(targets([0.5] * 4, error=0.3)) for source in (SMALL, other))
    assert np.array_equal(one.shares, two.shares)
    assert np.array_equal(one.simulated, two.simulated)


def test_errors_of_a_target_do_not_depend_on_the_other_targets() -> None:
    wide = targets([0.5] * 4, error=0.3)
    both = SMALL.against(wide).simulated
    assert np.array_equal(SMALL.against(wide[2:]).simulated, both[:, 2:])
    assert np.array_equal(SMALL.against(wide[::-1]).simulated, both[:, ::-1])


def test_error_and_discrepancy_add_up_as_variances() -> None:
    assert Target("left", 1.0, error=3.0, discrepancy=4.0).spread == 5.0


def test_held_out_points_are_never_those_that_settings_are_learned_from() -> None:
    evidence = SMALL.against(MIDDLE)
    held_out = evidence.held_out(500)
    assert len(evidence.reserved) == 32
    assert sorted([*evidence.reserved, *held_out]) == list(range(128))


def test_held_out_points_may_be_those_nearest_to_the_observation() -> None:
    evidence = SMALL.against(MIDDLE)
    apart = evidence.standardised(evidence.simulated) - evidence.standardised(evidence.observed)
    distance = np.square(apart).sum(axis=1)
    near = evidence.held_out(20, near=True)
    assert distance[near].max() < np.delete(distance, [*near, *evidence.reserved]).min()


def with_columns(at: int, value: float) -> Callable[[], Bank]:
    parameters = SMALL.parameters.copy()
    parameters[:, at] = value
    return lambda: replace(SMALL, parameters=parameters)


@pytest.mark.parametrize(
    ("faulty", "message"),
    [
        (with_columns(1, 1.5), "pay has values outside of its range, 0 to 1"),
        (with_columns(1, np.nan), "pay has values outside of its range"),
        (
            lambda: replace(SMALL, priors=[Input("x", 0, 1, log=True)] * 6),
            "x has the range 0 to 1: the lower end comes first, and is above 0",
        ),
        (lambda: replace(SMALL, priors=[Input("x", 1, 1)] * 6), "the lower end comes first"),
        (
            lambda: replace(SMALL, names=TARGETS[:2]),
            "a row a point, and columns for 6 priors and 2",
        ),
        (
            lambda: replace(
                SMALL,
                parameters=np.repeat(SMALL.parameters[:64], 2, axis=0),
            ),
            "points of the bank are the same: give one run a point",
        ),
    ],
)
def test_a_bank_that_cannot_be_right_is_refused(faulty: Callable[[], Bank], message: str) -> None:
    with pytest.raises(AnalysisError, match=message):
        faulty()


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (Target("lefft", 1.0), "no summary 'lefft'; did you mean 'left'"),
        (Target("left", np.nan), "left is nan with a spread of 0.0: give a number"),
        (Target("left", 1.0, error=np.inf), "left is 1.0 with a spread of inf"),
    ],
)
def test_a_target_that_cannot_be_held_against_the_bank_is_refused(
    target: Target, message: str
) -> None:
    with pytest.raises(AnalysisError, match=message):
        SMALL.against([target])


def test_a_target_that_is_the_same_in_every_run_is_refused() -> None:
    same = replace(SMALL, summaries=np.ones_like(SMALL.summaries))
    with pytest.raises(AnalysisError, match="left is the same in every run: leave it out"):
        same.against(MIDDLE)


def test_too_few_points_with_all_targets_are_no_bank() -> None:
    summaries = SMALL.summaries.copy()
    summaries[:40, 0] = np.nan
    with pytest.raises(AnalysisError, match="88 points of the bank have all of 4 targets"):
        replace(SMALL, summaries=summaries).against(MIDDLE)
