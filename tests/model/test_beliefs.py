"""What people believe of the regime's survival, from what they see and from attempts that failed."""

from math import exp
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import around, country, person
from defectsim.model.beliefs import Beliefs, survival
from defectsim.model.rule import NEWS_FIELDS
from defectsim.model.utilities import logistic

SHARE = st.floats(0, 1)
SEEN = ("protest", "censorship", "broadcast", "recognition", "counterbalance")
PARAMETERS = st.builds(
    Beliefs, st.floats(-10, 10), *[st.floats(0, 10)] * (len(Beliefs._fields) - 1)
)
CASES = st.fixed_dictionaries(
    {"signal": st.floats(-5, 5), "capital": st.sampled_from([0, 1]), "near": SHARE}
    | dict.fromkeys((*NEWS_FIELDS, *SEEN), SHARE)
)
SIGNS = {
    "signal": 1,
    "counterbalance": 1,
    "resisting": 1,
    "withstood": 1,
    "lesson": 1,
    "censorship": 1,
    "capital": -1,
    "near": -1,
    "protest": -1,
    "declared": -1,
    "broadcast": -1,
    "recognition": -1,
    "joined": -1,
}
"""Whether belief rises or falls with each thing that people see."""


DEFAULT = Beliefs()


def believed(p: Beliefs = DEFAULT, **values: float) -> float:
    agent = person(signal=values.pop("signal", 0.0), capital=values.pop("capital", 0.0))
    return survival(agent, around(defected=values.pop("near", 0.0)), country(**values), p)


@given(CASES, PARAMETERS)
def test_belief_is_a_probability(case: dict[str, float], p: Beliefs) -> None:
    assert 0 <= believed(p, **case) <= 1


@pytest.mark.parametrize("name", SIGNS)
@settings(max_examples=30)
@given(CASES, PARAMETERS, SHARE, SHARE)
def test_belief_rises_or_falls_with_each_thing_that_people_see(
    name: str, case: dict[str, float], p: Beliefs, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    change = believed(p, **{**case, name: high}) - believed(p, **{**case, name: low})
    assert change * SIGNS[name] >= -1e-12


@pytest.mark.parametrize(
    "name", ["forces_defected", "generals_defected", "forces_deserted", "treated"]
)
def test_belief_goes_by_open_acts_as_their_rank_weighs_and_by_nothing_else(name: str) -> None:
    assert believed(**{name: 1.0}) == believed()


def test_belief_is_the_chance_that_the_regime_is_stronger_than_the_challenge() -> None:
    p = Beliefs(confidence=1.0, protest=2.0, capital=4.0, declared=3.0)
    assert believed(p) == pytest.approx(1 / (1 + exp(-1)))
    assert believed(p, signal=-0.5, protest=0.5) == pytest.approx(logistic(-0.5))
    assert believed(p, protest=0.5, capital=1) == pytest.approx(logistic(-2))
    assert believed(p, declared=0.5) == pytest.approx(logistic(-0.5))
    assert believed(p, declared=0.5, censorship=1.0) == believed(p)


def test_a_failed_attempt_shows_that_the_regime_is_at_least_as_strong() -> None:
    shown = [
        believed(protest=1.0, withstood=strength, lesson=1.0) for strength in (0.0, 0.1, 0.2, 0.3)
    ]
    assert believed(protest=1.0) < shown[0] < shown[1] < shown[2] < shown[3] < 1


def test_who_challenges_less_than_what_was_withstood_is_believed_to_fail_for_certain() -> None:
    p = Beliefs(protest=1.0, attempt=5.0)
    assert believed(p, protest=1.0, withstood=0.4, lesson=1.0) == 1
    assert believed(p, protest=1.0) < 0.9


def test_what_was_shown_is_forgotten_with_time() -> None:
    faded: list[Any] = [
        believed(protest=1.0, withstood=0.3, lesson=lesson) for lesson in (1.0, 0.5, 0.25, 0.0)
    ]
    assert faded == sorted(faded, reverse=True)
    assert len(set(faded)) == 4
    assert faded[-1] == believed(protest=1.0)


def test_parameters_are_declared_with_bounds_that_their_defaults_keep() -> None:
    assert list(survival.declared.described) == list(Beliefs._fields)
    assert all(
        survival.declared.described[name].bounds.fault(value) is None
        for name, value in Beliefs()._asdict().items()
    )
