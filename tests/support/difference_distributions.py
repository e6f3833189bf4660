"""Laws of paired differences on which intervals and the stopping rule are tried."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

type Numbers = NDArray[np.float64]
type Draw = Callable[[np.random.Generator, int], Numbers]

OFF_RAMP = np.array(
    [*[0.0] * 181, -11, -9, *[1] * 8, 3, 3, 6, 27, 376, 447, 464, 485, 1_284],
)
"""Difference in defections where relief is offered: 200 pairs of `venezuela-2019` and the same without off-ramp."""


class DifferenceDistribution(NamedTuple):
    """A distribution of differences."""

    draw: Draw
    mean: float
    deviation: float

    def half_width(self, pairs: int) -> float:
        """Return the half-width that so many pairs would give, were the deviation known."""
        return float(stats.norm.ppf(0.975) * self.deviation / np.sqrt(pairs))


def normal(mean: float) -> DifferenceDistribution:
    return DifferenceDistribution(lambda rng, pairs: rng.normal(mean, 1, pairs), mean, 1)


def exponential() -> DifferenceDistribution:
    return DifferenceDistribution(lambda rng, pairs: rng.exponential(1, pairs), 1, 1)


def one() -> DifferenceDistribution:
    return DifferenceDistribution(lambda _, pairs: np.ones(pairs), 1, 0)


def lognormal() -> DifferenceDistribution:
    return DifferenceDistribution(
        lambda rng, pairs: rng.lognormal(0, 1, pairs), np.exp(0.5), ((np.e - 1) * np.e) ** 0.5
    )


def rarely(share: float, size: DifferenceDistribution, usual: float = 0) -> DifferenceDistribution:
    """Most pairs have the usual difference, the others one more."""
    mean, square = share * size.mean, share * (size.deviation**2 + size.mean**2)
    return DifferenceDistribution(
        lambda rng, pairs: usual + (rng.random(pairs) < share) * size.draw(rng, pairs),
        usual + mean,
        (square - mean**2) ** 0.5,
    )


def jumping(share: float, jump: float) -> DifferenceDistribution:
    """All pairs differ a little, and some by far more."""
    return DifferenceDistribution(
        lambda rng, pairs: rng.normal(0, 1, pairs) + jump * (rng.random(pairs) < share),
        share * jump,
        (1 + jump**2 * share * (1 - share)) ** 0.5,
    )


def drawn_from(values: Numbers) -> DifferenceDistribution:
    return DifferenceDistribution(
        lambda rng, pairs: rng.choice(values, pairs), float(values.mean()), float(values.std())
    )


def fewest(studies: int, nominal: float = 0.95) -> int:
    """Return in how many studies an interval holds the truth at least, but for once in a thousand tests."""
    return int(stats.binom.ppf(0.001, studies, nominal))
