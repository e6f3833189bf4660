import datetime as dt
import math
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from builders import START as NEW_YEAR
from builders import small_scenario
from defectsim.core.section import Bounds
from defectsim.model.levers import LEVERS, Lever
from defectsim.policies.audience import Audience
from defectsim.policies.policy import TRIGGER_COUNTS, Conditions, Policy

PLAIN: dict[str, Any] = {"lever": "off_ramp", "value": 0.5, "effective": NEW_YEAR}


def day(number: int) -> dt.date:
    return NEW_YEAR + dt.timedelta(number)


def policy(**changes: Any) -> Policy:
    return Policy.model_validate({**PLAIN, **changes})


def refused(**changes: Any) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(ValidationError) as caught:
        policy(**changes)
    return {error["loc"]: error["msg"] for error in caught.value.errors()}


def test_a_policy_moves_one_lever_for_everybody_by_default() -> None:
    plain = policy()
    assert plain.audience == Audience()
    assert (plain.announced, plain.until, int(plain.ramp_days)) == (None, None, 0)


@pytest.mark.parametrize("key", ["lever", "value", "effective"])
def test_lever_value_and_date_must_be_given(key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Policy.model_validate({name: value for name, value in PLAIN.items() if name != key})
    assert [error["loc"] for error in caught.value.errors()] == [(key,)]


def test_an_unknown_lever_is_refused_with_the_nearest() -> None:
    assert refused(lever="of_ramp") == {
        ("lever",): "there is no lever 'of_ramp'; did you mean 'off_ramp'?"
    }
    assert refused(lever="sunshine") == {("lever",): "there is no lever 'sunshine'"}


@pytest.mark.parametrize(
    ("lever", "value"),
    [
        ("off_ramp", 1.5),
        ("off_ramp", -0.1),
        ("pay", -1),
        ("subsistence", 0),
        ("travel_ban", {"value": 1, "range": [0, 2]}),
    ],
)
def test_a_value_keeps_its_levers_bounds(lever: str, value: Any) -> None:
    assert refused(lever=lever, value=value).keys() == {("value",)}


@pytest.mark.parametrize(
    ("lever", "value"), [("off_ramp", 1), ("off_ramp", 0), ("pay", 7.5), ("subsistence", 100)]
)
def test_a_value_within_its_levers_bounds_is_taken(lever: str, value: float) -> None:
    assert policy(lever=lever, value=value).value.value == value


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"announced": day(1)}, "announced"),
        ({"until": day(0)}, "until"),
        ({"until": day(-1)}, "until"),
        ({"ramp_days": -1}, "ramp_days"),
        ({"ramp_days": 1.5}, "ramp_days"),
        ({"effective": "2018-01-01"}, "effective"),
        ({"untill": day(3)}, "untill"),
        ({"audience": {"rnak": ["nco"]}}, "audience"),
        ({"audience": {"rank": ["sergeant"]}}, "audience"),
        ({"audience": {"rank": "nco"}}, "audience"),
        ({"audience": {"service": ["retired"]}}, "audience"),
        ({"audience": {"exposure": 1.5}}, "audience"),
        ({"audience": {"agents": ["Maduro"]}}, "audience"),
        ({"audience": {"agents": []}}, "audience"),
        ({"audience": {"capital": "yes"}}, "audience"),
        ({"cost": -1}, "cost"),
    ],
)
def test_impossible_fields_are_refused_at_their_place(changes: dict[str, Any], place: str) -> None:
    assert {loc[0] for loc in refused(**changes)} == {place}


def test_all_faults_of_a_policy_are_named_at_once() -> None:
    faults = refused(
        lever="pya", announced=day(1), until=day(-1), audience={"exposure": 2}, cost=-3
    )
    assert {loc[0] for loc in faults} == {"lever", "announced", "until", "audience", "cost"}


def test_dates_that_touch_are_in_order() -> None:
    assert policy(announced=day(0), until=day(1))
    assert policy(announced=day(-100))


@pytest.mark.parametrize("known", [["army", "guard"], {"army": {}, "guard": {}}])
def test_branches_of_an_audience_must_be_in_the_scenario(known: Any) -> None:
    data = {"branch": ["army", "gaurd", "navy"]}
    with pytest.raises(ValidationError) as caught:
        Audience.model_validate(data, context={"branches": known})
    assert [(error["loc"], error["msg"]) for error in caught.value.errors()] == [
        (("branch", 1), "there is no branch 'gaurd'; did you mean 'guard'?"),
        (("branch", 2), "there is no branch 'navy'"),
    ]
    assert Audience.model_validate({"branch": ["guard"]}, context={"branches": known}).branch == [
        "guard"
    ]


def test_a_scenario_made_in_python_knows_its_branches() -> None:
    with pytest.raises(ValidationError, match="did you mean 'guard'"):
        small_scenario(policies={"relief": {**PLAIN, "audience": {"branch": ["gaurd"]}}})


@pytest.mark.parametrize(
    ("lever", "begins"), [("off_ramp", -10), ("deadline", -10), ("travel_ban", 0), ("pay", 0)]
)
def test_people_answer_to_promises_from_their_announcement_on(lever: str, begins: int) -> None:
    assert policy(lever=lever, announced=day(-10)).begins(LEVERS[lever]) == day(begins)
    assert policy(lever=lever).begins(LEVERS[lever]) == day(0)


def test_a_policy_may_wait_for_a_condition_on_counts() -> None:
    waiting = policy(when=" generals_defected>=3 ")
    assert waiting.when == "generals_defected >= 3"
    assert waiting.trigger is not None
    counted = dict.fromkeys(TRIGGER_COUNTS, 0.0)
    assert [waiting.trigger.holds({**counted, "generals_defected": n}) for n in (2, 3, 4)] == [
        False,
        True,
        True,
    ]
    assert policy().trigger is None


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("general_defected >= 3", "nobody counts 'general_defected'; did you mean 'generals_"),
        (f"deserted > 1{'0' * 400}", "a number is too large to be compared: 1.8e+308 is about the"),
        (f"deserted > {'1' * 900}", "'... has 911 characters, and 500 is the most of a condition"),
        ("weather > 3", "there are generals_defected, officers_defected"),
        ("generals_defected = 3", "write a name, a sign and a number"),
        ("generals_defected >= three", "write a name, a sign and a number"),
        ("generals_defected", "write a name, a sign and a number"),
    ],
)
def test_a_condition_that_is_none_is_refused(when: str, said: str) -> None:
    assert said in refused(when=when)["when",]


def test_levers_and_costs_are_finite() -> None:
    said = "must be a finite number, not inf"
    found = refused(lever="pay", value=math.inf, cost=math.inf)
    assert {*found.values()} == {said}
    assert len(found) == 2
    with pytest.raises(ValidationError, match=said):
        small_scenario(conditions={"subsistence": math.inf})
    with pytest.raises(ValidationError, match=said):
        small_scenario(levers={"fear": {"unit": "x", "combiner": "sum", "default": math.inf}})


@pytest.mark.parametrize("number", ["1234567", "0.5", "12345678.125"])
def test_a_condition_keeps_all_digits_of_its_number(number: str) -> None:
    waiting = policy(when=f"deserted >= {number}")
    assert waiting.when == f"deserted >= {number}"
    assert waiting.trigger is not None
    assert waiting.trigger.number == float(number)


def test_a_waiting_policy_cannot_be_announced() -> None:
    assert "take announced out" in refused(when="deserted > 10", announced=day(-1))["when",]


def test_a_policy_is_in_effect_from_its_first_day_to_the_day_before_until() -> None:
    timed = policy(announced=day(-10), until=day(20))
    for lever, first in (("pay", 0), ("off_ramp", -10)):
        days = [number for number in range(-20, 30) if timed.in_effect(day(number), LEVERS[lever])]
        assert days == [*range(first, 20)]
    assert policy().in_effect(dt.date.max, LEVERS["off_ramp"])


@pytest.mark.parametrize(
    ("lever", "value", "expected"),
    [
        ("off_ramp", 0.5, [0, 0.125, 0.25, 0.5, 0.5]),
        ("pay", 3, [1, 1.5, 2, 3, 3]),
        ("pay", 0, [1, 0.75, 0.5, 0, 0]),
    ],
)
def test_a_ramp_rises_in_a_straight_line_from_the_neutral_value(
    lever: str, value: float, expected: list[float]
) -> None:
    ramped = policy(lever=lever, value=value, ramp_days=8)
    reached = [ramped.strength(days, LEVERS[lever].neutral, value) for days in (0, 2, 4, 8, 9)]
    assert reached == expected


@pytest.mark.parametrize("value", [0.1, 1e-9])
def test_a_policy_reaches_its_value_exactly(value: float) -> None:
    assert policy(lever="pay", value=value, ramp_days=8).strength(8, 1, value) == value


def test_a_ramp_may_be_cut_short() -> None:
    cut = policy(ramp_days=10, until=day(5))
    assert cut.strength(4, 0, 0.5) == pytest.approx(0.2)
    assert cut.in_effect(day(4), LEVERS["off_ramp"])
    assert not cut.in_effect(day(5), LEVERS["off_ramp"])


CURFEW = Lever("0..1", 0.0, "any", Bounds(0, 0.5), "")


def test_a_policy_may_move_whatever_lever_its_scenario_has() -> None:
    levers = {**LEVERS, "curfew": CURFEW, "faulty": None}
    for lever, value in (("curfew", 0.5), ("faulty", 1e6), ("pay", 7)):
        said = {**PLAIN, "lever": lever, "value": value}
        assert Policy.model_validate(said, context={"levers": levers}).value.value == value
    for said, place in (
        ({"lever": "curfw"}, "lever"),
        ({"lever": "curfew", "value": 0.6}, "value"),
    ):
        with pytest.raises(ValidationError) as caught:
            Policy.model_validate({**PLAIN, **said}, context={"levers": levers})
        assert [error["loc"] for error in caught.value.errors()] == [(place,)]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({}, "all"),
        ({"capital": True}, "in the capital"),
        ({"capital": False, "rank": ["nco"]}, "nco; outside the capital"),
        ({"agents": ["army-general-2", "army-1"]}, "army-general-2, army-1"),
        ({"branch": ["army"], "exposure": 0.5}, "army; exposure at least 0.5"),
    ],
)
def test_an_audience_reads_as_its_criteria(said: dict[str, Any], shown: str) -> None:
    assert str(Audience.model_validate(said)) == shown


def test_unknown_names_of_people_are_refused_with_the_last_one() -> None:
    said = {"agents": ["army-general-2", "army-general-9"]}
    for section, body in (
        ("policies", {**PLAIN, "lever": "pay"}),
        ("acts", {"act": "example_scripts:cut_pay", "date": day(9)}),
    ):
        with pytest.raises(ValidationError) as caught:
            small_scenario(**{section: {"x": {**body, "audience": said}}})
        assert [(error["loc"], error["msg"]) for error in caught.value.errors()] == [
            (
                (section, "x", "audience", "agents", 1),
                "there is nobody called 'army-general-9'; the last there is 'army-general-5'",
            )
        ]


BOUNTY = Lever("USD", 50.0, "sum", Bounds(0, 100), "")
READ = TypeAdapter(Conditions)
CONTEXT = {"levers": {**LEVERS, "bounty": BOUNTY}}


def test_every_lever_without_a_condition_has_its_default() -> None:
    read = READ.validate_python({"pay": 2, "bounty": 70}, context=CONTEXT)
    defaults = {name: lever.default for name, lever in LEVERS.items()}
    assert {name: number.value for name, number in read.items()} == {
        **defaults,
        "pay": 2,
        "bounty": 70,
    }
    assert READ.validate_python({}, context=CONTEXT)["bounty"].value == 50


def test_all_that_is_no_lever_or_out_of_bounds_is_named_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        READ.validate_python(
            {"pya": 1, "bounty": 101, "sanctions": {"value": 1, "range": [0, 2]}}, context=CONTEXT
        )
    assert {error["loc"]: error["msg"] for error in caught.value.errors()} == {
        ("pya", "[key]"): "there is no such lever; did you mean 'pay'?",
        ("bounty",): "101 is out of bounds: must be between 0 and 100",
        ("sanctions",): "2 is out of bounds: must be between 0 and 1",
    }
