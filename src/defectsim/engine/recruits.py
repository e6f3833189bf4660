"""Recruits: how many posts below the officers are filled again. They count as strength, and are no agents."""

import numpy as np
from numpy.typing import NDArray

from defectsim.core.statuses import SERVING, Rank
from defectsim.engine.setting import Engine

_TROOPS = [Rank.ENLISTED, Rank.NCO]


def recruited(engine: Engine) -> NDArray[np.float64]:
    """Count the recruits of each branch at each date.

    In a step of dt years the share 1 - (1 - recruitment)^dt of a branch's vacant posts is filled: those of the enlisted
    and the non-commissioned at the start, less who of them serves, less the recruits that there are. `recruitment` is
    the lever as it reaches the branch's first soldier.

    Returns
    -------
    numpy.ndarray
        Shape (steps + 1, branches), in people.
    """
    setting, population = engine.setting, engine.setting.population
    if not setting.calendar.moves("recruitment"):
        return np.zeros((setting.clock.steps + 1, len(population.branches)))
    first = np.searchsorted(population.branch, np.arange(len(population.branches))).astype(np.int32)
    timeline = setting.timeline(first)
    lever = timeline.values[:, :, list(setting.calendar.levers).index("recruitment")][:, timeline.audience]
    filled = 1.0 - (1.0 - lever) ** setting.clock.years_per_step
    serving = engine.counts[:, :, _TROOPS][..., list(SERVING)].sum(axis=(2, 3))
    recruits = np.zeros(serving.shape)
    for step in range(len(filled)):
        vacant = np.maximum(serving[0] - serving[step] - recruits[step], 0.0)
        recruits[step + 1] = recruits[step] + filled[step] * vacant
    return recruits
