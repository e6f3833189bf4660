"""The run of one replicate, from its first step on or from a snapshot."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from defectsim.core.errors import SnapshotError
from defectsim.engine.columns import Columns
from defectsim.engine.compiled.engine import CompiledEngine
from defectsim.engine.inputs import Engine, RunInputs
from defectsim.engine.institutions.institutions import Institutions
from defectsim.engine.setup import StudySetup
from defectsim.engine.snapshots.snapshot import RunState, Snapshot, unforkable


class Body(NamedTuple):
    """The parts of a run: engine, columns and institutions."""

    engine: Engine
    columns: Columns
    institutions: Institutions


def capture(
    setup: StudySetup,
    replicate: int,
    body: Body,
    step: int,
    leaving: Mapping[int, str] = MappingProxyType({}),
) -> Snapshot:
    """Take a snapshot when a step begins; it stays as it is when the run goes on.

    Raises
    ------
    SnapshotError
        Where none can be taken; see `unforkable`.
    """
    engine = body.engine
    why = unforkable(
        setup.scenario, "compiled" if isinstance(engine, CompiledEngine) else "reference"
    )
    if why or not isinstance(engine, CompiledEngine):
        raise SnapshotError(why)
    clock, calendar = setup.scenario.clock, engine.inputs.calendar
    began = clock.date(step)
    run = RunState(
        seed=setup.seed,
        replicate=replicate,
        attempts=tuple(engine.attempts),
        observations=tuple(engine.observations),
        triggered={name: date for name, date in calendar.started.items() if date < began},
        institutions=deepcopy(body.institutions.state),
        leaving=tuple(leaving.items()),
    )
    return Snapshot(run, engine.lived(step), body.columns.written)


def begin(setup: StudySetup, inputs: RunInputs, snapshot: Snapshot | None = None) -> Body:
    """Begin the run of a replicate, at its first step or from a snapshot."""
    if snapshot is None:
        columns = Columns(inputs)
        institutions = Institutions(setup.scenario, columns, inputs.population)
        return Body(CompiledEngine(inputs, setup.cells), columns, institutions)
    columns = Columns(inputs, snapshot.columns)
    begun = deepcopy(snapshot.run.institutions)
    institutions = Institutions(setup.scenario, columns, inputs.population, begun)
    calendar = inputs.calendar
    for name, date in snapshot.run.triggered.items():
        calendar = calendar.fired([name], date)
    resumed = replace(inputs, columns=dict(columns.values), calendar=calendar).alike_by_value(
        snapshot.columns
    )
    engine = CompiledEngine(resumed, None if snapshot.columns else setup.cells, snapshot.engine)
    engine.attempts, engine.observations = (
        list(snapshot.run.attempts),
        list(snapshot.run.observations),
    )
    return Body(engine, columns, institutions)
