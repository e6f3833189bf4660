"""Who, or what, brought changes of status about, in armies whose chains are known."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from builders import EVERYBODY, START
from defectsim import DefectionModel
from defectsim.engine.records.record import record
from still_army import commander, move, named, sides, stepped, still

WEEK = dt.timedelta(weeks=1)
NO_TIES: dict[str, Any] = {"kind": "edges", "edges": [], "classes": None, "neighbours": None}


def army(**changes: Any) -> DefectionModel:
    return still(record={"causes": True}, **changes)


def causes(model: DefectionModel) -> pl.DataFrame:
    """Return the table of causes of a run, however far it has gone."""
    return pl.DataFrame(record(model.engine, 0).tables["causes"])


def by_agent(model: DefectionModel, cause: str, column: str) -> dict[str, Any]:
    found = causes(model).filter(pl.col("cause").cast(pl.String) == cause)
    return dict(found.select("agent", column).iter_rows())


def test_whoever_follows_names_the_commander_who_was_followed() -> None:
    model = army(behaviour={"follow": EVERYBODY})
    move(model, "defect", commander(model, "army brigade 1"))
    stepped(model)
    units = model.population.units
    expected = {}
    for battalion in ("army battalion 1", "army battalion 2"):
        leader = commander(model, battalion)
        expected[leader] = commander(model, "army brigade 1")
        for company in (one for one in units.names if one.startswith("army company")):
            if units.names[units.parent[units.names.index(company)]] == battalion:
                captain = commander(model, company)
                expected[captain] = leader
                rows = model.population.members(units.names.index(company)).tolist()
                expected |= {row: captain for row in rows if row != captain}
    found = by_agent(model, "commander", "instigator")
    assert len(found) > 20
    names = dict(zip(named(model, expected), named(model, expected.values()), strict=True))
    assert {agent: names[agent] for agent in found} == found


def test_a_tie_names_the_plotter_and_a_discovery_the_informer() -> None:
    edge = {**NO_TIES, "edges": [["army-1", "army-11"]]}
    won = army(
        forces={"ties": edge},
        behaviour={"join": EVERYBODY},
        plots={"contacts": 10_000, "informers": 0, "quorum": 1},
    )
    move(won, "plot", won.population.row("army-1"))
    assert by_agent(stepped(won, 4), "tie", "instigator") == {"army-11": "army-1"}
    betrayed = army(
        forces={"ties": edge},
        conditions={"surveillance": 1},
        plots={"contacts": 10_000, "informers": 1, "quorum": 1, "strike_first": 1},
    )
    move(betrayed, "plot", betrayed.population.row("army-1"))
    assert by_agent(stepped(betrayed, 4), "discovery", "instigator") == {"army-1": "army-11"}


def test_an_attempt_names_who_began_the_conspiracy_but_not_of_that_person() -> None:
    edge = {**NO_TIES, "edges": [["army-general-3", "army-general-4"]]}
    model = army(forces={"ties": edge}, plots={"contacts": 10_000, "quorum": 0.9})
    move(model, "plot", *(commander(model, f"army brigade {number}") for number in (1, 2)))
    founder, other = sorted(("army-general-3", "army-general-4"), key=model.population.row)
    assert by_agent(stepped(model, 2), "attempt", "instigator") == {founder: None, other: founder}


@pytest.mark.parametrize(
    ("rule", "expected", "people"),
    [
        ("deserts_by_news", "news", 49),
        ("deserts_by_unit", "unit", 9),
        ("deserts_by_commander", "commander", 8),
        ("deserts_by_ties", "ties", 1),
    ],
)
def test_a_decision_names_the_kind_of_change_before_it(
    rule: str, expected: str, people: int
) -> None:
    edge = {**NO_TIES, "edges": [["army-1", "army-2"]]}
    model = army(behaviour={"soldier": f"rules:{rule}"}, forces={"ties": edge})
    model.leave(model.population.row("army-1"), "desert")
    found = causes(stepped(model, 3)).filter(pl.col("agent") != "army-1")
    assert len(found) == people
    assert set(found["changed"]) == {expected}
    assert set(found["changed_on"]) == {START + WEEK}
    assert set(found["instigator"]) == {"army-1" if expected == "commander" else None}


def test_a_decision_names_the_lever_that_a_policy_moved_and_since_when() -> None:
    amnesty = {"lever": "amnesty", "value": 0.5, "effective": START + 4 * WEEK}
    model = army(behaviour={"soldier": "rules:deserts_by_lever"}, policies={"amnesty": amnesty})
    found = causes(stepped(model, 8)).filter(pl.col("rank").cast(pl.String) != "general")
    assert len(found) == 50
    assert set(found["changed"]) == {"lever"}
    assert set(found["changed_on"]) == {START + 4 * WEEK}
    assert set(found["date"]) == {START + 5 * WEEK}


def test_a_decision_of_which_nothing_changed_before_names_nothing() -> None:
    quick = {"rule": "rules:steady", "parameters": {"desert": 5}}
    model = stepped(army(behaviour={"soldier": quick}), 10)
    assert set(by_agent(model, "decision", "changed").values()) == {None}
    assert causes(model)["changed_on"].null_count() == len(causes(model)) > 5


def test_a_command_that_is_filled_before_anybody_sees_it_vacant_is_no_change() -> None:
    model = army(behaviour={"soldier": "rules:deserts_by_commander"}, command={"vacancy_days": 0})
    model.leave(commander(model, "army company 1"), "desert")
    stepped(model, 2)
    assert by_agent(model, "decision", "changed") == {"army-1": None}
    assert [one.unit for one in model.engine.appointments]


def test_causes_are_those_of_the_events_one_by_one() -> None:
    model = army(behaviour={**sides(1, 0), "follow": EVERYBODY})
    model.rise([commander(model, "army battalion 1")])
    tables = record(stepped(model, 6).engine, 0).tables
    events, found = (pl.DataFrame(tables[name]) for name in ("events", "causes"))
    shared = ["date", "agent", "rank", "branch", "status_to", "cause"]
    assert found.select(shared).equals(events.select(shared))


def test_nobody_is_their_own_instigator_when_appointed_and_then_gone() -> None:
    model = army(behaviour={"soldier": "rules:deserts_once_led"}, command={"vacancy_days": 14})
    model.leave(commander(model, "army company 1"), "desert")
    found = causes(stepped(model, 6))
    assert "commander" in found["changed"].drop_nulls().to_list()
    assert found.filter(pl.col("instigator") == pl.col("agent")).is_empty()
