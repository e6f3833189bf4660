"""People who are not alike are kept in rows, and looked at no sooner than they could leave."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import small_scenario
from defectsim.core.choices import EngineName
from defectsim.engine.begin import begin_run, simulate
from defectsim.engine.compiled.cohorts import SMALL
from defectsim.engine.compiled.engine import CompiledEngine
from defectsim.engine.compiled.rows import LATEST, Rows
from defectsim.engine.model import DefectionModel
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import Cause, Status
from defectsim.scenario.schema import Scenario
from eventful_scenarios import assert_same

CROWD = {"rule": "rules:crowd", "parameters": {"base": 0.05, "contagion": 3.0}}
ENGINES: tuple[EngineName, ...] = ("cohorts", "rows", "reference")


UNLIKE: dict[str, Any] = {
    "pay": {rank: {"lognormal": [20, 0.5]} for rank in ("enlisted", "nco", "officer")},
    "grievance": {"per": None},
}
"""Pay and grievance of each person's own."""


def unlike(strength: int = 300, **changes: Any) -> Scenario:
    """Return an army of people of whom no two are alike, who leave as others leave."""
    return small_scenario(
        clock={"end": dt.date(2018, 12, 31)},
        forces={
            "branches": {"army": {"strength": strength, "generals": 0}, "guard": None},
            "company": {"enlisted": 96},
        },
        record={"hazards": True},
        **{"behaviour": {"soldier": CROWD, "general": "rules:steady"}, "people": UNLIKE, **changes},
    )


def looks(engine: CompiledEngine) -> np.ndarray[Any, np.dtype[np.int32]]:
    assert isinstance(engine.state.plan, Rows)
    return engine.state.plan.next_look


@pytest.mark.long
@settings(max_examples=15)
@given(
    base=st.floats(0, 2),
    contagion=st.floats(-4, 8),
    baskets=st.lists(st.tuples(st.integers(0, 300), st.floats(0.5, 60)), max_size=3),
    frailty=st.sampled_from([{"gamma": [2, 0.5]}, 0, 3]),
    seed=st.integers(0, 2**40),
)
def test_sums_of_past_steps_are_to_the_bit_those_of_every_step(
    base: float, contagion: float, baskets: list[tuple[int, float]], frailty: Any, seed: int
) -> None:
    rule = {"rule": "rules:crowd", "parameters": {"base": base, "contagion": contagion}}
    policies = {
        f"basket_{place}": {
            "lever": "subsistence",
            "actor": f"market {place}",
            "value": value,
            "effective": dt.date(2018, 1, 1) + dt.timedelta(days=day),
            "ramp_days": 20 * place,
        }
        for place, (day, value) in enumerate(baskets)
    }
    scenario = unlike(behaviour={"soldier": rule, "general": "rules:steady"}, policies=policies)
    setup = StudySetup(scenario, seed)
    cohorts, rows, reference = (simulate(setup, 0, engine) for engine in ENGINES)
    assert_same(reference, cohorts)
    assert_same(reference, rows)


@pytest.mark.long
def test_columns_that_are_written_again_and_again_are_as_they_were_then() -> None:
    runs = []
    for engine in ENGINES:
        model = DefectionModel(unlike(), rng=0, engine=engine)
        for week in range(40):
            if week in (3, 8, 9, 30):
                model.agents.select(at_most=0.5).set("pay", 5.0 * week)
            model.step()
        runs.append(model.engine)
    cohorts, rows, reference = runs
    assert_same(reference, cohorts)
    assert_same(reference, rows)


def test_people_are_kept_in_rows_where_many_are_unlike() -> None:
    alike = {"pay": dict.fromkeys(("enlisted", "nco", "officer"), 20), "grievance": 0}
    armies = [unlike(SMALL + 100), unlike(SMALL + 100, people=alike), unlike(SMALL)]
    plans = [StudySetup(army, 0).grouping().plan for army in armies]
    assert plans == ["rows", "cohorts", "cohorts"]


def test_hardly_anybody_is_looked_at_in_a_quiet_army() -> None:
    quiet = {"rule": "rules:crowd", "parameters": {"base": 0.001, "contagion": 1.0}}
    scenario = unlike(2_000, behaviour={"soldier": quiet, "general": "rules:steady"})
    run = begin_run(StudySetup(scenario, 0), 0, "rows").run(5)
    assert isinstance(run.engine, CompiledEngine)
    assert np.median(looks(run.engine)) > scenario.clock.steps
    gone = run.engine.status == Status.DESERTED
    assert (looks(run.engine)[gone] == LATEST).all()


@pytest.mark.long
@pytest.mark.parametrize("engine", ["cohorts", "rows"])
def test_subordinates_follow_a_commander_whom_an_act_has_defect(engine: EngineName) -> None:
    over = {
        "act": "defectsim.policies.government:go_over",
        "date": dt.date(2018, 3, 5),
        "audience": {"rank": ["officer"]},
    }
    scenario = unlike(
        acts={"over": over},
        behaviour={
            "soldier": CROWD,
            "general": "rules:steady",
            "follow": {"rule": "rules:chance", "parameters": {"probability": 0.5}},
        },
    )
    setup = StudySetup(scenario, 0)
    found = simulate(setup, 0, engine)
    assert_same(simulate(setup, 0, "reference"), found)
    assert np.count_nonzero(found.events.cause == Cause.COMMANDER) > 10


def test_a_rule_for_generals_is_not_asked_where_there_are_none() -> None:
    assert StudySetup(unlike(), 0).decisions.general.rule.name.endswith(":idle")
