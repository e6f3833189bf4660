"""Officers' sideways ties: who went through the academy together."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from defectsim.core.statuses import Rank
from defectsim.population.spec import Ties


def academy_ties(
    ties: Ties, rank: NDArray[np.int8], year: NDArray[np.float64], seat: NDArray[np.float64]
) -> sparse.csr_array:
    """Tie officers and generals of one academy class in a ring lattice (Watts and Strogatz 1998, without rewiring).

    Parameters
    ----------
    rank
        Shape (people,).
    year, seat
        Shape (people,): draws in [0, 1) that place a person in a class, and on the ring of that class.

    Returns
    -------
    scipy.sparse.csr_array
        Shape (people, people), symmetric, of ones, with no one tied to themselves.
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
    one, other = (np.concatenate([pair[side] for pair in pairs] or [np.empty(0, np.int64)]) for side in (0, 1))
    both = (np.concatenate([one, other]), np.concatenate([other, one]))
    graph = sparse.coo_array((np.ones(len(both[0]), np.int8), both), shape=(len(rank), len(rank))).tocsr()
    graph.data[:] = 1
    return graph
