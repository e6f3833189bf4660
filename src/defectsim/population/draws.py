"""Whose draw is which: people and units, numbered within blocks whose draws nothing else can move."""

import numpy as np
from numpy.typing import NDArray

from defectsim.core.randomness import uniforms
from defectsim.population.units import Order, Units


def by_person(
    order: Order, seed: int, *purpose: str | int, wanted: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Draw one number in [0, 1) for each person, or only in the blocks of those `wanted`, for one purpose."""
    drawn = np.empty(len(order.rank))
    for name, kind, rows in order.blocks:
        if wanted is None or wanted[rows].any():
            drawn[rows] = uniforms(seed, (*purpose, name, kind), rows.stop - rows.start)
    return drawn


def by_unit(units: Units, seed: int, *purpose: str | int) -> NDArray[np.float64]:
    """Draw one number in [0, 1) for each unit, for one purpose."""
    drawn = np.empty(len(units.level))
    for name, level, rows in units.blocks:
        drawn[rows] = uniforms(seed, (*purpose, name, level), len(rows))
    return drawn
