"""SI contagion: the logistic curve where all meet all, edge-based compartments on a random network."""

from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tools.classics.check import Check, study

LOGISTIC = "exact: the logistic curve, infinite crowd"


def curve(name: str, *overrides: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the years since the seeds went over, and the share gone over at each date, in the mean over lives."""
    series = study(name, *overrides).series.group_by("date").agg(pl.col("defected").sum(), pl.col("loyal").sum())
    series = series.sort("date")[1:]
    share = (series["defected"] / (series["defected"] + series["loyal"])).to_numpy()
    return np.arange(len(share)) / 365.25, share


def logistic(years: NDArray[np.float64], start: float, beta: float = 8.0) -> NDArray[np.float64]:
    """Return the share of an infinite crowd that has gone over."""
    return start / (start + (1 - start) * np.exp(-beta * years))


def off_logistic(beta: float = 8.0) -> float:
    """Return the largest distance from the logistic curve of rate `beta`, in percent of the crowd."""
    years, share = curve("contagion")
    return float(100 * np.abs(share - logistic(years, share[0], beta)).max())


def half(name: str) -> float:
    """Return when half of the crowd has gone over, in years."""
    years, share = curve(name)
    return float(np.interp(0.5, share, years))


def mixed_half() -> float:
    """Return when half has gone over, relative to the logistic curve."""
    _, share = curve("contagion")
    return half("contagion") / float(np.log(1 / share[0] - 1) / 8.0)


check = partial(Check, "contagion")
CHECKS = (
    check("well mixed: largest distance from the curve (%)", 0, 2, LOGISTIC, off_logistic),
    check("well mixed: time to half, as a multiple of the curve's", 1, 0.02, LOGISTIC, mixed_half),
)
