"""Intervals for means and chances, of pairs and of unpaired runs.

Most pairs of lives are often identical, or nearly so, and the few that differ do so by very different amounts, mostly
one way. A plain t interval is then too short: where it says 95 %, it holds the true mean in 75 to 90 % of studies. So
the interval of a mean difference (`mean_interval`) is a t interval with three guards. Of n pairs, k carry the
differences (`effective_pairs`), which may be few although all differ:

1. Their share counts as (k + 2) / (n + 2) in the variance, as Bonett and Price (2012) count discordant pairs, unless
   the sample's own variance is larger.
2. Student's t has k + 1 degrees of freedom, where that is less than n - 1: pairs that are alike say little of spread.
3. On the side of the long tail it reaches further by the first term of an inverted Edgeworth expansion (Hall 1983).

Where differences are spread evenly and their law is symmetric, it is the t interval to within a few hundredths. What no
pair has shown, no interval can hold: if one pair in fifty carries the mean, 40 pairs miss it in 45 % of studies.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import ndtri, stdtrit

from defectsim.core.randomness import generator

type Numbers = NDArray[np.float64]

RESAMPLES = 9_999
MIN_EFFECTIVE_PAIRS = 10
"""Effective pairs before an interval can be relied on."""


class Interval(NamedTuple):
    """The bounds of an interval."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """From one bound to the other."""
        return self.high - self.low

    def reach(self, middle: float) -> float:
        """How far the interval reaches from a middle value, on its longer side."""
        return max(middle - self.low, self.high - middle)


def mean_interval(differences: Numbers, level: float = 0.95) -> Interval | None:
    """Return the interval of the mean difference; None where all are the same, for that says nothing of their spread.

    Parameters
    ----------
    differences
        A number a pair.
    level
        How often the interval holds the true mean.
    """
    carry = effective_pairs(differences)
    if carry == 0:
        return None
    pairs, tail, mean, usual = (
        len(differences),
        0.5 + level / 2,
        float(differences.mean()),
        np.median(differences),
    )
    size = float(np.square(differences - usual).sum()) / carry
    spread = size * (carry + 2) / (pairs + 2) - float(mean - usual) ** 2
    error = math.sqrt(max(float(differences.var(ddof=1)), spread) / pairs)
    guarded, plain = (
        float(stdtrit(freedom, tail)) for freedom in (min(carry + 1, pairs - 1), pairs - 1)
    )
    bent = _skewness(differences) * (2 * plain**2 + 1) / (6 * math.sqrt(pairs))
    return Interval(
        mean - error * max(guarded, plain - bent), mean + error * max(guarded, plain + bent)
    )


def effective_pairs(differences: Numbers) -> float:
    """Return how many pairs carry the differences: Kish's (1965) effective number, of distances from the median.

    It is k where k pairs differ from all others, and by as much as each other; less, where some differ by far more than
    the rest do; 64 % of all pairs, where differences are normal; and 0, where all are the same.
    """
    if len(differences) == 0 or np.ptp(differences) == 0:
        return 0.0
    apart = np.abs(differences - np.median(differences))
    return float(apart.sum() ** 2 / np.square(apart).sum())


def _skewness(values: Numbers) -> float:
    apart = values - values.mean()
    return float(np.mean(apart**3) / np.mean(apart**2) ** 1.5)


def bootstrap_interval(
    differences: Numbers, key: tuple[str | int, ...], level: float = 0.95
) -> Interval | None:
    """Return the BCa bootstrap interval (Efron 1987) of the mean difference; None where all are the same.

    Parameters
    ----------
    key
        What the resamples are for; the same key gives the same ones.
    """
    if effective_pairs(differences) == 0:
        return None
    found = stats.bootstrap(
        (differences,),
        np.mean,
        n_resamples=RESAMPLES,
        confidence_level=level,
        method="BCa",
        batch=500,
        rng=generator(0, ("bootstrap", *key)),
    ).confidence_interval
    return Interval(float(found.low), float(found.high))


def chance_interval(differences: Numbers, level: float = 0.95) -> Interval:
    """Return the interval of a difference of two chances, from pairs: -1, 0 or 1 each (Bonett and Price 2012).

    It has a width even where no pair differs. Fagerland, Lydersen and Laake (2014) compare it with others.
    """
    gained, lost = int((differences > 0).sum()), int((differences < 0).sum())
    pairs = len(differences) + 2
    up, down = (gained + 1) / pairs, (lost + 1) / pairs
    arm = float(ndtri(0.5 + level / 2)) * math.sqrt((up + down - (up - down) ** 2) / pairs)
    return Interval(max(up - down - arm, -1.0), min(up - down + arm, 1.0))


def unpaired_mean_interval(base: Numbers, other: Numbers, level: float = 0.95) -> Interval | None:
    """Return the interval of a difference of means as if there were no pairs (Welch 1947); None if no run varies."""
    if min(len(base), len(other)) < 2 or np.ptp(base) + np.ptp(other) == 0:
        return None
    spreads = [float(values.var(ddof=1)) / len(values) for values in (base, other)]
    freedom = sum(spreads) ** 2 / sum(
        s**2 / (len(values) - 1) for s, values in zip(spreads, (base, other), strict=True)
    )
    arm = float(stdtrit(freedom, 0.5 + level / 2)) * math.sqrt(sum(spreads))
    mean = float(other.mean() - base.mean())
    return Interval(mean - arm, mean + arm)


def unpaired_chance_interval(base: Numbers, other: Numbers, level: float = 0.95) -> Interval:
    """Return the interval of a difference of chances as if there were no pairs (Agresti and Caffo 2000)."""
    before, after = ((values.sum() + 1) / (len(values) + 2) for values in (base, other))
    spread = before * (1 - before) / (len(base) + 2) + after * (1 - after) / (len(other) + 2)
    arm = float(ndtri(0.5 + level / 2)) * math.sqrt(spread)
    return Interval(max(float(after - before - arm), -1.0), min(float(after - before + arm), 1.0))


def exact_interval(hits: int, trials: int, level: float = 0.9) -> Interval:
    """Return the exact interval of a chance (Clopper and Pearson 1934)."""
    found = stats.binomtest(hits, trials).proportion_ci(confidence_level=level, method="exact")
    return Interval(float(found.low), float(found.high))


def upper_bound(hits: int, trials: int, level: float = 0.95) -> float:
    """Return the bound that a chance stays below (Clopper and Pearson 1934), such as 3/n where there was no hit."""
    return 1.0 if hits >= trials else float(stats.beta.ppf(level, hits + 1, trials - hits))
