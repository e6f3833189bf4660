"""Bank of runs, and the targets that are held against it.

A point of a bank is one draw of the parameters from their priors, with what one run there gave. The
bank answers to every set of targets without a further run. Parameters are worked with as shares of
their range, from 0 to 1 and even under the prior, or as the logits of these, on the whole line.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from defectsim.analysis.inputs import Input
from defectsim.analysis.intervals import Numbers
from defectsim.core.errors import AnalysisError, nearest
from defectsim.core.randomness import generator

type PointNumbers = NDArray[np.intp]

FEWEST = 100
"""Points of a bank, all their values known, below which no posterior is computed."""
_RESERVED = 256
"""Points, at most a quarter, that settings are learned from and no coverage is measured on."""


class Target(NamedTuple):
    """Observed value, with its errors."""

    name: str
    """Of the column of the bank's summaries."""
    observed: float
    error: float = 0.0
    """Standard error of the observation."""
    discrepancy: float = 0.0
    """Standard deviation of what the model itself gets wrong."""
    group: str = ""
    """Scenario that the target belongs to."""

    @property
    def spread(self) -> float:
        """Standard deviation of observation and model together."""
        return math.hypot(self.error, self.discrepancy)


@dataclass(frozen=True)
class Bank:
    """Parameters drawn from priors, and what one run at each point gave.

    Attributes
    ----------
    parameters
        Shape (points, priors), in their own units.
    names
        Of the summaries.
    summaries
        Shape (points, names); NaN if the run failed, or has no such value.

    Raises
    ------
    AnalysisError
        When shapes do not fit, a value lies outside its range, or two points are the same.
    """

    priors: Sequence[Input]
    parameters: Numbers
    names: Sequence[str]
    summaries: Numbers

    def __post_init__(self) -> None:
        points = len(self.parameters)
        shapes = (self.parameters.shape, self.summaries.shape)
        if shapes != ((points, len(self.priors)), (points, len(self.names))):
            raise AnalysisError(
                f"the bank's arrays have shapes {shapes[0]} and {shapes[1]}: give a row a point, "
                f"and columns for {len(self.priors)} priors and {len(self.names)} summaries"
            )
        for prior, values in zip(self.priors, self.parameters.T, strict=True):
            if not (prior.low < prior.high and (prior.low > 0 or not prior.log)):
                raise AnalysisError(
                    f"{prior.name} has the range {prior.low:g} to {prior.high:g}: "
                    "the lower end comes first, and is above 0 on a logarithmic scale"
                )
            if not np.all((values >= prior.low) & (values <= prior.high)):
                raise AnalysisError(
                    f"{prior.name} has values outside of its range, {prior.low:g} to "
                    f"{prior.high:g}: give the range that the bank was drawn from"
                )
        if len(np.unique(self.parameters, axis=0)) < points:
            raise AnalysisError("points of the bank are the same: give one run a point")

    def against(self, targets: Iterable[Target], seed: int = 0) -> "Evidence":
        """Return the bank's evidence on targets.

        Raises
        ------
        AnalysisError
            When a target is unknown, is no number, or is the same in every run; or when too few
            points have all the values.
        """
        targets = tuple(targets)
        values = self.summaries[:, [self._column(target) for target in targets]]
        known = np.isfinite(values)
        complete, failed = known.all(1), int((~known.any(1)).sum())
        if complete.sum() < FEWEST:
            raise AnalysisError(
                f"{complete.sum()} points of the bank have all of {len(targets)} targets: "
                f"run more, or leave out a target, until {FEWEST} have"
            )
        ordered = np.lexsort(self.parameters[complete].T)
        shares = np.column_stack(
            [prior.share(x) for prior, x in zip(self.priors, self.parameters.T, strict=True)]
        )
        values = values[complete][ordered]
        for target, column in zip(targets, values.T, strict=True):
            if np.ptp(column) == 0:
                raise AnalysisError(f"{target.name} is the same in every run: leave it out")
        return Evidence(
            tuple(self.priors),
            targets,
            shares[complete][ordered],
            values,
            seed,
            failed,
            len(complete) - int(complete.sum()) - failed,
        )

    def _column(self, target: Target) -> int:
        if target.name not in self.names:
            raise AnalysisError(
                f"the bank has no summary {target.name!r}{nearest(target.name, self.names)}"
            )
        if not (math.isfinite(target.observed) and 0 <= target.spread < math.inf):
            raise AnalysisError(
                f"{target.name} is {target.observed} with a spread of {target.spread}: "
                "give a number, and a standard error of 0 or more"
            )
        return list(self.names).index(target.name)


@dataclass(frozen=True)
class Evidence:
    """Points of a bank that have all the targets.

    Their order does not depend on that of the bank.

    Attributes
    ----------
    shares
        Parameters as shares of their ranges, shape (points, priors).
    summaries
        What the runs gave, shape (points, targets).
    failed, undefined
        Points left out because they have none of the targets, or lack some.
    """

    priors: tuple[Input, ...]
    targets: tuple[Target, ...]
    shares: Numbers
    summaries: Numbers
    seed: int
    failed: int
    undefined: int

    @property
    def points(self) -> int:
        """Number of points."""
        return len(self.shares)

    @property
    def observed(self) -> Numbers:
        """Observed values of the targets."""
        return np.array([target.observed for target in self.targets])

    @property
    def spreads(self) -> Numbers:
        """Standard deviations of the targets, of observation and model together."""
        return np.array([target.spread for target in self.targets])

    @cached_property
    def line(self) -> Numbers:
        """Parameters on the whole line, shape (points, priors).

        An end of a range, which lies nowhere on the line, is moved in.
        """
        edge = 0.5 / self.points
        return np.asarray(logit(np.clip(self.shares, edge, 1 - edge)))

    @cached_property
    def simulated(self) -> Numbers:
        """Values as they would be observed, errors included, shape (points, targets).

        The errors of a target do not depend on the other targets.
        """
        errors = [
            generator(self.seed, ("error of a target", target.name)).normal(size=self.points)
            for target in self.targets
        ]
        return self.summaries + self.spreads * np.column_stack(errors)

    def standardised(self, values: Numbers) -> Numbers:
        """Compute values of the targets in median absolute deviations from their medians."""
        middle = np.median(self.simulated, axis=0)
        scale = np.median(np.abs(self.simulated - middle), axis=0)
        return (values - middle) / np.where(scale > 0, scale, self.simulated.std(axis=0))

    def of_targets(self, chosen: Iterable[bool]) -> Self:
        """Return the evidence of some targets alone, from the same points."""
        kept = np.fromiter(chosen, bool)
        targets = tuple(target for target, keep in zip(self.targets, kept, strict=True) if keep)
        return replace(self, targets=targets, summaries=self.summaries[:, kept])

    def shuffled(self, time: int) -> Self:
        """Return evidence in which the summaries know nothing of the parameters."""
        order = generator(self.seed, ("shuffle", time)).permutation(self.points)
        return replace(self, shares=self.shares[order])

    @property
    def reserved(self) -> PointNumbers:
        """Points that settings are learned from."""
        return self._order[: self._reserve]

    def held_out(self, count: int, *, near: bool = False) -> PointNumbers:
        """Return points that no settings are learned from, as pseudo-observations.

        Parameters
        ----------
        near
            Take the points whose values are nearest to the observed ones, instead of any.
        """
        free = self._order[self._reserve :]
        if near:
            apart = self.standardised(self.simulated[free]) - self.standardised(self.observed)
            free = free[np.argsort(np.square(apart).sum(axis=1), kind="stable")]
        return free[:count]

    @property
    def _order(self) -> PointNumbers:
        return generator(self.seed, ("points held out",)).permutation(self.points)

    @property
    def _reserve(self) -> int:
        return min(_RESERVED, self.points // 4)
