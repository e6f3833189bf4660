"""Officers' sideways ties: who went through the academy together."""

import numpy as np
from numpy.typing import NDArray

from defectsim.core.statuses import Rank
from defectsim.population.ties import Academy


def academy_ties(
    ties: Academy, rank: NDArray[np.int8], year: NDArray[np.float64], seat: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Tie officers and generals of one academy class in a ring lattice (Watts and Strogatz 1998, without rewiring).

    Parameters
    ----------
    rank
        Shape (people,).
    year, seat
        Shape (people,): draws in [0, 1) that place a person in a class, and on the ring of that class.

    Returns
    -------
    numpy.ndarray
        Shape (ties, 2): rows of the people tied; a pair that sits on both sides of each other is there twice.
    """
    people = np.flatnonzero(rank >= Rank.OFFICER)
    classes = np.floor(year[people] * int(ties.classes)).astype(np.int64)
    ring = people[np.lexsort((seat[people], classes))]
    sizes = np.bincount(classes)
    size = np.repeat(sizes, sizes)
    start = np.repeat(np.cumsum(sizes) - sizes, sizes)
    place = np.arange(len(ring)) - start
    pairs = [
        (ring[far], ring[start[far] + (place[far] + step) % size[far]])
        for step in range(1, int(ties.neighbours) // 2 + 1)
        for far in [np.flatnonzero(size > step)]
    ]
    return np.concatenate([np.stack(pair, axis=1) for pair in pairs] or [np.empty((0, 2), np.int64)])
