import gc
import weakref
from typing import Any

import mesa
import numpy as np
import pytest

from builders import small_scenario
from defectsim.engine.model import DefectionModel
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import Rank, Service, Status
from defectsim.population.agents import General, Soldier

START = StudySetup(small_scenario(), 1)


@pytest.fixture
def model() -> DefectionModel:
    return DefectionModel(START.scenario, setup=START)


def test_people_are_mesa_agents_of_two_types(model: DefectionModel) -> None:
    soldier, general = model.person("army-1"), model.person("army-general-1")
    assert isinstance(soldier, mesa.Agent)
    assert isinstance(general, mesa.Agent)
    assert (type(soldier), type(general)) == (Soldier, General)
    assert soldier.model is model
    assert soldier.random is model.random


def test_an_agent_reads_its_row(model: DefectionModel) -> None:
    row = model.population.row("guard-general-2")
    general = model.person("guard-general-2")
    assert general.row == row
    for name in model.population.columns:
        assert getattr(general, name) == model.population.columns[name][row], name
    assert type(general.pay) is float
    assert (general.status, general.ties_defected) == (Status.LOYAL, 0)


def test_codes_are_read_by_their_names(model: DefectionModel) -> None:
    general = model.person("guard-general-2")
    assert general.rank is Rank.GENERAL
    assert general.service is Service.RESERVE
    assert general.status is Status.LOYAL


def test_a_person_is_always_the_same_agent_with_the_name_that_tables_use(
    model: DefectionModel,
) -> None:
    agent = model.person("army-7")
    assert agent.unique_id == "army-7"
    assert agent is model.person("army-7") is model.agent(agent.row) is model.agents[agent.row]
    assert agent is not DefectionModel(START.scenario, setup=START).person("army-7")
    assert repr(agent) == "<Soldier army-7>"


def test_an_agent_knows_its_place(model: DefectionModel) -> None:
    soldier = model.person("guard-9")
    assert soldier.branch == "guard"
    assert soldier.unit == "guard company 1"
    assert soldier.superior is model.person("guard-1")
    assert model.person("guard-general-1").superior is None
    assert model.person("guard-general-1").unit == "guard"


def test_ties_are_agents_and_mutual(model: DefectionModel) -> None:
    tied = [agent for agent in model.agents if agent.ties]
    assert tied
    for agent in tied:
        assert agent.rank >= Rank.OFFICER
        assert all(agent in other.ties for other in agent.ties)


def test_writing_an_attribute_writes_its_column_in_this_model_alone(model: DefectionModel) -> None:
    other = DefectionModel(START.scenario, setup=START)
    agent = model.person("army-3")
    agent.pay = 77.5
    agent.pay += 1
    assert agent.pay == 78.5
    assert model.column("pay")[agent.row] == 78.5
    assert np.count_nonzero(model.column("pay") != other.column("pay")) == 1
    assert other.person("army-3").pay == model.population.columns["pay"][agent.row] == 12
    assert "pay" not in vars(agent)


@pytest.mark.parametrize(
    ("name", "value"),
    [("pay", -1), ("exposure", 1.5), ("cohesion", -0.1), ("grievance", float("nan"))],
)
def test_a_value_out_of_bounds_is_refused_and_changes_nothing(
    model: DefectionModel, name: str, value: float
) -> None:
    agent = model.person("army-3")
    before = getattr(agent, name)
    with pytest.raises(ValueError, match=name):
        setattr(agent, name, value)
    assert getattr(agent, name) == before


@pytest.mark.parametrize("name", ["status", "ties_defected", "rank", "service"])
def test_what_the_forces_and_the_engine_make_is_not_to_be_written(
    model: DefectionModel, name: str
) -> None:
    agent = model.person("army-general-1")
    before = getattr(agent, name)
    with pytest.raises(AttributeError, match=f"{name} is not yours to set"):
        setattr(agent, name, 1)
    assert getattr(agent, name) == before


def test_a_write_that_could_change_nothing_is_refused(model: DefectionModel) -> None:
    with pytest.raises(AttributeError, match="frailty"):
        model.person("army-1").frailty = 2


@pytest.mark.parametrize("name", ["unique_id", "branch", "unit", "superior", "ties"])
def test_what_a_person_is_called_and_where_they_stand_is_not_to_be_written(
    model: DefectionModel, name: str
) -> None:
    with pytest.raises(AttributeError):
        setattr(model.person("army-1"), name, None)


def test_own_attributes_of_the_scenario_are_columns_and_others_the_agents_own() -> None:
    model = DefectionModel(
        small_scenario(people={"attributes": {"skill": 2}}), rng=1, engine="reference"
    )
    agent, other = model.person("army-1"), model.person("army-2")
    agent.skill, agent.mood = 3, "low"
    assert (agent.skill, other.skill) == (3, 2)
    assert model.column("skill")[agent.row] == 3
    assert agent.mood == "low"
    assert not hasattr(other, "mood")
    assert not model.has_column("mood")


def test_an_unknown_attribute_is_refused_by_name(model: DefectionModel) -> None:
    with pytest.raises(AttributeError, match="<Soldier army-1> has no attribute 'wage'"):
        _ = model.person("army-1").wage
    with pytest.raises(KeyError, match="nobody called 'army-0'"):
        model.person("army-0")


def test_people_are_not_removed(model: DefectionModel) -> None:
    with pytest.raises(TypeError, match="change of status"):
        model.person("army-1").remove()
    assert model.person("army-1") in model.agents


def test_agents_see_what_the_engine_does() -> None:
    certain = {"soldier": {"parameters": {"base_desertion": 1e9}}}
    model = DefectionModel(small_scenario(behaviour=certain), rng=1, engine="reference")
    agent = model.person("army-20")
    model.step()
    assert agent.status is Status.DESERTED


def test_mesas_data_collector_reports_models_and_agents() -> None:
    hasty = {"soldier": {"parameters": {"base_desertion": 20}}}
    model = DefectionModel(small_scenario(behaviour=hasty), rng=1, engine="reference")
    collector = mesa.DataCollector(
        model_reporters={
            "loyal": lambda m: m.agents.get("status").count(Status.LOYAL),
            "date": "date",
        },
        agent_reporters={"status": "status", "rich": lambda agent: agent.pay > 10},
        agenttype_reporters={General: {"pay": "pay"}},
    )
    collector.collect(model)
    for _ in range(3):
        model.step()
        collector.collect(model)
    people, totals = collector.get_agent_vars_dataframe(), collector.get_model_vars_dataframe()
    assert len(people) == 4 * 82
    assert people.index.is_unique
    assert people.index.names == ["Step", "AgentID"]
    loyal = (people["status"] == Status.LOYAL).groupby(level="Step").sum()
    assert loyal.tolist() == totals["loyal"].tolist()
    assert totals["loyal"].tolist()[0] == 82 > totals["loyal"].tolist()[-1]
    assert totals["date"].tolist() == model.scenario.clock.dates()[:4]
    assert people.loc[(0, "guard-general-1"), "rich"]
    assert len(collector.get_agenttype_vars_dataframe(General)) == 4 * 7


def used(engine: Any) -> weakref.ref[DefectionModel]:
    """Use a model in every way that could keep it, drop it, and return a reference that does not keep it."""
    model = DefectionModel(START.scenario, engine=engine, setup=START)
    collector = mesa.DataCollector(agent_reporters={"pay": "pay"})
    collector.collect(model)
    model.agents.select(lambda agent: agent.pay > 10).shuffle_do(
        lambda agent: setattr(agent, "pay", 5)
    )
    if engine == "reference":
        model.step()
    return weakref.ref(model)


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_dropped_model_leaves_memory(engine: str) -> None:
    reference = used(engine)
    gc.collect()
    assert reference() is None


def test_mesas_agents_by_themselves_would_have_kept_it() -> None:
    kept = mesa.Model()
    agent = weakref.ref(mesa.Agent(kept))
    gc.collect()
    assert agent() is not None
