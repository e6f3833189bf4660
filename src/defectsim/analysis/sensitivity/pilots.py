"""Replicates that a study needs, by the noise of a pilot."""

import math
from dataclasses import dataclass

import numpy as np

from defectsim.analysis.intervals import Numbers
from defectsim.analysis.sensitivity.indices import BOUNDS, FEWEST, ROUNDING, resampled


@dataclass(frozen=True)
class Replicates:
    """Number of replicates a point, with its 90 % interval, or the reason why there is none.

    Attributes
    ----------
    needed, low, high
        None if there is a *fault*; a bound that the pilot does not set is None, too.
    points, left_out
        Points of the pilot that are read, and those left out for having fewer than two runs.
    failed
        Runs that failed, at all points.
    """

    needed: int | None
    low: int | None
    high: int | None
    points: int
    left_out: int
    failed: int
    fault: str | None = None


def replicates_for(pilot: Numbers, share: float, seed: int, *, common: bool = False) -> Replicates:
    """Estimate the replicates that leave chance a share of points' variance.

    Of the means of n runs a point, chance makes s² / n of a variance of b² + s² / n, where s² is
    the mean variance within points, and b² the variance of the pilot's means less what chance adds
    to it, the mean of each point's variance over its number of runs (analysis of variance with
    unweighted means: Searle, Casella and McCulloch 1992). So n = s² (1 - share) / (share b²),
    rounded up. The interval is that of a bootstrap over points.

    Parameters
    ----------
    pilot
        Shape (points, replicates): outcomes, NaN where the run failed.
    share
        Between 0 and 1: what chance may make of the variance of point means.
    seed
        Of the bootstrap.
    common
        Whether a replicate has the same draws at all points. What it shifts all of them by is then
        no noise between points, and is taken out.
    """
    failed = np.isnan(pilot)
    usable = (~failed).sum(axis=1) >= 2
    read = pilot[usable]
    counts = (len(read), int((~usable).sum()), int(failed.sum()))
    if len(read) < FEWEST:
        fault = f"{len(read)} points have two runs that ended well, and {FEWEST} are the fewest"
        return Replicates(None, None, None, *counts, fault)
    within = np.nanvar(_unshifted(read) if common else read, axis=1, ddof=1)
    within[within <= (ROUNDING * np.nanmax(np.abs(read))) ** 2] = 0
    runs = (~np.isnan(read)).sum(axis=1)
    parts = np.column_stack([np.nanmean(read, axis=1), within, within / runs])
    needed = _needed(parts, share)
    if needed is None:
        fault = (
            "the points of the pilot differ no more than chance makes them: ask for a larger one"
        )
        return Replicates(None, None, None, *counts, fault)
    draws = [_needed(drawn, share) or np.inf for drawn in resampled(parts, seed)]
    bounds = np.quantile(draws, BOUNDS, method="inverted_cdf").tolist()
    low, high = (int(bound) if math.isfinite(bound) else None for bound in bounds)
    return Replicates(needed, low, high, *counts)


def _unshifted(pilot: Numbers) -> Numbers:
    """Return outcomes less the mean of their replicate, scaled to the variance that is left."""
    known = pilot[:, ~np.isnan(pilot).all(axis=0)]
    points = len(known)
    return np.asarray((known - np.nanmean(known, axis=0)) * math.sqrt(points / (points - 1)))


def _needed(parts: Numbers, share: float) -> int | None:
    """Return n from each point's mean, variance, and variance of the mean; None without a b²."""
    means, within, errors = parts.T
    if not within.any():
        return 1
    between = means.var(ddof=1) - errors.mean()
    if between <= 0:
        return None
    return max(1, math.ceil(float(within.mean()) * (1 - share) / (share * float(between))))
