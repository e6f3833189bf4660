"""The state of a run when a step begins, as plain arrays and plain data, whatever its cohorts.

The scenario, and what is drawn for a replicate, are no part of it: a run that goes on from a
snapshot brings both along. So its scenario may differ in what is still to come (`fork`).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field
from pydantic.dataclasses import dataclass as pydantic_dataclass

from defectsim.core.errors import nearest
from defectsim.core.section import refuse
from defectsim.engine.events import EVENT, AttemptMemory
from defectsim.engine.inputs import RunInputs
from defectsim.engine.institutions.state import (
    STRICT,
    Appointment,
    Attempt,
    InstitutionsState,
    Recollection,
    Row,
    Whole,
)
from defectsim.model.person import Array
from defectsim.model.transitions import DECIDED, STATUSES, TRANSITIONS, Status
from defectsim.policies.observers import Observation
from defectsim.population.population import Population
from defectsim.population.units import NOBODY
from defectsim.scenario.schema import Scenario


class EngineState(NamedTuple):
    """The part of a snapshot that the engine keeps; nothing of it depends on cohorts."""

    step: int
    """The step that begins; nothing is done in it yet."""
    status: NDArray[np.int8]
    """Shape (people,)."""
    remaining_threshold: NDArray[np.int64]
    """Shape (people, decided transitions): remaining thresholds; `NEVER` of those who have left;
    of nobody before they are drawn."""
    belief: NDArray[np.float64]
    """Shape (people,): the belief that the regime survives, when last asked."""
    leads: NDArray[np.int32]
    """Shape (people,): the unit that each person commands, or -1."""
    commander: NDArray[np.int32]
    """Shape (units,): the row of each unit's commander, or -1."""
    unit_counts: NDArray[np.int32]
    """Shape (statuses, units): people in each status in each unit, or one below it."""
    attempt_memory: AttemptMemory
    """Public knowledge of attempts."""
    counts: NDArray[np.int32]
    """Shape (step + 1, branches, ranks, statuses): people at each date so far."""
    doubting: NDArray[np.int32]
    """Shape (step + 1, branches, ranks): people who serve and doubt, at each date so far."""
    events: NDArray[np.void]
    """Shape (events,): records of `EVENT`, in the order in which they happened."""
    hazards: NDArray[np.float64]
    """Shape (2, branches, ranks, decided transitions): transitions so far, expected by the
    cumulative hazards that people were exposed to, and observed to come of them; 0 unless a
    scenario records `hazards`."""


def _known_transition(name: str) -> str:
    if name not in TRANSITIONS:
        raise refuse(f"there is no transition {name!r}{nearest(name, TRANSITIONS)}")
    return name


@pydantic_dataclass(config=STRICT, frozen=True)
class RunState:
    """The plain data of a snapshot; a checkpoint validates it by its types."""

    seed: Annotated[int, Field(ge=0)]
    replicate: Whole
    attempts: tuple[Attempt, ...]
    """Attempts on the ruler so far."""
    appointments: tuple[Appointment, ...]
    """Commands that were filled so far."""
    recollections: tuple[Recollection, ...]
    """Public knowledge of attempts, from each step on in which it changed."""
    observations: tuple[Observation, ...]
    """Numbers that observers returned so far."""
    triggered: dict[str, dt.date]
    """Policies that have waited for something, and the dates since which they act."""
    institutions: InstitutionsState
    leaving: tuple[tuple[Row, Annotated[str, AfterValidator(_known_transition)]], ...]
    """People who will take a transition in the step, as was decided between steps."""


@dataclass(frozen=True)
class Snapshot:
    """One replicate when a step begins."""

    run: RunState
    engine: EngineState
    columns: Mapping[str, Array]
    """Columns that somebody has written, by name, each of shape (people,)."""

    @property
    def step(self) -> int:
        """The step that begins."""
        return self.engine.step


def unforkable(scenario: Scenario, engine: str = "compiled") -> str | None:
    """Return why a scenario's runs have no snapshots, or None."""
    decisions = scenario.behaviour.decisions
    if own := [f"behaviour.{who}" for who in ("soldier", "general") if decisions.of(who).agents]:
        return (
            f"{' and '.join(own)}: agents with a step of their own may keep anything, "
            "so no snapshot can be taken of their runs"
        )
    if engine == "reference":
        return "only the compiled engine takes snapshots; the reference engine runs from the start"
    return None


def initial_state(inputs: RunInputs) -> EngineState:
    """Return the state before the first step, of which engines draw thresholds."""
    population, status = inputs.population, inputs.initial_status
    people, units = len(population), population.units
    commands = units.commander[population.unit] == np.arange(people)
    counts = np.zeros((1, *population.strength.shape, len(STATUSES)), np.int32)
    counts[0, :, :, Status.LOYAL] = population.strength
    others = np.flatnonzero(status)  # few, or nobody
    strata = population.branch[others], population.rank[others]
    np.subtract.at(counts[0, :, :, Status.LOYAL], strata, 1)
    np.add.at(counts[0], (*strata, status[others]), 1)
    return EngineState(
        step=0,
        status=status.copy(),
        remaining_threshold=np.empty((0, len(DECIDED)), np.int64),
        belief=np.ones(people),
        leads=np.where(commands, population.unit, NOBODY).astype(np.int32),
        commander=units.commander,
        unit_counts=_unit_counts(population, status),
        attempt_memory=AttemptMemory(),
        counts=counts,
        doubting=np.zeros(counts.shape[:-1], np.int32),
        events=np.empty(0, EVENT),
        hazards=np.zeros((2, *population.strength.shape, len(DECIDED))),
    )


def _unit_counts(population: Population, status: NDArray[np.int8]) -> NDArray[np.int32]:
    """Count people by status in each unit, or one below it; shape (statuses, units)."""
    units = population.units
    counts = np.zeros((len(STATUSES), len(units.level)), np.int32)
    counts[Status.LOYAL] = units.strength
    for code in np.unique(status[status != Status.LOYAL]).tolist():
        within = units.ancestors[population.unit[status == code]]
        people = np.bincount(within[within != NOBODY], minlength=len(units.level))
        counts[Status.LOYAL] -= people
        counts[code] += people
    return counts
