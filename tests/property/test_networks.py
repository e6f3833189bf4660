from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from builders import networked
from defectsim.model.transitions import RANKS
from defectsim.population.population import Population

SOME_RANKS = st.lists(st.sampled_from(["enlisted", "nco", "officer"]), min_size=1, unique=True)
"""Of the small army's 82 people, each of these ranks has 16 or more."""
SEEDS = st.integers(0, 2**40)


@st.composite
def networks(draw: st.DrawFn) -> dict[str, Any]:
    few = draw(st.integers(1, 7))
    ties: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"kind": "erdos_renyi", "mean_degree": few * 1.5},
                {"kind": "watts_strogatz", "neighbours": 2 * few, "rewired": few / 7},
                {"kind": "watts_strogatz", "neighbours": 2 * few, "rewired": 0},
                {"kind": "barabasi_albert", "links": few},
                {"kind": "complete"},
            ]
        )
    )
    return {**ties, "ranks": draw(SOME_RANKS)}


def within(population: Population, ties: dict[str, Any]) -> np.ndarray:
    return np.isin(population.rank, [RANKS.index(rank) for rank in ties["ranks"]])


@given(networks(), SEEDS)
def test_ties_are_mutual_single_never_to_oneself_and_among_the_ranks(
    ties: dict[str, Any], seed: int
) -> None:
    population = networked(ties, seed)
    graph = population.ties
    assert (graph != graph.T).nnz == 0
    assert graph.diagonal().sum() == 0
    assert set(graph.data.tolist()) <= {1}
    assert not population.degree[~within(population, ties)].any()


@given(networks(), SEEDS)
def test_degrees_are_as_promised(ties: dict[str, Any], seed: int) -> None:
    population = networked(ties, seed)
    degree = population.degree[within(population, ties)]
    people = len(degree)
    match ties["kind"]:
        case "watts_strogatz":
            assert degree.sum() == people * ties["neighbours"]
            assert degree.min() >= ties["neighbours"] // 2
            assert ties["rewired"] > 0 or degree.max() == ties["neighbours"]
        case "barabasi_albert":
            assert degree.sum() == 2 * (people - ties["links"]) * ties["links"]
            assert degree.min() >= 1
        case "complete":
            assert set(degree) == {people - 1}


PEOPLE = [
    f"{branch}-{number}"
    for branch, size in (("army", 50), ("guard", 25))
    for number in range(1, size + 1)
]


@given(st.sets(st.frozensets(st.sampled_from(PEOPLE), min_size=2, max_size=2), max_size=30))
def test_listed_ties_are_all_there_and_no_others(pairs: set[frozenset[str]]) -> None:
    population = networked({"kind": "edges", "edges": [sorted(pair) for pair in pairs]})
    one, other = population.ties.nonzero()
    ids = population.ids
    assert {
        frozenset((ids[a], ids[b])) for a, b in zip(one.tolist(), other.tolist(), strict=True)
    } == pairs
    assert population.ties.nnz == 2 * len(pairs)
