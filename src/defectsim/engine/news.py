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
from defectsim.model.rule import FORCES_COUNTS, FORCES_SHARES, NEWS_FIELDS
from defectsim.model.transitions import RANKS, Rank, Status

DEFECTED, GENERAL = int(Status.DEFECTED), int(Rank.GENERAL)
YEARS, DAY_OF_YEAR, GENERALS_DEFECTED, DECLARED, TREATED = map(
    NEWS_FIELDS.index, ("years", "day_of_year", "generals_defected", "declared", "treated")
)


class NewsLag(NamedTuple):
    """Weights, delay and dates of news."""

    weight: NDArray[np.float64]
    """Shape (ranks,): weight of one open defection."""
    half: float
    """Weight of open defectors at which `declared` is 1/2; 0 if it is their share of the forces."""
    fresh: int
    """Steps for which an open defection is news."""
    delay: int
    """Steps after which people see what became of a defector."""
    date: NDArray[np.float64]
    """Shape (steps + 1, 2): years since the start of the clock, and day of the year."""

    @classmethod
    def of(cls, news: NewsRules, clock: Clock) -> "NewsLag":
        """Return a scenario's rules of news, in steps."""
        weights = np.array([getattr(news.weights, rank).value for rank in RANKS])
        delay = -(-int(news.treatment_days) // int(clock.step_days))
        fresh = -(-int(news.fresh_days) // int(clock.step_days)) if news.fresh_days else clock.steps
        half = news.half.value if news.half else 0.0
        dates = [(clock.years(date), date.timetuple().tm_yday) for date in clock.dates()]
        return cls(weights, half, fresh, delay, np.array(dates, np.float64))


def public_news(
    counts: NDArray[np.int32],
    step: int,
    lag: NewsLag,
    memory: AttemptMemory,
    news: NDArray[np.float64],
) -> None:
    """Fill `news` with the news when a step begins, in the order of `model.rule.NEWS_FIELDS`.

    ``declared = w / (w + half)``, rounded down to 1/16, or without a half
    ``w / sum_r w_r strength_r`` to 1/2048, with
    ``w = sum_r w_r (defected_r(t) - defected_r(t - fresh))``, and
    ``treated = sum_r w_r defected_r(t - delay)``, to 1/4, with w_r the weight of rank r. People at
    each date are in `counts`, of shape (steps + 1, branches, ranks, statuses).
    """
    people, whole, declared, treated = 0, 0.0, 0.0, 0.0
    before, old = step - lag.delay, step - lag.fresh
    for rank in range(counts.shape[2]):
        strength, gone, settled, known = 0, 0, 0, 0
        for branch in range(counts.shape[1]):
            for status in range(counts.shape[3]):
                strength += counts[step, branch, rank, status]
            gone += counts[step, branch, rank, DEFECTED]
            if before >= 0:
                settled += counts[before, branch, rank, DEFECTED]
            if old >= 0:
                known += counts[old, branch, rank, DEFECTED]
        people += strength
        if rank == GENERAL:
            news[GENERALS_DEFECTED] = float(gone) / float(max(strength, 1))
        whole += lag.weight[rank] * float(strength)
        declared += lag.weight[rank] * float(max(gone - known, 0))
        treated += lag.weight[rank] * float(settled)
    news[YEARS], news[DAY_OF_YEAR] = lag.date[step, 0], lag.date[step, 1]
    if lag.half > 0.0:
        news[DECLARED] = floor(16.0 * declared / (declared + lag.half)) / 16.0
    else:
        news[DECLARED] = floor(2048.0 * declared / whole) / 2048.0 if whole > 0.0 else 0.0
    news[TREATED] = floor(4.0 * treated) / 4.0
    for status in range(counts.shape[3]):
        number = 0
        for rank in range(counts.shape[2]):
            for branch in range(counts.shape[1]):
                number += counts[step, branch, rank, status]
        if FORCES_SHARES[status] >= 0:
            news[FORCES_SHARES[status]] = float(number) / float(people)
        if FORCES_COUNTS[status] >= 0:
            news[FORCES_COUNTS[status]] = float(number)
    for place in range(len(memory)):
        news[len(news) - len(memory) + place] = memory[place]
