"""The weight of units in an attempt on the ruler: their effective strength, and where they stand."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from defectsim.model.outcomes import SHIRKER
from defectsim.model.transitions import Status
from defectsim.population.population import Population
from defectsim.population.units import Level


class Standing(Protocol):
    """An engine that says who stands where."""

    @property
    def stands(self) -> NDArray[np.int32]:
        """Shape (statuses, units): how many of each unit, or of one below it, stand in a status."""


class Strength:
    """Weights of the units of one army.

    Parameters
    ----------
    distance
        The weight of somebody outside of the capital, where one in it weighs 1.

    Attributes
    ----------
    weight
        Shape (units,): that of one person of each unit.
    brigade
        Shape (units,): the brigade that each unit is, or lies in, or -1.
    """

    def __init__(self, population: Population, distance: float) -> None:
        self._units = population.units
        self.weight = np.where(population.units.capital, 1.0, distance)
        self.brigade = population.units.brigade

    def person(self, unit: int) -> float:
        """Return the weight of one person of a unit."""
        return float(self.weight[unit])

    def of(self, engine: Standing, unit: int) -> float:
        """Return the weight of a brigade, or of a unit below one."""
        return float(self.weight[unit] * _people(engine, np.array([unit]))[0])

    def brigades(self, engine: Standing) -> dict[int, float]:
        """Return how many people each brigade has: they are what takes sides in an attempt."""
        units = np.flatnonzero(self._units.level == Level.BRIGADE)
        return dict(zip(units.tolist(), _people(engine, units).tolist(), strict=True))

    def whole(self, people: dict[int, float]) -> float:
        """Return the weight of some units, each with so many people."""
        return sum(float(self.weight[unit]) * number for unit, number in people.items())

    def up_to_brigade(self, unit: int) -> bool:
        """Say whether a unit is a brigade or below one: whoever commands more must win brigades first."""
        return bool(self._units.level[unit] <= Level.BRIGADE)

    def within(self, unit: int, others: set[int]) -> bool:
        """Say whether a unit lies in one of some others."""
        above: int = self._units.parent.item(unit)
        while above >= 0:
            if above in others:
                return True
            above = self._units.parent.item(above)
        return False


def _people(engine: Standing, units: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how many people units have that they could count on: loyal and plotting ones 1, shirking ones 1/2."""
    stands = engine.stands[:, units]
    people: NDArray[np.float64] = (
        stands[Status.LOYAL] + stands[Status.PLOTTING] + SHIRKER * stands[Status.SHIRKING]
    )
    return people
