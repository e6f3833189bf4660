"""Who joins a plot, who goes through with it, and where commanders stand in an attempt."""

from math import exp
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import around, country, person
from defectsim.model.conspiracy import Committing, Joining, StandParameters, commit, join, stand
from defectsim.model.rule import Rule

SHARE = st.floats(0, 1)
PULL = st.floats(0, 20)
LIKELIER = {
    "grievance": 1,
    "belief": -1,
    "attachment": -1,
    "jeopardy": -1,
    "risk_aversion": -1,
    "exposure": 1,
}
NO_JOINING = Joining(*[0.0] * 7)
NO_STANDING = StandParameters(*[0.0] * 6)


def asked(rule: Rule[..., Any], p: Any, **values: float) -> Any:
    """Ask a rule of plotting about somebody watched, punished and sanctioned."""
    agent = person(
        **{"belief": 0.5, "grievance": 0.5, "attachment": 0.5, "exposure": 0.5, **values}
    )
    return rule(agent, around(), country(surveillance=0.5, sanctions=0.5), p)


@pytest.mark.parametrize("name", LIKELIER)
@given(p=st.builds(Joining, st.floats(-5, 5), *[PULL] * 6), values=st.tuples(SHARE, SHARE))
def test_each_trait_makes_joining_likelier_or_less_likely(
    name: str, p: Joining, values: tuple[float, float]
) -> None:
    less, more = (asked(join, p, **{name: value}) for value in sorted(values))
    assert 0 <= less <= 1
    assert (more - less) * LIKELIER[name] >= -1e-12


@pytest.mark.parametrize(
    ("p", "odds"),
    [
        ({"base": -1}, exp(-1)),
        ({"disbelief": 2}, exp(1)),
        ({"grievance": 2}, exp(1)),
        ({"attachment": 2}, exp(-1)),
        ({"jeopardy": 2}, exp(-1)),
        ({"sanctions": 4}, exp(1)),
        ({"fear": 2}, exp(-0.5)),
    ],
)
def test_each_reason_to_join_changes_the_log_odds(p: dict[str, float], odds: float) -> None:
    chance = asked(join, NO_JOINING._replace(**p), jeopardy=0.5, risk_aversion=0.5)
    assert chance / (1 - chance) == pytest.approx(odds)


def test_plotters_back_out_when_they_believe_in_the_regime_or_fear_it() -> None:
    p = Committing(base=0.0, disbelief=4.0, fear=2.0)
    doubting, believing, afraid = (
        asked(commit, p, belief=belief, risk_aversion=aversion)
        for belief, aversion in ((0, 0), (1, 0), (0, 2))
    )
    assert doubting / (1 - doubting) == pytest.approx(exp(4))
    assert believing == 0.5
    assert afraid / (1 - afraid) == pytest.approx(exp(2))


def stance(
    p: StandParameters = NO_STANDING, joined: float = 0.0, resisting: float = 0.0, **values: float
) -> Any:
    return stand(person(**values), around(), country(joined=joined, resisting=resisting), p)


@given(
    st.builds(StandParameters, st.floats(-5, 5), *[PULL] * 5),
    SHARE,
    SHARE,
    SHARE,
    st.floats(-20, 20),
)
def test_commanders_join_resist_or_wait(
    p: StandParameters, belief: float, joined: float, resisting: float, grievance: float
) -> None:
    join_, resist = stance(p, joined, resisting, belief=belief, grievance=grievance)
    assert join_ >= 0
    assert resist >= 0
    assert join_ + resist <= 1 + 1e-12


def test_commanders_go_with_the_side_that_is_ahead_and_the_sooner_the_further_it_is() -> None:
    p = NO_STANDING._replace(balance=4.0)
    assert stance(p) == (0.25, 0.25)
    ahead, behind = stance(p, joined=0.5), stance(p, resisting=0.5)
    assert ahead.join > 0.7 > 0.2 > ahead.resist
    assert tuple(behind) == pytest.approx((ahead.resist, ahead.join))


@pytest.mark.parametrize(
    ("trait", "value", "sign"),
    [("belief", 0.9, -1), ("grievance", 1.0, 1), ("attachment", 1.0, -1), ("jeopardy", 1.0, -1)],
)
def test_what_commanders_are_and_believe_decides_where_they_lean(
    trait: str, value: float, sign: int
) -> None:
    leaning = stance(StandParameters(), **{"belief": 0.5, trait: value})
    assert (leaning.join - leaning.resist) * sign > 0


@pytest.mark.parametrize("rule", [join, commit, stand], ids=lambda rule: rule.name)
def test_parameters_are_declared_with_bounds_that_their_defaults_keep(rule: Rule[..., Any]) -> None:
    assert list(rule.declared.described) == list(rule.parameters._fields)
    assert all(
        rule.declared.described[name].bounds.fault(value) is None
        for name, value in rule.parameters()._asdict().items()
    )
