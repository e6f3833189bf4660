"""Runs are cut into tasks that are worth sending, and that keep together what shares a past."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defectsim.execution.tasks import TOGETHER, tasks
from defectsim.execution.work import PointWork, Work


def work(points: int, armies: int = 1) -> Work:
    """Return a work of which every `armies`-th point has the same army."""
    made = [PointWork((f"people.cohesion={n % armies}",), "hash", 1) for n in range(points)]
    return Work({}, {}, tuple(made), "compiled", fork=True)


@given(st.integers(1, 40), st.integers(1, 3), st.sets(st.integers(0, 200)), st.floats(1e-4, 2))
def test_every_pending_run_is_in_one_task(
    points: int, armies: int, pending: set[int], seconds: float
) -> None:
    cut = tasks(work(points, armies), sorted(pending), seconds)
    assert sorted(chain.from_iterable(cut)) == sorted(pending)
    assert all(cut)


@given(st.integers(1, 40), st.integers(1, 3))
def test_a_task_holds_points_of_one_army_and_no_more_than_may_be_together(
    points: int, armies: int
) -> None:
    for task in tasks(work(points, armies), range(3 * points), 1.0):
        assert len({run % points % armies for run in task}) == 1
        assert len({run // points for run in task}) == 1
        assert len(task) <= TOGETHER


@pytest.mark.parametrize(("seconds", "together"), [(1.0, 1), (0.1, 2), (0.01, 20)])
def test_short_runs_of_few_points_are_sent_together(seconds: float, together: int) -> None:
    assert {len(task) for task in tasks(work(1), range(100), seconds)} == {together}


def test_all_replicates_of_an_army_follow_each_other() -> None:
    armies = [task[0] % 6 % 3 for task in tasks(work(6, 3), range(60), 1.0)]
    assert armies == sorted(armies)
