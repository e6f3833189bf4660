"""Cumulative hazards are unbiased: transitions depart from them by chance alone."""

import datetime as dt

import numpy as np
import pytest

from builders import small_scenario
from defectsim.core.choices import EngineName
from defectsim.engine.begin import simulate
from defectsim.engine.hazard import COUNTED, CUMULATIVE
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import DECIDED, Cause
from eventful_scenarios import EAGER

RUNS = 300
FOLLOWED = {**EAGER, "follow": {"rule": "rules:chance", "parameters": {"probability": 0.3}}}


@pytest.mark.long
@pytest.mark.parametrize("engine", ["cohorts", "rows"])
def test_transitions_are_on_average_as_many_as_hazards_make_expected(engine: EngineName) -> None:
    scenario = small_scenario(
        behaviour=FOLLOWED,
        clock={"end": dt.date(2018, 12, 31)},
        record={"hazards": True},
    )
    setup, found, followed = StudySetup(scenario, 7), [], 0
    for replicate in range(RUNS):
        simulated = simulate(setup, replicate, engine)
        found.append(simulated.hazards.sum(axis=(1, 2)))
        followed += int((simulated.events.cause == Cause.COMMANDER).sum())
    surplus = np.array([one[COUNTED] - one[CUMULATIVE] for one in found])
    errors = surplus.std(axis=0, ddof=1) / RUNS**0.5
    apart = surplus.mean(axis=0) / np.where(errors > 0, errors, 1)
    assert followed > RUNS
    assert (np.array([one[COUNTED] for one in found]).sum(axis=0) > RUNS / 3).all(), [*DECIDED]
    assert np.abs(apart).max() < 3.5, dict(zip(DECIDED, apart, strict=True))
