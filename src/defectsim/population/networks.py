"""Networks of sideways ties, drawn once for a study."""

from itertools import chain
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from defectsim.core.randomness import generator
from defectsim.core.section import Section
from defectsim.model.transitions import Rank
from defectsim.population import ties as kinds
from defectsim.population.units import OrderOfBattle, by_person

type Pairs = NDArray[np.int64]
"""Shape (ties, 2)."""


def tied(ties: Section, order: OrderOfBattle, seed: int) -> sparse.csr_array:
    """Draw the graph of sideways ties, of one of the kinds of `population.ties`.

    Returns
    -------
    scipy.sparse.csr_array
        Shape (people, people), symmetric, of ones, with an empty diagonal.
    """
    if isinstance(ties, kinds.Academy):
        year, seat = (by_person(order, seed, f"academy {part}") for part in ("class", "seat"))
        pairs = academy_ties(ties, order.rank, year, seat)
    elif isinstance(ties, kinds.Edges):
        pairs = order.rows_of(chain.from_iterable(ties.edges)).reshape(-1, 2)
    else:
        assert isinstance(ties, kinds.Network)
        people = np.flatnonzero(np.isin(order.rank, [Rank[name.upper()] for name in ties.ranks]))
        shuffled = people[np.argsort(by_person(order, seed, "network place")[people])]
        # of networkx's own kind, which takes a third of the time of numpy's
        random = Random(int(generator(seed, ("ties",)).integers(2**63)))
        pairs = shuffled[_random_pairs(ties, len(people), random)]
    return mutual(pairs, len(order.rank))


def mutual(pairs: Pairs, people: int) -> sparse.csr_array:
    """Return the graph that ties each pair, given once or more often, both ways."""
    one, other = pairs.T
    both = (np.concatenate([one, other]), np.concatenate([other, one]))
    graph = sparse.coo_array((np.ones(len(both[0]), np.int8), both), shape=(people, people)).tocsr()
    graph.data[:] = 1
    return graph


def academy_ties(
    ties: kinds.Academy,
    rank: NDArray[np.int8],
    year: NDArray[np.float64],
    seat: NDArray[np.float64],
) -> Pairs:
    """Tie officers and generals of each academy class in a ring lattice (Watts and Strogatz 1998).

    A pair on both sides of each other occurs twice.

    Parameters
    ----------
    year, seat
        Shape (people,): draws in [0, 1) of a person's class, and place on the ring of that class.
    """
    people = np.flatnonzero(rank >= Rank.OFFICER)
    classes = np.floor(year[people] * int(ties.classes)).astype(np.int64)
    ring = people[np.lexsort((seat[people], classes))]
    sizes = np.bincount(classes)
    size = np.repeat(sizes, sizes)
    start = np.repeat(np.cumsum(sizes) - sizes, sizes)
    place = np.arange(len(ring)) - start
    pairs = [np.empty((0, 2), np.int64)]
    for step in range(1, int(ties.neighbours) // 2 + 1):
        far = np.flatnonzero(size > step)
        if not len(far):
            break
        neighbour = ring[start[far] + (place[far] + step) % size[far]]
        pairs.append(np.stack([ring[far], neighbour], axis=1))
    return np.concatenate(pairs)


def _random_pairs(ties: kinds.Network, people: int, random: Random) -> Pairs:
    """Draw pairs of people numbered from 0."""
    import networkx as nx  # takes a quarter of a second, which no other command need wait for

    graph: Any
    match ties:
        case kinds.Complete():
            return np.stack(np.triu_indices(people, 1), axis=1)
        case kinds.ErdosRenyi():
            probability = ties.mean_degree.value / max(people - 1, 1)
            graph = nx.fast_gnp_random_graph(people, probability, seed=random)
        case kinds.WattsStrogatz():
            neighbours, rewired = int(ties.neighbours), ties.rewired.value
            graph = nx.watts_strogatz_graph(people, neighbours, rewired, seed=random)
        case kinds.BarabasiAlbert():
            graph = nx.barabasi_albert_graph(people, int(ties.links), seed=random)
    return np.array(graph.edges, np.int64).reshape(-1, 2)
