"""Divisions that the text of a function shows to be safe."""

from collections.abc import Callable
from math import exp

import pytest

from defectsim.rules.divisions import divides_safely

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
