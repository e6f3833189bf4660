"""Synthetic likelihood (Wood 2010) from Gaussian processes of targets over parameters.

Targets are made about normal by a power (Yeo and Johnson 2000), and combined so that their noise is
not correlated. Given parameters, each combination is then normal and independent of the others:
around the process's mean, with the variance of the process and of a white kernel, which is that of
runs and of the targets' errors (Rasmussen and Williams 2006).
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from defectsim.analysis.extras import extra
from defectsim.analysis.intervals import Numbers
from defectsim.analysis.posterior.distribution import LEVELS, Posterior
from defectsim.analysis.posterior.evidence import Evidence, PointNumbers
from defectsim.core.errors import AnalysisError
from defectsim.core.randomness import generator

_DRAWS = 13
"""Power of 2 of the draws from the prior."""
_FEWEST_EFFECTIVE = 100
_PER_COEFFICIENT = 3
"""Reserved points at least, for each coefficient of a regression on parameters."""
_LEAST_NOISE = 1e-9
"""Variance of a target's noise, as a share of the target's, even if others determine it."""


class _Process(NamedTuple):
    """Gaussian process of one combination, at the draws from the prior."""

    mean: Numbers
    """Shape (draws,)."""
    variance: Numbers
    """Shape (draws,), the white kernel's included."""
    pull: Numbers
    """Weight of each point's value in the mean, shape (draws, points)."""
    surprise: Numbers
    """Excess of a point's value over its prediction from the others, shape (points,)."""
    doubt: Numbers
    """Variance of that prediction, shape (points,)."""


@dataclass(frozen=True)
class Emulator:
    """Posterior by importance sampling from the prior.

    Kernels and combinations are learned from the reserved points. Points with few effective draws
    have uncertain intervals, and count in their coverage all the same.
    """

    evidence: Evidence

    @cached_property
    def draws(self) -> Numbers:
        """Scrambled Sobol points of the prior, as shares, shape (draws, priors)."""
        from scipy.stats import qmc  # takes half a second

        random = generator(self.evidence.seed, ("draws of the prior",))
        return np.asarray(qmc.Sobol(len(self.evidence.priors), rng=random).random_base2(_DRAWS))

    def posterior(self) -> Posterior:
        """Return the posterior given the observed targets.

        Raises
        ------
        AnalysisError
            When the bank has too few points, or the prior too few draws that fit.
        """
        likelihood = np.zeros(2**_DRAWS)
        (observed,) = self._normal(self.evidence.observed[None]) @ self._apart
        for value, process in zip(observed, self._processes(), strict=True):
            likelihood += _log_normal(value, process.mean, process.variance)
        weights = np.exp(likelihood - likelihood.max())
        found = Posterior(self.evidence.priors, self.draws, weights)
        if found.effective < _FEWEST_EFFECTIVE:
            raise AnalysisError(
                f"the targets leave {found.effective:.0f} effective draws of {2**_DRAWS} from the "
                "prior: take the regression, or run a bank on narrower ranges"
            )
        return found

    def held_out(self, rows: PointNumbers) -> Numbers:
        """Compute quantiles given the values of points, each left out in turn.

        Returns
        -------
        ndarray
            Quantiles of parameters as shares of their ranges, shape (5, rows, priors).
        """
        likelihood = np.zeros((len(rows), 2**_DRAWS))
        values = self._values[rows]
        for column, process in zip(values.T, self._processes(), strict=True):
            pull, doubt = process.pull[:, rows].T, process.doubt[rows, None]
            mean = process.mean - pull * process.surprise[rows, None]
            variance = process.variance + np.square(pull) * doubt
            likelihood += _log_normal(column[:, None], mean, variance)
        weights = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
        columns = [_quantiles(column, weights) for column in self.draws.T]
        return np.stack(columns, axis=-1)

    def _processes(self) -> Iterator[_Process]:
        """Yield the processes one at a time, since they are large."""
        for column, kernel in zip(self._values.T, self._kernels, strict=True):
            yield _process(kernel, self.evidence.shares, column, self.draws)

    @cached_property
    def _kernels(self) -> list[Any]:
        """Kernels of the combinations of targets."""
        rows = self.evidence.reserved
        return [_kernel(self.evidence.shares[rows], column) for column in self._values[rows].T]

    @cached_property
    def _values(self) -> Numbers:
        return self._normal(self.evidence.simulated) @ self._apart

    @cached_property
    def _apart(self) -> Numbers:
        """Combinations of targets whose noise is not correlated, shape (targets, targets).

        Each takes from a target what those before it explain of its noise, which is what a
        regression on parameters and their squares leaves.
        """
        rows = self.evidence.reserved
        shares, values = self.evidence.shares[rows], self._normal(self.evidence.simulated[rows])
        design = np.column_stack([np.ones(len(rows)), shares, np.square(shares)])
        fewest = _PER_COEFFICIENT * design.shape[1]
        if len(rows) < fewest:
            raise AnalysisError(
                f"{self.evidence.points} points are too few to emulate {shares.shape[1]} "
                f"parameters: run at least {4 * fewest}, or take the regression"
            )
        noise = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
        variances = noise.T @ noise / len(noise) + _LEAST_NOISE * np.eye(values.shape[1])
        return np.linalg.inv(np.linalg.cholesky(variances)).T

    def _normal(self, values: Numbers) -> Numbers:
        return np.asarray(self._power.transform(self.evidence.standardised(values)))

    @cached_property
    def _power(self) -> Any:
        runs = self.evidence.standardised(self.evidence.simulated)
        return extra("sklearn.preprocessing").PowerTransformer().fit(runs)


def _kernel(shares: Numbers, values: Numbers) -> Any:
    processes = extra("sklearn.gaussian_process")
    kernels = extra("sklearn.gaussian_process.kernels")
    start = kernels.ConstantKernel(1.0, (1e-3, 1e3)) * kernels.RBF(
        np.ones(shares.shape[1]), (0.05, 50)
    ) + kernels.WhiteKernel(0.5, (1e-5, 10))
    one_thread = extra("threadpoolctl").threadpool_limits(1)  # more wait for each other
    with one_thread, warnings.catch_warnings():
        # a parameter without influence has the longest scale allowed
        warnings.simplefilter("ignore", extra("sklearn.exceptions").ConvergenceWarning)
        return processes.GaussianProcessRegressor(start).fit(shares, values).kernel_


def _process(kernel: Any, shares: Numbers, values: Numbers, draws: Numbers) -> _Process:
    from scipy.linalg import cho_factor, cho_solve  # takes a tenth of a second

    signal, white = kernel.k1, kernel.k2.noise_level
    inverse = cho_solve(cho_factor(kernel(shares)), np.eye(len(shares)))
    near = signal(draws, shares)
    pull = near @ inverse
    variance = signal.diag(draws) - (pull * near).sum(axis=1) + white
    doubt = 1 / np.diag(inverse)
    return _Process(pull @ values, variance, pull, inverse @ values * doubt, doubt)


def _log_normal(value: Any, mean: Numbers, variance: Numbers) -> Numbers:
    return np.asarray(-(np.square(value - mean) / variance + np.log(variance)) / 2)


def _quantiles(values: Numbers, weights: Numbers) -> Numbers:
    """Compute quantiles of the same values under several weights, shape (levels, rows)."""
    order = np.argsort(values)
    total = weights[:, order].cumsum(axis=1)
    below = [(total < level * total[:, -1:]).sum(axis=1) for level in LEVELS]
    return np.asarray(values[order][np.array(below)])
