"""The exponential and the logarithm: near math's, and the same compiled."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numba import njit
from numpy.typing import NDArray

from defectsim.core import functions
from defectsim.rules.compile import FIXED

_SPECIAL = [0.0, -0.0, 1.0, math.inf, -math.inf, math.nan, 5e-324, 1e-310, 709.7, 709.79, -745.1]


def _numbers() -> dict[str, NDArray[np.float64]]:
    random = np.random.default_rng(1)
    exponents = np.concatenate([random.uniform(-750, 712, 5000), random.uniform(-3, 3, 5000)])
    positive = np.concatenate([np.exp(random.uniform(-740, 709, 5000)), random.random(5000)])
    return {
        "exp": np.concatenate([exponents, _SPECIAL]),
        "log": np.concatenate([positive, 1.0 - positive[-100:] * 1e-9, _SPECIAL]),
    }


@pytest.mark.parametrize("name", ["exp", "log"])
def test_compiled_in_a_loop_the_bits_are_those_of_python(name: str) -> None:
    compiled, numbers = FIXED[getattr(math, name)], _numbers()[name]

    @njit(error_model="numpy")
    def of_all(numbers: NDArray[np.float64], found: NDArray[np.float64]) -> None:
        for place in range(len(numbers)):
            found[place] = compiled(numbers[place])

    found = np.empty_like(numbers)
    of_all(numbers, found)
    plain: Callable[[float], float] = getattr(functions, name)
    assert (
        found.view(np.int64).tolist()
        == np.array([plain(number) for number in numbers.tolist()]).view(np.int64).tolist()
    )


@pytest.mark.parametrize("name", ["exp", "log"])
def test_results_are_within_one_unit_in_the_last_place_of_the_exact_ones(name: str) -> None:
    plain, numbers = getattr(functions, name), _numbers()[name]
    with np.errstate(all="ignore"):
        exact = getattr(np, name)(numbers.astype(np.longdouble))
    usual = np.isfinite(exact) & (np.abs(exact) > 1e-300) & (np.abs(exact) < 1e308)
    found = np.array([plain(number) for number in numbers[usual].tolist()])
    units = np.spacing(np.abs(exact[usual]).astype(np.float64))
    assert (np.abs(found - exact[usual]) <= units).all()


def test_ends_are_those_of_ieee_754() -> None:
    assert functions.exp(710.0) == math.inf
    assert functions.exp(-746.0) == 0.0
    assert functions.log(0.0) == -math.inf
    assert math.isnan(functions.log(-1.0))
    assert math.isnan(functions.exp(math.nan))


def test_a_rule_gets_them_from_math_and_errors_as_math_raises_them() -> None:
    def by_name(x: float) -> float:
        return math.exp(x)

    bound = functions.with_globals(by_name, functions.RAISING)
    assert bound(0.1) == functions.exp(0.1)
    with pytest.raises(OverflowError):
        bound(1000.0)
