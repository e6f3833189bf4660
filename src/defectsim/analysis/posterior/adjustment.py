"""Approximate Bayesian computation with local-linear regression (Beaumont, Zhang, Balding 2002)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Self

import numpy as np

from defectsim.analysis.intervals import Numbers
from defectsim.analysis.posterior.distribution import (
    LEVELS,
    Posterior,
    interval_score,
    shares_of,
)
from defectsim.analysis.posterior.evidence import Evidence, PointNumbers
from defectsim.analysis.posterior.local import local_linear
from defectsim.core.errors import AnalysisError

TOLERANCES = (0.1, 0.2, 0.35, 0.5, 1.0)
_PER_FEATURE = 4
"""Accepted points at least, for each coefficient of the regression."""
_FEWEST_ACCEPTED = 50
_BLOCK = 500_000
"""Numbers in the largest array of one block of places."""


@dataclass(frozen=True)
class Adjustment:
    """Posterior from the nearest points of a bank, moved along their regression.

    Attributes
    ----------
    tolerance
        Share of the bank's points that are accepted.
    projected
        True if, instead of the targets, features are each parameter's linear regression on them, so
        that there is one a parameter (Fearnhead and Prangle 2012).
    """

    evidence: Evidence
    tolerance: float
    projected: bool

    @classmethod
    def tuned(cls, evidence: Evidence) -> Self:
        """Return the adjustment with the best intervals for the reserved points.

        Of `TOLERANCES`, with and without projection, it has the least mean `interval_score`.

        Raises
        ------
        AnalysisError
            When the bank has too few points for the regression.
        """
        tried = (cls(evidence, *way) for way in product(TOLERANCES, (False, True)))
        possible = [way for way in tried if way.accepted >= way.fewest]
        if not possible:
            fewest = cls(evidence, 1.0, projected=True).fewest
            raise AnalysisError(
                f"{evidence.points} points are too few for {len(evidence.priors)} parameters: "
                f"run at least {fewest + 2}"
            )
        rows = evidence.reserved
        truth = evidence.shares[rows]
        return min(possible, key=lambda way: interval_score(way.held_out(rows), truth))

    @property
    def accepted(self) -> int:
        """Number of points that are accepted."""
        return int(self.tolerance * (self.evidence.points - 2))

    @property
    def fewest(self) -> int:
        """Number of points that a regression needs."""
        numbers = self.evidence.priors if self.projected else self.evidence.targets
        return max(_PER_FEATURE * (len(numbers) + 1), _FEWEST_ACCEPTED)

    def posterior(self) -> Posterior:
        """Return the posterior given the observed targets."""
        at = self._features(self.evidence.observed[None])
        (values,), (weights,) = local_linear(self._own, self.evidence.line, at, self.accepted)
        return Posterior(self.evidence.priors, shares_of(values.T), weights)

    def held_out(self, rows: PointNumbers) -> Numbers:
        """Compute quantiles given the values of points, each left out in turn.

        Returns
        -------
        ndarray
            Quantiles of parameters as shares of their ranges, shape (5, rows, priors).
        """
        return np.concatenate(list(self._quantiles(rows)), axis=1)

    def _quantiles(self, rows: PointNumbers) -> Iterator[Numbers]:
        """Yield quantiles of some rows at a time, to save memory."""
        size = self.evidence.points * max(self._own.shape[1], len(self.evidence.priors))
        for block in np.array_split(rows, math.ceil(len(rows) * size / _BLOCK)):
            sample = local_linear(
                self._own, self.evidence.line, self._own[block], self.accepted, block
            )
            yield shares_of(sample.quantiles(LEVELS))

    @cached_property
    def _own(self) -> Numbers:
        """Features of the bank's points."""
        return self._features(self.evidence.simulated)

    def _features(self, values: Numbers) -> Numbers:
        standard = self.evidence.standardised(values)
        return standard @ self._projection if self.projected else standard

    @cached_property
    def _projection(self) -> Numbers:
        """Slopes of parameters on targets, shape (targets, priors)."""
        line = self.evidence.line / self.evidence.line.std(axis=0)
        standard = self.evidence.standardised(self.evidence.simulated)
        slopes, *_ = np.linalg.lstsq(standard - standard.mean(0), line - line.mean(0), rcond=None)
        return slopes
