"""Both engines give the same events, row for row."""

import datetime as dt
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOBODY, small_scenario
from defectsim.core.choices import EngineName
from defectsim.engine.begin import simulate
from defectsim.engine.model import DefectionModel
from defectsim.engine.protocol import Engine
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import TRANSITIONS, Cause, Status
from defectsim.scenario.schema import Scenario
from eventful_scenarios import (
    ACTS,
    EAGER,
    OWN,
    PLANS,
    assert_plans_agree,
    assert_same,
    scenarios,
)

OWN_LEVERS = {
    "curfew": {"unit": "0..1", "default": 0.1, "combiner": "any"},
    "bounty": {"unit": "1000 USD", "default": 0.2, "combiner": "sum", "bounds": [0, 10]},
}
READ_BY = {
    "soldier": {"rule": "rules:reads_own_levers"},
    "general": {"rule": "rules:reads_own_levers"},
}


TRANSITION = list(TRANSITIONS)


def happened(engine: Engine) -> set[tuple[str, str]]:
    """Return the ways that somebody went, with their causes, and the results of attempts."""
    events = engine.events
    went = {
        (TRANSITION[transition], str(Cause(cause)))
        for transition, cause in zip(events.transition, events.cause, strict=True)
    }
    return went | {("attempt", attempt.result) for attempt in engine.attempts}


def both(scenario: Scenario, seed: int = 0, replicate: int = 0) -> tuple[Engine, Engine]:
    setup = StudySetup(scenario, seed)
    return simulate(setup, replicate, "reference"), simulate(setup, replicate, "cohorts")


@settings(max_examples=50)
@given(
    scenario=scenarios([EAGER, OWN], {}), seed=st.integers(0, 2**40), replicate=st.integers(0, 5)
)
def test_engines_agree_on_any_small_scenario(scenario: Scenario, seed: int, replicate: int) -> None:
    assert_plans_agree(scenario, seed, replicate)


@pytest.mark.long
def test_engines_agree_on_a_rule_that_reads_ties_through_belief_alone() -> None:
    decider = {"rule": "rules:reads_belief", "parameters": {"base": 1}}
    behaviour = {"soldier": decider, "general": decider, "belief": "rules:believes_ties"}
    ends = {"end": dt.date(2018, 12, 31)}
    assert_same(*both(small_scenario(behaviour=behaviour, clock=ends), 3))


@pytest.mark.long
@settings(max_examples=30)
@given(scenario=scenarios([READ_BY], OWN_LEVERS), seed=st.integers(0, 2**40))
def test_engines_agree_on_levers_that_a_scenario_declares(scenario: Scenario, seed: int) -> None:
    assert_same(*both(scenario, seed))


@pytest.mark.long
def test_rules_answer_to_a_lever_that_a_scenario_declares_from_its_date_on() -> None:
    bounty = {"lever": "bounty", "value": 5, "effective": dt.date(2018, 3, 26), "ramp_days": 20}
    quiet: dict[str, Any] = {
        "behaviour": READ_BY,
        "levers": OWN_LEVERS,
        "conditions": {"bounty": 0},
    }
    assert 1 not in simulate(StudySetup(small_scenario(**quiet), 0), 0).events.transition
    for engine in both(small_scenario(**quiet, policies={"bounty": bounty})):
        defected = engine.events.step[engine.events.transition == 1]
        assert len(defected) > 20
        assert defected.min() >= 12


EVERYTHING = {
    *[
        (transition, "decision")
        for transition in ("desert", "defect", "retire", "shirk", "plot", "resume")
    ],
    *[
        ("defect", "commander"),
        ("recall", "recall"),
        ("plot", "tie"),
        ("arrest", "discovery"),
        ("defect", "attempt"),
    ],
    *[
        ("arrest", "government"),
        ("dismiss", "government"),
        ("arrest", "attempt"),
        ("attempt", "failure"),
    ],
}


PUT_DOWN = {**OWN, "stand": {"rule": "rules:sides", "parameters": {"join": 0.02, "resist": 0.3}}}


@pytest.mark.parametrize("behaviour", [EAGER, PUT_DOWN], ids=["shipped", "own"])
def test_engines_agree_on_thousands_of_people_to_whom_everything_happens(
    behaviour: dict[str, Any],
) -> None:
    scenario = small_scenario(
        clock={"end": dt.date(2018, 10, 1)},
        forces={
            "company": {"officer": 4, "nco": 16, "enlisted": 60},
            "branches": {
                "army": {"strength": 1_400, "generals": 20},
                "guard": {"strength": 600, "generals": 12},
            },
        },
        people={"signal": {"normal": [0, 1], "per": "unit"}, "outside": 200},
        behaviour=behaviour,
        conditions={"surveillance": 0.5, "counterbalance": 0.2},
        news={"treatment_days": 30, "memory_days": 20},
        plots={"contacts": 12, "quorum": 0.04},
        acts={name: {**ACTS[name], "date": dt.date(2018, 4, 2)} for name in ("purge", "cut")},
        policies={"ban": {"lever": "travel_ban", "value": 0.5, "effective": dt.date(2018, 6, 1)}},
    )
    reference, column = both(scenario)
    assert_same(reference, column)
    assert happened(column) >= EVERYTHING
    assert np.unique(column.events.row).size < column.events.row.size


def test_engines_agree_when_everybody_follows_to_the_end_of_the_cascade() -> None:
    scenario = small_scenario(
        people={"frailty": 1, "perks": 0},
        behaviour={
            "soldier": {"parameters": {"base_desertion": 0, "base_defection": 0}},
            "general": {"parameters": {"base_flight": 0, "base_defection": 500}},
            "follow": {"parameters": {"base": 100}},
        },
    )
    reference, column = both(scenario, seed=3)
    assert_same(reference, column)
    assert np.count_nonzero(column.events.cause == Cause.COMMANDER) > 10


CERTAIN = {
    "rule": "rules:reads_everything",
    "parameters": {"shirk": 1e12, "resume": 1e12, "desert": 2},
}


def test_engines_agree_on_people_who_shirk_and_come_back_for_certain() -> None:
    behaviour = {**OWN, "soldier": CERTAIN}
    setup = StudySetup(
        small_scenario(behaviour=behaviour, plots={"quorum": 1}, people={"outside": 200}), 0
    )
    engines: tuple[EngineName, ...] = ("reference", "compiled")
    models = [DefectionModel(setup.scenario, engine=engine, setup=setup) for engine in engines]
    for model in models:
        for week in range(setup.scenario.clock.steps):
            if week == 8:
                model.agents.set("pay", 11.0)
            model.step()
    for model in models[1:]:
        assert_same(models[0].engine, model.engine)
    ways = models[0].engine.events.transition
    assert (
        min(
            np.count_nonzero(ways == TRANSITION.index(transition))
            for transition in ("shirk", "resume")
        )
        > 300
    )


CHANGES: list[tuple[str, float]] = [("pay", 5_000.0), ("exposure", 1.0), ("grievance", -4.0)]


@pytest.mark.parametrize(("column", "value"), CHANGES)
def test_engines_agree_after_somebody_changes_people_between_two_steps(
    column: str, value: float
) -> None:
    extra = {
        "lever": "pay",
        "value": 100,
        "effective": dt.date(2018, 2, 1),
        "audience": {"exposure": 0.5},
    }
    setup = StudySetup(
        small_scenario(behaviour=EAGER, policies={"extra_pay": extra}, plots={"quorum": 1}), 0
    )
    engines: tuple[EngineName, ...] = ("reference", *PLANS)
    models = [DefectionModel(setup.scenario, engine=engine, setup=setup) for engine in engines]
    for model in models:
        for week in range(setup.scenario.clock.steps):
            if week in (3, 8):
                model.agents.select(np.arange(len(model.agents)) % 11 < week).set(column, value)
            model.step()
    for model in models[1:]:
        assert_same(models[0].engine, model.engine)
    assert models[0].engine.events.row.tolist() != simulate(setup, 0).events.row.tolist()


KEPT_IN: dict[str, Any] = {
    "behaviour": {
        kind: {"rule": "rules:reads_own_levers", "parameters": {"base": 1}} for kind in READ_BY
    },
    "levers": OWN_LEVERS,
    "conditions": {"bounty": 0, "curfew": 0},
}


@pytest.mark.parametrize(
    ("when", "least", "starts"), [("deserted >= 20", 20, True), ("generals_defected > 0", 0, False)]
)
def test_engines_agree_on_a_policy_that_waits_for_what_people_do(
    when: str, least: int, starts: bool
) -> None:
    curfew = {"lever": "curfew", "value": 1, "effective": dt.date(2018, 1, 29), "when": when}
    armies = [small_scenario(**KEPT_IN, policies=policies) for policies in ({}, {"curfew": curfew})]
    (free, _), (reference, column) = map(both, armies)
    assert_same(reference, column)
    deserted, freely = (
        engine.counts[..., Status.DESERTED].sum(axis=(1, 2)) for engine in (column, free)
    )
    started = int(np.flatnonzero((freely >= least) & (np.arange(len(freely)) >= 4))[0])
    assert 4 < started < 20 or not starts
    assert deserted[: started + 1].tolist() == freely[: started + 1].tolist()
    assert (len(set(deserted[started:].tolist())) == 1) == starts
    assert column.inputs.calendar.waiting == ([] if starts else ["curfew"])


def test_engines_agree_on_policies_for_people_by_name() -> None:
    names = ["army-general-2", "army-1", "army-23"]
    curfew = {
        "lever": "curfew",
        "value": 1,
        "effective": dt.date(2018, 1, 1),
        "audience": {"agents": names},
    }
    scenario = small_scenario(**KEPT_IN, people={"frailty": 50}, policies={"c": curfew})
    reference, column = both(scenario)
    assert_same(reference, column)
    loyal = np.flatnonzero(column.status == Status.LOYAL)
    assert column.inputs.population.ids.gather(loyal).sort().to_list() == sorted(names)


def test_stepping_and_running_are_the_same_run() -> None:
    scenario = small_scenario(behaviour=EAGER)
    stepped, run = DefectionModel(scenario, rng=0), DefectionModel(scenario, rng=0).run()
    seen = list(stepped.iterate())
    assert seen[-1] == run.date == scenario.clock.date(scenario.clock.steps)
    assert len(seen) == scenario.clock.steps
    assert_same(stepped.engine, run.engine)


def test_every_seed_is_a_run_of_its_own_and_zero_is_a_seed() -> None:
    scenario = small_scenario(behaviour=EAGER)
    runs = [DefectionModel(scenario, rng=seed).run().engine.events for seed in (0, 0, 1)]
    assert runs[0].row.tolist() == runs[1].row.tolist()
    assert runs[0].row.tolist() != runs[2].row.tolist()


@pytest.mark.long
def test_engines_agree_on_which_of_two_certainties_comes_first_even_after_a_change() -> None:
    rule = {"rule": "rules:two_certainties"}
    protest = {"lever": "protest", "value": 1, "effective": dt.date(2018, 4, 1)}
    behaviour = {"soldier": rule, "general": rule, "follow": NOBODY}
    setup = StudySetup(small_scenario(behaviour=behaviour, policies={"p": protest}), 0)
    engines: tuple[EngineName, ...] = ("reference", "compiled")
    models = [DefectionModel(setup.scenario, engine=engine, setup=setup) for engine in engines]
    for model in models:
        for week in range(setup.scenario.clock.steps):
            if week == 8:
                model.agents.set("pay", 11.0)
            model.step()
    for model in models[1:]:
        assert_same(models[0].engine, model.engine)
    assert set(models[0].engine.events.transition.tolist()) == {0, 1}
    assert models[0].engine.counts[-1, :, :, Status.LOYAL].sum() == 0


@pytest.mark.long
def test_engines_agree_on_a_constant_that_was_defined_anew_between_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rules = {**dict.fromkeys(("soldier", "general"), "rules:by_a_constant"), "follow": NOBODY}
    scenario = small_scenario(behaviour=rules)
    few = simulate(StudySetup(scenario, 0), 0, "reference").events
    monkeypatch.setattr(sys.modules["rules"], "YEARLY", 2.0)
    reference, compiled = both(scenario)
    assert_same(reference, compiled)
    assert len(compiled.events.row) > 2 * len(few.row) > 0
