from math import exp
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import around, country, person
from defectsim.model.following import ComingBack, Following, come_back, follow
from defectsim.model.rule import Rule

SHARE = st.floats(0, 1)
TRAIT = st.floats(-50, 50)
PULL = st.floats(0, 50)
PARAMETERS = st.builds(Following, TRAIT, *[PULL] * 5)
QUIET = Following(base=0.0, cohesion=0.0, grievance=0.0, disbelief=0.0, monitoring=0.0)
ATTEMPT = {"joined": 0.625, "resisting": 0.125}


def probability(
    p: Following, cohesion: float = 0.5, grievance: float = 0.0, surveillance: float = 0.0
) -> float:
    return follow(
        person(cohesion=cohesion, grievance=grievance),
        around(),
        country(surveillance=surveillance),
        p,
    )


@given(SHARE, st.floats(-1e6, 1e6), SHARE, PARAMETERS)
def test_following_has_a_probability(
    cohesion: float, grievance: float, surveillance: float, p: Following
) -> None:
    assert 0 <= probability(p, cohesion, grievance, surveillance) <= 1


@given(SHARE, SHARE, TRAIT, SHARE, PARAMETERS)
def test_close_units_follow_more(
    one: float, other: float, grievance: float, surveillance: float, p: Following
) -> None:
    low, high = sorted((one, other))
    assert (
        probability(p, low, grievance, surveillance)
        <= probability(p, high, grievance, surveillance) + 1e-12
    )


@given(SHARE, SHARE, SHARE, TRAIT, PARAMETERS)
def test_who_is_watched_follows_less(
    one: float, other: float, cohesion: float, grievance: float, p: Following
) -> None:
    low, high = sorted((one, other))
    assert (
        probability(p, cohesion, grievance, high)
        <= probability(p, cohesion, grievance, low) + 1e-12
    )


@given(TRAIT, TRAIT, SHARE, SHARE, PARAMETERS)
def test_the_discontented_follow_more(
    one: float, other: float, cohesion: float, watched: float, p: Following
) -> None:
    low, high = sorted((one, other))
    assert probability(p, cohesion, low, watched) <= probability(p, cohesion, high, watched) + 1e-12


@pytest.mark.parametrize(
    ("p", "odds"),
    [
        (QUIET, 1.0),
        (QUIET._replace(base=-1.0), exp(-1)),
        (QUIET._replace(cohesion=4.0), exp(2)),
        (QUIET._replace(grievance=2.0), exp(1)),
        (QUIET._replace(disbelief=4.0), exp(1)),
        (QUIET._replace(monitoring=3.0), exp(-0.75)),
        (QUIET._replace(balance=4.0), exp(2)),
    ],
)
def test_each_pull_changes_the_log_odds(p: Following, odds: float) -> None:
    agent = person(cohesion=1.0, training=1.0, grievance=0.5, belief=0.75)
    chance = follow(agent, around(), country(surveillance=0.25, **ATTEMPT), p)
    assert chance / (1 - chance) == pytest.approx(odds)


@given(SHARE, SHARE, SHARE, PARAMETERS)
def test_more_follow_the_side_that_is_ahead_and_fewer_come_back_to_the_other(
    one: float, other: float, resisting: float, p: Following
) -> None:
    agent, back = person(cohesion=0.5, training=1.0), STAYS._replace(balance=p.balance)
    behind, ahead = (country(joined=joined, resisting=resisting) for joined in sorted((one, other)))
    assert follow(agent, around(), behind, p) <= follow(agent, around(), ahead, p) + 1e-12
    assert come_back(agent, around(), ahead, back) <= come_back(agent, around(), behind, back)


def test_without_an_attempt_the_balance_moves_nobody() -> None:
    agent = person(cohesion=0.5, training=1.0, grievance=0.3, belief=0.4)
    for rule, p in ((follow, Following()), (come_back, ComingBack())):
        weighed = p._replace(balance=8.0)
        assert rule(agent, around(), country(), weighed) == rule(agent, around(), country(), p)


STAYS = ComingBack(base=0.0, belief=0.0, monitoring=0.0, pardon=0.0, cohesion=0.0, grievance=0.0)


@pytest.mark.parametrize(
    ("p", "odds"),
    [
        (STAYS, 1.0),
        (STAYS._replace(base=-1.0), exp(-1)),
        (STAYS._replace(belief=4.0), exp(3)),
        (STAYS._replace(monitoring=4.0), exp(1)),
        (STAYS._replace(pardon=4.0), exp(2)),
        (STAYS._replace(cohesion=4.0), exp(-2)),
        (STAYS._replace(grievance=2.0), exp(-1)),
        (STAYS._replace(balance=4.0), exp(-2)),
    ],
)
def test_each_reason_to_come_back_changes_the_log_odds(p: ComingBack, odds: float) -> None:
    agent, seen = (
        person(cohesion=1.0, training=1.0, grievance=0.5, belief=0.75),
        country(surveillance=0.25, rival_amnesty=0.5, **ATTEMPT),
    )
    chance = come_back(agent, around(), seen, p)
    assert chance / (1 - chance) == pytest.approx(odds)


@pytest.mark.parametrize("rule", [follow, come_back], ids=["follow", "recall"])
def test_parameters_are_declared_with_bounds_that_their_defaults_keep(rule: Rule[..., Any]) -> None:
    assert list(rule.declared.described) == list(rule.parameters._fields)
    assert all(
        rule.declared.described[name].bounds.fault(value) is None
        for name, value in rule.parameters()._asdict().items()
    )
