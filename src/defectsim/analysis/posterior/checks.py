"""Targets against what runs from the posterior would give."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from defectsim.analysis.intervals import Numbers
from defectsim.analysis.posterior.adjustment import Adjustment
from defectsim.analysis.posterior.distribution import Posterior
from defectsim.analysis.posterior.evidence import Evidence
from defectsim.analysis.posterior.local import local_linear
from defectsim.core.errors import AnalysisError
from defectsim.core.formatting import BAND, QUANTILES
from defectsim.core.randomness import generator

_REPLICATES = 1_000
_BLOCK = 50
"""Replicates that are computed at a time."""
_TOLERANCE = 0.2
"""Share of the bank's points that a replicate comes from."""
_PER_PARAMETER = 8


def predictive(evidence: Evidence, posterior: Posterior) -> pl.DataFrame:
    """Compare targets with replicates from the posterior (Gelman, Meng and Stern 1996).

    Replicates are values of the bank's points that are nearest to parameters drawn from the
    posterior, moved to them by local-linear regression, with the target's errors, and kept within
    what the bank has.

    Returns
    -------
    DataFrame
        A row a target: *target*, *group*, *observed*; *q05*, *q50*, *q95* of the replicates;
        *tail*, the two-sided chance of a replicate as far out as the observed value; *outside*,
        whether that lies outside of the 90 % interval, a conflict of model and target; and
        *beyond*, the share of all the bank's points that lie as far out: if 0, no run comes near.
    """
    replicates = _replicates(evidence, posterior)
    bounds = np.quantile(replicates, [QUANTILES[name] for name in BAND], axis=0)
    observed = evidence.observed
    return pl.DataFrame(
        {
            "target": [target.name for target in evidence.targets],
            "group": [target.group for target in evidence.targets],
            "observed": observed,
            **dict(zip(BAND, bounds, strict=True)),
            "tail": np.minimum(2 * _further(replicates, observed), 1),
            "outside": (observed < bounds[0]) | (observed > bounds[-1]),
            "beyond": _further(evidence.simulated, observed),
        }
    )


def _further(values: Numbers, observed: Numbers) -> Numbers:
    """Compute the share of values as far out as the observed ones, or further."""
    above, below = (values >= observed).mean(axis=0), (values <= observed).mean(axis=0)
    return np.asarray(np.minimum(above, below))


def _replicates(evidence: Evidence, posterior: Posterior) -> Numbers:
    """Return values of targets at parameters from the posterior, shape (replicates, targets)."""
    random = generator(evidence.seed, ("replicates",))
    at = posterior.draw_shares(_REPLICATES, random)
    fewest = _PER_PARAMETER * (len(evidence.priors) + 1)
    count = min(max(int(_TOLERANCE * evidence.points), fewest), evidence.points - 1)
    replicates = []
    for block in np.split(at, _REPLICATES // _BLOCK):
        sample = local_linear(evidence.shares, evidence.simulated, block, count)
        total = sample.weights.cumsum(axis=1)
        chosen = (total < random.random(len(block))[:, None] * total[:, -1:]).sum(axis=1)
        replicates.append(sample.values[np.arange(len(block)), :, chosen])
    return np.clip(
        np.concatenate(replicates), evidence.simulated.min(axis=0), evidence.simulated.max(axis=0)
    )


class LeftOut(NamedTuple):
    """Posterior without the targets of one group, such as a scenario."""

    group: str
    posterior: Posterior
    targets: pl.DataFrame
    """Targets of the group against that posterior (`predictive`)."""


def without_groups(evidence: Evidence) -> Sequence[LeftOut]:
    """Return the posterior without each group of targets, and how it predicts them.

    Raises
    ------
    AnalysisError
        When all targets are of one group.
    """
    groups = dict.fromkeys(target.group for target in evidence.targets)
    if len(groups) < 2:
        raise AnalysisError(
            "all targets are of one group: leaving it out leaves none, so name several groups"
        )
    return [_without(group, evidence) for group in groups]


def _without(group: str, evidence: Evidence) -> LeftOut:
    inside = [target.group == group for target in evidence.targets]
    others = evidence.of_targets(not one for one in inside)
    posterior = Adjustment.tuned(others).posterior()
    return LeftOut(group, posterior, predictive(evidence.of_targets(inside), posterior))
