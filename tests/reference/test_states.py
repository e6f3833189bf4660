"""State of people: the same in both engines, in forks and in checkpoints, and refused where it is not."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from builders import NOBODY, small_scenario
from defectsim.core.errors import RuleError
from defectsim.core.section import faults_of
from defectsim.engine.begin import begin_run, simulate
from defectsim.engine.model import DefectionModel
from defectsim.engine.setup import StudySetup
from defectsim.engine.snapshots import checkpoint
from eventful_scenarios import ACTS, OWN, assert_same, changes
from state_rules import counts_weeks

MEMORY: dict[str, Any] = {
    **OWN,
    "soldier": "state_rules:tires",
    "general": "state_rules:tires",
    "belief": "state_rules:holds_a_grudge",
    "follow": "state_rules:holds_a_grudge",
    "update": "state_rules:remembers",
}
STATE: dict[str, Any] = {
    "fatigue": {"initial": {"officer": 2, "enlisted": {"uniform": [0, 1]}}, "unit": "weeks"},
    "grudge": {"initial": 0, "unit": "1"},
}
WEEKS: dict[str, Any] = {
    **{
        who: {"rule": "state_rules:tires", "parameters": {"base": 0.1}}
        for who in ("soldier", "general")
    },
    "follow": NOBODY,
    "update": "state_rules:counts_weeks",
}


def remembering(**said: Any) -> Any:
    return small_scenario(**{"behaviour": MEMORY, "people": {"state": STATE}, **said})


@pytest.mark.long
@settings(max_examples=30)
@given(said=changes([MEMORY], {}), seed=st.integers(0, 2**40), data=st.data())
def test_engines_and_runs_that_go_on_agree_on_the_state_of_any_small_army(
    said: dict[str, Any], seed: int, data: st.DataObject
) -> None:
    scenario = small_scenario(**{**said, "people": {**said["people"], "state": STATE}})
    setup = StudySetup(scenario, seed)
    reference, column = simulate(setup, 0, "reference"), simulate(setup, 0)
    assert_same(reference, column)
    step = data.draw(st.integers(0, scenario.clock.steps))
    snapshot = begin_run(setup, 0).run(step).snapshot()
    assert_same(begin_run(setup, 0, snapshot=snapshot).run().engine, column)


@pytest.mark.long
def test_states_are_kept_in_a_checkpoint(tmp_path: Path) -> None:
    setup = StudySetup(remembering(), 2)
    saved = checkpoint.save(begin_run(setup, 0).run(9).snapshot(), tmp_path / "run.npz", setup)
    loaded = checkpoint.load(saved, setup)
    assert {*loaded.columns} == {*STATE}
    assert_same(begin_run(setup, 0, snapshot=loaded).run().engine, simulate(setup, 0))


def test_engines_agree_after_somebody_changes_state_and_columns_between_steps() -> None:
    rest = {**ACTS["cut"], "date": dt.date(2018, 3, 5)}
    setup = StudySetup(remembering(acts={"cut": rest}), 0)
    models = [
        DefectionModel(setup.scenario, engine=one, setup=setup) for one in ("reference", "cohorts")
    ]
    for model in models:
        for week in range(setup.scenario.clock.steps):
            some = model.agents.select(np.arange(len(model.agents)) % 3 == week % 3)
            if week in (4, 9):
                tired = some.get("fatigue")
                some.set("fatigue", 0.0)
                assert max(some.get("fatigue")) == 0 < min(tired)
            if week == 6:
                some.set("pay", 16.0)
            model.step()
    assert_same(models[0].engine, models[1].engine)
    assert models[1].column("fatigue").tolist() == models[1].agents.get("fatigue")
    assert models[0].engine.events.row.tolist() != simulate(setup, 0).events.row.tolist()


@pytest.mark.long
def test_people_of_every_status_have_their_state_changed_in_every_step() -> None:
    run = simulate(StudySetup(small_scenario(behaviour=WEEKS, people={"state": STATE}), 0), 0)
    weeks = run.inputs.clock.steps
    initial = run.inputs.population.columns["fatigue"]
    assert len(set(run.status.tolist())) > 2
    assert np.array_equal(np.rint(run.states()["fatigue"] - initial), np.full(len(initial), weeks))


@pytest.mark.long
def test_a_state_that_is_no_finite_number_is_an_error_with_rule_person_and_date() -> None:
    angry = {**STATE, "grudge": {"initial": {"general": 1}, "unit": "1"}}
    setup = StudySetup(small_scenario(behaviour=WEEKS, people={"state": angry}), 0)
    messages = []
    for engine in ("reference", "cohorts"):
        with pytest.raises(RuleError) as error:
            simulate(setup, 0, engine)
        messages.append(str(error.value).partition("state_rules.py:")[2])
    line = counts_weeks.where.rpartition(":")[2]
    assert messages == 2 * [
        f"{line}: rule state_rules:counts_weeks: grudge is not a finite number for army-general-1 "
        "(general in army) on 2018-01-22"
    ]


def test_observers_record_the_mean_state_of_those_who_serve() -> None:
    observers = {"state": "defectsim.policies.observers:mean_state"}
    scenario = small_scenario(behaviour=WEEKS, people={"state": STATE}, observers=observers)
    setup = StudySetup(scenario, 0)
    one, two = simulate(setup, 0, "reference"), simulate(setup, 0)
    assert_same(one, two)
    officers = [seen for seen in two.observations if seen.name == "fatigue guard officer"]
    assert [seen.value for seen in officers[:3]] == [2, 3, 4]
    assert [seen.date for seen in officers[:2]] == scenario.clock.dates()[:2]


def test_people_with_state_are_not_kept_in_rows() -> None:
    setup = StudySetup(small_scenario(behaviour=WEEKS, people={"state": STATE}), 0)
    message = (
        "^behaviour.update: people in rows keep no past states; use engine cohorts instead of rows, "
        "or leave the choice to defectsim$"
    )
    with pytest.raises(RuleError, match=message):
        setup.prepare("rows")


@pytest.mark.parametrize(
    ("state", "update", "message"),
    [
        (
            STATE,
            "defectsim.model.state:keep_nothing",
            "people.state: nothing changes fatigue: name a rule under behaviour.update, or declare "
            "it under people.attributes",
        ),
        (
            {"fatigue": STATE["fatigue"]},
            "state_rules:remembers",
            "behaviour.update.rule: state_rules:remembers returns grudge, which people.state does not "
            "declare",
        ),
        (
            {**STATE, "grude": STATE["grudge"]},
            "state_rules:remembers",
            "behaviour.update.rule: state_rules:remembers returns no grude: return all that people.state "
            "declares",
        ),
        (
            STATE,
            "state_rules:looks_at_status",
            "behaviour.update.rule: state_rules:looks_at_status: a rule of state must not read "
            "agent.status: people of every status have a state, and those who are alike the same one",
        ),
        (
            STATE,
            "state_rules:returns_a_number",
            "behaviour.update.rule: state_rules:returns_a_number: a rule of state must be annotated to "
            "return a NamedTuple class of its own, whose fields are the names under people.state",
        ),
        (
            {**STATE, "pay": STATE["grudge"]},
            "state_rules:remembers",
            "people.state.pay.[key]: this name is taken; choose another",
        ),
        (
            {**STATE, "grudge": {"initial": 0}},
            "state_rules:remembers",
            "people.state.grudge.unit: this key is missing",
        ),
    ],
)
def test_state_that_cannot_be_is_refused(state: Any, update: str, message: str) -> None:
    behaviour = {**WEEKS, "update": update}
    with pytest.raises(ValidationError) as error:
        small_scenario(behaviour=behaviour, people={"state": state})
    assert message in faults_of(error.value)
