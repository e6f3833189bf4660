"""Who is asked again whether they follow a commander who has defected, and on which days."""

from math import inf
from typing import Any

import pytest
from hypothesis import given, settings

from builders import EVERYBODY, small_scenario
from defectsim import DefectionModel
from defectsim.engine.begin import simulate
from defectsim.engine.inputs import AskedAgain
from defectsim.engine.reference import ReferenceEngine
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import SERVING, Status
from defectsim.population.units import NOBODY
from defectsim.scenario.schema import Scenario
from eventful_scenarios import EAGER, OWN, scenarios
from still_army import commander, events, move, sides, standing, stepped, still

SELDOM = {"rule": "rules:chance", "parameters": {"probability": 0.1}}
ONE_COMPANY: dict[str, Any] = {"company": {"enlisted": 46}}
"""One company of 50, of whom its commander leads 48."""


def led(
    command: dict[str, Any], step_days: int = 1, news: Any = None, **behaviour: Any
) -> DefectionModel:
    """Return a company whose commander has just defected."""
    model = still(
        clock={"step_days": step_days},
        news=news or {},
        forces=ONE_COMPANY,
        command={"vacancy_days": 300, **command},
        behaviour={"follow": SELDOM, **behaviour},
    )
    move(model, "defect", commander(model, "army company 1"))
    return model


def days_of_following(model: DefectionModel) -> set[int]:
    return {step for step, _, _, cause in events(model) if cause == "commander"}


def test_the_scenario_says_when_people_are_asked_again() -> None:
    again = {"asked_again_days": 5, "asked_again_in_attempts": True, "asked_again_in_waves": 0.5}
    scenario = small_scenario(command=again)
    assert AskedAgain.of(scenario.command, scenario.clock) == (True, 0.5, 5, 7)
    as_ever = AskedAgain.of(small_scenario().command, scenario.clock)
    assert as_ever == (False, inf, 0, 7)
    assert [as_ever.ever, as_ever._replace(days=1).ever] == [False, True]
    assert as_ever._replace(from_declared=1.0).ever


def test_people_are_asked_once_unless_the_scenario_says_otherwise() -> None:
    assert days_of_following(stepped(led({}), 9)) == {0}


def test_people_are_asked_again_on_so_many_days_after_the_commander_defected() -> None:
    assert days_of_following(stepped(led({"asked_again_days": 4}), 12)) == {0, 1, 2, 3, 4}


@pytest.mark.parametrize("days", [3, 7, 10])
def test_those_who_follow_do_not_depend_on_the_length_of_a_step(days: int) -> None:
    by_day = standing(stepped(led({"asked_again_days": days}), 15), Status.DEFECTED)
    by_week = standing(stepped(led({"asked_again_days": days}, 7), 4), Status.DEFECTED)
    assert by_day == by_week
    assert len(by_day) > len(standing(stepped(led({})), Status.DEFECTED))


def test_a_successor_holds_those_whom_they_lead() -> None:
    model = led({"asked_again_days": 30, "vacancy_days": 3})
    assert days_of_following(stepped(model, 20)) == {0, 1, 2}
    assert commander(model, "army company 1") not in standing(model, Status.DEFECTED)


def test_who_was_ordered_back_is_asked_again() -> None:
    model = led({"asked_again_days": 2}, follow=EVERYBODY, recall=EVERYBODY)
    stepped(model, 5)
    one = max(row for _, row, _, cause in events(model) if cause == "recall")
    assert [what for step, row, *what in events(model) if row == one] == [
        ["defect", "commander"],
        ["recall", "recall"],
    ] * 3


def test_nobody_is_asked_again_whose_commander_is_back() -> None:
    model = led({"asked_again_days": 30})
    stepped(model, 2)
    move(model, "recall", commander(model, "army company 1"))
    stepped(model, 4)
    assert max(days_of_following(model)) < 2


@pytest.mark.parametrize("asked", [False, True])
def test_people_are_asked_again_on_each_day_of_an_attempt(asked: bool) -> None:
    model = still(
        clock={"step_days": 1},
        forces=ONE_COMPANY,
        command={"vacancy_days": 300, "asked_again_in_attempts": asked},
        behaviour={"follow": SELDOM, **sides(0, 0)},
    )
    model.rise([commander(model, "army company 1")])
    stepped(model, 15)
    (attempt,) = model.engine.attempts
    assert attempt.decided == 7
    days = days_of_following(model)
    assert len(days) > 3 if asked else days == {0}
    assert max(days) < attempt.decided


@pytest.mark.parametrize(("wave", "last"), [(None, 0), (0.5, 10), (0.6, 0)])
def test_people_are_asked_again_on_each_day_of_a_wave(wave: float | None, last: int) -> None:
    news = {"half": 1, "fresh_days": 10, "weights": {"officer": 1, "enlisted": 0}}
    model = led({"asked_again_in_waves": wave}, news=news)
    days = days_of_following(stepped(model, 20))
    assert max(days) <= last
    assert len(days) > 3 if last else days == {0}


@settings(max_examples=15)
@given(scenario=scenarios([EAGER, OWN], {}))
def test_only_those_who_serve_under_a_defected_commander_are_asked(scenario: Scenario) -> None:
    asked = 0

    class Watched(ReferenceEngine):
        def _follows(self, row: int, chance: float, days: int, step: int) -> bool:
            nonlocal asked
            asked += 1
            superior = self.inputs.population.superior.item(row)
            leader = self.commander.item(self.inputs.population.unit.item(superior))
            assert superior != NOBODY
            assert self.status[row] in SERVING
            assert self.status[leader] == Status.DEFECTED
            assert 1 <= days <= self.inputs.clock.step_days.value
            return super()._follows(row, chance, days, step)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("defectsim.engine.run.ReferenceEngine", Watched)
        simulated = simulate(StudySetup(scenario, 0), 0, "reference")
    assert asked >= sum(simulated.events.cause == 1)
