import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from builders import NOBODY, small_scenario
from defectsim.core.choices import EngineName
from defectsim.engine.begin import begin_run, simulate
from defectsim.engine.hazard import COUNTED, CUMULATIVE
from defectsim.engine.protocol import Engine
from defectsim.engine.records.record import record
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import Cause
from eventful_scenarios import EAGER

RECORDED: dict[str, Any] = {"record": {"hazards": True}}
ENGINES: tuple[EngineName, ...] = ("reference", "cohorts", "rows")


def hazards(engine: Engine) -> pl.DataFrame:
    frame = pl.from_arrow(record(engine, 0).tables["hazards"])
    assert isinstance(frame, pl.DataFrame)
    return frame


@pytest.mark.parametrize("engine", ENGINES)
def test_transitions_are_those_of_decisions_and_of_commanders(engine: EngineName) -> None:
    changes: dict[str, Any] = {"behaviour": EAGER, "clock": {"end": dt.date(2018, 6, 30)}}
    setup = StudySetup(small_scenario(**changes, **RECORDED), 2)
    run = simulate(setup, 0, engine)
    decided = np.isin(run.events.cause, (Cause.DECISION, Cause.COMMANDER))
    called_off = (run.events.transition == 5) & decided  # plotters who withdraw do so at once
    counted = np.bincount(run.events.transition[decided & ~called_off], minlength=9)
    found = (
        hazards(run).group_by("transition", maintain_order=True).agg(pl.col("transitions").sum())
    )
    assert found["transitions"].to_list()[:5] == counted[:5].tolist()
    assert (run.hazards[COUNTED] >= 0).all()
    assert (run.hazards[CUMULATIVE] > -1e-9).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_who_stays_was_exposed_to_the_rate_for_as_long_as_the_run_lasted(
    engine: EngineName,
) -> None:
    rates = {"desert": 1e-7, "defect": 0, "retire": 0, "shirk": 0, "plot": 0, "resume": 0}
    steady = {"rule": "rules:steady", "parameters": rates}
    behaviour = {"soldier": steady, "general": steady, "follow": NOBODY}
    run = simulate(StudySetup(small_scenario(behaviour=behaviour, **RECORDED), 1), 0, engine)
    assert not len(run.events.row)
    found, clock = hazards(run).filter(transition="desert"), run.inputs.clock
    years = clock.steps * clock.years_per_step
    expected = 1e-7 * years * run.inputs.frailty.sum()
    assert found["hazard"].sum() == pytest.approx(expected, rel=1e-3)  # rates are in fixed point
    assert found["person_years"].sum() == pytest.approx(years * len(run.inputs.frailty))


def test_a_run_that_goes_on_from_a_snapshot_has_the_hazards_of_one_that_ran_through() -> None:
    changes: dict[str, Any] = {"behaviour": EAGER, "clock": {"end": dt.date(2018, 6, 30)}}
    setup = StudySetup(small_scenario(**changes, **RECORDED), 3)
    through = simulate(setup, 0)
    snapshot = begin_run(setup, 0).run(10).snapshot()
    forked = begin_run(setup, 0, snapshot=snapshot).run().engine
    assert np.allclose(forked.hazards, through.hazards, atol=1e-9)


def test_hazards_are_added_up_only_for_who_asks() -> None:
    run = simulate(StudySetup(small_scenario(behaviour=EAGER), 3), 0)
    assert len(run.events.row)
    assert not run.hazards.any()
    assert "hazards" not in record(run, 0).tables
