"""Counts and shares of every status: the same in both engines, and as people are."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOBODY, small_scenario
from defectsim.engine.begin import begin_run, simulate
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import Status
from eventful_scenarios import CALMER, assert_same, changes

COUNTS: dict[str, Any] = {
    **CALMER,
    "soldier": "count_rules:counts_everybody",
    "general": "count_rules:sees_the_branch_alone",
    "follow": "count_rules:follows_the_unit",
}


def assert_plans_agree(setup: StudySetup) -> None:
    reference = simulate(setup, 0, "reference")
    assert_same(reference, simulate(setup, 0, "cohorts"))
    assert_same(reference, simulate(setup, 0, "rows"))


@settings(max_examples=30)
@given(said=changes([COUNTS], {}), seed=st.integers(0, 2**40), data=st.data())
def test_engines_and_forks_agree_on_rules_that_read_every_count(
    said: dict[str, Any], seed: int, data: st.DataObject
) -> None:
    setup = StudySetup(small_scenario(**said), seed)
    assert_plans_agree(setup)
    step = data.draw(st.integers(0, setup.scenario.clock.steps))
    snapshot = begin_run(setup, 0).run(step).snapshot()
    assert_same(begin_run(setup, 0, snapshot=snapshot).run().engine, simulate(setup, 0))


def test_a_threshold_in_people_is_passed_by_that_many() -> None:
    rule = {"rule": "count_rules:joins_a_number", "parameters": {"base": 2}}
    setup = StudySetup(
        small_scenario(behaviour={"soldier": rule, "general": rule, "follow": NOBODY}), 0
    )
    assert_plans_agree(setup)
    defected = simulate(setup, 0).counts[..., Status.DEFECTED].sum(axis=(1, 2)).tolist()
    last = max(number for number in defected if number < 29)
    assert defected[defected.index(last) + 2] == len(setup.population) > last
