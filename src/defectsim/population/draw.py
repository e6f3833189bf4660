"""How a law gives people their values: by the inverse of its distribution function."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from defectsim.core.section import Bounds
from defectsim.population.law import Law

type Function = Callable[[Any], Any]


def values(law: Law, uniform: NDArray[np.float64], bounds: Bounds) -> NDArray[np.float64]:
    """Turn draws in [0, 1) into values that follow `law`, truncated to `bounds`.

    Parameters
    ----------
    uniform
        Shape (people,).

    Returns
    -------
    numpy.ndarray
        Shape (people,).
    """
    distribution, inverse = _functions(law)
    low, high = distribution(bounds.low), distribution(bounds.high)
    drawn: NDArray[np.float64] = np.clip(inverse(low + uniform * (high - low)), bounds.low, bounds.high)
    return drawn


def mass(law: Law, bounds: Bounds) -> float:
    """Return the probability that a value of `law`, before truncation, keeps `bounds`."""
    distribution, _ = _functions(law)
    return float(distribution(bounds.high) - distribution(bounds.low))


def _functions(law: Law) -> tuple[Function, Function]:
    """Return the distribution function of a law, and its inverse."""
    return _LAWS[law.form](getattr(law, law.form))


def _uniform(parameters: tuple[float, float]) -> tuple[Function, Function]:
    low, high = parameters
    return lambda x: min(max((x - low) / (high - low), 0.0), 1.0), lambda u: low + u * (high - low)


def _normal(parameters: tuple[float, float]) -> tuple[Function, Function]:
    mean, deviation = parameters
    return lambda x: special.ndtr((x - mean) / deviation), lambda u: mean + deviation * special.ndtri(u)


def _lognormal(parameters: tuple[float, float]) -> tuple[Function, Function]:
    median, deviation = parameters

    def distribution(x: float) -> Any:
        return special.ndtr(np.log(x / median) / deviation) if x > 0 else 0.0

    return distribution, lambda u: median * np.exp(deviation * special.ndtri(u))


def _beta(parameters: tuple[float, float]) -> tuple[Function, Function]:
    return lambda x: special.betainc(*parameters, min(max(x, 0.0), 1.0)), lambda u: special.betaincinv(*parameters, u)


def _gamma(parameters: tuple[float, float]) -> tuple[Function, Function]:
    shape, scale = parameters
    return lambda x: special.gammainc(shape, max(x, 0.0) / scale), lambda u: scale * special.gammaincinv(shape, u)


def _exponential(mean: float) -> tuple[Function, Function]:
    return lambda x: -np.expm1(-max(x, 0.0) / mean), lambda u: -mean * np.log1p(-u)


_LAWS: dict[str, Callable[[Any], tuple[Function, Function]]] = {
    "uniform": _uniform,
    "normal": _normal,
    "lognormal": _lognormal,
    "beta": _beta,
    "gamma": _gamma,
    "exponential": _exponential,
}
"""By form: from its parameters to the distribution function and its inverse."""
