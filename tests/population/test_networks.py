from typing import Any

import numpy as np
import pytest
from scipy import sparse

from builders import NETWORKS, networked, small_population
from defectsim.core.randomness import uniforms
from defectsim.model.transitions import Rank
from defectsim.population.networks import academy_ties, mutual
from defectsim.population.ties import Academy
from defectsim.population.units import by_person


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


RANK = np.tile(
    np.array([Rank.GENERAL, Rank.OFFICER, Rank.OFFICER, Rank.NCO, Rank.ENLISTED], np.int8), 40
)


def academy_graph(
    classes: int,
    neighbours: int,
    rank: np.ndarray = RANK,
    year: np.ndarray | None = None,
    **options: float,
) -> sparse.csr_array:
    drawn, seat, side = (uniforms(1, (part,), len(rank)) for part in ("year", "seat", "side"))
    ties = Academy.model_validate({"classes": classes, "neighbours": neighbours, **options})
    pairs = academy_ties(ties, rank, drawn if year is None else year, seat, side)
    return mutual(pairs, len(rank))


def degrees(graph: sparse.csr_array) -> np.ndarray:
    return np.diff(graph.indptr)


@pytest.mark.parametrize(
    ("classes", "neighbours"), [(1, 2), (1, 6), (5, 4), (30, 6), (200, 8), (3, 40)]
)
def test_academy_ties_are_mutual_single_and_never_to_oneself(classes: int, neighbours: int) -> None:
    graph = academy_graph(classes, neighbours)
    assert graph.shape == (200, 200)
    assert (graph != graph.T).nnz == 0
    assert graph.diagonal().sum() == 0
    assert set(graph.data.tolist()) <= {1}
    assert degrees(graph).max() <= neighbours


def test_only_officers_and_generals_are_tied_and_in_a_large_class_all_of_them() -> None:
    degree = degrees(academy_graph(1, 6))
    assert set(degree[RANK >= Rank.OFFICER]) == {6}
    assert set(degree[RANK < Rank.OFFICER]) == {0}


def test_classes_do_not_mix() -> None:
    year = (np.arange(200) % 4) / 4
    graph = academy_graph(4, 6, year=year).tocoo()
    assert graph.nnz > 0
    assert np.array_equal(year[graph.row], year[graph.col])


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 8])
def test_a_class_smaller_than_its_ties_is_tied_throughout(size: int) -> None:
    rank = np.full(size, Rank.OFFICER, np.int8)
    assert degrees(academy_graph(1, 6, rank)).tolist() == [min(6, size - 1)] * size


def test_neighbours_on_the_ring_share_neighbours() -> None:
    graph = academy_graph(1, 6).astype(int)
    triangles = (graph @ graph).multiply(graph).sum()
    assert triangles / (degrees(graph) * 5).sum() == pytest.approx(
        0.6
    )  # Watts and Strogatz: 3 (k - 2) / 4 (k - 1)


def test_seats_decide_who_sits_beside_whom() -> None:
    rank = np.full(6, Rank.OFFICER, np.int8)
    seat = np.array([0.5, 0.1, 0.9, 0.3, 0.7, 0.2])
    ties = Academy.model_validate({"classes": 1, "neighbours": 2})
    graph = mutual(academy_ties(ties, rank, np.zeros(6), seat, np.zeros(6)), 6)
    assert [sorted(graph[[row]].indices.tolist()) for row in np.argsort(seat)] == [
        [2, 5],
        [1, 3],
        [0, 5],
        [3, 4],
        [0, 2],
        [1, 4],
    ]


CORPS = np.repeat(np.array([Rank.GENERAL, Rank.OFFICER], np.int8), [5_000, 45_000])


def ties_of_generals_to_generals(graph: sparse.csr_array, rank: np.ndarray = CORPS) -> float:
    general = rank == Rank.GENERAL
    return float(graph.astype(int)[general][:, general].sum() / graph[general].nnz)


@pytest.mark.parametrize(
    ("assortativity", "share"), [(0.0, 0.1), (0.25, 0.325), (0.6, 0.64), (1.0, 1.0)]
)
def test_generals_are_tied_to_generals_as_assortativity_says(
    assortativity: float, share: float
) -> None:
    graph = academy_graph(1, 6, CORPS, assortativity=assortativity)
    assert set(degrees(graph)) == {6}
    assert ties_of_generals_to_generals(graph) == pytest.approx(share, abs=0.03)
    assert newman(graph, CORPS // Rank.GENERAL) == pytest.approx(assortativity, abs=0.03)


def test_generals_come_from_the_oldest_classes_and_officers_from_all() -> None:
    year = np.tile(np.arange(5_000) / 5_000, 10)
    graph = academy_graph(10, 6, CORPS, year, general_classes=0.3)
    near = graph.tocoo()
    classes = np.floor(year * np.where(CORPS == Rank.GENERAL, 3, 10)).astype(int)
    assert np.array_equal(classes[near.row], classes[near.col])
    assert ties_of_generals_to_generals(graph) == pytest.approx(1 / (1 + 3 * 0.9), abs=0.02)
    assert set(classes[CORPS == Rank.OFFICER]) == set(range(10))


def test_without_options_of_rank_a_generals_class_is_random() -> None:
    as_ever = academy_graph(5, 4, CORPS)
    said = academy_graph(5, 4, CORPS, general_classes=1, assortativity=0)
    assert (as_ever != said).nnz == 0
    assert ties_of_generals_to_generals(as_ever) == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("general_classes", [0, 0.01])
def test_generals_have_one_class_at_least(general_classes: float) -> None:
    graph = academy_graph(5, 4, CORPS, general_classes=general_classes)
    assert ties_of_generals_to_generals(graph) == pytest.approx(1 / 2.8, abs=0.02)


@pytest.mark.parametrize("neighbours", [0, 2])
def test_an_army_without_officers_or_ties_has_none(neighbours: int) -> None:
    rank = np.full(9, Rank.ENLISTED if neighbours else Rank.OFFICER, np.int8)
    graph = academy_graph(3, neighbours, rank)
    assert graph.shape == (9, 9)
    assert graph.nnz == 0


DRAWN: list[dict[str, Any]] = [
    {"kind": "academy", "classes": 3, "neighbours": 2},
    *NETWORKS[:3],
    {"kind": "assortative", "by": "rank", "index": 0.3, "mean_degree": 2},
]


@pytest.mark.parametrize("ties", DRAWN, ids=lambda ties: ties["kind"])
def test_a_network_is_drawn_anew_in_each_replicate_if_that_is_asked_for(
    ties: dict[str, Any],
) -> None:
    fixed, redrawn = networked(ties), networked({**ties, "redraw": True})
    assert fixed.draw_ties(1) is fixed.draw_ties(2) is fixed.ties
    one, two = redrawn.draw_ties(1), redrawn.draw_ties(2)
    assert (one != two).nnz > 0
    assert (one != networked({**ties, "redraw": True}).draw_ties(1)).nnz == 0
    degree = redrawn.draw_columns(2)["degree"]
    assert degree.tolist() == np.diff(two.indptr).tolist()
    assert not np.diff(one.indptr)[~redrawn.has_ties].any()
    alone = redrawn.cohort_codes["degree"][redrawn.has_ties]
    assert len({*alone.tolist()}) == len(alone)


def test_directed_ties_lead_from_the_first_to_the_second_alone() -> None:
    edges = [["army-1", "guard-2"], ["guard-2", "army-1"], ["army-1", "army-2"]]
    population = networked({"kind": "edges", "edges": edges, "directed": True})
    army, guard, other = population.rows_of(["army-1", "guard-2", "army-2"]).tolist()
    assert {*zip(*population.ties.nonzero(), strict=True)} == {
        (army, guard),
        (guard, army),
        (army, other),
    }
    drawn = networked({"kind": "erdos_renyi", "mean_degree": 5, "directed": True}).ties
    assert (drawn != drawn.T).nnz > 0
    assert drawn.diagonal().sum() == 0


def newman(graph: Any, group: np.ndarray) -> float:
    """Return the coefficient of Newman (2003), which is 1 where all ties are within groups."""
    ends = np.zeros((group.max() + 1,) * 2)
    np.add.at(ends, tuple(group[side] for side in graph.nonzero()), 1)
    share = ends / ends.sum()
    by_chance = share.sum(axis=0) @ share.sum(axis=1)
    return float((np.trace(share) - by_chance) / (1 - by_chance))


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("index", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("by", ["rank", "branch", "class"])
def test_ties_within_groups_have_the_index_and_the_number_that_are_asked_for(
    by: str, index: float, directed: bool
) -> None:
    large = {"army": {"strength": 3_000, "generals": 100}, "guard": {"strength": 1_000}}
    ties = {"kind": "assortative", "by": by, "index": index, "mean_degree": 6, "neighbours": None}
    classes = 10 if by == "class" else None
    population = small_population(
        forces={"branches": large, "ties": {**ties, "classes": classes, "directed": directed}}
    )
    graph = population.ties
    assert graph.nnz / len(population) == pytest.approx(6, rel=0.05)
    assert ((graph != graph.T).nnz > 0) == directed
    group = {
        "rank": population.rank.astype(int),
        "branch": population.branch.astype(int),
        "class": np.floor(by_person(population, population.seed, "academy class") * 10).astype(int),
    }[by]
    assert newman(graph, group) == pytest.approx(index, abs=0.03)
