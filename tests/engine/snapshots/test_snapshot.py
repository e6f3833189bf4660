import datetime as dt
from typing import Any

import numpy as np
import pytest

from builders import NOBODY, small_scenario
from defectsim import DefectionModel
from defectsim.core.choices import EngineName
from defectsim.core.errors import SnapshotError
from defectsim.engine.begin import begin_run, simulate
from defectsim.engine.setup import StudySetup
from defectsim.engine.snapshots.fork import ForkedRuns
from defectsim.engine.snapshots.snapshot import unforkable
from defectsim.model.transitions import Status
from eventful_scenarios import EAGER, assert_same

OWN_STEPS = {"general": "example_scripts:Waverer", "follow": NOBODY}


def test_no_snapshot_is_taken_of_agents_with_a_step_of_their_own_and_the_message_names_them() -> (
    None
):
    scenario = small_scenario(behaviour=OWN_STEPS)
    assert unforkable(scenario) == (
        "behaviour.general: agents with a step of their own may keep anything, "
        "so no snapshot can be taken of their runs"
    )
    with pytest.raises(
        SnapshotError, match=r"^behaviour\.general: agents with a step of their own"
    ):
        DefectionModel(scenario, rng=0).run(3).snapshot()


def test_the_reference_engine_neither_takes_nor_begins_from_a_snapshot() -> None:
    setup = StudySetup(small_scenario(), 0)
    assert unforkable(setup.scenario) is None
    why = "only the compiled engine takes snapshots"
    assert (unforkable(setup.scenario, "reference") or "").startswith(why)
    with pytest.raises(SnapshotError, match=why):
        begin_run(setup, 0, "reference").run(3).snapshot()
    with pytest.raises(SnapshotError, match=why):
        begin_run(setup, 0, "reference", snapshot=begin_run(setup, 0).run(3).snapshot())


@pytest.mark.parametrize(
    ("engine", "said"), [("reference", {}), ("compiled", {"behaviour": OWN_STEPS})]
)
def test_what_cannot_be_forked_runs_from_the_start(
    engine: EngineName, said: dict[str, Any]
) -> None:
    ban = {"lever": "travel_ban", "value": 0.5, "effective": dt.date(2018, 4, 2)}
    scenarios = [small_scenario(**said), small_scenario(**said, policies={"ban": ban})]
    forks = ForkedRuns([StudySetup(scenario, 0) for scenario in scenarios], engine)
    assert [tree.forks for army in forks.fork_trees for tree in army] == [(), ()]
    for place, run in forks.runs(0):
        assert_same(run(), simulate(StudySetup(scenarios[place], 0), 0, engine))


def test_a_snapshot_is_of_one_seed_and_replicate() -> None:
    scenario = small_scenario()
    snapshot = begin_run(StudySetup(scenario, 5), 2).run(3).snapshot()
    for seed, replicate in ((4, 2), (5, 1)):
        with pytest.raises(ValueError, match="the snapshot is of seed 5, replicate 2"):
            begin_run(StudySetup(scenario, seed), replicate, snapshot=snapshot)


def test_a_snapshot_stays_as_it_is_when_runs_go_on_from_it_and_past_it() -> None:
    setup = StudySetup(small_scenario(behaviour=EAGER, plots={"quorum": 1}), 0)
    run = begin_run(setup, 0).run(8)
    snapshot = run.snapshot()
    before = {name: np.copy(array) for name, array in snapshot.engine._asdict().items()}
    ends = [
        run.run().engine,
        *(begin_run(setup, 0, snapshot=snapshot).run().engine for _ in range(2)),
    ]
    assert all((end.status != before["status"]).any() for end in ends)
    for name, array in snapshot.engine._asdict().items():
        assert np.array_equal(array, before[name]), name
    assert_same(ends[1], ends[2])


def test_what_somebody_did_by_hand_between_steps_is_in_the_snapshot() -> None:
    setup = StudySetup(small_scenario(behaviour=EAGER, plots={"quorum": 1}), 0)
    model = DefectionModel(setup.scenario, setup=setup)
    for _ in range(5):
        model.step()
    loyal = np.flatnonzero(model.engine.status == Status.LOYAL)
    model.write("pay", loyal[:20], 5_000.0)
    model.leave(int(loyal[30]), "desert")
    snapshot = model.snapshot()
    resumed = DefectionModel(setup.scenario, setup=setup, snapshot=snapshot)
    assert resumed.date == model.date
    assert (resumed.column("pay")[loyal[:20]] == 5_000.0).all()
    assert_same(model.run().engine, resumed.run().engine)
    assert_same(begin_run(setup, 0, snapshot=snapshot).run().engine, model.engine)
    events = model.engine.events
    assert 5 in events.step[events.row == loyal[30]]


@pytest.mark.parametrize("stepped", [0, 3])
def test_a_model_steps_on_from_where_it_was_run_to(stepped: int) -> None:
    setup = StudySetup(small_scenario(behaviour=EAGER), 0)
    model = DefectionModel(setup.scenario, setup=setup)
    for _ in range(stepped):
        model.step()
    model.run(8)
    assert (model.steps, model.date, model.running) == (8, dt.date(2018, 2, 26), True)
    dates = list(model.iterate())
    assert dates == setup.scenario.clock.dates()[9:]
    assert_same(model.engine, simulate(setup, 0))


@pytest.mark.parametrize("until", [4, 27])
def test_a_run_goes_neither_back_nor_beyond_its_clock(until: int) -> None:
    setup = StudySetup(small_scenario(), 0)
    for run in (begin_run(setup, 0), DefectionModel(setup.scenario, setup=setup)):
        with pytest.raises(
            ValueError,
            match=f"cannot run until step {until}: the run is at step 5 of 25",
        ):
            run.run(5).run(until)
