"""What everybody hears: who has left, who has gone over and what became of them, and what an attempt has shown.

Written for both engines: the reference engine calls it as it is, the compiled engine compiles it.
"""

from math import floor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.model.institutions import NewsRules
from defectsim.model.transitions import RANKS, Rank, Status

DESERTED, DEFECTED, LOYAL = int(Status.DESERTED), int(Status.DEFECTED), int(Status.LOYAL)
GENERAL = int(Rank.GENERAL)


class NewsLag(NamedTuple):
    """How news are heard.

    Attributes
    ----------
    weight
        Shape (ranks,): how much one open defection counts.
    delay
        After how many steps one can see what became of somebody who went over.
    """

    weight: NDArray[np.float64]
    delay: int

    @classmethod
    def of(cls, news: NewsRules, clock: Clock) -> "NewsLag":
        """Return what a scenario says of news, in steps."""
        weights = [getattr(news.weights, rank).value for rank in RANKS]
        return cls(np.array(weights), -(-int(news.treatment_days) // int(clock.step_days)))


def heard(
    counts: NDArray[np.int32],
    step: int,
    weight: NDArray[np.float64],
    delay: int,
    memory: NDArray[np.float64],
) -> tuple[float, float, float, float, float, float, float, float, float]:
    """Return what everybody hears when a step begins, in the order of `NEWS_FIELDS`.

    ``declared = sum_r w_r defected_r / sum_r w_r strength_r`` and ``treated = sum_r w_r defected_r(t - delay)``, with
    w_r the weight of rank r; both are rounded down to a multiple of 1/2048 and of 1/4, for nobody hears of everybody.

    Parameters
    ----------
    counts
        Shape (steps + 1, branches, ranks, statuses): people at each date.
    weight, delay
        See `Ears`.
    memory
        Shape (4,): withstood, lesson, joined, resisting.
    """
    people, generals, deserted, defected, over = 0, 0, 0, 0, 0
    whole, declared, treated = 0.0, 0.0, 0.0
    before = step - delay
    for rank in range(counts.shape[2]):
        strength, gone, settled = 0, 0, 0
        for branch in range(counts.shape[1]):
            strength += counts[0, branch, rank, LOYAL]
            deserted += counts[step, branch, rank, DESERTED]
            gone += counts[step, branch, rank, DEFECTED]
            if before >= 0:
                settled += counts[before, branch, rank, DEFECTED]
        people += strength
        defected += gone
        if rank == GENERAL:
            generals, over = strength, gone
        whole += weight[rank] * float(strength)
        declared += weight[rank] * float(gone)
        treated += weight[rank] * float(settled)
    return (
        float(deserted) / float(people),
        float(defected) / float(people),
        float(over) / float(max(generals, 1)),
        floor(2048.0 * declared / whole) / 2048.0 if whole > 0.0 else 0.0,
        floor(4.0 * treated) / 4.0,
        float(memory[0]),
        float(memory[1]),
        float(memory[2]),
        float(memory[3]),
    )
