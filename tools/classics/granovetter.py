"""Granovetter (1978): the crowd of a hundred, and the jump at a critical spread of normal thresholds."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import norm
from tools.classics.check import Check, joined, study

MEAN = 25.0
PAPER = "Granovetter 1978"
FIGURE = "Granovetter 1978, fig. 2 (p. 1428)"
FIXED = "exact: r = F(r) in an infinite crowd"


def critical() -> tuple[float, float]:
    """Find the normal distribution that touches the diagonal: its deviation and riot share, in percent."""

    def touching(deviation: float) -> float:
        """Return the point below the mean at which the density is 1."""
        return float(MEAN - deviation * np.sqrt(-2 * np.log(deviation / 100 * np.sqrt(2 * np.pi))))

    def gap(deviation: float) -> float:
        share = touching(deviation)
        return float(100 * norm.cdf((share - MEAN) / deviation) - share)

    deviation = float(brentq(gap, 5, 30))
    return deviation, touching(deviation)


def equilibrium(deviation: float) -> float:
    """Return the share of an infinite crowd that riots above the critical deviation, in percent."""
    return float(
        brentq(lambda share: 100 * norm.cdf((share - MEAN) / deviation) - share, MEAN, 101)
    )


def drawn(deviation: float, mean: float = MEAN) -> NDArray[np.float64]:
    """Return the share that riots in each run of a random crowd of 10,000, in percent."""
    found = study(
        "granovetter-normal", f"people.attributes.threshold.normal=[{mean}, {deviation:.4f}]"
    )
    return 100 * found.runs["share_defected"].to_numpy()


def quantiles(deviation: float) -> NDArray[np.float64]:
    """Return the share that riots where a hundred people have the quantiles of the normal distribution, in percent."""
    thresholds = norm.ppf((np.arange(100) + 0.5) / 100, MEAN, deviation)
    values = [round(float(value), 6) for value in thresholds]
    return np.array([joined("granovetter", f"people.attributes.threshold.values={values}")])


def jump(
    shares: Callable[[float], NDArray[np.float64]], low: float = 10.0, high: float = 16.0
) -> tuple[float, float]:
    """Search the deviation at which half the crowds riot; return it and the median share in the others."""
    quiet = 0.0
    while high - low > 0.02:
        middle = (low + high) / 2
        found = shares(middle)
        riots = found > 50
        if riots.mean() >= 0.5:
            high = middle
        else:
            low, quiet = middle, float(np.median(found[~riots]))
    return (low + high) / 2, quiet


def mean_share(deviation: float) -> float:
    """Return the share that riots in the mean over runs, in percent."""
    return float(drawn(deviation).mean())


check = partial(Check, "granovetter")
CHECKS = (
    check("thresholds 0 to 99: people who riot", 100, 0, PAPER, lambda: joined("granovetter")),
    check(
        "one threshold of 1 made 2: people who riot", 1, 0, PAPER, lambda: joined("granovetter-two")
    ),
    check(
        "critical deviation, 100 people on quantiles (%)",
        12.2,
        0.5,
        FIGURE,
        lambda: jump(quantiles)[0],
    ),
    check(
        "critical deviation, 10,000 people at random (%)", 12.2, 0.2, FIGURE, lambda: jump(drawn)[0]
    ),
    check("share that riots just below the jump (%)", 6, 1.5, FIGURE, lambda: jump(drawn)[1]),
    check(
        "share that riots just above it, deviation 14 (%)",
        100,
        1,
        FIGURE,
        partial(mean_share, 14.0),
    ),
    *(
        check(
            f"share that riots, deviation {deviation} (%)",
            equilibrium(deviation),
            0.5,
            FIXED,
            measure,
        )
        for deviation in (25, 50, 100)
        for measure in [partial(mean_share, deviation)]
    ),
)
