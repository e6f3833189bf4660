"""Sideways ties as Mesa's network space: the same people, and the same ties."""

import gc
import weakref

import mesa
import networkx as nx
import pytest

from builders import small_scenario
from defectsim.engine.model import DefectionModel
from defectsim.population.space import TiesSpace

SCENARIO = small_scenario()


@pytest.fixture(scope="module")
def model() -> DefectionModel:
    return DefectionModel(SCENARIO, rng=1, engine="reference")


def test_the_space_is_mesas_and_made_once(model: DefectionModel) -> None:
    assert isinstance(model.space, mesa.discrete_space.Network)
    assert model.space is model.space


def test_it_has_everybody_with_ties_each_in_a_cell_of_their_own(model: DefectionModel) -> None:
    tied = [agent for agent in model.agents if agent.ties]
    assert 0 < len(tied) < len(model.agents)
    assert model.space.agents.to_list() == tied
    assert [cell.coordinate for cell in model.space.all_cells] == list(range(len(tied)))
    assert all(agent.cell.agents == [agent] for agent in tied)
    assert all(agent.cell is None for agent in model.agents if not agent.ties)


def test_neighbours_are_the_people_whom_ties_lead_to(model: DefectionModel) -> None:
    for agent in model.space.agents:
        assert {*agent.cell.neighborhood.agents} == {*agent.ties}
    assert model.space.G.number_of_edges() == model.population.ties.nnz // 2
    assert nx.utils.graphs_equal(model.space.G, TiesSpace(model).G)


def test_a_dropped_model_leaves_memory_with_its_space() -> None:
    model = DefectionModel(SCENARIO, rng=1, engine="reference")
    assert len(list(model.space.agents.to_list()[0].cell.get_neighborhood(2).agents)) > 2
    dropped = weakref.ref(model)
    del model
    gc.collect()
    assert dropped() is None


def test_an_army_without_ties_has_an_empty_space() -> None:
    lonely = small_scenario(forces={"ties": {"neighbours": 0}})
    space = DefectionModel(lonely, rng=1, engine="reference").space
    assert len(space.agents) == len(space.rows) == 0
