"""Banks of runs of models whose posteriors are known, or simple."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import qmc

from defectsim.analysis.inputs import Input
from defectsim.analysis.intervals import Numbers
from defectsim.analysis.posterior.evidence import Bank, Target
from defectsim.core.randomness import generator

NAMES = ("fear", "pay", "ties", "anger", "idle", "moot")
INFORMED, UNINFORMED = NAMES[:4], NAMES[4:]
TARGETS = ("left", "fled", "shirked", "plotted")
SLOPES = np.array(
    [[1, 0.5, 0, 0, 0, 0], [0, 1, 0.6, 0, 0, 0], [0.7, 0, 0, 1, 0, 0], [0, 0, 1, -0.8, 0, 0]]
)
"""Of the targets on the parameters, of which the last two have none."""
NOISE = np.array([0.43, 0.6, 0.75, 0.9])
"""Share of each target's variance that is noise."""
SPREADS = np.sqrt(np.square(SLOPES).sum(axis=1) / 12 * NOISE / (1 - NOISE))


def linear(shares: Numbers, seed: int) -> Numbers:
    """Return targets that are linear in the parameters, with normal noise."""
    noise = generator(seed, ("noise",)).normal(size=(len(shares), len(TARGETS)))
    return shares @ SLOPES.T + SPREADS * noise


def counts(shares: Numbers, seed: int) -> Numbers:
    """Return counts whose rates are exponential in the parameters."""
    rates = np.exp(1 + 2.4 * (shares - 0.5) @ SLOPES.T)
    return generator(seed, ("counts",)).poisson(rates).astype(float)


def points(count: int, seed: int) -> Numbers:
    """Return scrambled Sobol points."""
    return np.asarray(qmc.Sobol(len(NAMES), rng=generator(seed, ("points",))).random(count))


def bank(model=linear, count: int = 1024, seed: int = 1) -> Bank:
    """Return a bank of one run a point, all priors from 0 to 1."""
    shares = points(count, seed)
    priors = [Input(name, 0, 1) for name in NAMES]
    return Bank(priors, shares, TARGETS, model(shares, seed))


def targets(observed: Sequence[float], error: float = 0.0) -> list[Target]:
    """Return targets of two scenarios, with the same error each."""
    groups = ("one", "one", "two", "two")
    return [
        Target(name, value, error, group=group)
        for name, value, group in zip(TARGETS, observed, groups, strict=True)
    ]


def exact(observed: Numbers, error: float) -> tuple[Numbers, Numbers]:
    """Return means and standard deviations of the linear model's posterior."""
    draws = points(2**15, 0)
    variance = np.square(SPREADS) + error**2
    fit = -(np.square(observed - draws @ SLOPES.T) / variance).sum(axis=1) / 2
    return moments(draws, np.exp(fit - fit.max()))


def moments(values: Numbers, weights: Numbers) -> tuple[Numbers, Numbers]:
    """Return weighted means and standard deviations."""
    chances = weights / weights.sum()
    mean = chances @ values
    return mean, np.sqrt(chances @ np.square(values - mean))
