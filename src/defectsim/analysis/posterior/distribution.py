"""Posterior distribution of parameters, as a weighted sample."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl
from scipy.special import expit, logit

from defectsim.analysis.inputs import Input
from defectsim.analysis.intervals import Numbers
from defectsim.analysis.posterior.evidence import Evidence, PointNumbers
from defectsim.analysis.posterior.local import WeightedSample
from defectsim.core.formatting import QUANTILES
from defectsim.core.randomness import generator

LEVELS = tuple(QUANTILES.values())
_END = 1e-9
"""Share of a range that is as far out as the whole line is measured."""


@dataclass(frozen=True)
class Posterior:
    """Weighted sample of parameters.

    Attributes
    ----------
    shares
        Parameters as shares of their ranges, shape (accepted, priors).
    weights
        Shape (accepted,), each at least 0.
    """

    priors: Sequence[Input]
    shares: Numbers
    weights: Numbers

    @property
    def effective(self) -> float:
        """Effective number of draws (Kish 1965)."""
        return float(self.weights.sum() ** 2 / np.square(self.weights).sum())

    def quantiles(self) -> pl.DataFrame:
        """Return the quantiles of each parameter in its own unit.

        Returns
        -------
        DataFrame
            A row a parameter: *parameter*, *q05*, *q25*, *q50*, *q75*, *q95*, and *width*, that of
            the 90 % interval as a share of the prior's (`widths`).
        """
        (found,) = (
            WeightedSample(self.shares.T[None], self.weights[None]).quantiles(LEVELS).swapaxes(0, 1)
        )
        values = [prior.value(column) for prior, column in zip(self.priors, found.T, strict=True)]
        return pl.DataFrame(
            {
                "parameter": [prior.name for prior in self.priors],
                **dict(zip(QUANTILES, np.array(values).T, strict=True)),
                "width": widths(found),
            }
        )

    def draw(self, count: int, seed: int) -> pl.DataFrame:
        """Return parameter vectors drawn from the posterior, a row each."""
        drawn = self.draw_shares(count, generator(seed, ("draws of the posterior",)))
        columns = zip(self.priors, drawn.T, strict=True)
        return pl.DataFrame({prior.name: prior.value(shares) for prior, shares in columns})

    def draw_shares(self, count: int, random: np.random.Generator) -> Numbers:
        """Return parameters drawn, as shares of their ranges, shape (count, priors)."""
        chances = self.weights / self.weights.sum()
        return self.shares[random.choice(len(chances), size=count, p=chances)]


class Method(Protocol):
    """Way from evidence to posteriors."""

    @property
    def evidence(self) -> Evidence:
        """Evidence that the posteriors are from."""

    def posterior(self) -> Posterior:
        """Return the posterior given the observed targets."""

    def held_out(self, rows: PointNumbers) -> Numbers:
        """Compute quantiles given the values of points, each left out in turn.

        Returns
        -------
        ndarray
            Quantiles of parameters as shares of their ranges, shape (5, rows, priors).
        """


def widths(quantiles: Numbers) -> Numbers:
    """Compute widths of 90 % intervals as shares of the prior's width.

    Both are measured on the whole line.

    Parameters
    ----------
    quantiles
        Of parameters as shares of their ranges, shape (5, ...), as `WeightedSample.quantiles` gives them.
    """
    low, high = logit(np.clip(quantiles[[0, -1]], _END, 1 - _END))
    return np.asarray((high - low) / (2 * logit(LEVELS[-1])))


def interval_score(quantiles: Numbers, truth: Numbers) -> float:
    """Compute the mean score of 90 % intervals (Gneiting and Raftery 2007).

    The less, the better. It is the width, and 20 times the distance of the truth from the interval;
    width and distance are shares of the range.
    """
    low, high = quantiles[0], quantiles[-1]
    missed = np.maximum(low - truth, 0) + np.maximum(truth - high, 0)
    return float(np.mean(high - low + missed * 2 / (2 * LEVELS[0])))


def shares_of(line: Numbers) -> Numbers:
    """Compute shares of the range from parameters on the whole line."""
    return np.asarray(expit(line))
