"""What the text of a rule shows: divisions that are safe, and transitions that it gives."""

from collections.abc import Callable
from math import exp

import pytest

from defectsim.core.parameters import NoParameters
from defectsim.model import generals, soldiers
from defectsim.model.rule import Country, Person, Rates, Unit, rule
from defectsim.rules.text import divides_safely, transitions_given

LEAST = 0.01
NOTHING = 0


def by_a_constant(x: float) -> float:
    return x / 2.0 + x / LEAST


def by_a_maximum(x: float, y: float) -> float:
    return y / max(x, LEAST) / (max(x, 0.5) * max(y, 2))


def by_a_logistic(x: float) -> float:
    return 1.0 / (1.0 + exp(-x))


def by_a_name(x: float) -> float:
    width = max(x, LEAST)
    return x % width


def squared(x: float) -> float:
    return x**2


def by_anything(x: float) -> float:
    return 1.0 / x


def by_a_guarded_one(x: float) -> float:
    return 1.0 / x if x > 0.0 else 0.0


def by_a_difference(x: float) -> float:
    return 1.0 / (max(x, 1.0) - 1.0)


def by_nothing(x: float) -> float:
    return x / NOTHING


def by_an_argument_called_as_a_constant(LEAST: float) -> float:  # noqa: N803
    return 1.0 / LEAST


def by_a_name_that_changes(x: float) -> float:
    width = 1.0
    width = width - x
    return x / width


def raised(x: float) -> float:
    return x**-1.0


@pytest.mark.parametrize(
    "function", [by_a_constant, by_a_maximum, by_a_logistic, by_a_name, squared]
)
def test_divisors_above_0_as_written_are_safe(function: Callable[..., float]) -> None:
    assert divides_safely(function)


@pytest.mark.parametrize(
    "function",
    [
        by_anything,
        by_a_guarded_one,
        by_a_difference,
        by_nothing,
        by_an_argument_called_as_a_constant,
        by_a_name_that_changes,
        raised,
    ],
)
def test_other_divisors_are_not(function: Callable[..., float]) -> None:
    assert not divides_safely(function)


def test_functions_without_a_text_are_checked() -> None:
    assert not divides_safely(eval("lambda x: x / 2.0"))


def names_two(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(retire=1.0, desert=max(agent.pay, 1.0)) if agent.pay > 0 else Rates()


def names_none(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(0.1)


def names_some(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(0.1, retire=0.1) if agent.pay > 0 else Rates(shirk=1.0)


def names_another_function(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(larger(desert=agent.pay, retire=0.0))


def larger(desert: float, retire: float) -> float:
    return max(desert, retire)


def makes_them_later(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    make = Rates
    return make(0.1, retire=1.0)


def unpacks(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(**{"desert": 1.0})


@pytest.mark.parametrize(
    ("function", "named"),
    [
        (names_two, ["desert", "retire"]),
        (names_none, [*Rates._fields]),
        (names_some, [*Rates._fields]),
        (names_another_function, [*Rates._fields]),
        (makes_them_later, [*Rates._fields]),
        (unpacks, [*Rates._fields]),
    ],
)
def test_transitions_that_a_rule_gives_are_those_that_it_names(
    function: Callable[..., Rates], named: list[str]
) -> None:
    assert [Rates._fields[place] for place in transitions_given(rule(function))] == named


def test_soldiers_rule_gives_all_transitions_and_generals_do_not_shirk() -> None:
    assert len(transitions_given(soldiers.decide)) == len(Rates._fields)
    assert Rates._fields.index("shirk") not in transitions_given(generals.decide)
