"""Both engines agree on who follows when it is asked again, and more do."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from builders import laid_over, small_scenario
from defectsim.core.choices import EngineName
from defectsim.engine.begin import simulate
from defectsim.engine.protocol import Engine
from defectsim.engine.run import Run
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import Cause, Status
from eventful_scenarios import PLANS, assert_plans_agree, assert_same

STEADY: dict[str, Any] = {
    **dict.fromkeys(("soldier", "general"), "rules:steady"),
    "follow": {"parameters": {"base": -2}},
    "recall": {"parameters": {"base": -1}},
    "stand": {"rule": "rules:sides", "parameters": {"join": 0.1, "resist": 0.05}},
}
RISING: dict[str, Any] = {
    "clock": {"step_days": 1, "end": dt.date(2018, 2, 1)},
    "forces": {
        "company": {"officer": 2, "nco": 4, "enlisted": 24},
        "branches": {
            "army": {"strength": 600, "generals": 14},
            "guard": {"strength": 200, "generals": 8},
        },
    },
    "people": {"frailty": 1},
    "plots": {"days": 12, "distance": 1},
    "acts": {
        "rise": {
            "act": "defectsim.policies.government:rise",
            "date": dt.date(2018, 1, 5),
            "audience": {"rank": ["general"], "branch": ["guard"]},
        }
    },
    "behaviour": STEADY,
}
"""Generals of the guard rise on the fifth day, and nobody else does anything but take sides."""
AGAIN = {"command": {"asked_again_in_attempts": True, "asked_again_days": 3}}
WAVE = {"command": {"asked_again_in_waves": 0.2}, "news": {"half": 3}}
BALANCE = {
    "behaviour": {who: {"parameters": {"balance": 4}} for who in ("follow", "recall")},
}


def followers(engine: Engine) -> int:
    return len(np.unique(engine.events.row[engine.events.cause == Cause.COMMANDER]))


@pytest.mark.long
@pytest.mark.parametrize("step_days", [1, 5])
@pytest.mark.parametrize(
    "changes", [AGAIN, {**AGAIN, **BALANCE}, WAVE], ids=["again", "both", "wave"]
)
def test_engines_agree_when_people_are_asked_again(changes: dict[str, Any], step_days: int) -> None:
    clock = {"clock": {"step_days": step_days}}
    assert_plans_agree(small_scenario(**laid_over(laid_over(RISING, changes), clock)), 2)


def test_more_follow_when_asked_again_and_when_the_attempt_is_ahead() -> None:
    changes = ({}, AGAIN, BALANCE, {**AGAIN, **BALANCE})
    setups = [StudySetup(small_scenario(**laid_over(RISING, one)), 2) for one in changes]
    once, again, balance, both = (simulate(setup, 0) for setup in setups)
    assert 0 < followers(once) < followers(again) < followers(both)
    assert followers(once) < followers(balance)
    gone = [int(engine.counts[-1, ..., Status.DEFECTED].sum()) for engine in (once, both)]
    assert gone[0] < gone[1]


@pytest.mark.long
@pytest.mark.parametrize("plan", PLANS)
def test_a_run_goes_on_from_the_midst_of_an_attempt(plan: EngineName) -> None:
    setup = StudySetup(small_scenario(**laid_over(RISING, AGAIN)), 2)
    whole = Run(setup, 0, plan).run()
    first = Run(setup, 0, plan).run(8)
    assert first.engine.attempt_memory.joined > 0
    rest = Run(setup, 0, plan, snapshot=first.snapshot()).run()
    assert_same(whole.engine, rest.engine)
    assert whole.engine.events.step[whole.engine.events.cause == Cause.COMMANDER].max() > 8
