from typing import Any

import numpy as np
import pytest

from builders import NETWORKS, networked, small_population
from defectsim.model.transitions import Rank
from defectsim.population.networks import mutual


@pytest.mark.parametrize("ties", NETWORKS, ids=lambda ties: ties["kind"])
def test_ties_are_mutual_single_and_never_to_oneself(ties: dict[str, Any]) -> None:
    population = networked(ties)
    graph = population.ties
    assert graph.shape == (82, 82)
    assert graph.nnz > 0
    assert (graph != graph.T).nnz == 0
    assert graph.diagonal().sum() == 0
    assert set(graph.data.tolist()) == {1}


@pytest.mark.parametrize("ties", [{}, *NETWORKS], ids=lambda ties: ties.get("kind", "academy"))
def test_everybodys_degree_is_the_number_of_their_ties_in_every_replicate(
    ties: dict[str, Any],
) -> None:
    population = networked(ties)
    counted = np.asarray(population.ties.astype(int).sum(axis=1)).ravel()
    for replicate in (0, 3):
        degree = population.draw_columns(replicate)["degree"]
        assert degree.dtype == np.int32
        assert degree.tolist() == counted.tolist()
    assert population.cohort_codes["degree"].tolist() == counted.tolist()


@pytest.mark.parametrize("ties", NETWORKS[:4], ids=lambda ties: ties["kind"])
def test_a_network_ties_those_of_its_ranks_alone(ties: dict[str, Any]) -> None:
    population = networked({**ties, "ranks": ["officer", "general"]})
    ranks = population.rank[population.degree > 0]
    assert ranks.min() == Rank.OFFICER
    assert ranks.max() == Rank.GENERAL


def test_everybody_is_in_a_complete_network() -> None:
    assert set(networked({"kind": "complete"}).degree) == {81}


def test_listed_ties_are_those_of_the_people_named() -> None:
    population = networked(NETWORKS[4])
    rows = [population.row(name) for name in ("army-1", "guard-2", "army-general-1")]
    assert population.ties[[rows[0]]].indices.tolist() == sorted(rows[1:])
    assert population.degree.sum() == 6


def test_an_unrewired_ring_gives_everybody_as_many_neighbours() -> None:
    ring = networked({"kind": "watts_strogatz", "neighbours": 4, "rewired": 0})
    assert set(ring.degree) == {4}


@pytest.mark.parametrize("ties", NETWORKS[1:3], ids=lambda ties: ties["kind"])
def test_a_place_in_a_network_tells_nothing_of_a_place_in_the_army(ties: dict[str, Any]) -> None:
    large = {"army": {"strength": 2_000, "generals": 0}, "guard": None}
    population = small_population(
        forces={"branches": large, "ties": {"classes": None, "neighbours": None, **ties}}
    )
    one, other = population.ties.nonzero()
    near = np.minimum(abs(one - other), 2_000 - abs(one - other))
    assert near.mean() == pytest.approx(500, rel=0.05)
    assert abs(np.corrcoef(population.degree, np.arange(2_000))[0, 1]) < 0.08


def test_pairs_that_are_given_twice_are_one_tie() -> None:
    graph = mutual(np.array([[0, 1], [1, 0], [0, 1], [1, 2]]), 4)
    assert graph.toarray().tolist() == [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
