"""Strength of units, and of those who command them, as both sides of an attempt weigh it."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.protocol import Engine
from defectsim.model.outcomes import SHIRKER
from defectsim.model.transitions import Status
from defectsim.population.units import NOBODY, Level

_COUNTED = np.array([[Status.LOYAL], [Status.PLOTTING], [Status.SHIRKING]])


def brigades(engine: Engine) -> dict[int, float]:
    """Return the effective strength of each brigade; brigades take sides in an attempt."""
    units = engine.inputs.population.units.brigades
    return dict(zip(units.tolist(), _effective(engine, units).tolist(), strict=True))


def total(weight: NDArray[np.float64], people: Mapping[int, float]) -> float:
    """Return the weight of units with so many people each; `weight` is that of one person."""
    return sum([weight.item(unit) * number for unit, number in people.items()])


def strength(
    engine: Engine, weight: NDArray[np.float64], units: NDArray[np.int64] | list[int]
) -> float:
    """Return the weight of units with the people that they have now."""
    weighed: list[float] = (weight[units] * _effective(engine, units)).tolist()
    return sum(weighed)


def commanded(engine: Engine, weight: NDArray[np.float64], rows: Sequence[int]) -> float:
    """Return the weight of people and of the units that they command.

    Units above brigades do not count: whoever commands more must win brigades first.
    """
    units, own_unit = engine.inputs.population.units, engine.inputs.population.unit
    own = sum([weight.item(own_unit.item(row)) for row in rows])
    led = {engine.leads.item(row) for row in rows} - {NOBODY}
    led = {unit for unit in led if units.level.item(unit) <= Level.BRIGADE}
    topmost = [unit for unit in sorted(led) if len(led & {*units.ancestors[unit].tolist()}) == 1]
    return own + (strength(engine, weight, topmost) if topmost else 0.0)


def _effective(engine: Engine, units: NDArray[np.int64] | list[int]) -> NDArray[np.float64]:
    """Return units' people, of whom those who shirk count half."""
    loyal, plotting, shirking = engine.unit_counts[_COUNTED, units]
    people: NDArray[np.float64] = loyal + plotting + SHIRKER * shirking
    return people
