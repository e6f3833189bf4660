"""Policies that overlap or contradict each other are errors, and each names the other."""

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from builders import START, small_scenario


def day(number: int) -> dt.date:
    return START + dt.timedelta(number)


BASES = {"sanctions": 0.1}
RAISE: dict[str, Any] = {"lever": "pay", "value": 2, "effective": day(14), "actor": "ruler"}
OFFER: dict[str, Any] = {"lever": "off_ramp", "value": 0.5, "effective": day(14), "actor": "abroad"}
SANCTIONS: dict[str, Any] = {"lever": "sanctions", "value": 0.5, "effective": day(7)}


def faults(
    acts: dict[str, Any] | None = None,
    conditions: dict[str, float] | None = None,
    **policies: dict[str, Any],
) -> dict[tuple[str | int, ...], str]:
    """Return what is wrong with policies, or acts, by place."""
    changes = {
        "forces": {"branches": {"army": {"capital": 0.5}}},
        "acts": acts or {},
        "conditions": conditions or {},
    }
    try:
        small_scenario(**changes, policies=policies)
    except ValidationError as error:
        return {found["loc"]: found["msg"] for found in error.errors()}
    return {}


def test_the_later_of_two_overlapping_policies_names_the_first_and_what_to_do() -> None:
    found = faults(
        first={**RAISE, "until": day(60)}, later={**RAISE, "value": 3, "effective": day(30)}
    )
    assert found.keys() == {("policies", "later")}
    assert found["policies", "later"] == (
        f"moves pay for people for whom first (from {day(14)} until {day(60)}) moves it too, by the same actor, ruler: "
        f"end first with until: {day(30)}, or keep one of them, or give them audiences that share nobody"
    )


def test_two_policies_without_an_actor_overlap_too() -> None:
    both = {name: {**RAISE, "actor": None} for name in ("a", "b")}
    assert "neither names an actor" in faults(**both)["policies", "b"]


@pytest.mark.parametrize(
    "other",
    [
        {"actor": "opposition"},
        {"actor": None},
        {"lever": "perks"},
        {"effective": day(60)},
        {"effective": day(0), "until": day(14)},
        {"value": 1},
        {"audience": {"branch": ["guard"]}},
        {"audience": {"service": ["reserve"]}},
        {"audience": {"rank": ["general"]}},
        {"audience": {"capital": False}},
        {"audience": {"agents": ["army-general-1"]}},
    ],
)
def test_policies_that_share_no_actor_lever_day_or_person_do_not_overlap(
    other: dict[str, Any],
) -> None:
    whom = {"branch": ["army"], "rank": ["nco", "officer"], "capital": True}
    assert not faults(a={**RAISE, "until": day(60), "audience": whom}, b={**RAISE, **other})


@pytest.mark.parametrize(
    "audience",
    [
        {},
        {"exposure": 0.9},
        {"rank": ["nco", "general"]},
        {"service": ["active"]},
        {"agents": ["army-3"]},
        {"capital": True},
    ],
)
def test_policies_that_may_share_somebody_overlap(audience: dict[str, Any]) -> None:
    whom = {"branch": ["army"], "rank": ["nco", "officer"], "exposure": 0.1}
    assert faults(a={**RAISE, "audience": whom}, b={**RAISE, "audience": audience}).keys() == {
        ("policies", "b")
    }


def test_agents_overlap_where_both_name_them() -> None:
    a, b, c = (
        {**RAISE, "audience": {"agents": names}}
        for names in (["army-1", "army-2"], ["army-3"], ["army-2"])
    )
    assert not faults(a=a, b=b)
    assert faults(a=a, c=c).keys() == {("policies", "c")}


def test_a_promise_overlaps_from_its_announcement_and_a_waiting_policy_from_its_first_day() -> None:
    first = {**OFFER, "until": day(30)}
    assert faults(
        conditions=BASES, a=first, b={**OFFER, "effective": day(40), "announced": day(20)}
    )
    assert not faults(
        conditions=BASES, a=first, b={**OFFER, "effective": day(40), "announced": day(30)}
    )
    assert faults(a=RAISE, b={**RAISE, "effective": day(40), "when": "defected > 3"})


@pytest.mark.parametrize(
    "ground",
    [
        {},
        {"until": day(15)},
        {"audience": {"rank": ["general"]}},
        {"effective": day(100), "when": "defected > 3"},
    ],
)
def test_relief_needs_sanctions(ground: dict[str, Any]) -> None:
    offer = {**OFFER, "audience": {"rank": ["officer", "general"]}}
    assert not faults(offer=offer, ground={**SANCTIONS, **ground})
    assert not faults(conditions=BASES, offer=offer)
    assert not faults(offer={**offer, "value": 0})


@pytest.mark.parametrize(
    "ground",
    [
        {"until": day(14)},
        {"audience": {"rank": ["nco"]}},
        {"value": 0},
        {"lever": "financial_closure"},
    ],
)
def test_relief_from_nothing_is_refused(ground: dict[str, Any]) -> None:
    offer = {**OFFER, "audience": {"rank": ["officer", "general"]}}
    found = faults(offer=offer, ground={**SANCTIONS, **ground})
    assert found.keys() == {("policies", "offer")}
    said = found["policies", "offer"]
    assert said.startswith(
        "offers relief from nothing: nothing on sanctions reaches any of the same people"
    )
    assert ("ground (from 2018-01-08" in said) == (
        ground.get("value") != 0 and "lever" not in ground
    )


@pytest.mark.parametrize(
    ("lever", "needed"),
    [
        ("amnesty_repeal", "amnesty"),
        ("pardoned", "amnesty"),
        ("delisted", "off_ramp"),
        ("received", "reception"),
        ("pay_replacement", "reception"),
    ],
)
def test_promises_are_kept_or_repealed_only_where_somebody_makes_them(
    lever: str, needed: str
) -> None:
    policy = {"lever": lever, "value": 0.5, "effective": day(30)}
    promise = {"lever": needed, "value": 0.5, "effective": day(14), "until": day(28)}
    assert (
        f"nothing on {needed} reaches" in faults(conditions=BASES, late=policy)["policies", "late"]
    )
    assert not faults(conditions={**BASES, needed: 0.2}, late=policy)
    in_time = {**promise, "until": None}
    assert not faults(conditions=BASES, late=policy, promise=in_time)
    over = faults(conditions=BASES, late=policy, promise=promise)
    assert over.keys() == (
        {("policies", "late")} if lever in ("amnesty_repeal", "pay_replacement") else set()
    )


def test_a_deadline_is_for_an_offer_of_the_same_actor_that_ends_with_it() -> None:
    deadline = {**OFFER, "lever": "deadline", "until": day(60)}
    assert not faults(conditions=BASES, deadline=deadline, offer={**OFFER, "until": day(60)})
    assert not faults(
        conditions=BASES, deadline=deadline, offer={**OFFER, "lever": "reception", "until": day(50)}
    )
    for wrong in (
        {"actor": "opposition"},
        {"until": day(14), "effective": day(0)},
        {"lever": "broadcast"},
    ):
        found = faults(
            conditions=BASES, deadline=deadline, offer={**OFFER, "until": day(60), **wrong}
        )
        assert found.keys() == {("policies", "deadline")}
        assert "is a deadline for nothing that abroad offers" in found["policies", "deadline"]
    for until, said in ((None, "without an end"), (day(61), f"until {day(61)}")):
        found = faults(conditions=BASES, deadline=deadline, offer={**OFFER, "until": until})
        assert found.keys() == {("policies", "offer")}
        assert found["policies", "offer"].startswith(
            f"is offered {said}, which makes the deadline deadline (until"
        )


def test_a_policy_that_reaches_nobody_contradicts_nothing() -> None:
    nobody = {"branch": ["army"], "service": ["reserve"]}
    assert not faults(a={**OFFER, "audience": nobody}, b={**OFFER, "audience": nobody})


def act(name: str, number: int = 14, **audience: Any) -> dict[str, Any]:
    return {
        "act": f"defectsim.policies.government:{name}",
        "date": day(number),
        "audience": audience,
    }


def test_acts_that_undo_each_other_on_one_day_are_refused() -> None:
    named = act("designate", rank=["general"])
    found = faults(acts={"naming": named, "clearing": act("delist", branch=["army"])})
    assert found.keys() == {("acts", "clearing")}
    assert f"undoes, on {day(14)}, what the act naming does" in found["acts", "clearing"]
    for other in (
        act("delist", 15),
        act("delist", rank=["nco"]),
        act("designate", branch=["army"]),
    ):
        assert not faults(acts={"naming": named, "other": other})


def test_all_contradictions_are_found_at_once() -> None:
    found = faults(a=RAISE, b=RAISE, c=OFFER, d={**OFFER, "lever": "pardoned"})
    assert found.keys() == {("policies", name) for name in "bcd"}
