"""Networks of sideways ties, drawn once for a study or anew in each replicate."""

from itertools import chain
from math import sqrt
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


def redrawn(ties: Section) -> bool:
    """Return whether each replicate draws a network of its own."""
    return isinstance(ties, kinds.Drawn) and ties.redraw


def directed(ties: Section) -> bool:
    """Return whether ties are not mutual."""
    return isinstance(ties, kinds.Directable) and ties.directed


def tied(ties: Section, order: OrderOfBattle, seed: int, replicate: int) -> sparse.csr_array:
    """Draw the graph of sideways ties, of one of the kinds of `population.ties`.

    Returns
    -------
    scipy.sparse.csr_array
        Shape (people, people), of ones, with an empty diagonal: in each row whom somebody sees.
        Symmetric unless ties are directed.
    """
    key = (replicate,) if redrawn(ties) else ()
    if isinstance(ties, kinds.Academy):
        parts = ("class", "seat", "side")
        drawn = (by_person(order, seed, f"academy {part}", *key) for part in parts)
        pairs = academy_ties(ties, order.rank, *drawn)
    elif isinstance(ties, kinds.Edges):
        pairs = order.rows_of(chain.from_iterable(ties.edges)).reshape(-1, 2)
    elif isinstance(ties, kinds.Assortative):
        people = members(ties, order)
        group = _groups(ties, order, seed, key)[people]
        pairs = people[_assortative_pairs(ties, group, generator(seed, ("ties", *key)))]
    else:
        assert isinstance(ties, kinds.Network)
        people = members(ties, order)
        shuffled = people[np.argsort(by_person(order, seed, "network place", *key)[people])]
        # of networkx's own kind, which takes a third of the time of numpy's
        random = Random(int(generator(seed, ("ties", *key)).integers(2**63)))
        pairs = shuffled[_random_pairs(ties, len(people), random)]
    return (graph_of if directed(ties) else mutual)(pairs, len(order.rank))


def members(ties: Section, order: OrderOfBattle) -> NDArray[np.int64]:
    """Return the rows of people of the ranks of a network."""
    assert isinstance(ties, kinds.Academy | kinds.Network)
    return np.flatnonzero(np.isin(order.rank, [Rank[name.upper()] for name in ties.ranks]))


def mutual(pairs: Pairs, people: int) -> sparse.csr_array:
    """Return the graph that ties each pair, given once or more often, both ways."""
    return graph_of(np.concatenate([pairs, pairs[:, ::-1]]), people)


def graph_of(pairs: Pairs, people: int) -> sparse.csr_array:
    """Return the graph that ties the first of each pair, given once or more often, to the second."""
    ones = np.ones(len(pairs), np.int8)
    graph = sparse.coo_array((ones, tuple(pairs.T)), shape=(people, people)).tocsr()
    graph.data[:] = 1
    return graph


def academy_ties(
    ties: kinds.Academy,
    rank: NDArray[np.int8],
    year: NDArray[np.float64],
    seat: NDArray[np.float64],
    side: NDArray[np.float64],
) -> Pairs:
    """Tie officers and generals of each academy class in a ring lattice (Watts and Strogatz 1998).

    A pair on both sides of each other occurs twice.

    Parameters
    ----------
    year, seat, side
        Shape (people,): draws in [0, 1) of a person's class, of the place on the ring of that
        class, and of whether it is on the side of their rank.
    """
    people = np.flatnonzero(rank >= Rank.OFFICER)
    general = rank[people] == Rank.GENERAL
    span = np.where(general, ties.general_classes.value, 1.0) * int(ties.classes)
    classes = np.floor(year[people] * span).astype(np.int64)
    seats = _seats(ties, general, classes, seat[people], side[people])
    ring = people[np.lexsort((seats, classes))]
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


def _seats(
    ties: kinds.Academy,
    general: NDArray[np.bool_],
    classes: NDArray[np.int64],
    seat: NDArray[np.float64],
    side: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return people's places on the rings of their classes, from 0 to 1.

    Generals have a last part of the ring, as long as their share g of the class. Whoever keeps to
    the part of their rank does so with the probability sqrt(a), and all others sit anywhere. In a
    large class the expected share of generals among a general's ties is then a + (1 - a) g, and
    the coefficient of Newman (2003) is a, the assortativity.
    """
    share = (np.bincount(classes, general) / np.maximum(np.bincount(classes), 1))[classes]
    of_rank = np.where(general, 1.0 - share + share * seat, (1.0 - share) * seat)
    return np.where(side < sqrt(ties.assortativity.value), of_rank, seat)


def _random_pairs(ties: kinds.Network, people: int, random: Random) -> Pairs:
    """Draw pairs of people numbered from 0."""
    import networkx as nx  # takes a quarter of a second, which no other command need wait for

    graph: Any
    match ties:
        case kinds.Complete():
            return np.stack(np.triu_indices(people, 1), axis=1)
        case kinds.ErdosRenyi():
            probability = ties.mean_degree.value / max(people - 1, 1)
            graph = nx.fast_gnp_random_graph(
                people, probability, seed=random, directed=ties.directed
            )
        case kinds.WattsStrogatz():
            neighbours, rewired = int(ties.neighbours), ties.rewired.value
            graph = nx.watts_strogatz_graph(people, neighbours, rewired, seed=random)
        case kinds.BarabasiAlbert():
            graph = nx.barabasi_albert_graph(people, int(ties.links), seed=random)
    return np.array(graph.edges, np.int64).reshape(-1, 2)


def _groups(
    ties: kinds.Assortative, order: OrderOfBattle, seed: int, key: tuple[int, ...]
) -> NDArray[np.int64]:
    """Return the group of each person; shape (people,)."""
    if ties.by == "class":
        year = by_person(order, seed, "academy class", *key)
        return np.floor(year * int(ties.classes)).astype(np.int64)
    return (order.rank if ties.by == "rank" else order.branch).astype(np.int64)


def _assortative_pairs(
    ties: kinds.Assortative, group: NDArray[np.int64], random: np.random.Generator
) -> Pairs:
    """Draw pairs of people, numbered from 0, of some groups; each pair once.

    All pairs across groups are tied with one probability, and all within a group with another.
    """
    people = len(group)
    across = ties.mean_degree.value * (1.0 - ties.index.value) / people
    any_two = _some_pairs(people, across, random, ties.directed)
    pairs = [any_two[group[any_two[:, 0]] != group[any_two[:, 1]]]]
    for one in np.unique(group).tolist():
        its = np.flatnonzero(group == one)
        within = min(ties.within(len(its) / people) / max(len(its) - 1, 1), 1.0)
        pairs.append(its[_some_pairs(len(its), within, random, ties.directed)])
    return np.concatenate(pairs)


def _some_pairs(
    people: int, probability: float, random: np.random.Generator, directed: bool
) -> Pairs:
    """Draw each pair of people with a probability.

    Pairs are numbered by the distance of two people on a ring, and then by the first of them.
    """
    number = people * (people - 1) // (1 if directed else 2)
    drawn = random.choice(number, random.binomial(number, probability), replace=False)
    distance, one = np.divmod(drawn.astype(np.int64), max(people, 1))
    return np.stack([one, (one + distance + 1) % max(people, 1)], axis=1)
