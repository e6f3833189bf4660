"""Runs are cut into batches that are worth sending and keep together what shares a past."""

from dataclasses import replace
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import small_scenario
from defectsim.studies.kinds.run.kind import run_plan
from defectsim.studies.plan import Plan, Point
from defectsim.studies.runner import TOGETHER, batches


def plan(points: int, populations: int = 1) -> Plan:
    """Return a plan of which every `populations`-th point has the same population."""
    made = [Point({}, (f"people.cohesion={n % populations}",), "hash") for n in range(points)]
    return replace(run_plan(small_scenario(), 200, 1), points=tuple(made))


@given(st.integers(1, 40), st.integers(1, 3), st.sets(st.integers(0, 200)), st.floats(1e-4, 2))
def test_every_pending_run_is_in_one_batch(
    points: int, populations: int, pending: set[int], seconds: float
) -> None:
    cut = batches(plan(points, populations), sorted(pending), seconds)
    assert sorted(chain.from_iterable(cut)) == sorted(pending)
    assert all(cut)


@given(st.integers(1, 40), st.integers(1, 3))
def test_a_batch_holds_points_of_one_population_and_no_more_than_may_be_together(
    points: int, populations: int
) -> None:
    for batch in batches(plan(points, populations), range(3 * points), 1.0):
        assert len({run % points % populations for run in batch}) == 1
        assert len({run // points for run in batch}) == 1
        assert len(batch) <= TOGETHER


@pytest.mark.parametrize(("seconds", "together"), [(1.0, 1), (0.1, 2), (0.01, 20)])
def test_short_runs_of_few_points_are_sent_together(seconds: float, together: int) -> None:
    assert {len(batch) for batch in batches(plan(1), range(100), seconds)} == {together}


def test_all_replicates_of_a_population_follow_each_other() -> None:
    populations = [batch[0] % 6 % 3 for batch in batches(plan(6, 3), range(60), 1.0)]
    assert populations == sorted(populations)
