"""Weight of units in an attempt on the ruler: effective strength, less outside of the capital."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.protocol import Engine
from defectsim.model.outcomes import SHIRKER
from defectsim.model.transitions import Status
from defectsim.population.units import NOBODY, Level, Units


def brigades(engine: Engine) -> dict[int, float]:
    """Return the effective strength of each brigade; brigades take sides in an attempt."""
    units = np.flatnonzero(engine.inputs.population.units.level == Level.BRIGADE)
    return dict(zip(units.tolist(), _effective(engine, units).tolist(), strict=True))


def total(weight: NDArray[np.float64], people: Mapping[int, float]) -> float:
    """Return the weight of units with so many people each; `weight` is that of one person."""
    return sum(float(weight[unit]) * number for unit, number in people.items())


def commanded(engine: Engine, weight: NDArray[np.float64], rows: list[int]) -> float:
    """Return the weight of people and of the units that they command.

    Units above brigades do not count: whoever commands more must win brigades first.
    """
    units, own_unit = engine.inputs.population.units, engine.inputs.population.unit
    own: float = sum(weight[own_unit[rows]].tolist())
    led = {unit for unit in engine.leads[rows].tolist() if unit != NOBODY}
    led = {unit for unit in led if units.level[unit] <= Level.BRIGADE}
    counted = [unit for unit in sorted(led) if led.isdisjoint(_above(units, unit))]
    below: float = sum((weight[counted] * _effective(engine, counted)).tolist())
    return own + below


def _above(units: Units, unit: int) -> Iterator[int]:
    """Yield the units in which a unit lies."""
    while (unit := units.parent.item(unit)) != NOBODY:
        yield unit


def _effective(engine: Engine, units: NDArray[np.int64] | list[int]) -> NDArray[np.float64]:
    """Return units' people, of whom those who shirk count half."""
    counts = engine.unit_counts[:, units]
    people: NDArray[np.float64] = (
        counts[Status.LOYAL] + counts[Status.PLOTTING] + SHIRKER * counts[Status.SHIRKING]
    )
    return people
