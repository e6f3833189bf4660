"""Mesa's tools take a model as it is: collectors, batch_run, and SolaraViz as far as it needs no browser."""

import multiprocessing
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import mesa
import pytest
import solara
from mesa.visualization import SolaraViz, SpaceRenderer, make_plot_component, make_space_component
from mesa.visualization.components import AgentPortrayalStyle
from mesa.visualization.solara_viz import ModelCreator, _build_model_init_kwargs

from builders import small_scenario
from defectsim.engine.model import DefectionModel, SolaraModel
from defectsim.model.transitions import Rank, Status

HASTY = small_scenario(
    behaviour={
        "soldier": {"parameters": {"base_desertion": 20}},
        "general": {"parameters": {"base_defection": 20}},
    }
)
PARAMETERS = {"scenario": HASTY, "engine": "reference"}


@pytest.fixture
def start_method() -> Iterator[None]:
    """Undo what batch_run does to processes."""
    before = multiprocessing.get_start_method(allow_none=True)
    yield
    multiprocessing.set_start_method(before, force=True)


def test_a_model_collects_its_counts_without_being_told(tmp_path: Any) -> None:
    model = DefectionModel(rng=1, **PARAMETERS)
    for _ in range(3):
        model.step()
    counts = model.datacollector.get_model_vars_dataframe()
    assert list(counts) == [*map(str, Status), "generals_defected"]
    assert counts["loyal"].tolist()[0] == len(model.agents)
    assert (counts[[*map(str, Status)]].sum(axis=1) == len(model.agents)).all()
    assert counts.iloc[-1]["deserted"] == (model.column("status") == Status.DESERTED).sum() > 0
    over = (model.column("status") == Status.DEFECTED) & (model.column("rank") == Rank.GENERAL)
    assert counts.iloc[-1]["generals_defected"] == over.sum() > 0
    model.run(5)
    assert len(model.datacollector.get_model_vars_dataframe()) == 6


def test_a_collector_of_ones_own_takes_its_place() -> None:
    model = DefectionModel(rng=1, **PARAMETERS)
    model.datacollector = own = mesa.DataCollector(model_reporters={"date": "date"})
    assert model.datacollector is own


@pytest.mark.usefixtures("start_method")
def test_batch_run_takes_a_scenario_as_one_value() -> None:
    rows = mesa.batch_run(
        DefectionModel, parameters=PARAMETERS, rng=range(2), max_steps=3, display_progress=False
    )
    assert [(row["rng"], row["Step"]) for row in rows] == [(0, 3), (1, 3)]
    assert all(row["scenario"] is HASTY and row["deserted"] > 0 for row in rows)
    again = DefectionModel(rng=1, **PARAMETERS).run(3).datacollector.get_model_vars_dataframe()
    assert again.iloc[-1]["deserted"] == rows[1]["deserted"]


@pytest.mark.usefixtures("start_method")
def test_batch_run_takes_several_scenarios_and_every_date() -> None:
    rows = mesa.batch_run(
        DefectionModel,
        parameters={"scenario": [HASTY, small_scenario()], "engine": "reference"},
        rng=[1],
        max_steps=2,
        data_collection_period=1,
        display_progress=False,
    )
    assert [row["Step"] for row in rows] == [0, 1, 2] * 2
    assert rows[2]["deserted"] > rows[5]["deserted"]


def test_a_scenario_is_not_iterable() -> None:
    with pytest.raises(TypeError) as caught:
        iter(HASTY)
    said = "a scenario is one value, and not iterable; its sections are attributes"
    assert str(caught.value) == said


def portrayed(agent: Any) -> AgentPortrayalStyle:
    return AgentPortrayalStyle(color="red" if agent.status == Status.DEFECTED else "blue", size=20)


def images(component: Any) -> list[bytes]:
    """Render a component without a browser; return the images in it."""
    box, context = solara.render(component, handle_error=False)
    found = [bytes(child.value) for child in box.children]
    context.close()
    return found


@pytest.fixture
def model() -> Iterator[SolaraModel]:
    with mpl.rc_context({"backend": "agg"}):
        yield SolaraModel(rng=1, **PARAMETERS)


def test_the_space_component_draws_the_ties(model: SolaraModel) -> None:
    space = make_space_component(portrayed)
    (before,) = images(space(model))
    model.run(3)
    (after,) = images(space(model))
    assert before.startswith(b"\x89PNG")
    assert before != after


def test_the_plot_component_draws_the_counts(model: SolaraModel) -> None:
    plot, _ = make_plot_component(["deserted", "defected"])
    (image,) = images(plot(model))
    assert image.startswith(b"\x89PNG")


def test_solara_viz_takes_the_model_and_makes_it_anew_from_its_parameters(
    model: SolaraModel,
) -> None:
    renderer = SpaceRenderer(model).setup_agents(portrayed).render()
    page = SolaraViz(model, renderer=renderer, model_params=PARAMETERS)
    _, context = solara.render(page, handle_error=False)
    context.close()
    anew = _build_model_init_kwargs(
        model, PARAMETERS, add_scenario_when_empty=True, require_model_accepts_scenario=True
    )
    assert anew == PARAMETERS


def test_solara_viz_takes_no_model_with_a_scenario_of_ours() -> None:
    shown = ModelCreator(solara.reactive(DefectionModel(rng=1, **PARAMETERS)), PARAMETERS)
    with pytest.raises(ValueError, match=r"Expected model\.scenario"):
        solara.render(shown, handle_error=False)
