"""How a law gives people their values: by the inverse of its distribution function."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from defectsim.core.section import Bounds
from defectsim.population import scipy_law
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
    low, high, inverse = _within(law, bounds)
    drawn: NDArray[np.float64] = np.clip(inverse(low + uniform * (high - low)), bounds.low, bounds.high)
    return drawn


def mass(law: Law, bounds: Bounds) -> float:
    """Return the probability that a value of `law`, before truncation, keeps `bounds`."""
    low, high, _ = _within(law, bounds)
    return float(high - low)


def _within(law: Law, bounds: Bounds) -> tuple[float, float, Function]:
    """Return the probability of a value below `bounds`, that of one below or within, and the inverse distribution."""
    if law.distribution is not None:
        return scipy_law.within(law.distribution, law.parameters or {}, bounds)
    distribution, inverse = _LAWS[law.form](getattr(law, law.form))
    return distribution(bounds.low), distribution(bounds.high), inverse


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
