"""Ranges of what varies in a sweep."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DIGITS = 8
"""Significant digits of values, so that a third of the way from 0 to 0.9 is 0.3."""
_NUMBERS = {0: "numbers", 1: "whole numbers", 2: "even numbers"}


@dataclass(frozen=True)
class Range:
    """The values that something takes, both ends included."""

    low: float
    high: float
    log: bool = False
    """True if equal steps are equal ratios."""
    step: int = 0
    """Number of which only multiples are taken: 1 for whole numbers, 2 for even ones; 0: any."""

    @property
    def fault(self) -> str | None:
        """Reason why nothing can be taken from it, if there is one."""
        if self.low >= self.high:
            return (
                f"there are no two {_NUMBERS[self.step]} from {self.low:g} to {self.high:g}; give another "
                "range: [low, high]"
            )
        if self.log and self.low <= 0:
            return f"the range [{self.low:g}, {self.high:g}] must be above 0, for its scale is log"
        return None

    @classmethod
    def within(cls, low: float, high: float, log: bool, step: int) -> "Range":
        """Return the range of the multiples of a step from one number to another."""
        if step:
            low, high = step * math.ceil(low / step), step * math.floor(high / step)
        return cls(low, high, log, step)

    def at(self, shares: NDArray[np.float64]) -> list[float]:
        """Return the values at shares of the way through; each multiple has an equal share."""
        low, high = self.low - self.step / 2, self.high + self.step / 2
        if self.log:
            values = np.exp(math.log(low) + shares * (math.log(high) - math.log(low)))
        else:
            values = low + shares * (high - low)
        if self.step:
            multiples = self.step * np.rint(values / self.step)
            return [*map(float, np.clip(multiples, self.low, self.high))]
        rounded = (float(f"{value:.{DIGITS}g}") for value in values)
        return [min(max(value, self.low), self.high) for value in rounded]

    def levels(self, count: int) -> list[float]:
        """Return values in equal steps from one end to the other."""
        return self.at(np.linspace(0, 1, count))
