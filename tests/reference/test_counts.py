"""Counts and shares of every status: the same in both engines, and as people are."""

from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from builders import NOBODY, small_scenario
from defectsim.engine.begin import begin_run, simulate
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import Status
from eventful_scenarios import CALMER, assert_same, changes

COUNTS: dict[str, Any] = {
    **CALMER,
    "soldier": "count_rules:counts_everybody",
    "general": "count_rules:counts_everybody",
    "follow": "count_rules:follows_the_unit",
}


@pytest.mark.long
@settings(max_examples=12, phases=(Phase.generate,))
@given(said=changes([COUNTS], {}), seed=st.integers(0, 2**40), data=st.data())
def test_engines_and_forks_agree_on_rules_that_read_every_count(
    said: dict[str, Any], seed: int, data: st.DataObject
) -> None:
    setup = StudySetup(small_scenario(**said), seed)
    straight = simulate(setup, 0)
    assert_same(simulate(setup, 0, "reference"), straight)
    step = data.draw(st.integers(0, setup.scenario.clock.steps))
    snapshot = begin_run(setup, 0).run(step).snapshot()
    assert_same(begin_run(setup, 0, snapshot=snapshot).run().engine, straight)


@pytest.mark.long
def test_a_threshold_in_people_is_passed_by_that_many() -> None:
    rule = {"rule": "count_rules:joins_a_number", "parameters": {"base": 2}}
    general = {"rule": "count_rules:sees_the_branch_alone", "parameters": {"base": 2}}
    behaviour = {"soldier": rule, "general": general, "follow": NOBODY}
    for seed in range(5):
        setup = StudySetup(small_scenario(behaviour=behaviour), seed)
        reference, *plans = (simulate(setup, 0, one) for one in ("reference", "cohorts", "rows"))
        for engine in plans:
            assert_same(reference, engine)
    defected = simulate(setup, 0).counts[..., Status.DEFECTED].sum(axis=(1, 2)).tolist()
    last = max(number for number in defected if number < 29)
    at_once = defected[defected.index(last) + 2]
    assert last < 29 <= len(setup.population) - 7 <= at_once
