"""People who stay take no transition whatever happens, in all plans, and nothing else changes."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import EVERYBODY, NOBODY, small_scenario
from defectsim.core.choices import EngineName
from defectsim.core.errors import ScenarioError
from defectsim.engine.begin import simulate
from defectsim.engine.setup import StudySetup
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.schema import Scenario
from eventful_scenarios import CALMER, EAGER, OWN, assert_plans_agree, scenarios

PLANS: tuple[EngineName, ...] = ("reference", "cohorts", "rows")
LEADING = "guard-general-1"


def staying(scenario: Scenario, *names: str) -> Scenario:
    return ScenarioDocument(scenario).with_overrides([f"stay=[{', '.join(names)}]"])


def went(scenario: Scenario, engine: EngineName = "compiled") -> list[tuple[int, str, int, int]]:
    """Return step, name, transition and cause of each event."""
    setup = StudySetup(scenario, 4)
    events = simulate(setup, 0, engine).events
    parts = (events.step, events.row, events.transition, events.cause)
    return [
        (step, setup.population.ids[row], transition, cause)
        for step, row, transition, cause in zip(*(part.tolist() for part in parts), strict=True)
    ]


@pytest.mark.long
@settings(max_examples=15)
@given(
    scenario=scenarios([EAGER, OWN, CALMER], {}),
    seed=st.integers(0, 2**40),
    plotting=st.booleans(),
)
def test_who_stays_has_no_event_in_any_plan(scenario: Scenario, seed: int, plotting: bool) -> None:
    names = ["army-1", "guard-1"]
    names += [
        f"{name}-general-1"
        for name, branch in scenario.forces.branches.items()
        if int(branch.generals)
    ]
    if plotting:
        status = {"officer": {"plotting": 0.5}, "general": {"plotting": 0.5}}
        document = ScenarioDocument(scenario)
        scenario = document.with_overrides([f"people.status={status}"])
    scenario = staying(scenario, *names)
    assert_plans_agree(scenario, seed)
    setup = StudySetup(scenario, seed)
    assert not {*setup.population.rows_of(names)} & {*simulate(setup, 0).events.row}


def followed() -> Scenario:
    """Return an army in which nobody goes but by an act, and everybody follows."""
    return small_scenario(
        behaviour={
            "soldier": "rules:steady",
            "general": "rules:steady",
            "follow": EVERYBODY,
            "recall": NOBODY,
        },
        people={"frailty": 1},
        acts={
            "leads": {
                "act": "defectsim.policies.government:go_over",
                "audience": {"agents": [LEADING]},
                "date": dt.date(2018, 2, 1),
            }
        },
    )


@pytest.mark.long
@pytest.mark.parametrize("engine", PLANS)
def test_nobody_follows_a_commander_who_stays(engine: EngineName) -> None:
    assert len(went(followed(), engine)) > 10
    assert went(staying(followed(), LEADING), engine) == []


@pytest.mark.parametrize("engine", PLANS)
def test_a_follower_who_stays_leaves_the_others_as_they_were(engine: EngineName) -> None:
    everybody, rank = went(followed(), engine), StudySetup(followed(), 4).population.rank
    names = StudySetup(followed(), 4).population.names(np.flatnonzero(rank == 0)).to_list()
    follower = next(name for _, name, *_ in everybody if name in names)
    others = [event for event in everybody if event[1] != follower]
    assert went(staying(followed(), follower), engine) == others


@pytest.mark.parametrize("engine", PLANS)
def test_a_soldier_whom_nobody_follows_changes_nobody_else(engine: EngineName) -> None:
    rates = {"desert": 0.5, "defect": 0.5, "retire": 0.5, "shirk": 0.5, "plot": 0, "resume": 1}
    steady = {"rule": "rules:steady", "parameters": rates}
    scenario = small_scenario(behaviour={"soldier": steady, "general": steady, "follow": NOBODY})
    everybody = went(scenario, engine)
    names = {name for _, name, *_ in everybody if "general" not in name}
    assert len(names) > 20
    for name in sorted(names)[:5]:
        others = [event for event in everybody if event[1] != name]
        assert went(staying(scenario, name), engine) == others


def test_an_unknown_person_cannot_stay() -> None:
    with pytest.raises(ScenarioError, match="there is nobody called 'guard-26'; the last there is"):
        staying(small_scenario(), "guard-26")
