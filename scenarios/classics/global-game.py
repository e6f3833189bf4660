"""A global game of regime change: attack where a private signal says that the regime is weak."""

from math import inf
from typing import NamedTuple

from defectsim import Country, Person, Rates, Unit, rule


class Game(NamedTuple):
    """`cost` of an attack, which wins 1 if the regime falls; `width` of the errors of signals."""

    cost: float
    width: float


@rule
def attack(agent: Person, unit: Unit, country: Country, p: Game) -> Rates:
    """Attack up to the signal after which the regime falls with a chance equal to the cost."""
    critical = 1.0 - p.cost + p.width * (1.0 - 2.0 * p.cost)
    signal = country.strength + p.width * agent.noise
    return Rates(defect=inf if signal <= critical else 0.0)
