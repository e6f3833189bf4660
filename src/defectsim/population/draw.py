"""How a law gives people their values."""

import numpy as np
from numpy.typing import NDArray

from defectsim.core.section import Bounds
from defectsim.population.spec import Law


def values(law: Law, uniform: NDArray[np.float64], bounds: Bounds) -> NDArray[np.float64]:
    """Turn draws in [0, 1) into values that follow `law`, by the inverse of the law truncated to `bounds`.

    Parameters
    ----------
    uniform
        Shape (people,).

    Returns
    -------
    numpy.ndarray
        Shape (people,).
    """
    if law.values is not None:
        return np.array(law.values)
    distribution = _distribution(law)
    low, high = distribution.cdf(bounds.low), distribution.cdf(bounds.high)
    drawn: NDArray[np.float64] = distribution.ppf(low + uniform * (high - low))
    return np.clip(drawn, bounds.low, bounds.high)


def _distribution(law: Law):  # type: ignore[no-untyped-def]  # scipy's frozen distributions have no public type
    from scipy import stats

    parameters = getattr(law, law.form)
    match law.form:
        case "uniform":
            return stats.uniform(parameters[0], parameters[1] - parameters[0])
        case "normal":
            return stats.norm(*parameters)
        case "lognormal":
            return stats.lognorm(parameters[1], scale=parameters[0])
        case "beta":
            return stats.beta(*parameters)
        case "gamma":
            return stats.gamma(parameters[0], scale=parameters[1])
        case _:
            return stats.expon(scale=parameters)
