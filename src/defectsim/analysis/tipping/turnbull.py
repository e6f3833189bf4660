"""ThresholdDistribution of numbers that are known to lie in intervals, which may be open at either end.

The nonparametric maximum-likelihood estimate is Turnbull's (1976), found by his self-consistent
steps; the product-limit estimate of Kaplan and Meier (1958) is its special case of numbers that are
known or censored on the right. It does not say how the mass of an interval lies within it: here it
is spread evenly.
"""

import math
from typing import NamedTuple

import numpy as np

from defectsim.analysis.intervals import Numbers

_STEPS = 20_000
_GAP = 1e-6
"""Relative gradient at which no mass gains by moving (Gentleman and Geyer 1994)."""
_HAIR = 1e-3
"""Share of the mass within which two shares are the same."""


class ThresholdDistribution(NamedTuple):
    """Masses of intervals ``(below, above]`` in order; the first and last may be infinite."""

    below: Numbers
    above: Numbers
    mass: Numbers

    def share(self, value: float) -> float:
        """Return the share of the numbers that are at most a value."""
        with np.errstate(invalid="ignore"):
            inside = (value - self.below) / (self.above - self.below)
        known = np.where(np.isfinite(inside), inside, value >= self.above)
        return min(float(np.clip(known, 0, 1) @ self.mass), 1.0)

    def quantile(self, share: float) -> float:
        """Return the number below which a share of all lies, infinite in an open interval.

        Where a whole stretch has that share below it, it is the middle.
        """
        first, last = self._reach(share - _HAIR), self._reach(share + _HAIR)
        return (first + last) / 2 if math.isfinite(first) and math.isfinite(last) else first

    def _reach(self, share: float) -> float:
        until = self.mass.cumsum()
        at = min(int(until.searchsorted(share)), len(until) - 1)
        below, above, mass = self.below[at], self.above[at], self.mass[at]
        if math.isinf(below):
            return -math.inf
        inside = (share - until[at]) / mass + 1
        return math.inf if math.isinf(above) else float(below + (above - below) * inside)


def turnbull(below: Numbers, above: Numbers) -> ThresholdDistribution:
    """Estimate a distribution from intervals ``(below, above]`` that hold a number each."""
    ends = np.unique(np.concatenate([below, above]))
    innermost = np.isin(ends[:-1], below) & np.isin(ends[1:], above)
    first, last = ends[:-1][innermost], ends[1:][innermost]
    inside = ((below[:, None] <= first) & (last <= above[:, None])).astype(float)
    mass = np.full(len(first), 1 / len(first))
    for _ in range(_STEPS):
        gain = (inside / (inside @ mass)[:, None]).mean(axis=0)
        if gain.max() <= 1 + _GAP:
            break
        mass *= gain
    held = mass > _HAIR / len(below)
    return ThresholdDistribution(first[held], last[held], mass[held] / mass[held].sum())
