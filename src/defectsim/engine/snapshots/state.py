"""The state of a life when a step begins: all that it has become, as plain arrays and plain data that know no cells.

What a scenario says, and what is drawn for a replicate, is no part of it: whoever takes a life up from a state brings
both along. So the scenario may say other things of what is still to come (`engine.snapshots.fork`).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

from defectsim.core.errors import SnapshotError
from defectsim.engine.columns import Columns
from defectsim.engine.compiled.engine import CompiledEngine
from defectsim.engine.inputs import Engine, Observation, RunInputs
from defectsim.engine.institutions.institutions import Institutions
from defectsim.engine.institutions.state import Attempt
from defectsim.engine.setup import EngineName, StudySetup
from defectsim.engine.snapshots.snapshot import EngineState
from defectsim.model.person import Array
from defectsim.scenario.schema import Scenario


@dataclass(frozen=True)
class Snapshot:
    """What one replicate has become when a step begins, before anything is done in it.

    Attributes
    ----------
    lived
        What the engine keeps.
    columns
        Those that somebody has written, by name, each of shape (people,).
    attempts, observations
        What plots tried, and what observers saw, so far.
    started
        From when on policies act that have waited for something, where they began before the step.
    institutions
        What institutions have begun and not ended; see `Institutions.state`.
    leaving
        Rows of people who will go in the step, and by which transition, because somebody said so between steps.
    """

    seed: int
    replicate: int
    lived: EngineState
    columns: Mapping[str, Array]
    attempts: tuple[Attempt, ...]
    observations: tuple[Observation, ...]
    started: Mapping[str, dt.date]
    institutions: Mapping[str, Any]
    leaving: tuple[tuple[int, str], ...]

    @property
    def step(self) -> int:
        """The step that begins."""
        return self.lived.step


class Body(NamedTuple):
    """What lives: the engine, what people have, and the institutions."""

    engine: Engine
    columns: Columns
    institutions: Institutions


def unforkable(scenario: Scenario, engine: EngineName = "compiled") -> str | None:
    """Say why no state can be taken of the lives of a scenario, or nothing where one can."""
    own = [
        f"behaviour.{who}"
        for who, section in scenario.behaviour.sections.items()
        if section.decision.agents
    ]
    if own:
        return f"{' and '.join(own)}: agents with a step of their own may keep anything, so their lives have no state"
    if engine == "reference":
        return "only the compiled engine keeps a life as plain arrays; the reference engine lives every life whole"
    return None


def capture(
    setup: StudySetup,
    replicate: int,
    body: Body,
    step: int,
    leaving: Mapping[int, str] = MappingProxyType({}),
) -> Snapshot:
    """Return the state of a life when a step begins; it stays as it is when the life goes on.

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
    return Snapshot(
        seed=setup.seed,
        replicate=replicate,
        lived=engine.lived(step),
        columns=body.columns.written,
        attempts=tuple(engine.attempts),
        observations=tuple(engine.observations),
        started={name: date for name, date in calendar.started.items() if date < clock.date(step)},
        institutions=body.institutions.state,
        leaving=tuple(leaving.items()),
    )


def begin(setup: StudySetup, inputs: RunInputs, snapshot: Snapshot | None = None) -> Body:
    """Return what lives a replicate from its first step on, or from a state."""
    columns = Columns(inputs)
    institutions = Institutions(setup.scenario, columns, inputs.population)
    if snapshot is None:
        return Body(CompiledEngine(inputs, setup.cells), columns, institutions)
    columns.written, institutions.state = snapshot.columns, snapshot.institutions
    calendar = inputs.calendar
    for name, date in snapshot.started.items():
        calendar = calendar.fired([name], date)
    resumed = replace(inputs, columns=dict(columns.values), calendar=calendar).alike_by_value(
        snapshot.columns
    )
    engine = CompiledEngine(resumed, None if snapshot.columns else setup.cells, snapshot.lived)
    engine.attempts, engine.observations = list(snapshot.attempts), list(snapshot.observations)
    return Body(engine, columns, institutions)
