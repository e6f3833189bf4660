import datetime as dt
from itertools import permutations
from math import prod
from typing import Any

import numpy as np
import pytest

from builders import START as NEW_YEAR
from builders import small_population
from defectsim.core.clock import Clock
from defectsim.core.section import Bounds
from defectsim.model.levers import LEVERS, Lever
from defectsim.model.transitions import Rank, Service
from defectsim.policies.audience import Audience, reaches
from defectsim.policies.calendar import Calendar, Timeline
from defectsim.policies.policy import TRIGGER_COUNTS, Policy

POPULATION = small_population(forces={"branches": {"army": {"capital": 0.5}}})
PEOPLE = POPULATION, POPULATION.columns
GENERALS = POPULATION.rank == Rank.GENERAL
CLOCK = Clock(start=NEW_YEAR, end=NEW_YEAR + dt.timedelta(28))
RELIEF: dict[str, Any] = {"lever": "off_ramp", "value": 0.5, "effective": NEW_YEAR}


def timeline(policies: dict[str, Policy], conditions: dict[str, float]) -> Timeline:
    return Calendar(policies, conditions, CLOCK, LEVERS).timeline(*PEOPLE)


def unrolled(lever: str, policies: dict[str, dict[str, Any]], **conditions: float) -> np.ndarray:
    """Return one lever's value for each person at each of the four steps."""
    read = {
        name: Policy.model_validate({"lever": lever, "effective": NEW_YEAR, **said})
        for name, said in policies.items()
    }
    line = timeline(read, conditions)
    return line.values[:, line.audience, list(LEVERS).index(lever)]


@pytest.mark.parametrize(
    ("audience", "reached"),
    [
        ({}, np.full(len(POPULATION), True)),
        ({"rank": ["general"]}, GENERALS),
        ({"rank": ["enlisted", "nco", "officer"]}, ~GENERALS),
        ({"branch": ["guard"]}, POPULATION.branch == 1),
        ({"branch": ["guard", "army"]}, np.full(len(POPULATION), True)),
        ({"service": ["reserve"]}, POPULATION.columns["service"] == Service.RESERVE),
        ({"capital": True}, POPULATION.capital == 1),
        ({"capital": False}, POPULATION.capital == 0),
        ({"capital": True, "branch": ["guard"]}, np.full(len(POPULATION), False)),
        (
            {"agents": ["army-general-2", "guard-7"]},
            POPULATION.ids.is_in(["army-general-2", "guard-7"]).to_numpy(),
        ),
        ({"agents": ["army-2"], "rank": ["general"]}, np.full(len(POPULATION), False)),
        ({"exposure": 0.3}, POPULATION.columns["exposure"] >= 0.3),
        ({"exposure": 0}, np.full(len(POPULATION), True)),
        ({"rank": ["general"], "branch": ["army"]}, GENERALS & (POPULATION.branch == 0)),
        ({"rank": ["nco"], "exposure": 0.3}, np.full(len(POPULATION), False)),
    ],
)
def test_an_audience_is_those_who_meet_every_criterion(
    audience: dict[str, Any], reached: np.ndarray
) -> None:
    assert np.array_equal(reaches(Audience.model_validate(audience), *PEOPLE), reached)


def test_the_least_exposure_is_reached() -> None:
    least = POPULATION.columns["exposure"][GENERALS].min()
    assert reaches(Audience.model_validate({"exposure": least}), *PEOPLE).sum() == GENERALS.sum()


def test_without_policies_every_lever_has_its_condition_or_its_default() -> None:
    line = timeline({}, {"subsistence": 44.0})
    assert line.values.shape == (4, 1, len(LEVERS))
    assert set(line.audience) == {0}
    expected = [44.0 if name == "subsistence" else lever.default for name, lever in LEVERS.items()]
    assert line.values.tolist() == [[expected]] * 4


def test_a_lever_has_the_value_of_the_first_day_of_a_step() -> None:
    second_step, later = NEW_YEAR + dt.timedelta(7), NEW_YEAR + dt.timedelta(8)
    assert unrolled("off_ramp", {"a": {"value": 0.5, "effective": second_step}})[:, 0].tolist() == [
        0,
        0.5,
        0.5,
        0.5,
    ]
    assert unrolled("off_ramp", {"a": {"value": 0.5, "effective": later}})[:, 0].tolist() == [
        0,
        0,
        0.5,
        0.5,
    ]
    assert unrolled("off_ramp", {"a": {"value": 0.5, "until": later}})[:, 0].tolist() == [
        0.5,
        0.5,
        0,
        0,
    ]
    assert unrolled("pay", {"a": {"value": 3, "ramp_days": 14}})[:, 0].tolist() == [1, 2, 3, 3]


def test_a_policy_reaches_its_audience_alone() -> None:
    relief = unrolled("off_ramp", {"a": {"value": 0.5, "audience": {"rank": ["general"]}}})
    assert relief.tolist() == [np.where(GENERALS, 0.5, 0.0).tolist()] * 4


def test_policies_for_audiences_that_overlap_combine_where_they_do() -> None:
    army = {"value": 0.5, "audience": {"branch": ["army"]}}
    relief = unrolled(
        "off_ramp", {"a": army, "b": {"value": 0.5, "audience": {"rank": ["general"]}}}
    )[0]
    in_army = POPULATION.branch == 0
    assert set(relief[in_army & GENERALS]) == {0.75}
    assert set(relief[in_army ^ GENERALS]) == {0.5}
    assert set(relief[~in_army & ~GENERALS]) == {0.0}


def test_overlapping_policies_combine_by_their_levers_combiner() -> None:
    two = {"a": {"value": 0.5}, "b": {"value": 0.25, "effective": NEW_YEAR + dt.timedelta(14)}}
    assert unrolled("pay", two, pay=8)[:, 0].tolist() == [4, 4, 1, 1]
    assert unrolled("sanctions", two, sanctions=0.5)[:, 0].tolist() == [0.75, 0.75, 0.8125, 0.8125]


def test_the_order_in_which_policies_are_written_does_not_change_a_bit() -> None:
    raises = {"a": {"value": 0.4}, "b": {"value": 0.6}, "c": {"value": 0.7}}
    reached = [unrolled("pay", dict(order))[0, 0] for order in permutations(raises.items())]
    assert len(set(reached)) == 1
    assert len({prod(order) for order in permutations([0.4, 0.6, 0.7])}) > 1


def test_policies_on_one_lever_leave_the_others_alone() -> None:
    policy = Policy.model_validate({"lever": "pay", "value": 3, "effective": NEW_YEAR})
    line = timeline({"raise": policy}, {})
    assert line.values[0, 0].tolist() == [
        3.0 if name == "pay" else lever.default for name, lever in LEVERS.items()
    ]


@pytest.mark.parametrize(
    ("audience", "reads"), [({}, False), ({"rank": ["nco"]}, False), ({"exposure": 0.3}, True)]
)
def test_a_calendar_knows_whether_it_depends_on_exposure(
    audience: dict[str, Any], reads: bool
) -> None:
    policies = {
        "a": Policy.model_validate(RELIEF),
        "b": Policy.model_validate({**RELIEF, "audience": audience}),
    }
    assert Calendar(policies, {}, CLOCK, LEVERS).reads_exposure is reads


def test_one_calendar_serves_many_people() -> None:
    relief = Policy.model_validate({**RELIEF, "audience": {"exposure": 0.3}})
    calendar = Calendar({"relief": relief}, {}, CLOCK, LEVERS)
    for exposure in (0.2, 0.4, 0.2):
        line = calendar.timeline(POPULATION, {"exposure": np.full(len(POPULATION), exposure)})
        assert line.values.shape[1] == 1
        assert line.values[0, 0, list(LEVERS).index("off_ramp")] == (0.5 if exposure > 0.3 else 0)


def test_two_people_are_of_one_kind_exactly_where_the_same_policies_reach_them() -> None:
    audiences = [{"rank": ["general"]}, {"branch": ["army"]}, {"exposure": 0.3}]
    read = {
        f"p{number}": Policy.model_validate({**RELIEF, "audience": audience})
        for number, audience in enumerate(audiences)
    }
    line = timeline(read, {})
    reached = [
        tuple(bool(reaches(policy.audience, *PEOPLE)[row]) for policy in read.values())
        for row in range(len(POPULATION))
    ]
    assert (
        len(set(zip(line.audience.tolist(), reached, strict=True)))
        == len(set(reached))
        == line.values.shape[1]
    )
    assert len(set(reached)) > 3


def test_a_lever_of_the_scenarios_own_has_its_course_after_the_shipped_ones() -> None:
    levers = {**LEVERS, "bounty": Lever("USD", 0.0, "sum", Bounds(), "")}
    said = {
        "a": {"value": 100, "effective": NEW_YEAR, "ramp_days": 14},
        "b": {"value": -30, "effective": NEW_YEAR + dt.timedelta(21)},
    }
    read = {
        name: Policy.model_validate({"lever": "bounty", **policy}, context={"levers": levers})
        for name, policy in said.items()
    }
    line = Calendar(read, {"bounty": 500.0}, CLOCK, levers).timeline(*PEOPLE)
    assert line.values[:, 0, -1].tolist() == [500, 550, 600, 570]
    assert np.array_equal(line.values[..., :-1], timeline({}, {}).values)


def test_a_promise_acts_from_its_announcement_on_and_rises_from_there() -> None:
    said = {
        "value": 0.5,
        "announced": NEW_YEAR,
        "effective": NEW_YEAR + dt.timedelta(21),
        "ramp_days": 14,
    }
    assert unrolled("off_ramp", {"a": said})[:, 0].tolist() == [0, 0.25, 0.5, 0.5]
    assert unrolled("surveillance", {"a": said})[:, 0].tolist() == [0, 0, 0, 0]


WAITING: dict[str, Any] = {
    "lever": "pay",
    "value": 3,
    "effective": NEW_YEAR + dt.timedelta(7),
    "ramp_days": 14,
}
NOBODY = dict.fromkeys(TRIGGER_COUNTS, 0.0)


def calendar(**policies: dict[str, Any]) -> Calendar:
    read = {name: Policy.model_validate(said) for name, said in policies.items()}
    return Calendar(read, {}, CLOCK, LEVERS)


def pay(unrolling: Calendar) -> list[float]:
    return unrolling.timeline(*PEOPLE).values[:, 0, list(LEVERS).index("pay")].tolist()


def test_a_waiting_policy_does_nothing_until_it_starts_and_then_acts() -> None:
    before = calendar(a={**WAITING, "when": "defected > 2"}, b={**WAITING, "lever": "perks"})
    assert before.waiting == ["a"]
    assert pay(before) == [1, 1, 1, 1]
    after = before.fired({"a": NEW_YEAR + dt.timedelta(7)})
    assert after.waiting == []
    assert pay(after) == [1, 1, 2, 3]
    assert pay(before) == [1, 1, 1, 1]
    assert np.array_equal(before.timeline(*PEOPLE).audience, after.timeline(*PEOPLE).audience)


def test_a_waiting_policy_starts_no_earlier_than_it_may_and_ends_in_time() -> None:
    waiting = calendar(
        a={**WAITING, "ramp_days": 0, "when": "defected > 2", "until": NEW_YEAR + dt.timedelta(21)}
    )
    enough = {**NOBODY, "defected": 3.0}
    first, second = NEW_YEAR, NEW_YEAR + dt.timedelta(7)
    assert waiting.due(first, enough) == []
    assert waiting.due(second, NOBODY) == []
    assert waiting.due(second, enough) == ["a"]
    assert pay(waiting.fired({"a": second})) == [1, 3, 3, 1]
    assert waiting.fired({"a": second}).due(second, enough) == []


def test_a_waiting_policy_may_end_after_the_clock() -> None:
    waiting = calendar(a={**WAITING, "when": "defected > 2", "until": NEW_YEAR + dt.timedelta(99)})
    assert pay(waiting.fired({"a": NEW_YEAR + dt.timedelta(14)})) == [1, 1, 1, 2]
    assert pay(waiting.fired({"a": CLOCK.date(CLOCK.steps)})) == [1, 1, 1, 1]


def test_threads_that_ask_for_other_people_at_once_get_their_own() -> None:
    """The replicates of a study share its calendar; another asks while the first is answered."""

    class Interrupted(Calendar):
        others = [{"exposure": np.full(len(POPULATION), value)} for value in (0.0, 1.0)]

        def __setattr__(self, name: str, value: Any) -> None:
            super().__setattr__(name, value)
            if name == "_everybody" and value and self.others:
                self.timeline(POPULATION, self.others.pop())

    policies = {"one": Policy.model_validate({**RELIEF, "audience": {"exposure": 0.3}})}
    found = Interrupted(policies, {}, CLOCK, LEVERS).timeline(*PEOPLE)
    assert np.array_equal(found.audience == 1, POPULATION.columns["exposure"] >= 0.3)
