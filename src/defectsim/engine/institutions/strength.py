"""Weight of units in an attempt on the ruler: effective strength, less outside of the capital."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.protocol import Engine
from defectsim.model.outcomes import SHIRKER
from defectsim.model.transitions import Status
from defectsim.population.population import Population
from defectsim.population.units import NOBODY, Level


class Strength:
    """Weights of the units of one army.

    Parameters
    ----------
    distance
        The weight of a person outside of the capital, where one in it weighs 1.

    Attributes
    ----------
    weight
        Shape (units,): that of one person of each unit.
    brigade
        Shape (units,): the brigade that each unit is, or lies in, or -1.
    """

    def __init__(self, population: Population, distance: float) -> None:
        self._population = population
        self.weight = np.where(population.units.capital, 1.0, distance)
        self.brigade = population.units.brigade

    def brigades(self, engine: Engine) -> dict[int, float]:
        """Return the effective strength of each brigade; brigades take sides in an attempt."""
        units = np.flatnonzero(self._population.units.level == Level.BRIGADE)
        return dict(zip(units.tolist(), _effective(engine, units).tolist(), strict=True))

    def total(self, people: dict[int, float]) -> float:
        """Return the weight of units with so many people each."""
        return sum(float(self.weight[unit]) * number for unit, number in people.items())

    def commanded(self, engine: Engine, rows: list[int]) -> float:
        """Return the weight of people and of the units that they command.

        Units above brigades do not count: whoever commands more must win brigades first.
        """
        own: float = sum(self.weight[self._population.unit[rows]].tolist())
        led = {unit for unit in engine.leads[rows].tolist() if self._counts(unit)}
        units = [unit for unit in sorted(led) if led.isdisjoint(self._above(unit))]
        below: float = sum((self.weight[units] * _effective(engine, units)).tolist())
        return own + below

    def _counts(self, unit: int) -> bool:
        return unit != NOBODY and bool(self._population.units.level[unit] <= Level.BRIGADE)

    def _above(self, unit: int) -> Iterable[int]:
        """Yield the units in which a unit lies."""
        parent = self._population.units.parent
        while (unit := parent.item(unit)) != NOBODY:
            yield unit


def _effective(engine: Engine, units: NDArray[np.int64] | list[int]) -> NDArray[np.float64]:
    """Return units' people, of whom those who shirk count half."""
    counts = engine.unit_counts[:, units]
    people: NDArray[np.float64] = (
        counts[Status.LOYAL] + counts[Status.PLOTTING] + SHIRKER * counts[Status.SHIRKING]
    )
    return people
