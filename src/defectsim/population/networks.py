"""From what a scenario says of ties to a graph; drawn once for a study."""

from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from defectsim.core.randomness import generator
from defectsim.core.section import Section
from defectsim.model.transitions import RANKS, Rank
from defectsim.population.draws import by_person
from defectsim.population.names import parse_name
from defectsim.population.ties import (
    Academy,
    BarabasiAlbert,
    Complete,
    Edges,
    ErdosRenyi,
    Network,
    WattsStrogatz,
)
from defectsim.population.units import OrderOfBattle


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
    return np.concatenate(
        [np.stack(pair, axis=1) for pair in pairs] or [np.empty((0, 2), np.int64)]
    )


type Pairs = NDArray[np.int64]
"""Shape (ties, 2)."""


def tied(ties: Section, order: OrderOfBattle, seed: int) -> sparse.csr_array:
    """Tie people sideways.

    Parameters
    ----------
    ties
        One of the kinds of `population.ties`.

    Returns
    -------
    scipy.sparse.csr_array
        Shape (people, people), symmetric, of ones, with no one tied to themselves.
    """
    if isinstance(ties, Academy):
        year, seat = (
            by_person(order, seed, purpose) for purpose in ("academy class", "academy seat")
        )
        return mutual(academy_ties(ties, order.rank, year, seat), len(order.rank))
    if isinstance(ties, Edges):
        return mutual(_listed(ties, order), len(order.rank))
    assert isinstance(ties, Network)
    people = np.flatnonzero(np.isin(order.rank, [RANKS.index(rank) for rank in ties.ranks]))
    shuffled = people[np.argsort(by_person(order, seed, "network place")[people])]
    return mutual(shuffled[_drawn(ties, len(people), _random(seed))], len(order.rank))


def mutual(pairs: Pairs, people: int) -> sparse.csr_array:
    """Return the graph in which each pair, given once or more often, is tied both ways."""
    one, other = pairs.T
    both = (np.concatenate([one, other]), np.concatenate([other, one]))
    graph = sparse.coo_array((np.ones(len(both[0]), np.int8), both), shape=(people, people)).tocsr()
    graph.data[:] = 1
    return graph


def _random(seed: int) -> Random:
    """Return a generator of networkx's own kind, from a key: it takes a third of the time of numpy's."""
    return Random(int(generator(seed, ("ties",)).integers(2**63)))


def _drawn(ties: Network, people: int, random: Random) -> Pairs:
    """Draw who is tied to whom among people numbered from 0."""
    import networkx as nx  # takes a quarter of a second, which no other command need wait for

    graph: Any
    match ties:
        case Complete():
            return np.stack(np.triu_indices(people, 1), axis=1)
        case ErdosRenyi():
            graph = nx.fast_gnp_random_graph(
                people, ties.mean_degree.value / max(people - 1, 1), seed=random
            )
        case WattsStrogatz():
            graph = nx.watts_strogatz_graph(
                people, int(ties.neighbours), ties.rewired.value, seed=random
            )
        case BarabasiAlbert():
            graph = nx.barabasi_albert_graph(people, int(ties.links), seed=random)
    return np.array(graph.edges, np.int64).reshape(-1, 2)


def _listed(ties: Edges, order: OrderOfBattle) -> Pairs:
    first = {(branch, kind): rows.start for branch, kind, rows in order.blocks}
    found = [parse_name(name) for edge in ties.edges for name in edge]
    return np.array([first[place[0]] + place[1] - 1 for place in found if place], np.int64).reshape(
        -1, 2
    )
