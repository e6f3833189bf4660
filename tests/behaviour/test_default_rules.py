"""What the default rules promise of the way in which people answer to pay, threats and offers."""

from math import exp, inf, isfinite
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import around, country, person
from defectsim.behaviour.generals import decide as general
from defectsim.behaviour.rule import Rates, Rule, Unit
from defectsim.behaviour.soldiers import decide as soldier
from defectsim.core.levers import LEVERS
from defectsim.core.section import Bounds
from defectsim.population.columns import COLUMNS

BASE = {soldier: "base_desertion", general: "base_flight"}
RULES = pytest.mark.parametrize("rule", [soldier, general], ids=["soldier", "general"])
SHARE = st.floats(0, 1)


def within(low: float, high: float, widest: float) -> st.SearchStrategy[float]:
    return st.floats(max(low, -widest), min(high, widest), allow_subnormal=False)


def people(widest: float = 20) -> st.SearchStrategy[SimpleNamespace]:
    drawn = {name: within(column.bounds.low, column.bounds.high, widest) for name, column in COLUMNS.items()}
    return st.builds(person, **drawn, ties_defected=SHARE)


def countries(widest: float = 20) -> st.SearchStrategy[SimpleNamespace]:
    levers = {name: within(lever.bounds.low, lever.bounds.high, widest) for name, lever in LEVERS.items()}
    return st.builds(country, **levers, forces_deserted=SHARE, forces_defected=SHARE, generals_defected=SHARE)


def parameters(rule: Rule[..., Any], widest: float = 20) -> st.SearchStrategy[Any]:
    bounds = {name: said.bounds for name, said in rule.declares.items()}
    return st.builds(rule.parameters, **{name: within(at.low, at.high, widest) for name, at in bounds.items()})


UNITS = st.builds(Unit, *[SHARE] * len(Unit._fields))
CASES = st.fixed_dictionaries({"agent": people(), "unit": UNITS, "country": countries()})


def changed(case: dict[str, Any], whose: str, **values: float) -> dict[str, Any]:
    """Return a case in which the agent, the unit or the country is as it was but for `values`."""
    fields = case[whose]._asdict() if isinstance(case[whose], Unit) else vars(case[whose])
    return {**case, whose: type(case[whose])(**{**fields, **values})}


def no_more(lower: float, higher: float) -> bool:
    return lower <= higher * (1 + 1e-9)


def nearly(value: float) -> Any:
    return pytest.approx(value, rel=1e-9, abs=1e-300)


@RULES
@given(st.data())
def test_rates_are_rates_whatever_people_see(rule: Rule[..., Any], data: st.DataObject) -> None:
    rates = rule(data.draw(people(1e6)), data.draw(UNITS), data.draw(countries(1e6)), data.draw(parameters(rule, 1e6)))
    assert isinstance(rates, Rates)
    assert all(isfinite(rate) and rate >= 0 for rate in rates)


SIGNS = {
    "pay": ("agent", -1, -1),
    "perks": ("agent", -1, -1),
    "attachment": ("agent", -1, -1),
    "grievance": ("agent", 1, 1),
    "outside": ("agent", 1, 1),
    "risk_aversion": ("agent", -1, -1),
    "jeopardy": ("agent", 1, 1),
    "deserted": ("unit", 1, None),
    "defected": ("unit", None, 1),
    "commander_defected": ("unit", None, 1),
    "travel_ban": ("country", -1, 0),
    "surveillance": ("country", -1, 0),
    "off_ramp": ("country", 0, 1),
    "amnesty": ("country", 0, 1),
    "sanctions": ("country", None, 1),
    "protest": ("country", 1, 1),
    "forces_defected": ("country", 1, 1),
}
"""What may raise (1) or lower (-1) desertion and defection, or neither (0); None where nothing is promised."""


@RULES
@pytest.mark.parametrize("name", SIGNS)
@given(st.data())
def test_each_cause_works_in_one_direction(rule: Rule[..., Any], name: str, data: st.DataObject) -> None:
    whose, *signs = SIGNS[name]
    case, p = data.draw(CASES), data.draw(parameters(rule))
    declared = {"agent": COLUMNS, "country": LEVERS}.get(whose, {}).get(name)
    bounds = declared.bounds if declared else Bounds(0, 1)
    values = sorted(data.draw(st.tuples(*[within(bounds.low, bounds.high, 20)] * 2)))
    less, more = (rule(**changed(case, whose, **{name: value}), p=p) for value in values)
    for before, after, sign in zip(less, more, signs, strict=True):
        if sign == 0:
            assert after == before
        elif sign is not None:
            assert no_more(before, after) if sign > 0 else no_more(after, before)


@RULES
@given(CASES, st.data(), SHARE)
def test_an_off_ramp_offers_nothing_to_those_whom_sanctions_do_not_reach(
    rule: Rule[..., Any], case: dict[str, Any], data: st.DataObject, off_ramp: float
) -> None:
    p = data.draw(parameters(rule))
    for spared in (changed(case, "agent", exposure=0.0), changed(case, "country", sanctions=0.0)):
        assert rule(**changed(spared, "country", off_ramp=off_ramp), p=p) == rule(
            **changed(spared, "country", off_ramp=0.0), p=p
        )


@RULES
@given(CASES, st.data(), SHARE)
def test_an_amnesty_offers_nothing_to_those_who_fear_nothing(
    rule: Rule[..., Any], case: dict[str, Any], data: st.DataObject, amnesty: float
) -> None:
    p, fearless = data.draw(parameters(rule)), changed(case, "agent", jeopardy=0.0)
    assert rule(**changed(fearless, "country", amnesty=amnesty), p=p) == rule(
        **changed(fearless, "country", amnesty=0.0), p=p
    )


@RULES
@given(CASES, st.data(), SHARE)
def test_sanctions_that_follow_whoever_leaves_and_spare_nobody_who_goes_over_change_nothing(
    rule: Rule[..., Any], case: dict[str, Any], data: st.DataObject, sanctions: float
) -> None:
    p, stern = data.draw(parameters(rule)), changed(case, "country", off_ramp=0.0)
    with_them = rule(**changed(stern, "country", sanctions=sanctions), p=p)
    assert with_them == tuple(map(nearly, rule(**changed(stern, "country", sanctions=0.0), p=p)))


def rates(rule: Rule[..., Any], p: dict[str, float] | None = None, **given_values: float) -> Rates:
    """Ask a rule about somebody who has nothing to gain, but for `given_values`."""
    free = {name: 0.0 for name in rule.parameters._fields if "punishment" in name or name == "reward"}
    said = rule.parameters(**{**free, "basket_abroad": 30.0, "confidence": 0.0, **(p or {})})
    mine = {name: value for name, value in given_values.items() if name in COLUMNS and name not in LEVERS}
    seen = {name: value for name, value in given_values.items() if name in vars(country()) and name not in mine}
    near = {name: value for name, value in given_values.items() if name in Unit._fields}
    assert {*mine, *seen, *near} == set(given_values)
    return rule(person(**mine), around(**near), country(**seen), said)


@RULES
def test_who_gains_nothing_leaves_at_the_base_rates(rule: Rule[..., Any]) -> None:
    bases = {BASE[rule]: 0.04, "base_defection": 0.007}
    assert rates(rule, bases) == tuple(map(nearly, (0.04, 0.007)))


@RULES
@pytest.mark.parametrize(
    ("p", "values", "ratios"),
    [
        ({}, {"pay": 2}, (1 / 2, 1 / 2)),
        ({"sensitivity": 3}, {"pay": 2}, (1 / 8, 1 / 8)),
        ({}, {"outside": 90}, (3, 3)),
        ({}, {"subsistence": 60}, (2, 2)),
        ({"basket_abroad": 60}, {}, (1 / 2, 1 / 2)),
        ({}, {"grievance": 0.5}, (exp(0.5), exp(0.5))),
        ({}, {"attachment": 0.5}, (exp(-0.5), exp(-0.5))),
        ({"exit_cost": 1.5}, {"travel_ban": 0.5}, (exp(-0.75), 1)),
        ({}, {"sanctions": 0.8, "exposure": 0.5, "off_ramp": 0.5}, (1, exp(0.2))),
        ({}, {"jeopardy": 2}, (exp(1), 1)),
        ({}, {"jeopardy": 2, "amnesty": 0.5}, (exp(1), exp(0.5))),
        ({"reward": 3}, {}, (1, exp(1.5))),
        ({"punishment_defection": 4}, {"risk_aversion": 0.5}, (1, exp(-1))),
        ({"example_defected": 3}, {"defected": 0.5}, (1, exp(1.5))),
        ({"commander_defected": 3}, {"commander_defected": 1}, (1, exp(3))),
        ({"reward": 1, "confidence": 1000}, {}, (1, 1)),
        ({"reward": 1, "confidence": 1000, "doubt_protest": 2000}, {"protest": 1}, (1, exp(1))),
        ({"reward": 1, "confidence": 1000, "doubt_defected": 2000}, {"forces_defected": 1}, (1, exp(1))),
    ],
)
def test_utilities_are_in_log_income(
    rule: Rule[..., Any], p: dict[str, float], values: dict[str, float], ratios: tuple[float, float]
) -> None:
    before, after = rates(rule), rates(rule, p, **values)
    assert (after.desert / before.desert, after.defect / before.defect) == tuple(map(nearly, ratios))


@RULES
def test_rents_count_as_pay_and_stop_with_their_lever(rule: Rule[..., Any]) -> None:
    rich, poor = person(pay=15.0, perks=15.0), person(pay=15.0)
    p = rule.parameters()
    with_rents, without = (rule(rich, around(), country(perks=perks), p) for perks in (1.0, 0.0))
    assert with_rents == rule(person(), around(), country(), p)
    assert without == rule(poor, around(), country(), p)
    assert without.desert / with_rents.desert == nearly(2)


@pytest.mark.parametrize(
    ("rule", "punishment"),
    [(soldier, "punishment_desertion"), (general, "punishment_flight")],
    ids=["soldier", "general"],
)
def test_surveillance_threatens_those_who_leave_with_punishment(rule: Rule[..., Any], punishment: str) -> None:
    threatened = rates(rule, {punishment: 2}, surveillance=0.5, risk_aversion=3)
    assert threatened.desert / rates(rule).desert == nearly(exp(-3))
    assert threatened.defect == rates(rule, risk_aversion=3).defect


def test_soldiers_follow_the_example_of_deserters() -> None:
    p = {"example_deserted": 2, "commander_deserted": 0.5}
    assert rates(soldier, p, deserted=0.5, commander_deserted=1).desert / rates(soldier).desert == nearly(exp(1.5))


def test_generals_follow_those_to_whom_they_are_tied_and_lose_faith_as_generals_go() -> None:
    p = general.parameters(reward=1, punishment_defection=0, confidence=10, doubt_generals=20, example_ties=3)
    quiet = general(person(), around(), country(), p)
    tied = general(person(ties_defected=0.5), around(), country(), p)
    doubting = general(person(), around(), country(generals_defected=0.5), p)
    assert tied.defect / quiet.defect == nearly(exp(1.5))
    assert doubting.defect / quiet.defect == pytest.approx(exp(0.5), rel=1e-4)


@RULES
def test_parameters_are_declared_with_bounds_that_their_defaults_keep(rule: Rule[..., Any]) -> None:
    assert list(rule.declares) == list(rule.parameters._fields)
    for name, value in rule.parameters()._asdict().items():
        assert rule.declares[name].bounds.fault(value) is None
        assert rule.declares[name].unit
        assert rule.declares[name].bounds.high == inf
