"""Public news: the date, departures, defectors and their treatment, and attempts on the ruler.

Written for both engines: the reference engine calls it as it is, the compiled engine compiles it.
"""

from math import floor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.engine.events import AttemptMemory
from defectsim.model.institutions import NewsRules
from defectsim.model.transitions import RANKS, Rank, Status

DESERTED, DEFECTED, LOYAL = int(Status.DESERTED), int(Status.DEFECTED), int(Status.LOYAL)
GENERAL = int(Rank.GENERAL)


class NewsLag(NamedTuple):
    """Weights, delay and dates of news."""

    weight: NDArray[np.float64]
    """Shape (ranks,): weight of one open defection."""
    delay: int
    """Steps after which people see what became of a defector."""
    date: NDArray[np.float64]
    """Shape (steps + 1, 2): years since the start of the clock, and day of the year."""

    @classmethod
    def of(cls, news: NewsRules, clock: Clock) -> "NewsLag":
        """Return a scenario's rules of news, in steps."""
        weights = np.array([getattr(news.weights, rank).value for rank in RANKS])
        delay = -(-int(news.treatment_days) // int(clock.step_days))
        dates = [(clock.years(date), date.timetuple().tm_yday) for date in clock.dates()]
        return cls(weights, delay, np.array(dates, np.float64))


def public_news(
    counts: NDArray[np.int32], step: int, lag: NewsLag, memory: AttemptMemory
) -> tuple[float, ...]:
    """Return the news when a step begins, in the order of `model.rule.NEWS_FIELDS`.

    ``declared = sum_r w_r defected_r / sum_r w_r strength_r``, rounded down to 1/2048, and
    ``treated = sum_r w_r defected_r(t - delay)``, to 1/4, with w_r the weight of rank r. People at
    each date are in `counts`, of shape (steps + 1, branches, ranks, statuses).
    """
    people, generals, deserted, defected, defected_generals = 0, 0, 0, 0, 0
    whole, declared, treated = 0.0, 0.0, 0.0
    before = step - lag.delay
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
            generals, defected_generals = strength, gone
        whole += lag.weight[rank] * float(strength)
        declared += lag.weight[rank] * float(gone)
        treated += lag.weight[rank] * float(settled)
    return (
        lag.date[step, 0],
        lag.date[step, 1],
        float(deserted) / float(people),
        float(defected) / float(people),
        float(defected_generals) / float(max(generals, 1)),
        floor(2048.0 * declared / whole) / 2048.0 if whole > 0.0 else 0.0,
        floor(4.0 * treated) / 4.0,
        memory.withstood,
        memory.lesson,
        memory.joined,
        memory.resisting,
    )
