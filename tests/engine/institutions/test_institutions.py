"""Institutions step when there is something to do; after a success nothing more happens."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from builders import small_scenario
from defectsim import DefectionModel
from defectsim.core.choices import EngineName
from defectsim.engine.institutions import institutions
from defectsim.model.transitions import Status
from still_army import STILL, commander, move, sides, stepped, still

ENGINES: list[EngineName] = ["compiled", "reference"]


def record_steps(monkeypatch: pytest.MonkeyPatch, steps: list[int]) -> None:
    """Note before which steps the institutions are called."""
    take = institutions.step
    monkeypatch.setattr(
        institutions, "step", lambda run, step: (steps.append(step), take(run, step))
    )


def test_in_quiet_times_institutions_step_once(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[int] = []
    model = DefectionModel(small_scenario(**STILL), rng=0)
    record_steps(monkeypatch, steps)
    model.run()
    assert steps == [0]


def test_institutions_step_when_a_command_is_to_be_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[int] = []
    model = DefectionModel(small_scenario(**STILL, command={"vacancy_days": 28}), rng=0)
    first = commander(model, "army company 1")
    move(model, "desert", first)
    record_steps(monkeypatch, steps)
    model.run()
    assert steps == [0, 1, 4]
    assert commander(model, "army company 1") != first


@pytest.mark.parametrize("engine", ENGINES)
def test_after_a_success_people_stand_as_they_do(engine: EngineName) -> None:
    behaviour: dict[str, Any] = {**STILL["behaviour"], **sides(1, 0)}
    behaviour["soldier"] = {"rule": "rules:steady", "parameters": {"desert": 2}}
    model = DefectionModel(
        small_scenario(**{**STILL, "behaviour": behaviour}), rng=0, engine=engine
    )
    model.rise([commander(model, "army battalion 1")])
    model.run()
    assert model.institutions.succeeded
    counts = model.engine.counts
    fell = model.engine.attempts[0].decided
    assert (counts[fell + 1 :] == counts[fell + 1]).all()
    assert np.count_nonzero(counts[-1, :, :, Status.DESERTED]) > 0
    assert model.steps == model.scenario.clock.steps


def test_after_a_success_governments_do_nothing_either() -> None:
    late = {"date": dt.date(2018, 2, 5)}
    acts = {
        "cut": {"act": "example_scripts:cut_pay", **late},
        "rise": {"act": "defectsim.policies.government:rise", **late},
    }
    model = still(behaviour=sides(1, 0), acts=acts)
    model.rise([commander(model, "army battalion 1")])
    stepped(model, 2)
    standing, pay = model.engine.status.copy(), model.column("pay").copy()
    model.person("army-1").desert()
    stepped(model, 5)
    assert np.array_equal(model.engine.status, standing)
    assert np.array_equal(model.column("pay"), pay)
    assert len(model.engine.attempts) == 1
