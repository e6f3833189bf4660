"""The exponential and the logarithm: near math's, and the same compiled."""

import math
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import pytest
from numba import njit
from numpy.typing import NDArray

from defectsim.core import functions
from defectsim.rules.compile import FIXED

_SPECIAL = [0.0, -0.0, 1.0, math.inf, -math.inf, math.nan, 5e-324, 1e-310, 709.7, 709.79, -745.1]
_SPECIAL += [2.3e-308, 2.2e-308, 1.7e308]


def _numbers() -> dict[str, NDArray[np.float64]]:
    random = np.random.default_rng(1)
    exponents = np.concatenate([random.uniform(-750, 712, 5000), random.uniform(-3, 3, 5000)])
    positive = np.concatenate([np.exp(random.uniform(-740, 709, 5000)), random.random(5000)])
    anything = random.integers(0, 2**64, 5000, np.uint64).view(float)
    near = np.float64(functions.ROOT_HALF) * 2.0 ** np.arange(-1000.0, 1000.0)
    near = np.concatenate([np.nextafter(near, 0), near, np.nextafter(near, math.inf)])
    return {
        "exp": np.concatenate([exponents, anything, _SPECIAL]),
        "log": np.concatenate([positive, anything, near, 1.0 - positive[-100:] * 1e-9, _SPECIAL]),
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


def doubled(value: Any) -> Any:
    return 2.0 * value if isinstance(value, float) else value


def copied(function: Any, stand_in: Callable[[Any], Any] = doubled) -> Any:
    return functions.with_globals(function, stand_in, {})


SCALE = 1.0
UNHASHABLE = ([1.0], math.exp)
MODULE = ModuleType("tools")
MODULE.rate = 3.0  # type: ignore[attr-defined]  # a module of the test's own
MODULE.inner = MODULE  # type: ignore[attr-defined]  # as above


def scaled(x: float, shift: float = 1.0, *, by: float = 1.0) -> float:
    return SCALE * x * by + shift


def test_a_copy_has_others_for_globals_and_defaults_and_the_function_keeps_its_own() -> None:
    assert copied(scaled)(1.0) == 6.0
    assert scaled(1.0) == 2.0


def test_a_copy_has_the_globals_of_its_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    early = copied(scaled)
    monkeypatch.setitem(globals(), "SCALE", 10.0)
    assert (early(1.0), copied(scaled)(1.0)) == (6.0, 42.0)


def factorial(n: int) -> float:
    return SCALE if n == 0 else n * factorial(n - 1)


def test_a_copy_that_calls_itself_calls_the_copy() -> None:
    copies: dict[int, Any] = {}

    def stand_in(value: Any) -> Any:
        if isinstance(value, FunctionType):
            return functions.with_globals(value, stand_in, copies)
        return doubled(value)

    assert stand_in(factorial)(3) == 12.0


def test_what_a_function_closes_over_is_replaced_even_if_it_is_defined_later() -> None:
    def closing(x: float) -> float:
        return x * width

    before = copied(closing)
    width = 2.0
    assert copied(closing)(1.0) == 4.0
    with pytest.raises(NameError):
        before(1.0)


def test_parts_of_modules_and_tuples_are_replaced_by_identity() -> None:
    def reads() -> Any:
        return MODULE.rate, MODULE.inner.rate, UNHASHABLE  # type: ignore[attr-defined]

    stands = {math.exp: functions.exp}
    assert copied(reads)()[:2] == (6.0, 6.0)
    own = copied(reads, lambda value: functions.replaced(value, stands))()
    assert own[2] == ([1.0], functions.exp)
    assert own[2][0] is UNHASHABLE[0]
