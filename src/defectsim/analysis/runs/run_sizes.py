"""Distribution over runs of a number of people: tail probabilities and modes."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from defectsim.analysis.intervals import exact_interval
from defectsim.core.formatting import QUANTILE_METHOD

_PLACES = 512
_LOWEST_PEAK = 0.2
"""Height of the lowest mode that counts, of the highest."""
_FEWEST = 5
"""Runs before a density is estimated."""


class RunSizes(NamedTuple):
    """Distribution over runs of a number of people."""

    numbers: pl.Series
    """A number a run."""
    tail: pl.DataFrame
    """From `at_least`."""
    density: pl.DataFrame
    """From `density`."""
    modes: pl.DataFrame
    """From `modes`."""


def run_sizes(numbers: pl.Series) -> RunSizes:
    """Return the tail distribution, the density and the modes of a number of people, one a run."""
    heights = density(numbers)
    return RunSizes(numbers, at_least(numbers), heights, modes(numbers, heights))


def at_least(numbers: pl.Series) -> pl.DataFrame:
    """Return the share of runs that reach each number that occurred (the tail distribution).

    Returns
    -------
    DataFrame
        A row a number: *people*, *share* of runs with as many or more, its exact 90 % interval *low*
        to *high* at that number alone.
    """
    ordered, runs = numbers.sort(), len(numbers)
    people = ordered.unique().sort()
    counts = [int((ordered >= one).sum()) for one in people]
    bounds = [exact_interval(count, runs) for count in counts]
    return pl.DataFrame(
        {
            "people": people,
            "share": [count / runs for count in counts],
            "low": [one.low for one in bounds],
            "high": [one.high for one in bounds],
        }
    )


def density(numbers: pl.Series) -> pl.DataFrame:
    """Estimate the density of numbers on a logarithmic scale, by Gaussian kernels.

    The scale is log(1 + people), the bandwidth that of Silverman (1986, eq. 3.31).

    Returns
    -------
    DataFrame
        *people* and *density*, 1 at its highest; no row for fewer than five runs, or if all have one
        number.
    """
    values = np.log1p(numbers.to_numpy().astype(float))
    if len(values) < _FEWEST or np.ptp(values) == 0:
        return pl.DataFrame(schema={"people": pl.Float64, "density": pl.Float64})
    from scipy.stats import gaussian_kde  # takes half a second

    deviation = float(values.std(ddof=1))
    quartiles = np.quantile(values, [0.25, 0.75], method=QUANTILE_METHOD)
    spread = min(deviation, float(np.ptp(quartiles)) / 1.34) or deviation
    kernels = gaussian_kde(values, 0.9 * spread / deviation * len(values) ** -0.2)
    reach = 3 * float(np.sqrt(kernels.covariance[0, 0]))
    places = np.linspace(max(values.min() - reach, 0.0), values.max() + reach, _PLACES)
    heights = kernels(places)
    heights /= heights.max()
    return pl.DataFrame({"people": np.expm1(places), "density": heights})


def modes(numbers: pl.Series, heights: pl.DataFrame) -> pl.DataFrame:
    """Return the modes of a density, and the runs of each, parted where the density is lowest.

    A mode is a local maximum at least a fifth as high as the highest.

    Returns
    -------
    DataFrame
        A row a mode: *people*, the median of its runs, and the number of *runs*.
    """
    height, people = heights["density"].to_numpy(), heights["people"].to_numpy()
    peaks = _peaks(height)
    parted = [people[before + np.argmin(height[before:after])] for before, after in pairwise(peaks)]
    of_mode = np.searchsorted(parted, numbers.to_numpy())
    groups = pl.DataFrame({"mode": of_mode, "people": numbers})
    found = groups.group_by("mode").agg(pl.col("people").median(), runs=pl.len())
    return found.sort("mode").drop("mode")


def _peaks(heights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the places of heights that are higher than both beside them."""
    padded = np.concatenate([[-np.inf], heights, [-np.inf]])
    higher = (padded[1:-1] > padded[:-2]) & (padded[1:-1] >= padded[2:])
    return np.flatnonzero(higher & (heights >= _LOWEST_PEAK))
