"""How plots grow from tie to tie, are found out, merge and strike."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from builders import EVERYBODY, NOBODY, START
from defectsim import DefectionModel
from defectsim.engine.institutions import attempts
from defectsim.engine.institutions.context import StepContext
from defectsim.model.transitions import Rank, Status
from still_army import commander, events, move, standing, stepped, still

EVERY_STEP = 10_000
TIED = {"kind": "complete", "ranks": ["officer", "general"], "classes": None, "neighbours": None}
WATCHED = {"conditions": {"surveillance": 1}}


def by_edges(edges: list[list[str]]) -> dict[str, Any]:
    return {"kind": "edges", "edges": edges, "classes": None, "neighbours": None}


def plotting(
    joins: Any = EVERYBODY, ties: dict[str, Any] = TIED, **changes: Any
) -> tuple[DefectionModel, int]:
    """Return an army whose officers and generals are tied, one of whom plots, and that one's row."""
    plots = {"contacts": EVERY_STEP, "quorum": 1, "informers": 0, **changes.pop("plots", {})}
    model = still(behaviour={"join": joins}, forces={"ties": ties}, plots=plots, **changes)
    first = commander(model, "army company 3")
    move(model, "plot", first)
    return model, first


def test_a_plot_grows_by_those_to_whom_plotters_are_tied() -> None:
    model, _ = plotting()
    sizes = [len(standing(stepped(model), Status.PLOTTING)) for _ in range(4)]
    assert sizes[:2] == [1, 2]
    assert sizes == sorted(sizes)
    assert 4 < sizes[-1] <= 8
    joined = [
        row for _, row, transition, cause in events(model) if (transition, cause) == ("plot", "tie")
    ]
    assert len(joined) == len(set(joined)) == sizes[-1] - 1
    assert (model.population.rank[joined] >= Rank.OFFICER).all()


@pytest.mark.parametrize(
    "changes",
    [
        {"joins": NOBODY},
        {"plots": {"contacts": 0}},
        {"ties": by_edges([["army-1", "army-2"]])},
    ],
    ids=["nobody joins", "no contacts", "no ties"],
)
def test_a_plot_does_not_grow_without(changes: dict[str, Any]) -> None:
    model, first = plotting(**changes)
    assert standing(stepped(model, 10), Status.PLOTTING) == {first}


def test_plotters_speak_to_few_where_contacts_are_rare() -> None:
    model, _ = plotting(plots={"contacts": 4})
    assert len(standing(stepped(model, 8), Status.PLOTTING)) < 4


@pytest.mark.parametrize("unravelling", [0, 1])
def test_informers_find_a_plot_out_and_it_unravels(unravelling: float) -> None:
    model, first = plotting(plots={"contacts": 0, "informers": 1, "unravelling": unravelling})
    stepped(model)
    assert standing(stepped(model, 3), Status.PLOTTING) == {first}
    model, first = plotting(**WATCHED, plots={"informers": 1, "unravelling": unravelling})
    stepped(model, 2)
    assert standing(model, Status.ARRESTED) == {first}
    assert events(model)[-1] == (1, first, "arrest", "discovery")


@pytest.mark.parametrize("unravelling", [0, 1])
def test_the_others_of_a_plot_that_is_found_out_are_arrested_or_left_alone(
    unravelling: float,
) -> None:
    three = ["army-1", "army-11", "army-21"]
    edges = [[one, other] for one in three for other in three if one < other]
    watch = {"lever": "surveillance", "value": 1, "effective": START + dt.timedelta(weeks=6)}
    model, first = plotting(
        ties=by_edges(edges),
        plots={"informers": 1, "unravelling": unravelling},
        policies={"watch": watch},
    )
    move(model, "resume", first)
    move(model, "plot", model.population.row("army-1"))
    assert len(standing(stepped(model, 5), Status.PLOTTING)) == 3
    move(model, "resume", model.population.row("army-21"))
    stepped(model, 6)
    assert len(standing(model, Status.ARRESTED)) == (2 if unravelling else 1)
    assert not standing(model, Status.PLOTTING)


@pytest.mark.parametrize("learning_days", [None, 30])
def test_a_plot_that_is_rolled_up_teaches_where_news_teaches(learning_days: int | None) -> None:
    news = {"learning_days": learning_days}
    model, _ = plotting(**WATCHED, plots={"informers": 1}, news=news)
    stepped(model, 2)
    memory = model.engine.attempt_memory
    assert memory.lesson == (1.0 if learning_days else 0.0)
    assert (memory.withstood > 0.0) == bool(learning_days)
    stepped(model, 18)
    assert model.engine.attempt_memory.lesson < 1.0


def two_brigades(**plots: Any) -> DefectionModel:
    """Return an army whose two brigadiers plot, each for himself, and are tied to each other."""
    edges = [["army-general-3", "army-general-4"]]
    model, first = plotting(joins=NOBODY, ties=by_edges(edges), plots=plots)
    move(model, "resume", first)
    move(model, "plot", *(commander(model, f"army brigade {number}") for number in (1, 2)))
    return model


def test_plots_that_meet_become_one_and_strike_with_the_strength_of_both() -> None:
    model = two_brigades(quorum=0.9)
    stepped(model)
    assert not model.engine.attempts
    assert len(standing(model, Status.PLOTTING)) == 2
    stepped(model)
    assert len(standing(model, Status.DEFECTED)) == 2
    assert {(step, transition, cause) for step, _, transition, cause in events(model)[-2:]} == {
        (1, "defect", "attempt")
    }


def test_a_plot_strikes_as_soon_as_it_commands_its_quorum() -> None:
    model = two_brigades(quorum=0.4)
    stepped(model)
    assert (0, "defect", "attempt") in {
        (step, transition, cause) for step, _, transition, cause in events(model)
    }


def test_a_plot_that_is_found_out_strikes_first_if_it_is_strong_enough() -> None:
    for strike_first, expected in ((0.5, Status.DEFECTED), (1.0, Status.ARRESTED)):
        plots = {"quorum": 0.9, "informers": 1, "strike_first": strike_first, "unravelling": 1}
        edges = [["army-general-3", "army-1"]]
        model, first = plotting(ties=by_edges(edges), plots=plots, **WATCHED)
        move(model, "resume", first)
        general = commander(model, "army brigade 1")
        move(model, "plot", general)
        stepped(model, 2)
        assert model.engine.status[general] == expected


def test_who_plots_alone_may_give_it_up() -> None:
    model, first = plotting(joins=NOBODY)
    stepped(model)
    move(model, "resume", first)
    assert not standing(stepped(model, 3), Status.PLOTTING)
    assert np.count_nonzero(model.engine.status) == 0


def test_a_plot_that_is_found_out_and_calls_its_strike_off_is_rolled_up() -> None:
    general_and_officer = by_edges([["army-general-3", "army-1"]])
    plots = {
        "contacts": EVERY_STEP,
        "quorum": 0.9,
        "informers": 1,
        "strike_first": 0.5,
        "unravelling": 1,
    }
    behaviour = {"join": EVERYBODY, "commit": NOBODY}
    model = still(behaviour=behaviour, forces={"ties": general_and_officer}, plots=plots, **WATCHED)
    general = commander(model, "army brigade 1")
    move(model, "plot", general)
    stepped(model, 2)
    assert [attempt.result for attempt in model.engine.attempts] == ["called off"]
    assert standing(model, Status.ARRESTED) == {general}


def test_to_speak_to_a_fellow_plotter_is_not_to_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    model = two_brigades(quorum=0.9, strike_first=1)
    struck: list[int] = []

    def strike(context: StepContext, members: list[int], *_: Any) -> bool:
        struck.append(context.step)
        return False

    monkeypatch.setattr(attempts, "strike", strike)
    stepped(model, 6)
    assert struck == [0, 0, 1]
