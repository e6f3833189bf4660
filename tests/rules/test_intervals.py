"""Bounds of rates over news that moves hold for what a rule computes, to the last bit."""

import math
from collections.abc import Callable
from math import exp, inf, log
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defectsim import Country, Person, Rates, Unit, rule
from defectsim.model.rule import Rule
from defectsim.rules.intervals import bounds

FLOOR = 0.01


class Slope(NamedTuple):
    """Parameters whose signs turn rates either way."""

    base: float = 0.5
    slope: float = 2.0


@rule
def softened(agent: Person, unit: Unit, country: Country, p: Slope) -> float:
    """Return a number that another rule asks for."""
    return log(max(agent.pay, FLOOR)) + p.slope * country.declared


@rule
def smooth(agent: Person, unit: Unit, country: Country, p: Slope) -> Rates:
    """Compute by everything that has an interval."""
    lean = softened(agent, unit, country, p) - agent.grievance * country.forces_deserted
    shared = min(country.forces_deserted, 0.5) / (1.0 + country.generals_defected)
    return Rates(desert=p.base * exp(lean + p.slope * shared), shirk=max(-lean, 0.0))


@rule
def stepped(agent: Person, unit: Unit, country: Country, p: Slope) -> Rates:
    """Compute by conditions, of which either side may hold."""
    many = country.forces_deserted * 10.0
    if many >= agent.pay and not agent.grievance > 1.0:
        return Rates(desert=inf)
    many += 1.0
    return Rates(desert=many if country.declared < 0.2 or p.slope > 1.0 else p.base / many)


@rule
def looped(agent: Person, unit: Unit, country: Country, p: Slope) -> Rates:
    """Compute by a loop, which has no interval."""
    total = 0.0
    for _ in range(3):
        total += country.forces_deserted
    return Rates(desert=total)


@rule
def powered(agent: Person, unit: Unit, country: Country, p: Slope) -> Rates:
    """Compute by a power, which has no interval."""
    return Rates(desert=country.forces_deserted**2)


@rule
def divided(agent: Person, unit: Unit, country: Country, p: Slope) -> Rates:
    """Divide by what may be 0."""
    return Rates(desert=1.0 / (country.forces_deserted - p.base))


def of(one: Rule[..., Any]) -> Callable[..., tuple[float, ...]]:
    found = bounds(one, range(len(Rates._fields)))
    assert found is not None
    return lambda *arguments: found.py_func(*arguments)


SHARES = st.floats(0, 1)
NEWS = ("forces_deserted", "forces_defected", "generals_defected", "declared")


def moving(values: list[float]) -> SimpleNamespace:
    return SimpleNamespace(**dict(zip(NEWS, values, strict=True)))


@pytest.mark.parametrize("one", [smooth, stepped], ids=["smooth", "stepped"])
@settings(max_examples=300)
@given(
    ends=st.lists(st.tuples(SHARES, SHARES).map(sorted), min_size=4, max_size=4),
    inside=st.lists(SHARES, min_size=4, max_size=4),
    pay=st.floats(0, 50) | st.integers(0, 10),
    grievance=st.floats(-3, 3) | st.just(1.0),
    p=st.builds(Slope, st.floats(0, 5), st.floats(-5, 5)),
)
def test_no_rate_is_above_its_bound(
    one: Rule[..., Any],
    ends: list[list[float]],
    inside: list[float],
    pay: float,
    grievance: float,
    p: Slope,
) -> None:
    between = [
        min(low + part * (high - low), high) for (low, high), part in zip(ends, inside, strict=True)
    ]
    agent, unit = SimpleNamespace(pay=pay, grievance=grievance), Unit(0, 0, 0, 0)
    low, high = moving([low for low, _ in ends]), moving([high for _, high in ends])
    rates = one.bound()(agent, unit, moving(between), p)
    for rate, most in zip(rates, of(one)(agent, unit, low, high, p), strict=True):
        assert rate <= most or math.isnan(most)


def test_bounds_are_close_where_news_hardly_moves() -> None:
    agent, unit = SimpleNamespace(pay=20.0, grievance=0.5), Unit(0, 0, 0, 0)
    still = moving([0.3, 0.0, 0.1, 0.2])
    rate = smooth.bound()(agent, unit, still, Slope()).desert
    assert of(smooth)(agent, unit, still, still, Slope())[0] == pytest.approx(rate, rel=1e-12)


def test_a_division_by_what_may_be_zero_has_no_bound_until_news_has_passed_it() -> None:
    agent, unit, p = SimpleNamespace(), Unit(0, 0, 0, 0), Slope(base=0.25)
    around, above = moving([0.2, 0, 0, 0]), moving([0.5, 0, 0, 0])
    assert math.isnan(of(divided)(agent, unit, around, above, p)[0])
    assert of(divided)(agent, unit, above, above, p)[0] == 4.0


@pytest.mark.parametrize("one", [looped, powered], ids=["loop", "power"])
def test_a_rule_that_does_anything_else_has_no_bounds(one: Rule[..., Any]) -> None:
    assert bounds(one, (0,)) is None
