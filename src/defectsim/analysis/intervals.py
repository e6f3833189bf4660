"""Intervals of means and chances, of pairs and of unpaired runs.

The interval of a mean difference (`mean_interval`) is Student's with three guards, because a few
pairs may determine the mean; docs/design.md ("Paired differences") has reasons and sources.
"""

import math
from collections.abc import Sequence
from numbers import Real
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, betaincinv, ndtri, stdtrit

from defectsim.core.errors import AnalysisError
from defectsim.core.randomness import generator

type Numbers = NDArray[np.float64]

_LEVEL = 0.95
"""Confidence level of all intervals but the exact one."""
TAIL = 0.5 + _LEVEL / 2
"""Probability below the upper end of an interval of that level."""
RESAMPLES = 9_999
MIN_EFFECTIVE_PAIRS = 10
"""Effective pairs before an interval can be relied on."""


class Interval(NamedTuple):
    """Bounds of an interval."""

    low: float
    high: float

    def reach(self, middle: float) -> float:
        """Return the distance from a middle value to the farther bound."""
        return max(middle - self.low, self.high - middle)


def mean_interval(differences: Numbers) -> Interval | None:
    """Return the guarded t interval of the mean difference of pairs; None if all are the same.

    It reaches further on the side of the long tail, by the guarded quantile's first Edgeworth term.
    """
    effective = effective_pairs(differences)
    if effective == 0:
        return None
    pairs = len(differences)
    mean, median = float(differences.mean()), np.median(differences)
    size = float(np.square(differences - median).sum()) / effective
    spread = size * (effective + 2) / (pairs + 2) - float(mean - median) ** 2
    error = math.sqrt(max(float(differences.var(ddof=1)), spread) / pairs)
    guarded = float(stdtrit(min(effective + 1, pairs - 1), TAIL))
    bent = _skewness(differences) * (2 * guarded**2 + 1) / (6 * math.sqrt(pairs))
    low, high = guarded + max(-bent, 0.0), guarded + max(bent, 0.0)
    return Interval(mean - error * low, mean + error * high)


def effective_pairs(differences: Numbers) -> float:
    """Return the effective number of pairs that differ (Kish 1965), of distances from the median.

    It is k if k pairs differ from all others, by the same amount; fewer if some differ by far more
    than the rest; 64 % of all pairs if differences are normal; and 0 if all are the same.
    """
    if len(differences) == 0 or np.ptp(differences) == 0:
        return 0.0
    apart = np.abs(differences - np.median(differences))
    return float(apart.sum() ** 2 / np.square(apart).sum())


def _skewness(values: Numbers) -> float:
    apart = values - values.mean()
    return float(np.mean(apart**3) / np.mean(apart**2) ** 1.5)


def bootstrap_interval(differences: Numbers, key: tuple[str | int, ...]) -> Interval | None:
    """Return the BCa interval (Efron 1987) of the mean difference; None if all are the same.

    The same key gives the same resamples.
    """
    if effective_pairs(differences) == 0:
        return None
    from scipy.stats import bootstrap  # takes half a second

    found = bootstrap(
        (differences,),
        np.mean,
        n_resamples=RESAMPLES,
        confidence_level=_LEVEL,
        method="BCa",
        batch=500,
        rng=generator(0, ("bootstrap", *key)),
    ).confidence_interval
    return Interval(float(found.low), float(found.high))


def chance_interval(differences: Numbers) -> Interval:
    """Return the interval of a difference of chances, of pairs of -1, 0 or 1 (Bonett, Price 2012).

    It has a width even if no pair differs (Fagerland, Lydersen and Laake 2014).
    """
    gained, lost = int((differences > 0).sum()), int((differences < 0).sum())
    pairs = len(differences) + 2
    up, down = (gained + 1) / pairs, (lost + 1) / pairs
    arm = float(ndtri(TAIL)) * math.sqrt((up + down - (up - down) ** 2) / pairs)
    return Interval(max(up - down - arm, -1.0), min(up - down + arm, 1.0))


def unpaired_mean_interval(base: Numbers, other: Numbers) -> Interval | None:
    """Return the interval of a difference of means of unpaired runs (Welch 1947), if any varies."""
    if min(len(base), len(other)) < 2 or np.ptp(base) + np.ptp(other) == 0:
        return None
    spreads = [float(values.var(ddof=1)) / len(values) for values in (base, other)]
    freedom = sum(spreads) ** 2 / sum(
        s**2 / (len(values) - 1) for s, values in zip(spreads, (base, other), strict=True)
    )
    arm = float(stdtrit(freedom, TAIL)) * math.sqrt(sum(spreads))
    mean = float(other.mean() - base.mean())
    return Interval(mean - arm, mean + arm)


def unpaired_chance_interval(base: Numbers, other: Numbers) -> Interval:
    """Return the interval of a difference of chances of unpaired runs (Agresti and Caffo 2000)."""
    before, after = ((values.sum() + 1) / (len(values) + 2) for values in (base, other))
    spread = before * (1 - before) / (len(base) + 2) + after * (1 - after) / (len(other) + 2)
    arm = float(ndtri(TAIL)) * math.sqrt(spread)
    return Interval(max(float(after - before - arm), -1.0), min(float(after - before + arm), 1.0))


def exact_interval(hits: float, trials: float, level: float = 0.9) -> Interval:
    """Return the exact interval of a chance (Clopper and Pearson 1934)."""
    tail = (1 - level) / 2
    low = betaincinv(hits, trials - hits + 1, tail) if hits else 0.0
    high = betaincinv(hits + 1, trials - hits, 1 - tail) if hits < trials else 1.0
    return Interval(float(low), float(high))


def grouped_interval(hits: Numbers, trials: Numbers) -> Interval:
    """Return the exact 90 % interval of a chance from groups of trials (Korn and Graubard 1998).

    Trials of a group may resemble each other: all together they count as at least one a group, and
    at most as what they are. Without a trial the chance may be anything.
    """
    some = trials > 0
    total, groups = float(trials.sum()), int(some.sum())
    if groups == 0:
        return Interval(0.0, 1.0)
    chance = float(hits.sum()) / total
    apart = float(np.square(hits - chance * trials)[some].sum())
    spread = apart * groups / max(groups - 1, 1) / total**2
    counted = chance * (1 - chance) / spread if spread else groups
    counted = min(max(counted, groups), total)
    return exact_interval(chance * counted, counted)


def upper_bound(hits: int, trials: int) -> float:
    """Return the upper bound of a chance (Clopper and Pearson 1934), such as 3/n without a hit."""
    return 1.0 if hits >= trials else float(betaincinv(hits + 1, trials - hits, _LEVEL))


def quantile_ranks(count: int, share: float = 0.5, level: float = 0.9) -> tuple[int, int]:
    """Return the ranks, from 1, of the numbers that bound a quantile, whatever their distribution.

    It is the exact binomial interval (Thompson 1936); rank 0 or ``count + 1`` is no bound.
    """
    chances = bdtr(np.arange(count + 1.0), count, share)
    tail = (1 - level) / 2
    return int((chances <= tail).sum()), int((chances < 1 - tail).sum()) + 1


class PredictionInterval(NamedTuple):
    """Bounds between two of some numbers, and the share of further ones to expect between them."""

    low: float
    high: float
    content: float
    """Expected share of further numbers of the same distribution that lie between the bounds."""
    assured: float
    """Share of them that lies there at least, with 95 % confidence (Wilks 1941)."""


def prediction_interval(values: Sequence[float], content: float = 0.9) -> PredictionInterval:
    """Return the interval that is to hold a share of further runs, whatever their distribution.

    It lies between two of the numbers, as many from either end, so n numbers of which r are at or
    beyond each bound hold a share of (n + 1 - 2 r) / (n + 1) of further ones. Where even the
    smallest and the largest hold less than asked, the interval is their range, and its *content*
    tells how little that is.

    Parameters
    ----------
    values
        Results of runs, such as a column of the runs of a study; no number may be missing.
    content
        Share of further runs that it is to hold.

    Raises
    ------
    AnalysisError
        If there are fewer than two numbers, or one is missing, or `content` is no share.
    """
    try:
        ordered = np.sort(np.asarray(values, float))
    except (TypeError, ValueError):
        ordered = np.empty(0)
    if ordered.ndim != 1 or len(ordered) < 2 or not np.isfinite(ordered).all():
        raise AnalysisError("a prediction interval needs two numbers or more, and none missing")
    if not (isinstance(content, Real) and 0 < content < 1):
        raise AnalysisError(f"the content {content} must lie between 0 and 1")
    count = len(ordered)
    rank = max(math.floor((count + 1) * (1 - content) / 2 + 1e-9), 1)
    inside, outside = count + 1 - 2 * rank, 2 * rank
    assured = float(betaincinv(inside, outside, 1 - _LEVEL))
    low, high = float(ordered[rank - 1]), float(ordered[-rank])
    return PredictionInterval(low, high, inside / (count + 1), assured)
