import math
from collections.abc import Callable
from math import exp as e
from types import ModuleType
from typing import Any, NamedTuple, get_type_hints

import numpy as np
import pytest

from defectsim.core.errors import RuleError
from defectsim.core.functions import exp
from defectsim.model.levers import LEVERS
from defectsim.model.person import COLUMNS
from defectsim.model.rule import NEWS_FIELDS, TIES, Country, Person, Rates, Rule, Unit, rule
from defectsim.model.transitions import STATUSES


class Pace(NamedTuple):
    base: float
    slope: float = 2.0


@rule
def decide(agent: Person, unit: Unit, country: Country, p: Pace) -> Rates:
    """Leave at a pace."""
    return Rates(desert=p.base + p.slope * unit.deserted)


def test_a_rule_is_called_as_the_function_that_it_is() -> None:
    assert decide(None, Unit(0.5, 0, 0, 0), None, Pace(1.0)) == Rates(desert=2.0)
    assert decide(agent=None, unit=Unit(0, 0, 0, 0), country=None, p=Pace(1.0)).desert == 1.0


def test_a_rule_has_a_name_by_which_it_is_found_and_its_documentation() -> None:
    assert decide.name.endswith("test_rule:decide")
    assert repr(decide) == f"<rule {decide.name}>"
    assert decide.__doc__ == "Leave at a pace."


def test_a_rule_declares_its_parameters_in_the_annotation_of_p() -> None:
    assert decide.parameters is Pace
    assert decide.declared.described == {}


def number(agent: Person, unit: Unit, country: Country, p: float) -> Rates:
    return Rates()


def plain_tuple(agent: Person, unit: Unit, country: Country, p: tuple[float, ...]) -> Rates:
    return Rates()


def any_tuple(agent: Person, unit: Unit, country: Country, p: tuple) -> Rates:
    return Rates()


@pytest.mark.parametrize("function", [number, plain_tuple, any_tuple], ids=lambda f: f.__name__)
def test_parameters_of_another_kind_are_refused_by_name(function: Any) -> None:
    with pytest.raises(
        RuleError, match=f"test_rule:{function.__name__}: p must be annotated with a NamedTuple"
    ):
        _ = rule(function).parameters


def test_a_rate_that_is_not_named_is_zero() -> None:
    assert Rates() == (0.0,) * 6


def test_what_rules_can_read_is_declared() -> None:
    assert set(get_type_hints(Person)) == {*COLUMNS, *TIES, "status", "belief"}
    assert set(TIES) == {f"ties_{status}" for status in STATUSES}
    assert set(get_type_hints(Country)) == {*NEWS_FIELDS, *LEVERS}


@rule
def growth(x: float) -> float:
    return math.exp(x)


def twice(x: float) -> float:
    return 2.0 * growth(x)


twice_rule = rule(twice)
OWN = ModuleType("own")
vars(OWN).update(twice=twice, m=math)


def made(inner: Callable[[float], float]) -> Rule[[float], float]:
    return rule(lambda x, by=e: inner(x) + by(x))


@pytest.mark.parametrize(
    "grows",
    [
        growth,
        twice_rule,
        rule(lambda x: OWN.twice(x)),
        rule(lambda x: OWN.m.exp(x)),
        rule(lambda x: sum(e(y) for y in (x,))),
        made(growth),
        made(math.exp),
    ],
)
def test_bound_a_rule_and_all_that_it_calls_get_exp_of_our_own(grows: Rule[[float], float]) -> None:
    differing = next(x for x in np.linspace(0.1, 9, 1000).tolist() if math.exp(x) != exp(x))
    times = grows(0.0)
    assert grows(differing) == times * math.exp(differing)
    assert grows.bound()(differing) == times * exp(differing)
    with pytest.raises(OverflowError):
        grows.bound()(1000.0)


def test_bound_a_rule_has_the_globals_of_its_moment_and_called_those_of_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    early = twice_rule.bound()
    monkeypatch.setitem(globals(), "growth", rule(lambda x: x))
    assert (early(0.0), twice_rule(0.0), twice_rule.bound()(0.0)) == (2.0, 0.0, 0.0)
