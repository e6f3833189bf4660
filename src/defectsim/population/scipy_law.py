"""Laws by their names in scipy.stats, which is imported only where a scenario names one: it takes most of a second."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from defectsim.core.errors import nearest
from defectsim.core.section import Bounds

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
    shapes = {shape.name: shape for shape in distribution._shape_info()}  # scipy tells the domains nowhere else
    takes = [*shapes, "loc", *(["scale"] if _continuous(distribution) else [])]
    found: list[Fault] = [
        (("parameters", key), f"{name} takes no such parameter, only {', '.join(takes)}{nearest(key, takes)}")
        for key in parameters
        if key not in takes
    ]
    found += [(("parameters", key), f"{name} needs {key}, which is missing") for key in shapes if key not in parameters]
    found += [
        (("parameters", key), f"{parameters[key]:g} {message}")
        for key, shape in shapes.items()
        if key in parameters and (message := _outside(shape, parameters[key]))
    ]
    if parameters.get("scale", 1.0) <= 0:
        found.append((("parameters", "scale"), f"{parameters['scale']:g} must be above 0"))
    if not found and np.isnan(distribution.support(**parameters)).any():
        broken = [key for key, shape in shapes.items() if shape.integrality and parameters[key] % 1]
        found += [(("parameters", key), f"{parameters[key]:g} must be a whole number") for key in broken]
        return found or [(("parameters",), f"there is no {name} with these parameters together")]
    return found


def within(name: str, parameters: Mapping[str, float], bounds: Bounds) -> tuple[float, float, Callable[[Any], Any]]:
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
