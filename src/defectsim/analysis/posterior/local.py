"""Local-linear regression at many places at once, and quantiles of weighted samples."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from defectsim.analysis.intervals import Numbers
from defectsim.analysis.posterior.evidence import PointNumbers

_MOST_LEVERAGE = 0.9


class WeightedSample(NamedTuple):
    """Weighted values of responses at each of several places."""

    values: Numbers
    """Shape (places, responses, accepted)."""
    weights: Numbers
    """Shape (places, accepted), each at least 0."""

    def quantiles(self, levels: Sequence[float]) -> Numbers:
        """Compute quantiles, shape (levels, places, responses)."""
        order = np.argsort(self.values, axis=2)
        ordered = np.take_along_axis(self.values, order, 2)
        total = np.take_along_axis(self.weights[:, None], order, 2).cumsum(axis=2)
        below = [(total < level * total[:, :, -1:]).sum(axis=2) for level in levels]
        return np.stack([np.take_along_axis(ordered, at[:, :, None], 2)[:, :, 0] for at in below])


def local_linear(
    features: Numbers, responses: Numbers, at: Numbers, count: int, own: PointNumbers | None = None
) -> WeightedSample:
    """Compute responses as they would be at other features.

    Of the `count` points nearest to a place, weighted by Epanechnikov's kernel, the responses are
    moved along their regression on the features (Beaumont, Zhang and Balding 2002). Residuals are
    those of a point that the regression leaves out, since with many features its own are too small.

    Parameters
    ----------
    features, responses
        Shapes (points, features) and (points, responses).
    at
        Places, shape (places, features).
    own
        Point that each place is, to be left out there.
    """
    apart = np.square(at).sum(1)[:, None] + np.square(features).sum(1) - 2 * at @ features.T
    if own is not None:
        apart[np.arange(len(at)), own] = np.inf
    chosen = np.argpartition(apart, count, axis=1)[:, : count + 1]
    distance = np.maximum(np.take_along_axis(apart, chosen, 1), 0)
    chosen, reach = chosen[:, :-1], np.maximum(distance[:, -1:], np.finfo(float).tiny)
    weights = 1 - np.minimum(distance[:, :-1] / reach, 1)
    design = np.concatenate([np.ones((*chosen.shape, 1)), features[chosen] - at[:, None]], axis=2)
    weighted = (design * weights[:, :, None]).swapaxes(1, 2)
    inverse = np.linalg.pinv(weighted @ design, hermitian=True)
    slopes = inverse @ (weighted @ responses[chosen])
    leverage = ((design @ inverse) * design).sum(axis=2) * weights
    unseen = 1 - np.minimum(leverage, _MOST_LEVERAGE)
    residuals = (responses[chosen] - design @ slopes) / unseen[:, :, None]
    return WeightedSample(np.ascontiguousarray((slopes[:, :1] + residuals).swapaxes(1, 2)), weights)
