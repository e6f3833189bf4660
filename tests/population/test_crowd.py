import mesa
import numpy as np
import pytest
from mesa.agentset import AbstractAgentSet

from builders import small_scenario
from defectsim.engine.model import DefectionModel
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import Rank, Status
from defectsim.population.agents import General, PersonAgent, Soldier
from defectsim.population.crowd import Crowd

START = StudySetup(small_scenario(), 1)


@pytest.fixture
def model() -> DefectionModel:
    return DefectionModel(START.scenario, setup=START)


def names(crowd: Crowd) -> list[str]:
    return [agent.unique_id for agent in crowd]


def test_everybody_is_in_the_models_agents(model: DefectionModel) -> None:
    assert isinstance(model.agents, AbstractAgentSet)
    assert len(model.agents) == len(model.population) == 82
    assert names(model.agents) == model.population.ids.to_list()
    assert model.agents.to_list() == list(model.agents) == [model.agent(row) for row in range(82)]


def test_agents_are_found_in_the_crowds_they_belong_to(model: DefectionModel) -> None:
    guard = model.agents.select(lambda agent: agent.branch == "guard")
    assert model.person("guard-1") in guard
    assert model.person("army-1") not in guard
    assert model.person("army-1") in model.agents
    assert DefectionModel(START.scenario, setup=START).person("guard-1") not in guard
    assert 3 not in model.agents


def test_agents_by_type(model: DefectionModel) -> None:
    assert model.agent_types == [Soldier, General]
    by_type = model.agents_by_type
    assert set(by_type) == {Soldier, General}
    assert (len(by_type[Soldier]), len(by_type[General])) == (75, 7)
    for kind, crowd in by_type.items():
        assert {type(agent) for agent in crowd} == {kind}


def test_selecting_by_a_function_and_by_a_mask_agree(model: DefectionModel) -> None:
    rich = model.agents.select(lambda agent: agent.pay > 11)
    assert {agent.rank for agent in rich} == {Rank.NCO, Rank.OFFICER, Rank.GENERAL}
    assert names(rich) == names(model.agents.select(model.column("pay") > 11))
    guard = rich.select(lambda agent: agent.branch == "guard")
    assert names(guard) == names(rich.select(np.array([agent.branch == "guard" for agent in rich])))
    assert 0 < len(guard) < len(rich) < len(model.agents)


@pytest.mark.parametrize(
    ("at_most", "count"), [(3, 3), (0, 0), (0.5, 41), (1.0, 82), (1, 1), (1000, 82), (0.0, 0)]
)
def test_at_most_a_number_or_a_share_of_the_crowd(
    model: DefectionModel, at_most: float, count: int
) -> None:
    chosen = model.agents.select(at_most=at_most)
    assert names(chosen) == names(model.agents)[:count]


def test_the_share_is_that_of_the_crowd_and_not_of_those_who_pass(model: DefectionModel) -> None:
    assert len(model.agents.select(lambda agent: agent.rank == Rank.GENERAL, at_most=0.05)) == 4
    assert len(model.agents.select(lambda agent: agent.rank == Rank.GENERAL, at_most=0.9)) == 7


@pytest.mark.parametrize(
    ("kind", "count"), [(Soldier, 75), (General, 7), (PersonAgent, 82), (mesa.Agent, 82)]
)
def test_selecting_by_type(model: DefectionModel, kind: type, count: int) -> None:
    chosen = model.agents.select(agent_type=kind)
    assert len(chosen) == count
    assert all(isinstance(agent, kind) for agent in chosen)


def test_type_and_function_and_number_together(model: DefectionModel) -> None:
    chosen = model.agents.select(
        lambda agent: agent.branch == "army", at_most=2, agent_type=General
    )
    assert names(chosen) == ["army-general-1", "army-general-2"]


def test_type_and_mask_together(model: DefectionModel) -> None:
    chosen = model.agents.select(model.column("exposure") > 0, agent_type=General)
    assert len(chosen) == 7


def test_selecting_in_place_changes_the_crowd_and_otherwise_does_not(model: DefectionModel) -> None:
    crowd = model.agents
    assert crowd.select(at_most=5) is not crowd
    assert len(crowd) == 82
    assert crowd.select(at_most=5, inplace=True) is crowd
    assert len(crowd) == 5
    assert len(model.agents) == 82


def test_places_in_a_crowd(model: DefectionModel) -> None:
    generals = model.agents.select(agent_type=General)
    assert generals[0] is model.person("army-general-1")
    assert generals[-1] is model.person("guard-general-2")
    with pytest.raises(IndexError):
        generals[7]


def test_slices_of_a_crowd_are_lists(model: DefectionModel) -> None:
    assert model.agents[2:4] == [model.agent(2), model.agent(3)]


def test_get_reads_columns_and_other_attributes(model: DefectionModel) -> None:
    generals = model.agents.select(agent_type=General)
    assert generals.get("pay") == [100.0] * 7
    assert generals.get("rank") == [Rank.GENERAL] * 7
    assert all(type(rank) is Rank for rank in generals.get("rank"))
    assert generals.get("status") == [Status.LOYAL] * 7
    assert generals.get("branch") == ["army"] * 5 + ["guard"] * 2
    assert generals.get(["pay", "unique_id"])[1] == [100.0, "army-general-2"]
    assert model.agents.select(at_most=0).get(["pay", "branch"]) == []


def test_get_says_what_is_missing_unless_it_is_given_a_default(model: DefectionModel) -> None:
    model.person("army-1").mood = "low"
    with pytest.raises(AttributeError, match="'mood'"):
        model.agents.get("mood")
    moods = model.agents.get("mood", handle_missing="default", default_value="none")
    assert moods == ["low"] + ["none"] * 81


def test_agg_aggregates_columns_and_other_attributes(model: DefectionModel) -> None:
    officers = model.agents.select(lambda agent: agent.rank == Rank.OFFICER)
    assert officers.agg("pay", sum) == 20 * len(officers)
    assert officers.agg("outside", [min, max, np.mean, len]) == [
        function([agent.outside for agent in officers]) for function in (min, max, np.mean, len)
    ]
    assert officers.agg("branch", set) == {"army", "guard"}


def test_set_writes_a_column_for_the_crowd_alone(model: DefectionModel) -> None:
    generals = model.agents.select(agent_type=General)
    assert generals.set("pay", 55) is generals
    assert generals.get("pay") == [55.0] * 7
    assert model.agents.agg("pay", max) == 55
    assert model.person("army-1").pay == 20
    generals.set("perks", list(range(7)))
    assert model.person("army-general-3").perks == 2


def test_set_refuses_what_nobody_has_with_the_nearest_name(model: DefectionModel) -> None:
    own = "one of your own is declared in the scenario under people.attributes, or in a class of agents"
    for name, hint in (("pai", "; did you mean 'pay'?"), ("mood", "")):
        with pytest.raises(AttributeError) as caught:
            model.agents.set(name, 3)
        assert str(caught.value) == f"people have no attribute {name!r}{hint}; {own}"
    assert not hasattr(model.person("army-1"), "mood")


def test_set_takes_an_attribute_of_every_persons_class(model: DefectionModel) -> None:
    model.agents.set("pos", "here")
    assert model.person("army-1").pos == "here"


def test_set_keeps_bounds_and_lengths(model: DefectionModel) -> None:
    before = model.agents.get("exposure")
    with pytest.raises(ValueError, match="exposure: 2 is out of bounds"):
        model.agents.set("exposure", [0.5] * 81 + [2.0])
    with pytest.raises(ValueError, match="shape"):
        model.agents.set("exposure", [0.5] * 3)
    with pytest.raises(AttributeError, match="status is not yours to set"):
        model.agents.set("status", Status.DEFECTED)
    assert model.agents.get("exposure") == before


def test_groupby_a_column_another_attribute_and_a_function(model: DefectionModel) -> None:
    by_rank = model.agents.groupby("rank")
    assert by_rank.count() == {Rank.ENLISTED: 43, Rank.NCO: 16, Rank.OFFICER: 16, Rank.GENERAL: 7}
    assert all(type(rank) is Rank for rank in by_rank.groups)
    assert by_rank.agg("pay", max) == {
        Rank.ENLISTED: 10,
        Rank.NCO: 12,
        Rank.OFFICER: 20,
        Rank.GENERAL: 100,
    }
    assert model.agents.groupby("branch").count() == {"army": 55, "guard": 27}
    by_pair = model.agents.groupby(lambda agent: (agent.branch, type(agent)))
    assert by_pair.count() == {
        ("army", Soldier): 50,
        ("army", General): 5,
        ("guard", Soldier): 25,
        ("guard", General): 2,
    }
    lists = model.agents.groupby("rank", result_type="list").groups
    assert lists[Rank.GENERAL] == model.agents.select(agent_type=General).to_list()


def test_groups_are_crowds_with_methods(model: DefectionModel) -> None:
    groups = model.agents.groupby("branch")
    groups.do(lambda crowd: crowd.set("perks", len(crowd)))
    assert model.person("army-1").perks == 55
    assert model.person("guard-1").perks == 27
    assert {name for name, crowd in groups if isinstance(crowd, Crowd)} == {"army", "guard"}


def test_sort_by_an_attribute_and_by_a_function(model: DefectionModel) -> None:
    by_outside = model.agents.sort("outside")
    assert by_outside.get("outside") == sorted(model.agents.get("outside"), reverse=True)
    ascending = model.agents.sort(lambda agent: agent.outside, ascending=True)
    assert names(ascending) == names(by_outside)[::-1]
    assert names(model.agents) == model.population.ids.to_list()
    assert names(model.agents.sort("pay", ascending=True))[0] == "army-5"


def test_sort_and_shuffle_in_place(model: DefectionModel) -> None:
    crowd = model.agents
    assert crowd.sort("outside", inplace=True) is crowd
    assert crowd[0].outside == max(crowd.get("outside"))
    before = names(crowd)
    assert crowd.shuffle(inplace=True) is crowd
    assert names(crowd) != before
    assert sorted(names(crowd)) == sorted(before)


def test_shuffling_follows_the_models_seed(model: DefectionModel) -> None:
    shuffled = names(model.agents.shuffle())
    assert shuffled == names(DefectionModel(small_scenario(), rng=1).agents.shuffle())
    assert shuffled != names(DefectionModel(small_scenario(), rng=2).agents.shuffle())
    assert shuffled != names(model.agents.shuffle())


class Steps:
    """Notes who was called, in order."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def note(self, agent: PersonAgent, *more: int, **named: int) -> int:
        self.called.append(agent.unique_id)
        return len(self.called) + sum(more) + sum(named.values())


def test_do_and_map_call_everybody_in_order(model: DefectionModel) -> None:
    steps = Steps()
    generals = model.agents.select(agent_type=General)
    assert generals.do(steps.note) is generals
    assert steps.called == names(generals)
    assert generals.map(steps.note, 100, more=1000) == [1108 + place for place in range(7)]
    assert generals.map("__repr__")[0] == "<General army-general-1>"
    assert generals.do("step") is generals


def test_shuffle_do_calls_everybody_once_in_another_order(model: DefectionModel) -> None:
    steps = Steps()
    crowd = model.agents
    assert crowd.shuffle_do(steps.note) is crowd
    assert sorted(steps.called) == sorted(names(crowd))
    assert steps.called != names(crowd)
    assert names(crowd) == model.population.ids.to_list()


@pytest.mark.parametrize("change", ["add", "discard", "remove"])
def test_nobody_joins_or_leaves_a_crowd(model: DefectionModel, change: str) -> None:
    with pytest.raises(TypeError, match="select another one"):
        getattr(model.agents, change)(model.agent(0))


def test_setting_an_attribute_of_nobody_changes_nothing(model: DefectionModel) -> None:
    before = model.column("pay").copy()
    model.agents.select(lambda agent: agent.pay > 1e9).set("pay", [])
    assert np.array_equal(model.column("pay"), before)
