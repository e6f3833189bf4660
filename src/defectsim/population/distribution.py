"""A quantity that differs from person to person, as a scenario writes it."""

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from scipy import special

from defectsim.core.errors import nearest
from defectsim.core.section import Bounds, Finite, NumberPair, Section, refuse, refuse_all

type Fault = tuple[tuple[str, ...], str]


def faults(name: str, parameters: Mapping[str, float]) -> list[Fault]:
    """Find what keeps a distribution from being a law.

    Returns
    -------
    list
        A place below the law, and a message, for each fault.
    """
    known = _known()
    if name not in known:
        unknown = f"scipy.stats has no univariate distribution {name!r}{nearest(name, known)}"
        return [(("distribution",), unknown)]
    distribution = known[name]
    shapes = {
        shape.name: shape for shape in distribution._shape_info()
    }  # scipy tells the domains nowhere else
    takes = [*shapes, "loc", *(["scale"] if _continuous(distribution) else [])]
    found: list[Fault] = [
        (
            ("parameters", key),
            f"{name} takes no such parameter, only {', '.join(takes)}{nearest(key, takes)}",
        )
        for key in parameters
        if key not in takes
    ]
    found += [
        (("parameters", key), f"{name} needs {key}, which is missing")
        for key in shapes
        if key not in parameters
    ]
    found += [
        (("parameters", key), f"{parameters[key]:g} {message}")
        for key, shape in shapes.items()
        if key in parameters and (message := _outside(shape, parameters[key]))
    ]
    if parameters.get("scale", 1.0) <= 0:
        found.append((("parameters", "scale"), f"{parameters['scale']:g} must be above 0"))
    if not found and np.isnan(distribution.support(**parameters)).any():
        broken = [key for key, shape in shapes.items() if shape.integrality and parameters[key] % 1]
        found += [
            (("parameters", key), f"{parameters[key]:g} must be a whole number") for key in broken
        ]
        return found or [(("parameters",), f"there is no {name} with these parameters together")]
    return found


def within(
    name: str, parameters: Mapping[str, float], bounds: Bounds
) -> tuple[float, float, Callable[[Any], Any]]:
    """Return the probability of a value below `bounds`, that of one below or within, and the inverse distribution."""
    distribution = _known()[name]
    law = distribution(**parameters)
    below = 0.0 if bounds.low == -math.inf else float(law.cdf(bounds.low))
    if not _continuous(distribution) and bounds.low > -math.inf:
        below -= float(law.pmf(bounds.low))
    least = law.support()[0]
    return below, float(law.cdf(bounds.high)), lambda uniform: np.maximum(law.ppf(uniform), least)


def _known() -> dict[str, Any]:
    from scipy import stats

    kinds = (stats.rv_continuous, stats.rv_discrete)
    return {name: one for name, one in vars(stats).items() if isinstance(one, kinds)}


def _continuous(distribution: Any) -> bool:
    return hasattr(distribution, "pdf")


def _outside(shape: Any, value: float) -> str | None:
    """Say how a shape lies outside of its domain, or nothing."""
    (low, high), (with_low, with_high) = shape.endpoints, shape.inclusive
    if value < low or (value == low and not with_low):
        return f"must be {'at least' if with_low else 'above'} {low:g}"
    if value > high or (value == high and not with_high):
        return f"must be {'at most' if with_high else 'below'} {high:g}"
    return None


_TWO_PARAMETERS = ("uniform", "normal", "lognormal", "beta", "gamma")
FORMS = (*_TWO_PARAMETERS, "exponential", "distribution", "values")


class Distribution(Section):
    """A quantity that differs from person to person; exactly one form is given.

    `uniform` [low, high], `normal` [mean, standard deviation], `lognormal` [median, standard deviation of the log],
    `beta` [a, b], `gamma` [shape, scale], `exponential` (mean) and any univariate `distribution` of scipy.stats, with
    `parameters` by the names there, are truncated to the bounds of their column; `values` lists a number for each
    person of that rank in each branch. Where scipy has no formula for the inverse of a distribution (levy_stable,
    vonmises), a draw takes milliseconds a person.
    """

    uniform: NumberPair | None = None
    """The lowest and the highest value."""
    normal: NumberPair | None = None
    """Mean and standard deviation."""
    lognormal: NumberPair | None = None
    """Median, and standard deviation of the logarithm."""
    beta: NumberPair | None = None
    """The two shapes, a and b."""
    gamma: NumberPair | None = None
    """Shape and scale."""
    exponential: Finite | None = None
    """Mean."""
    distribution: Annotated[
        str | None, Field(description="name in scipy.stats, such as weibull_min or poisson")
    ] = None
    parameters: Annotated[
        dict[str, Finite] | None,
        Field(description="of the distribution: its shapes, loc and scale"),
    ] = None
    values: list[Finite] | None = None
    """A number for each person of that rank in each branch."""
    per: Annotated[
        Literal["person", "unit"],
        Field(description="who has a draw of their own, in each replicate"),
    ] = "person"
    source: str | None = None
    """Where the law comes from."""

    @model_validator(mode="after")
    def _is_a_law(self) -> "Distribution":
        given = [form for form in FORMS if getattr(self, form) is not None]
        if len(given) != 1:
            raise refuse(f"must have exactly one of {', '.join(FORMS)}")
        if self.parameters is not None and self.distribution is None:
            raise refuse("parameters are those of a distribution; name it")
        form, parameters = given[0], getattr(self, given[0])
        if form == "uniform" and parameters[0] >= parameters[1]:
            raise refuse("uniform [low, high] must have low below high")
        if form in _TWO_PARAMETERS[1:] and parameters[1] <= 0:
            raise refuse(f"the second parameter of {form} must be above 0")
        if (form in ("lognormal", "beta", "gamma") and parameters[0] <= 0) or (
            form == "exponential" and parameters <= 0
        ):
            raise refuse(f"{form} must be above 0")
        if self.distribution is not None:
            refuse_all(faults(self.distribution, self.parameters or {}))
        return self

    @property
    def form(self) -> str:
        """The form that is given."""
        return next(form for form in FORMS if getattr(self, form) is not None)


type Function = Callable[[Any], Any]


def values(law: Distribution, uniform: NDArray[np.float64], bounds: Bounds) -> NDArray[np.float64]:
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
    drawn: NDArray[np.float64] = np.clip(
        inverse(low + uniform * (high - low)), bounds.low, bounds.high
    )
    return drawn


def mass(law: Distribution, bounds: Bounds) -> float:
    """Return the probability that a value of `law`, before truncation, keeps `bounds`."""
    low, high, _ = _within(law, bounds)
    return float(high - low)


def _within(law: Distribution, bounds: Bounds) -> tuple[float, float, Function]:
    """Return the probability of a value below `bounds`, that of one below or within, and the inverse distribution."""
    if law.distribution is not None:
        return within(law.distribution, law.parameters or {}, bounds)
    distribution, inverse = _LAWS[law.form](getattr(law, law.form))
    return distribution(bounds.low), distribution(bounds.high), inverse


def _uniform(parameters: tuple[float, float]) -> tuple[Function, Function]:
    low, high = parameters
    return lambda x: min(max((x - low) / (high - low), 0.0), 1.0), lambda u: low + u * (high - low)


def _normal(parameters: tuple[float, float]) -> tuple[Function, Function]:
    mean, deviation = parameters
    return lambda x: special.ndtr(
        (x - mean) / deviation
    ), lambda u: mean + deviation * special.ndtri(u)


def _lognormal(parameters: tuple[float, float]) -> tuple[Function, Function]:
    median, deviation = parameters

    def distribution(x: float) -> Any:
        return special.ndtr(np.log(x / median) / deviation) if x > 0 else 0.0

    return distribution, lambda u: median * np.exp(deviation * special.ndtri(u))


def _beta(parameters: tuple[float, float]) -> tuple[Function, Function]:
    return lambda x: special.betainc(
        *parameters, min(max(x, 0.0), 1.0)
    ), lambda u: special.betaincinv(*parameters, u)


def _gamma(parameters: tuple[float, float]) -> tuple[Function, Function]:
    shape, scale = parameters
    return lambda x: special.gammainc(
        shape, max(x, 0.0) / scale
    ), lambda u: scale * special.gammaincinv(shape, u)


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
