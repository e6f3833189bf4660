"""The beginning of a replicate, as a Mesa model if anything needs one."""

from typing import TypedDict, Unpack

from defectsim.core.choices import EngineName
from defectsim.engine.inputs import RunInputs
from defectsim.engine.protocol import Engine
from defectsim.engine.run import Run
from defectsim.engine.setup import StudySetup
from defectsim.engine.snapshots.snapshot import Snapshot


class Given(TypedDict, total=False):
    """Options of a beginning replicate; see the parameters of `Run`."""

    inputs: RunInputs
    snapshot: Snapshot | None


def begin_run(
    setup: StudySetup, replicate: int, engine: EngineName = "compiled", **given: Unpack[Given]
) -> Run:
    """Begin one replicate, as a Mesa model if anything needs one.

    Raises
    ------
    ValueError
        Where the snapshot is of another seed or replicate.
    SnapshotError
        See `Run`.
    """
    snapshot = given.get("snapshot")
    taken = snapshot and snapshot.run
    if taken and (taken.seed, taken.replicate) != (setup.seed, replicate):
        raise ValueError(f"the snapshot is of seed {taken.seed}, replicate {taken.replicate}")
    scripted = setup.scenario.scripted or setup.calendar.waiting or (taken and taken.leaving)
    if not scripted:
        return Run(setup, replicate, engine, **given)
    from defectsim.engine.model import DefectionModel  # imports Mesa, which takes half a second

    scenario = setup.scenario
    return DefectionModel(scenario, replicate=replicate, engine=engine, setup=setup, **given)


def simulate(setup: StudySetup, replicate: int, engine: EngineName = "compiled") -> Engine:
    """Simulate one replicate from the start of the clock to its end; return the engine."""
    return begin_run(setup, replicate, engine).run().engine
