"""Distributions: a quantity that differs from person to person, as a scenario writes it."""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from defectsim.core.errors import nearest
from defectsim.core.section import (
    Bounds,
    Finite,
    NumberPair,
    Refusal,
    Section,
    refuse,
    refuse_all,
)
from defectsim.core.table import Origin
from defectsim.population.names import parse_name

_SUPPORTS = {
    "movers": (0.0, math.inf),
    "beta": (0.0, 1.0),
    "gamma": (0.0, math.inf),
    "exponential": (0.0, math.inf),
}
"""Lowest and highest value of closed forms, where these are the same for all parameters."""

FORMS = ("uniform", "normal", "lognormal", *_SUPPORTS, "distribution", "values")
"""Keys of which a distribution has exactly one."""


class Distribution(Section):
    """Distribution of a quantity over people, in exactly one form.

    `uniform` [low, high], `normal` [mean, standard deviation], `lognormal` [median, standard
    deviation of the log], `movers` [share, standard deviation of the log] of the movers among
    stayers, who have 0 (so that the mean is 1), `beta` [a, b], `gamma` [shape, scale], `exponential` (mean) and any
    univariate `distribution` of scipy.stats, with `parameters` by the names there, are truncated to
    the bounds of their column; `values` lists a number for each person of that rank in each branch.
    Where scipy has no formula for the inverse of a distribution (levy_stable, vonmises), a draw
    takes milliseconds a person.
    """

    uniform: NumberPair | None = None
    """The lowest and the highest value."""
    normal: NumberPair | None = None
    """Mean and standard deviation."""
    lognormal: NumberPair | None = None
    """Median, and standard deviation of the logarithm."""
    movers: NumberPair | None = None
    """Share of people who are movers, and standard deviation of the logarithm among them: lognormal
    with mean 1 / share; the others, stayers, have 0 (Blumen, Kogan and McCarthy 1955)."""
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
    names: list[str] | None = None
    """Names in tables of those who get the `values`; default: people in the order of their numbers."""
    range: list[NumberPair | None] | None = None
    """Range of each parameter, in their order; null for one that is certain."""
    per: Annotated[
        Literal["person", "unit"],
        Field(description="who has a draw of their own, in each replicate"),
    ] = "person"
    source: str | None = None
    """Source of the distribution."""
    _origin: Origin = PrivateAttr(default_factory=Origin)

    @classmethod
    def of_table(cls, values: Mapping[str, float], origin: Origin, source: str) -> Self:
        """Return the values of people by name, in the order of names; lines are in their order."""
        lines = dict(zip(values, origin.lines, strict=True))
        names = sorted(values, key=lambda name: parse_name(name) or ())
        found = cls(values=[values[name] for name in names], names=names, source=source)
        found._origin = Origin(origin.file, [lines[name] for name in names])
        return found

    @field_validator("names")
    @classmethod
    def _one_value_each(cls, names: list[str] | None, info: ValidationInfo) -> list[str] | None:
        values = info.data.get("values")
        if names is None or "values" not in info.data:
            return names
        if values is None or len(names) != len(values):
            raise refuse(f"{len(names)} names for {len(values or ())} values: give each a value")
        refuse_all(((place,), message) for place, message in name_faults(names))
        return names

    def strangers(self, people: Collection[str]) -> Iterator[str]:
        """Find names that none of those people have who should be listed, and people left out."""
        names = self.names or []
        for entry, name in enumerate(names):
            if name not in people:
                unknown = f"{name!r} is none of those whose values these are"
                yield self._origin.at(entry, f"{unknown}{nearest(name, people)}")
        if left := sorted({*people} - {*names}, key=lambda name: parse_name(name) or ()):
            more = f" and {len(left) - 1:,} more" if len(left) > 1 else ""
            yield self._origin.at_end(f"no value for {left[0]!r}{more}")

    @model_validator(mode="after")
    def _has_one_form(self) -> "Distribution":
        if sum(getattr(self, form) is not None for form in FORMS) != 1:
            raise refuse(f"must have exactly one of {', '.join(FORMS)}")
        if self.distribution is not None:
            refuse_all(parameter_faults(self.distribution, self.parameters or {}))
        elif self.parameters is not None:
            raise refuse("parameters are those of a distribution; name it")
        elif self.values is None and (fault := _closed_form_fault(self.form, *self._shape)):
            raise refuse(fault)
        refuse_all(self._range_faults())
        return self

    def _range_faults(self) -> Iterator[Refusal]:
        """Find ranges that are not those of the parameters."""
        if self.range is None:
            return
        known = [] if self.values is not None else [*(self.parameters or {}).values()]
        known = known or ([] if self.values is not None else [*self._shape])
        if len(self.range) != len(known):
            yield ("range",), f"{len(self.range)} ranges for {len(known)} parameters: give each one"
            return
        for place, (value, ends) in enumerate(zip(known, self.range, strict=True)):
            if ends is not None and not ends[0] <= value <= ends[1]:
                outside = f"{value:g} lies outside its own range [{ends[0]:g}, {ends[1]:g}]"
                yield ("range", place), f"{outside}; change the value or widen the range"

    @property
    def form(self) -> str:
        """The form that is given."""
        return next(form for form in FORMS if getattr(self, form) is not None)

    @property
    def _shape(self) -> tuple[float, ...]:
        """Parameters of a closed form."""
        given = getattr(self, self.form)
        return given if isinstance(given, tuple) else (given,)

    def quantiles(self, probabilities: NDArray[np.float64], bounds: Bounds) -> NDArray[np.float64]:
        """Compute quantiles of the distribution truncated to `bounds`; shape (people,).

        Uniform draws in [0, 1) give draws from the distribution.
        """
        low, high, inverse = self._truncated(bounds)
        values: NDArray[np.float64] = inverse(low + probabilities * (high - low))
        return np.clip(values, bounds.low, bounds.high)

    def mass(self, bounds: Bounds) -> float:
        """Compute the probability of `bounds` before truncation; most forms need no SciPy for it."""
        if self.normal:
            return _normal_mass(*self.normal, bounds.low, bounds.high)
        if self.lognormal:
            median, deviation = self.lognormal
            return _normal_mass(math.log(median), deviation, _log(bounds.low), _log(bounds.high))
        lowest, highest = self.uniform or _SUPPORTS.get(self.form, (-math.inf, math.inf))
        if bounds.low <= lowest and highest <= bounds.high:
            return 1.0
        low, high, _ = self._truncated(bounds)
        return float(high - low)

    def _truncated(self, bounds: Bounds) -> tuple[float, float, Callable[[Any], Any]]:
        """Return the probabilities below and up to the end of `bounds`, and the inverse CDF."""
        if self.distribution is None:
            (cdf, inverse), shape = _closed_forms()[self.form], self._shape
            return cdf(bounds.low, *shape), cdf(bounds.high, *shape), lambda u: inverse(u, *shape)
        parameters = self.parameters or {}
        if _is_bernoulli(self.distribution, parameters):
            return _truncated_bernoulli(1.0 - parameters["p"], bounds)
        frozen = _scipy_distributions()[self.distribution](**parameters)
        below = 0.0 if bounds.low == -math.inf else float(frozen.cdf(bounds.low))
        if hasattr(frozen.dist, "pmf") and bounds.low > -math.inf:
            below -= float(frozen.pmf(bounds.low))  # whole numbers at the bounds are within
        least = frozen.support()[0]
        return below, float(frozen.cdf(bounds.high)), lambda u: np.maximum(frozen.ppf(u), least)


def name_faults(names: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Find what is no person's name, and names listed twice: a place and a message for each."""
    seen: set[str] = set()
    for place, name in enumerate(names):
        if parse_name(name) is None:
            yield place, f"{name!r} is nobody's name; names are like army-1, army-general-1"
        elif name in seen:
            yield place, f"{name!r} is listed already; keep one of both"
        seen.add(name)


def _log(value: float) -> float:
    return math.log(value) if value > 0 else -math.inf


def _normal_mass(mean: float, deviation: float, low: float, high: float) -> float:
    """Compute the probability of an interval in a normal distribution."""
    scale = deviation * math.sqrt(2)
    return (math.erfc((low - mean) / scale) - math.erfc((high - mean) / scale)) / 2


def _is_bernoulli(name: str, parameters: Mapping[str, float]) -> bool:
    """Return whether a distribution is the Bernoulli one of scipy.stats, which needs no SciPy."""
    return name == "bernoulli" and parameters.keys() == {"p"} and 0 <= parameters["p"] <= 1


def _truncated_bernoulli(zero: float, bounds: Bounds) -> tuple[float, float, Callable[[Any], Any]]:
    """Return what `Distribution._truncated` does for a Bernoulli one, by its probability of 0."""
    below = 0.0 if bounds.low <= 0 else zero if bounds.low <= 1 else 1.0
    up_to = 0.0 if bounds.high < 0 else zero if bounds.high < 1 else 1.0
    return below, up_to, lambda u: np.where(u > zero, 1.0, 0.0)


def _movers(u: Any, share: float, deviation: float) -> Any:
    """Return quantiles of movers among stayers."""
    from scipy.special import ndtri  # see `_closed_forms`

    of_movers = np.maximum(u - (1.0 - share), 0.0) / share
    values = np.exp(deviation * (ndtri(of_movers) - deviation / 2)) / share
    return np.where(u < 1.0 - share, 0.0, values)


def _movers_below(x: float, share: float, deviation: float) -> float:
    """Return the probability of values below x, where stayers have 0."""
    if x <= 0:
        return 0.0
    return (
        1.0
        - share
        + share * _normal_mass(-deviation / 2, 1.0, -math.inf, _log(x * share) / deviation)
    )


@cache
def _closed_forms() -> dict[str, tuple[Callable[..., Any], Callable[..., Any]]]:
    """Return CDF and its inverse by form, with the bits of scipy.stats."""
    from scipy import special  # takes long to import, and checks need none of it

    return {
        "uniform": (
            lambda x, low, high: min(max((x - low) / (high - low), 0.0), 1.0),
            lambda u, low, high: low + u * (high - low),
        ),
        "normal": (
            lambda x, mean, deviation: special.ndtr((x - mean) / deviation),
            lambda u, mean, deviation: mean + deviation * special.ndtri(u),
        ),
        "lognormal": (
            lambda x, median, deviation: (
                special.ndtr(np.log(x / median) / deviation) if x > 0 else 0.0
            ),
            lambda u, median, deviation: median * np.exp(deviation * special.ndtri(u)),
        ),
        "movers": (_movers_below, _movers),
        "beta": (
            lambda x, a, b: special.betainc(a, b, min(max(x, 0.0), 1.0)),
            lambda u, a, b: special.betaincinv(a, b, u),
        ),
        "gamma": (
            lambda x, shape, scale: special.gammainc(shape, max(x, 0.0) / scale),
            lambda u, shape, scale: scale * special.gammaincinv(shape, u),
        ),
        "exponential": (
            lambda x, mean: -np.expm1(-max(x, 0.0) / mean),
            lambda u, mean: -mean * np.log1p(-u),
        ),
    }


def _closed_form_fault(form: str, first: float, second: float = math.nan) -> str | None:
    if form == "uniform":
        return None if first < second else "uniform [low, high] must have low below high"
    if form == "movers" and not 0 < first <= 1:
        return "the share of movers must be above 0 and at most 1"
    if second <= 0:
        return f"the second parameter of {form} must be above 0"
    return f"{form} must be above 0" if form != "normal" and first <= 0 else None


def parameter_faults(
    name: str, parameters: Mapping[str, float]
) -> list[tuple[tuple[str, ...], str]]:
    """Find what is wrong with a distribution of scipy.stats and its parameters."""
    if _is_bernoulli(name, parameters):
        return []
    known = _scipy_distributions()
    if name not in known:
        unknown = f"scipy.stats has no univariate distribution {name!r}{nearest(name, known)}"
        return [(("distribution",), unknown)]
    # scipy tells the domains of shapes nowhere else
    shapes = {shape.name: shape for shape in known[name]._shape_info()}
    faults = list(_key_faults(name, hasattr(known[name], "pdf"), shapes, parameters))
    if not faults and np.isnan(known[name].support(**parameters)).any():
        broken = [key for key, shape in shapes.items() if shape.integrality and parameters[key] % 1]
        faults = [(key, f"{parameters[key]:g} must be a whole number") for key in broken]
        if not faults:
            return [(("parameters",), f"there is no {name} with these parameters together")]
    return [(("parameters", key), fault) for key, fault in faults]


def _key_faults(
    name: str, continuous: bool, shapes: Mapping[str, Any], parameters: Mapping[str, float]
) -> Iterator[tuple[str, str]]:
    """Find unknown and missing parameters, and those outside of their domains."""
    takes = [*shapes, "loc", *(["scale"] if continuous else [])]
    for key in parameters:
        if key not in takes:
            hint = f"only {', '.join(takes)}{nearest(key, takes)}"
            yield key, f"{name} takes no such parameter, {hint}"
    for key, shape in shapes.items():
        if key not in parameters:
            yield key, f"{name} needs {key}, which is missing"
        elif limit := _missed_limit(shape, parameters[key]):
            yield key, f"{parameters[key]:g} must be {limit}"
    if parameters.get("scale", 1.0) <= 0:
        yield "scale", f"{parameters['scale']:g} must be above 0"


def _missed_limit(shape: Any, value: float) -> str | None:
    """Return the limit of a shape's domain that `value` misses, in words."""
    (low, high), (with_low, with_high) = shape.endpoints, shape.inclusive
    if value < low or (value == low and not with_low):
        return f"{'at least' if with_low else 'above'} {low:g}"
    if value > high or (value == high and not with_high):
        return f"{'at most' if with_high else 'below'} {high:g}"
    return None


def _scipy_distributions() -> dict[str, Any]:
    """Return the univariate distributions of scipy.stats by name."""
    from scipy import stats  # takes half a second

    kinds = (stats.rv_continuous, stats.rv_discrete)
    return {name: one for name, one in vars(stats).items() if isinstance(one, kinds)}
