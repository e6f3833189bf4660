"""Series that outcomes of a scenario's own get."""

import numpy as np
import pytest

from builders import small_scenario
from defectsim.core.errors import RuleError
from defectsim.engine.begin import simulate
from defectsim.engine.records.own_outcomes import counts_over_time
from defectsim.engine.setup import StudySetup
from defectsim.policies.outcomes import Counts


@pytest.fixture(scope="module")
def counts() -> Counts:
    engine = simulate(StudySetup(small_scenario(), 1), 0)
    shape = engine.counts.shape[:3]
    return counts_over_time(engine, np.zeros(shape, np.int32))


def test_branches_add_up_to_the_forces(counts: Counts) -> None:
    summed = sum(people.sum(axis=1) for people in counts.by_branch.values())
    assert np.array_equal(np.asarray(summed)[:, 0], counts["loyal"])


def test_no_outcome_changes_what_the_next_one_gets(counts: Counts) -> None:
    for of_branches in (counts.by_branch, counts.recorded_by_branch):
        with pytest.raises(ValueError, match="read-only"):
            of_branches["army"][:] = 0
        with pytest.raises(TypeError):
            of_branches["army"] = None  # type: ignore[index]  # refused


def test_an_unknown_branch_is_told_with_those_there_are(counts: Counts) -> None:
    with pytest.raises(RuleError, match="there is no branch 'navy'; there are army, guard"):
        _ = counts.by_branch["navy"]
