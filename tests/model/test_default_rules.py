"""Promises of the default rules: the signs of responses to pay, threats and offers."""

from math import exp, inf, isfinite
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import around, country, person
from defectsim.core.section import Bounds
from defectsim.model.generals import decide as general
from defectsim.model.levers import LEVERS
from defectsim.model.person import COLUMNS
from defectsim.model.rule import NEWS_FIELDS, Rates, Rule, Unit
from defectsim.model.soldiers import decide as soldier
from defectsim.model.transitions import Rank

BASE = {soldier: "base_desertion", general: "base_flight"}
RULES = pytest.mark.parametrize("rule", [soldier, general], ids=["soldier", "general"])
SHARE = st.floats(0, 1)


def within(low: float, high: float, widest: float) -> st.SearchStrategy[float]:
    return st.floats(max(low, -widest), min(high, widest), allow_subnormal=False)


def people(widest: float = 20) -> st.SearchStrategy[SimpleNamespace]:
    drawn = {
        name: within(column.bounds.low, column.bounds.high, widest)
        for name, column in COLUMNS.items()
    }
    return st.builds(
        person, **{**drawn, "rank": st.sampled_from([0, 2])}, ties_defected=SHARE, belief=SHARE
    )


def countries(widest: float = 20) -> st.SearchStrategy[SimpleNamespace]:
    levers = {
        name: within(lever.bounds.low, lever.bounds.high, widest) for name, lever in LEVERS.items()
    }
    return st.builds(country, **levers, **dict.fromkeys(NEWS_FIELDS, SHARE))


def parameters(rule: Rule[..., Any], widest: float = 20) -> st.SearchStrategy[Any]:
    bounds = {name: declared.bounds for name, declared in rule.declared.described.items()}
    return st.builds(
        rule.parameters, **{name: within(at.low, at.high, widest) for name, at in bounds.items()}
    )


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
    rates = rule(
        data.draw(people(1e6)),
        data.draw(UNITS),
        data.draw(countries(1e6)),
        data.draw(parameters(rule, 1e6)),
    )
    assert isinstance(rates, Rates)
    assert all(rate >= 0 for rate in rates)
    assert all(isfinite(rate) for rate in rates._replace(defect=0.0))


LEAVE = ("desert", "defect")
ALL = ("desert", "defect", "retire", "shirk", "plot")
SIGNS: dict[str, tuple[str, dict[str, int]]] = {
    "pay": ("agent", dict.fromkeys((*LEAVE, "retire"), -1)),
    "perks": ("agent", dict.fromkeys((*LEAVE, "retire"), -1)),
    "attachment": ("agent", {**dict.fromkeys(ALL, -1), "resume": 1}),
    "grievance": ("agent", {**dict.fromkeys(ALL, 1), "resume": -1}),
    "outside": ("agent", {**dict.fromkeys((*LEAVE, "retire"), 1), "shirk": 0, "plot": 0}),
    "risk_aversion": ("agent", dict.fromkeys((*LEAVE, "shirk", "plot"), -1)),
    "jeopardy": ("agent", dict.fromkeys(ALL, 1)),
    "belief": ("agent", dict.fromkeys(ALL, -1)),
    "deserted": ("unit", {"desert": 1, "defect": 1}),
    "defected": ("unit", {"desert": 1, "defect": 1}),
    "commander_deserted": ("unit", {"desert": 1, "defect": 0}),
    "commander_defected": ("unit", {"desert": 0, "defect": 1}),
    "travel_ban": ("country", {"desert": -1, "retire": -1, "defect": 0, "shirk": 0, "plot": 0}),
    "border_closure": ("country", {"desert": -1, "retire": -1, "defect": 0}),
    "discharge": ("country", {"retire": 1, "desert": 0, "defect": 0}),
    "surveillance": ("country", {"desert": -1, "defect": 0, "shirk": -1, "plot": -1}),
    "punishment": ("country", dict.fromkeys((*LEAVE, "shirk", "plot"), -1)),
    "off_ramp": ("country", {"desert": 0, "defect": 1}),
    "delisted": ("country", {"desert": 0, "defect": 1}),
    "amnesty": ("country", {"desert": 0, "defect": 1}),
    "amnesty_repeal": ("country", {"desert": 0, "defect": -1}),
    "reception": ("country", {"desert": 0, "defect": 1}),
    "received": ("country", {"desert": 0, "defect": 1}),
    "evacuation": ("country", {"desert": 0, "defect": 1}),
    "pay_replacement": ("country", {"desert": 0, "defect": 1}),
    "deadline": ("country", {"desert": 0, "defect": 1}),
    "broadcast": ("country", {"desert": 0, "defect": 1}),
    "censorship": ("country", {"desert": 0, "defect": -1}),
    "sanctions": ("country", {"desert": -1, "retire": -1, "shirk": 1, "plot": 1}),
    "financial_closure": ("country", {**dict.fromkeys((*LEAVE, "retire"), 1), "shirk": 0}),
    "food_boxes": ("country", dict.fromkeys((*LEAVE, "retire"), -1)),
    "promotion": ("country", dict.fromkeys(ALL, -1)),
    "repression_orders": ("country", dict.fromkeys(ALL, 1)),
    "protest": ("country", dict.fromkeys(ALL, 1)),
    "rival": ("country", {"desert": 0, "defect": 1, "retire": 0, "plot": 0}),
    "declared": ("country", {"desert": 0, "defect": 1}),
    "distance": ("agent", {"desert": -1, "retire": -1, "defect": 0}),
}
"""Sign of the effect on the rate of a transition: 1, -1, or 0 for none; others promise nothing."""


@pytest.mark.parametrize("name", SIGNS)
@settings(max_examples=25)
@given(CASES, st.sampled_from([soldier, general]), st.data())
def test_each_cause_works_in_one_direction(
    name: str, case: dict[str, Any], rule: Rule[..., Any], data: st.DataObject
) -> None:
    whose, signs = SIGNS[name]
    p = data.draw(parameters(rule))
    declared = {"agent": COLUMNS, "country": LEVERS}.get(whose, {}).get(name)
    bounds = declared.bounds if declared else Bounds(0, 1)
    values = sorted(data.draw(st.tuples(*[within(bounds.low, bounds.high, 20)] * 2)))
    less, more = (rule(**changed(case, whose, **{name: value}), p=p) for value in values)
    for transition, sign in signs.items():
        before, after = getattr(less, transition), getattr(more, transition)
        assert (
            after == before
            if sign == 0
            else no_more(*((before, after) if sign > 0 else (after, before)))
        )


OFFERS = [
    ("off_ramp", {"agent": {"exposure": 0.0}}),
    ("off_ramp", {"country": {"sanctions": 0.0}}),
    ("amnesty", {"agent": {"jeopardy": 0.0}}),
    ("amnesty", {"agent": {"belief": 1.0}}),
    ("reception", {"agent": {"risk_aversion": 0.0}, "country": {"pay_replacement": 0.0}}),
]


@pytest.mark.parametrize(
    ("offer", "spared"), OFFERS, ids=[f"{offer} {spared}" for offer, spared in OFFERS]
)
@settings(max_examples=40)
@given(case=CASES, rule=st.sampled_from([soldier, general]), data=st.data(), value=SHARE)
def test_an_offer_is_nothing_to_those_on_whom_nothing_weighs(
    offer: str,
    spared: dict[str, dict[str, float]],
    case: dict[str, Any],
    rule: Rule[..., Any],
    data: st.DataObject,
    value: float,
) -> None:
    for whose, values in spared.items():
        case = changed(case, whose, **values)
    p = data.draw(parameters(rule))
    offered, not_offered = (
        rule(**changed(case, "country", **{offer: at}), p=p) for at in (value, 0.0)
    )
    assert offered == tuple(map(nearly, not_offered))


@given(CASES, st.sampled_from([soldier, general]), st.data(), SHARE)
def test_sanctions_without_an_off_ramp_let_nobody_go_over_sooner(
    case: dict[str, Any], rule: Rule[..., Any], data: st.DataObject, sanctions: float
) -> None:
    p, stern = data.draw(parameters(rule)), changed(case, "country", off_ramp=0.0)
    without, with_them = (
        rule(**changed(stern, "country", sanctions=at), p=p) for at in (0.0, sanctions)
    )
    assert no_more(with_them.defect, without.defect)
    poor = changed(stern, "agent", outside=0.0)
    without, with_them = (
        rule(**changed(poor, "country", sanctions=at), p=p) for at in (0.0, sanctions)
    )
    for transition in (*LEAVE, "retire"):
        assert getattr(with_them, transition) == nearly(getattr(without, transition))


@given(CASES, st.sampled_from([soldier, general]), st.data(), SHARE)
def test_sanctions_with_certain_relief_let_people_go_over_sooner(
    case: dict[str, Any], rule: Rule[..., Any], data: st.DataObject, sanctions: float
) -> None:
    p, kept = data.draw(parameters(rule)), changed(case, "country", off_ramp=1.0, delisted=1.0)
    without, with_them = (
        rule(**changed(kept, "country", sanctions=at), p=p) for at in (0.0, sanctions)
    )
    assert no_more(without.defect, with_them.defect)


@given(CASES, st.data())
def test_only_officers_and_generals_plot(case: dict[str, Any], data: st.DataObject) -> None:
    for rank in (Rank.ENLISTED, Rank.NCO):
        assert (
            soldier(**changed(case, "agent", rank=rank), p=data.draw(parameters(soldier))).plot == 0
        )


def rates(rule: Rule[..., Any], p: dict[str, float] | None = None, **given_values: float) -> Rates:
    """Ask a rule about somebody who has nothing to gain, but for `given_values`."""
    free = {
        name: 0.0 for name in rule.parameters._fields if "punishment" in name or name in _ABSENT
    }
    parameters = rule.parameters(**{**free, **(p or {})})
    mine = {
        name: value
        for name, value in given_values.items()
        if name in (*COLUMNS, "belief") and name not in LEVERS
    }
    seen = {
        name: value
        for name, value in given_values.items()
        if name in vars(country()) and name not in mine
    }
    near = {name: value for name, value in given_values.items() if name in Unit._fields}
    assert {*mine, *seen, *near} == set(given_values)
    agent = person(**{"cohesion": 0.0, "belief": 0.5, "rank": Rank.OFFICER, **mine})
    return rule(agent, around(**near), country(**seen), parameters)


_ABSENT = ("reward", "power", "reprisal")


@RULES
def test_who_gains_nothing_leaves_at_the_base_rates(rule: Rule[..., Any]) -> None:
    bases = {
        BASE[rule]: 0.04,
        "base_defection": 0.007,
        "base_retirement": 0.02,
        "base_plotting": 0.03,
    }
    shirking = {"base_shirking": 0.05} if rule is soldier else {}
    expected = Rates(0.04, 0.007, 0.02, sum(shirking.values()), 0.03, 0.6)
    assert rates(rule, {**bases, **shirking, "base_return": 0.6}) == tuple(map(nearly, expected))


@RULES
@pytest.mark.parametrize(
    ("p", "values", "ratios"),
    [
        ({}, {"pay": 2}, (1 / 2, 1 / 2)),
        ({"sensitivity": 3}, {"pay": 2}, (1 / 8, 1 / 8)),
        ({}, {"outside": 90}, (3, 3)),
        ({}, {"subsistence": 60}, (2, 2)),
        ({}, {"food_boxes": 30}, (1 / 2, 1 / 2)),
        ({}, {"subsistence_outside": 60}, (1 / 2, 1 / 2)),
        ({}, {"grievance": 0.5}, (exp(0.5), exp(0.5))),
        ({}, {"attachment": 0.5}, (exp(-0.5), exp(-0.5))),
        ({"conscience": 2}, {"repression_orders": 0.5, "protest": 0.5}, (exp(0.5), exp(0.5))),
        ({"career": 2}, {"promotion": 0.5}, (exp(-1), exp(-1))),
        ({"exit_cost": 1.5}, {"travel_ban": 0.5}, (exp(-0.75), 1)),
        ({}, {"sanctions": 0.8, "exposure": 0.5, "off_ramp": 0.5}, (0.6, 0.8 * exp(0.2))),
        (
            {},
            {"sanctions": 0.8, "exposure": 0.5, "off_ramp": 0.5, "delisted": 1, "treated": 5},
            (0.6, 0.9 * exp(0.3)),
        ),
        ({}, {"jeopardy": 2}, (exp(1), 1)),
        ({}, {"jeopardy": 2, "amnesty": 0.5}, (exp(1), exp(0.5))),
        ({}, {"jeopardy": 2, "amnesty": 0.5, "amnesty_repeal": 0.5}, (exp(1), exp(0.25))),
        ({"reward": 3}, {}, (1, exp(1.5))),
        ({"reward": 3}, {"belief": 0}, (1, exp(3))),
        ({"reprisal": 1}, {}, (1, exp(-0.5))),
        ({"reprisal": 1}, {"evacuation": 1}, (1, 1)),
        ({"punishment_defection": 4}, {"risk_aversion": 0.5}, (1, exp(-1))),
        ({"punishment_defection": 4}, {"risk_aversion": 0.5, "reception": 0.5}, (1, exp(-0.5))),
        ({}, {"pay_replacement": 120, "reception": 0.5}, (1, 3)),
        ({"haste": 2}, {"deadline": 0.5}, (1, exp(1))),
        ({"call": 2}, {"broadcast": 0.5, "censorship": 0.5}, (1, exp(0.5))),
        ({"example_defected": 3}, {"defected": 0.5}, (1, exp(1.5))),
        ({"commander_defected": 3}, {"commander_defected": 1}, (1, exp(3))),
    ],
)
def test_utilities_are_in_log_income(
    rule: Rule[..., Any], p: dict[str, float], values: dict[str, float], ratios: tuple[float, float]
) -> None:
    before, after = rates(rule), rates(rule, p, **values)
    assert (after.desert / before.desert, after.defect / before.defect) == tuple(
        map(nearly, ratios)
    )


@RULES
@pytest.mark.parametrize(
    ("p", "values", "ratio"),
    [
        ({"power": 3}, {}, exp(1.5)),
        ({"power": 3}, {"belief": 0}, exp(3)),
        ({"punishment_plotting": 2}, {"risk_aversion": 0.5}, exp(-0.5)),
        ({"punishment_plotting": 2}, {"risk_aversion": 0.5, "surveillance": 1}, exp(-1)),
        ({"punishment_plotting": 2}, {"risk_aversion": 0.5, "punishment": 0}, 1),
    ],
)
def test_plots_weigh_what_success_brings_against_what_discovery_costs(
    rule: Rule[..., Any], p: dict[str, float], values: dict[str, float], ratio: float
) -> None:
    assert rates(rule, p, **values).plot / rates(rule).plot == nearly(ratio)


def test_shirking_answers_to_fear_and_attachment_and_ends_in_reverse() -> None:
    before = rates(soldier)
    after = rates(
        soldier, {"punishment_shirking": 2}, surveillance=0.5, risk_aversion=0.5, grievance=1
    )
    assert (after.shirk / before.shirk, after.resume / before.resume) == (
        nearly(exp(0.5)),
        nearly(exp(-0.5)),
    )
    assert rates(general, grievance=5).shirk == 0


@RULES
def test_discharge_multiplies_retirement_and_can_close_it(rule: Rule[..., Any]) -> None:
    assert rates(rule, discharge=0.5).retire == nearly(0.5 * rates(rule).retire)
    assert rates(rule, discharge=0).retire == 0


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
def test_surveillance_threatens_those_who_leave_with_punishment(
    rule: Rule[..., Any], punishment: str
) -> None:
    threatened = rates(rule, {punishment: 2}, surveillance=0.5, risk_aversion=3)
    assert threatened.desert / rates(rule).desert == nearly(exp(-3))
    assert threatened.defect == rates(rule, risk_aversion=3).defect


def test_soldiers_follow_the_example_of_deserters_and_stay_with_a_close_unit() -> None:
    p = {"example_deserted": 2, "commander_deserted": 0.5}
    assert rates(soldier, p, deserted=0.5, commander_deserted=1).desert / rates(
        soldier
    ).desert == nearly(exp(1.5))
    assert rates(soldier, {"cohesion": 2}, cohesion=0.5).desert / rates(soldier).desert == nearly(
        exp(-1)
    )


def test_generals_follow_those_to_whom_they_are_tied() -> None:
    assert rates(general, {"example_ties": 3}).defect == rates(general).defect
    p = general.parameters(example_ties=3)
    quiet, tied = (
        general(person(ties_defected=share), around(), country(), p) for share in (0.0, 0.5)
    )
    assert tied.defect / quiet.defect == nearly(exp(1.5))


@RULES
def test_parameters_are_declared_with_bounds_that_their_defaults_keep(rule: Rule[..., Any]) -> None:
    assert list(rule.declared.described) == list(rule.parameters._fields)
    for name, value in rule.parameters()._asdict().items():
        assert rule.declared.described[name].bounds.fault(value) is None
        assert rule.declared.described[name].unit
        assert rule.declared.described[name].bounds.high == inf


@RULES
def test_nobody_goes_over_where_there_is_no_side_however_large_the_other_terms(
    rule: Rule[..., Any],
) -> None:
    p = {"haste": 500, "reward": 500}
    assert rates(rule, p, rival=0.0, deadline=1.0, belief=0.0).defect == 0.0
    assert rates(rule, p, rival=1.0, deadline=1.0, belief=0.0).defect == inf
