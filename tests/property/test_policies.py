import datetime as dt
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from builders import START, small_population
from defectsim.core.clock import Clock
from defectsim.model.levers import LEVERS
from defectsim.policies.audience import reaches
from defectsim.policies.calendar import Calendar, Timeline
from defectsim.policies.policy import Policy

POPULATION = small_population()
PEOPLE = POPULATION, POPULATION.columns
CLOCK = Clock(start=START, end=START + dt.timedelta(70))
DAYS = st.integers(-20, 90)
SHARES = [name for name, lever in LEVERS.items() if lever.combiner == "any"]


@st.composite
def policies(draw: st.DrawFn, levers: list[str] | None = None) -> Policy:
    lever = draw(st.sampled_from(levers or list(LEVERS)))
    effective = draw(DAYS)
    audience = {
        "rank": st.lists(st.sampled_from(["enlisted", "nco", "officer", "general"]), min_size=1),
        "branch": st.lists(st.sampled_from(["army", "guard"]), min_size=1),
        "service": st.just(["reserve"]),
        "exposure": st.sampled_from([0.0, 0.2, 0.5]),
    }
    said: dict[str, Any] = {
        "lever": lever,
        "value": draw(
            st.floats(max(LEVERS[lever].bounds.low, 0.01), min(LEVERS[lever].bounds.high, 5))
        ),
        "effective": START + dt.timedelta(effective),
        "ramp_days": draw(st.integers(0, 40)),
        "audience": draw(st.fixed_dictionaries({}, optional=audience)),
    }
    if draw(st.booleans()):
        said["until"] = START + dt.timedelta(effective + draw(st.integers(1, 60)))
    return Policy.model_validate(said)


MANY = st.dictionaries(st.sampled_from("abcdef"), policies(), max_size=5)


def unrolled(read: dict[str, Policy]) -> Timeline:
    return Calendar(read, {"surveillance": 0.25}, CLOCK, LEVERS).timeline(*PEOPLE)


def by_person(line: Timeline) -> np.ndarray:
    """Return each lever's value for each person at each step."""
    return line.values[:, line.audience]


@given(MANY)
def test_the_levers_of_everybody_follow_from_the_policies_that_reach_them(
    read: dict[str, Policy],
) -> None:
    values = by_person(unrolled(read))
    reached = {name: reaches(policy.audience, *PEOPLE) for name, policy in read.items()}
    for person in (0, 8, 52, 60, 80):
        for step in (0, 4, 9):
            for code, (lever, declared) in enumerate(LEVERS.items()):
                moved = []
                for name, policy in read.items():
                    date, begins = CLOCK.date(step), policy.begins(declared)
                    acts = policy.lever == lever and policy.in_effect(date, declared)
                    if acts and reached[name][person]:
                        days, value = (date - begins).days, policy.value.value
                        moved.append(policy.strength(days, declared.neutral, value))
                condition = 0.25 if lever == "surveillance" else declared.default
                np.testing.assert_allclose(
                    values[step, person, code], declared.combined(condition, moved), rtol=1e-12
                )


@given(MANY)
def test_the_order_in_which_policies_are_written_is_of_no_account(read: dict[str, Policy]) -> None:
    turned = unrolled(dict(reversed(read.items())))
    assert np.array_equal(turned.values, unrolled(read).values)
    assert np.array_equal(turned.audience, unrolled(read).audience)


@given(MANY, policies(SHARES))
def test_a_further_promise_or_obstacle_lowers_no_share(
    read: dict[str, Policy], further: Policy
) -> None:
    before, after = by_person(unrolled(read)), by_person(unrolled({**read, "further": further}))
    assert (after >= before - 1e-12).all()
    others = [code for code, name in enumerate(LEVERS) if name != further.lever]
    assert np.array_equal(after[..., others], before[..., others])


@given(MANY)
def test_shares_stay_shares_and_multiples_positive(read: dict[str, Policy]) -> None:
    values = by_person(unrolled(read))
    assert np.isfinite(values).all()
    assert (values >= 0).all()
    assert (values[..., [list(LEVERS).index(name) for name in SHARES]] <= 1).all()


@given(policies(), st.integers(0, 90))
def test_a_strength_lies_between_the_neutral_value_and_the_policys(
    policy: Policy, days: int
) -> None:
    neutral = LEVERS[policy.lever].neutral
    low, high = sorted((neutral, policy.value.value))
    assert low - 1e-12 <= policy.strength(days, neutral, policy.value.value) <= high + 1e-12
