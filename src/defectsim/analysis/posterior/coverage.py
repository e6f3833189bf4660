"""Coverage of posteriors, and parameters that targets say anything about."""

import numpy as np
import polars as pl

from defectsim.analysis.intervals import Interval, Numbers, exact_interval
from defectsim.analysis.posterior.adjustment import Adjustment
from defectsim.analysis.posterior.distribution import Method, widths
from defectsim.analysis.posterior.evidence import PointNumbers

HELD_OUT = 500
"""Points that coverage is measured on."""
_WIDTH_POINTS = 100
"""Points that widths are averaged over, for the evidence and for each of its shuffles."""
_SHUFFLES = 39
_LOWEST = 2
"""Rank among the shuffles that has a chance of 5 %, 2 in 40."""
_DOUBT = 0.05


def coverage(method: Method, rows: PointNumbers) -> pl.DataFrame:
    """Count how often intervals cover the parameters of held-out points.

    Each point's values, errors included, are the observation of a posterior from all other points
    (leave one out). Settings are learned from further points.

    Parameters
    ----------
    rows
        Points, from `Evidence.held_out`.

    Returns
    -------
    DataFrame
        A row a parameter: *parameter*, *points*, and the shares of them that are covered,
        *covered_90* and *covered_50*, each with bounds, as *low_90* and *high_90*. The bounds are
        exact (Clopper and Pearson 1934) and hold for all parameters at once in 95 % (Bonferroni).
    """
    quantiles, truth = method.held_out(rows), method.evidence.shares[rows]
    names = [prior.name for prior in method.evidence.priors]
    found = pl.DataFrame({"parameter": names, "points": len(rows)})
    for nominal, low, high in ((90, quantiles[0], quantiles[-1]), (50, *quantiles[[1, 3]])):
        hits = ((low <= truth) & (truth <= high)).sum(axis=0)
        bounds = [_bounds(int(count), len(rows), len(names)) for count in hits]
        found = found.with_columns(
            pl.Series(f"covered_{nominal}", hits / len(rows)),
            pl.Series(f"low_{nominal}", [bound.low for bound in bounds]),
            pl.Series(f"high_{nominal}", [bound.high for bound in bounds]),
        )
    return found


def _bounds(hits: int, points: int, parameters: int) -> Interval:
    return exact_interval(hits, points, 1 - _DOUBT / parameters)


def informed(method: Adjustment, rows: PointNumbers) -> pl.DataFrame:
    """Compare widths of intervals with those of shuffled parameters.

    Targets cannot know anything about these: a negative control.

    A parameter is informed if its intervals are narrower, on average over held-out points, than
    those of the narrowest parameter in 95 % of the shuffles. So with a chance of about 5 % any of
    those that targets say nothing about is named informed (Westfall and Young 1993).

    Parameters
    ----------
    rows
        Points, from `Evidence.held_out`; the first are used.

    Returns
    -------
    DataFrame
        A row a parameter: *parameter*; the width of the 90 % interval as a share of the prior's
        (`distribution.widths`), given the observed targets (*width*), in the held-out points
        (*width_q05*, *width_q50*, *width_q95*, and their *width_mean*), and the least in shuffles
        (*width_shuffled*); and whether it is *informed*.
    """
    rows = rows[:_WIDTH_POINTS]
    own = widths(method.held_out(rows))
    shuffled = [_narrowest(method, time, rows) for time in range(_SHUFFLES)]
    bound = sorted(shuffled)[_LOWEST - 1]
    low, middle, high = np.quantile(own, [0.05, 0.5, 0.95], axis=0)
    return (
        method.posterior()
        .quantiles()
        .select("parameter", "width")
        .with_columns(
            pl.Series("width_q05", low),
            pl.Series("width_q50", middle),
            pl.Series("width_q95", high),
            pl.Series("width_mean", own.mean(axis=0)),
            pl.lit(bound).alias("width_shuffled"),
            pl.Series("informed", own.mean(axis=0) < bound),
        )
    )


def _narrowest(method: Adjustment, time: int, rows: PointNumbers) -> float:
    """Return the least mean width of a parameter in a shuffle."""
    shuffle = Adjustment(method.evidence.shuffled(time), method.tolerance, method.projected)
    found: Numbers = widths(shuffle.held_out(rows)).mean(axis=0)
    return float(found.min())
