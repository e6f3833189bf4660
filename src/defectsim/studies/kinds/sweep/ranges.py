"""Ranges of what varies in a sweep, and points that fill them."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsim.core.randomness import generator

DIGITS = 8
"""Significant digits of values, so that a third of the way from 0 to 0.9 is 0.3."""


@dataclass(frozen=True)
class Range:
    """The values that something takes, both ends included."""

    low: float
    high: float
    log: bool = False
    """True if equal steps are equal ratios."""
    whole: bool = False
    """True if only whole numbers are taken."""

    @property
    def fault(self) -> str | None:
        """Reason why nothing can be taken from it, if there is one."""
        if self.low >= self.high:
            numbers = "whole numbers" if self.whole else "numbers"
            return (
                f"there are no two {numbers} from {self.low:g} to {self.high:g}; give another "
                "range: [low, high]"
            )
        if self.log and self.low <= 0:
            return f"the range [{self.low:g}, {self.high:g}] must be above 0, for its scale is log"
        return None

    def at(self, shares: NDArray[np.float64]) -> list[float]:
        """Return the values at shares of the way through; each whole number has an equal share."""
        low, high = (self.low - 0.5, self.high + 0.5) if self.whole else (self.low, self.high)
        if self.log:
            values = np.exp(math.log(low) + shares * (math.log(high) - math.log(low)))
        else:
            values = low + shares * (high - low)
        rounded = np.rint(values) if self.whole else (f"{value:.{DIGITS}g}" for value in values)
        return [min(max(float(value), self.low), self.high) for value in rounded]

    def levels(self, count: int) -> list[float]:
        """Return values in equal steps from one end to the other."""
        return self.at(np.linspace(0, 1, count))


def fill(sampling: str, dimensions: int, points: int, seed: int) -> NDArray[np.float64]:
    """Return scrambled points of ``scipy.stats.qmc`` that fill a cube evenly.

    Returns
    -------
    numpy.ndarray
        Shape (points, dimensions), in [0, 1); the same for the same arguments and version of SciPy.
    """
    from scipy.stats import qmc  # takes most of a second

    engines: dict[str, Any] = {
        "latin-hypercube": qmc.LatinHypercube,
        "sobol": qmc.Sobol,
        "halton": qmc.Halton,
    }
    rng = generator(seed, ("design", sampling))
    shares: NDArray[np.float64]
    shares = engines[sampling](dimensions, scramble=True, rng=rng).random(points)
    return shares
