"""Draws of people and units, by blocks whose draws nothing else can move."""

import numpy as np
from numpy.typing import NDArray

from defectsim.core.randomness import uniforms
from defectsim.population.units import OrderOfBattle, Units


def by_person(
    order: OrderOfBattle, seed: int, *purpose: str | int, wanted: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Draw one number in [0, 1) for each person and one purpose.

    Parameters
    ----------
    wanted
        Shape (people,): people whose draws are needed; default: all. Blocks without any are left
        undefined.

    Returns
    -------
    numpy.ndarray
        Shape (people,).
    """
    drawn = np.empty(len(order.rank))
    for branch, kind, rows in order.blocks:
        if wanted is None or wanted[rows].any():
            drawn[rows] = uniforms(seed, (*purpose, branch, kind), rows.stop - rows.start)
    return drawn


def by_unit(units: Units, seed: int, *purpose: str | int) -> NDArray[np.float64]:
    """Draw one number in [0, 1) for each unit and one purpose; shape (units,)."""
    drawn = np.empty(len(units.level))
    for branch, level, rows in units.blocks:
        drawn[rows] = uniforms(seed, (*purpose, branch, level), len(rows))
    return drawn
