"""Two scenarios with one seed differ only where something made them differ."""

import datetime as dt
from typing import Any

import polars as pl

from builders import small_scenario
from defectsim.core.choices import EngineName
from defectsim.engine.begin import simulate
from defectsim.engine.model import DefectionModel
from defectsim.engine.records.record import record
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import Status
from defectsim.population.agents import PersonAgent

WIDE: dict[str, Any] = {
    "clock": {"end": dt.date(2019, 1, 1)},
    "forces": {
        "branches": {
            "army": {"strength": 1_500, "generals": 20},
            "guard": {"strength": 700, "generals": 12},
        }
    },
    "behaviour": {
        "soldier": {"parameters": {"base_desertion": 0.2, "base_defection": 0.1}},
        "general": {"parameters": {"base_flight": 0.5, "base_defection": 0.5}},
    },
}
BAN = {"lever": "travel_ban", "value": 0.9, "effective": dt.date(2018, 3, 1)}


def events(seed: int = 0, engine: EngineName = "compiled", **changes: Any) -> pl.DataFrame:
    setup = StudySetup(small_scenario(**{**WIDE, **changes}), seed)
    return pl.DataFrame(record(simulate(setup, 0, engine), 0).tables["events"])


def test_a_policy_that_reaches_nobody_changes_no_event_at_all() -> None:
    nobody = {**BAN, "audience": {"branch": ["army"], "service": ["reserve"]}}
    assert events(policies={"ban": nobody}).equals(events())


def test_a_policy_that_reaches_somebody_changes_events() -> None:
    assert not events(policies={"ban": BAN}).equals(events())


def test_a_travel_ban_delays_desertion_or_prevents_it_and_never_hastens_it() -> None:
    nothing_else = (
        "base_defection",
        "base_retirement",
        "base_shirking",
        "base_plotting",
        "example_deserted",
    )
    still = {"soldier": {"parameters": {"base_desertion": 0.4, **dict.fromkeys(nothing_else, 0)}}}
    no_general = ("base_flight", "base_defection", "base_retirement", "base_plotting")
    quiet = {"general": {"parameters": dict.fromkeys(no_general, 0)}}
    free = events(behaviour={**still, **quiet})
    held = events(behaviour={**still, **quiet}, policies={"ban": BAN})
    both = held.join(free, on="agent", how="left", suffix="_free")
    assert both["date_free"].null_count() == 0
    assert (both["date"] >= both["date_free"]).all()
    assert held.height < free.height


def test_the_order_of_the_branches_in_the_file_changes_nobody() -> None:
    branches = dict(reversed(WIDE["forces"]["branches"].items()))
    assert events(forces={"branches": branches}).equals(events())


def test_the_order_of_the_policies_in_the_file_changes_nobody() -> None:
    policies = {
        name: {**BAN, "value": value, "actor": name}
        for name, value in (("a", 0.1), ("b", 0.7), ("c", 0.3))
    }
    assert events(policies=dict(reversed(policies.items()))).equals(events(policies=policies))


CURFEW = {"curfew": {"unit": "0..1", "default": 0.3, "combiner": "any"}}
NIGHT = {
    "night": {
        "lever": "curfew",
        "value": 0.9,
        "effective": dt.date(2018, 3, 1),
        "audience": {"rank": ["nco"]},
    }
}
KEPT_IN = {"soldier": "rules:kept_in", "general": "rules:steady", "follow": "rules:chance"}
BY_CHANCE = {
    **{
        who: {"rule": "rules:steady", "parameters": {"desert": 0.2, "defect": 0.2, "shirk": 0.5}}
        for who in KEPT_IN
    },
    "follow": "rules:chance",
}


FEW: dict[str, Any] = {
    "engine": "reference",
    "forces": {
        "branches": {
            "army": {"strength": 500, "generals": 8},
            "guard": {"strength": 200, "generals": 5},
        }
    },
}


def test_declaring_a_lever_that_no_rule_reads_changes_nobody_nor_does_a_policy_on_it() -> None:
    without = events(**FEW, behaviour=BY_CHANCE)
    assert without.height > 100
    assert events(**FEW, behaviour=BY_CHANCE, levers=CURFEW).equals(without)
    assert events(**FEW, behaviour=BY_CHANCE, levers=CURFEW, policies=NIGHT).equals(without)


def test_a_policy_on_a_lever_that_a_rule_reads_changes_those_whom_it_reaches() -> None:
    kept = events(**FEW, levers=CURFEW, behaviour=KEPT_IN, policies=NIGHT)
    free = events(**FEW, levers=CURFEW, behaviour=KEPT_IN)
    assert not kept.equals(free)
    others = pl.col("rank").is_in(["enlisted", "officer"])
    assert kept.filter(others).equals(free.filter(others))


def influence(model: DefectionModel, agent: PersonAgent) -> set[str]:
    """Return who sees what a soldier does when nobody looks at the whole country: the unit, and all who command it."""
    seen = {
        other.unique_id for other in model.agents.select(lambda other: other.unit == agent.unit)
    }
    superior = agent.superior
    while superior is not None:
        seen.add(superior.unique_id)
        superior = superior.superior
    return seen


def test_one_soldiers_pay_rise_changes_no_one_outside_that_soldiers_influence() -> None:
    behaviour = {**WIDE["behaviour"], "belief": {"parameters": {"declared": 0}}}
    scenario = small_scenario(
        **{**WIDE, "behaviour": behaviour}, plots={"quorum": 1}, command={"vacancy_days": 1000}
    )
    setup = StudySetup(scenario, 0)
    before = DefectionModel(scenario, setup=setup).run()
    deserted = before.engine.events.row[before.engine.events.transition == 0]
    changed_at_all = 0
    for row in deserted[:40].tolist():
        after = DefectionModel(scenario, setup=setup)
        after.agent(row).pay = 100_000.0
        after.run()
        differ = before.engine.status != after.engine.status
        changed = set(before.population.ids.filter(differ))
        commands = {
            str(before.population.ids[int(c)]) for c in before.population.units.commander if c >= 0
        }
        assert after.agent(row).status is not Status.DESERTED
        if not (changed & commands):
            assert changed <= influence(before, before.agent(row))
            changed_at_all += len(changed)
    assert changed_at_all >= 20
