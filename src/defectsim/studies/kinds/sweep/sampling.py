"""Where the points of a sweep lie: numbers alone, without what they are numbers of."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsim.core.randomness import generator

DIGITS = 8
"""To how many digits values are rounded, so that a third of the way from 0 to 0.9 is 0.3 and tables can be read."""


@dataclass(frozen=True)
class Range:
    """The values that something takes.

    Attributes
    ----------
    low, high
        Both may be taken.
    log
        Whether equal steps are equal ratios.
    whole
        Whether it takes whole numbers alone.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    @property
    def fault(self) -> str | None:
        """Say why nothing can be taken from it, or nothing."""
        if self.low >= self.high:
            what = "whole numbers" if self.whole else "numbers"
            return f"there are no two {what} from {self.low:g} to {self.high:g}; give another range: [low, high]"
        if self.log and self.low <= 0:
            return f"the range [{self.low:g}, {self.high:g}] must be above 0, for its scale is log"
        return None

    def at(self, shares: NDArray[np.float64]) -> list[float]:
        """Return the values at shares of the way from the low end to the high one; each whole number has its share."""
        low, high = (self.low - 0.5, self.high + 0.5) if self.whole else (self.low, self.high)
        if self.log:
            values = np.exp(math.log(low) + shares * (math.log(high) - math.log(low)))
        else:
            values = low + shares * (high - low)
        rounded = (
            np.rint(values) if self.whole else [float(f"{value:.{DIGITS}g}") for value in values]
        )
        return [min(max(float(value), self.low), self.high) for value in rounded]

    def levels(self, count: int) -> list[float]:
        """Return so many values, in equal steps from one end to the other."""
        return self.at(np.linspace(0, 1, count))


def filling(kind: str, dimensions: int, points: int, seed: int) -> NDArray[np.float64]:
    """Return points that fill a cube evenly, by ``scipy.stats.qmc``, scrambled.

    Returns
    -------
    numpy.ndarray
        Shape (points, dimensions), in [0, 1); always the same for the same arguments and version of SciPy.
    """
    from scipy.stats import qmc  # takes most of a second

    engines: dict[str, Any] = {
        "latin-hypercube": qmc.LatinHypercube,
        "sobol": qmc.Sobol,
        "halton": qmc.Halton,
    }
    engine = engines[kind](dimensions, scramble=True, rng=generator(seed, ("design", kind)))
    drawn: NDArray[np.float64] = engine.random(points)
    return drawn
