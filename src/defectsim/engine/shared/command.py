"""Who commands which unit."""

import numpy as np
from numpy.typing import NDArray

from defectsim.population.units import NOBODY


def hand_over(
    commander: NDArray[np.int32], leads: NDArray[np.int32], unit: int, row: int
) -> tuple[int, int]:
    """Give a person the command of a unit; return it, and the unit that they leave without one, or -1."""
    left, before = leads.item(row), commander.item(unit)
    for posts, place in ((leads, before), (commander, left)):
        if place >= 0:
            posts[place] = NOBODY
    commander[unit], leads[row] = row, unit
    return unit, left
