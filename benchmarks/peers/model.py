"""The peers' model: people desert at a rate that rises with hunger, grievance, and the share of the army gone.

rate = base exp(ln(basket / pay) + grievance (1 + contagion x share gone)), per year, in weekly steps. Pay is lognormal
and grievance uniform, a draw a person, so no two people are alike; the share is that at the beginning of the week.
Needs NumPy alone, since some contestants run where defectsim is not installed.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

WEEKS = 260
WEEK = 7 / 365.25
"""Length of a step, in years."""
BASKET = 30.0
"""USD/month."""
PAY = (15.0, 0.5)
"""Median in USD/month, and standard deviation of the logarithm."""
GRIEVANCE = (0.0, 1.0)
"""The lowest and the highest."""


class Desertion(NamedTuple):
    """Parameters of the rate."""

    base: float
    contagion: float


VARIANTS = {"quiet": Desertion(0.0005, 1.0), "lively": Desertion(0.0185, 2.0)}
"""About one in a hundred people leaves, and about a third."""


class Traits(NamedTuple):
    """What people are, of shape (people,) each."""

    hunger: NDArray[np.float32]
    grievance: NDArray[np.float32]


def traits(people: int, random: np.random.Generator) -> Traits:
    """Draw people; hunger is ln(basket / pay)."""
    median, deviation = PAY
    pay = median * np.exp(deviation * random.standard_normal(people, np.float32))
    low, high = GRIEVANCE
    grievance = low + (high - low) * random.random(people, np.float32)
    return Traits(np.log(BASKET / pay), grievance)


def prepared(
    simulate: Callable[[Traits, Desertion, np.random.Generator], float],
) -> Callable[[Desertion, int, int], Callable[[], float]]:
    """Return the function that draws people, and returns what simulates them."""

    def prepare(p: Desertion, people: int, seed: int) -> Callable[[], float]:
        random = np.random.default_rng(seed)
        who = traits(people, random)
        return lambda: simulate(who, p, random)

    return prepare
