"""The base of both engines, as institutions, scripts, snapshots and records use it."""

from collections.abc import Callable, Sequence, Set
from functools import cache
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.events import AttemptMemory, Departure, Events
from defectsim.engine.inputs import RunInputs
from defectsim.engine.institutions.state import Appointment, Attempt, Recollection
from defectsim.engine.news import public_news
from defectsim.engine.snapshots.snapshot import EngineState
from defectsim.model.person import Array
from defectsim.model.rule import BRANCH_SHARES, NEWS_FIELDS, UNIT_SHARES, Unit
from defectsim.model.transitions import Cause, Status
from defectsim.policies.observers import Observation
from defectsim.population.units import NOBODY, Level

type Changed = tuple[str, bool]
"""A column that was written, and of whom: of generals (True), or of others (False)."""


class Engine(Protocol):
    """People and their statuses in one run, and the phases of a step in which they decide.

    Arrays are those of `EngineState`; `counts` and `doubting` have room for all dates.
    """

    inputs: RunInputs
    attempts: list[Attempt]
    appointments: list[Appointment]
    recollections: list[Recollection]
    observations: list[Observation]
    attempt_memory: AttemptMemory
    counts: NDArray[np.int32]
    doubting: NDArray[np.int32]
    status: NDArray[np.int8]
    leads: NDArray[np.int32]
    commander: NDArray[np.int32]
    unit_counts: NDArray[np.int32]
    belief: NDArray[np.float64]
    hazards: NDArray[np.float64]

    def __init__(self, inputs: RunInputs, before: EngineState) -> None:
        self.inputs = inputs
        self.attempts, self.observations, self.appointments = [], [], []
        self.attempt_memory = before.attempt_memory
        self.recollections = [Recollection(0, AttemptMemory())]
        self.counts = _to_the_end(before.counts, inputs.clock.steps)
        self.doubting = _to_the_end(before.doubting, inputs.clock.steps)
        self.status, self.leads = before.status.copy(), before.leads.copy()
        self.commander, self.unit_counts = before.commander.copy(), before.unit_counts.copy()

    @property
    def events(self) -> Events:
        """All changes of status so far."""
        return Events.from_records(self.event_records(0))

    @property
    def settled_events(self) -> int:
        """Number of events before this step, which all have seen."""

    def ties_in(self, status: Status, rows: Any = slice(None)) -> NDArray[np.float64]:
        """Return the share of the ties of some rows who had a status when the step began."""
        now = self.event_records(self.settled_events)[::-1]
        seen, graph = self.status.copy(), self.inputs.ties[rows]
        seen[now["row"]] = now["start"]
        tied = graph @ (seen == status).astype(np.int32)
        return np.asarray(tied / np.maximum(np.diff(graph.indptr), 1))

    def states(self) -> dict[str, Array]:
        """Return people's state by name, each of shape (people,), as `update` last gave it."""

    def event_records(self, known: int) -> NDArray[np.void]:
        """Return records of `EVENT` after the first `known`, in the order in which they happened."""

    def perceived_country(self, step: int) -> Callable[[int], Any]:
        """Return a function from rows to the country as perceived in a step."""
        timeline, levers = self.inputs.everybody, self.inputs.calendar.levers
        values = timeline.values[min(step, len(timeline.values) - 1)]
        news = np.empty(len(NEWS_FIELDS))
        public_news(self.counts, step, self.inputs.news_lag, self.attempt_memory, news)
        fields = (*NEWS_FIELDS, *levers)

        @cache
        def of_audience(audience: int) -> SimpleNamespace:
            seen = (*news.tolist(), *values[audience].tolist())
            return SimpleNamespace(**dict(zip(fields, seen, strict=True)))

        return lambda row: of_audience(timeline.audience.item(row))

    def perceived_unit(self, row: int) -> Unit:
        """Return the unit as a person perceives it."""
        population, seen = self.inputs.population, dict.fromkeys(Unit._fields, 0.0)
        unit, superior = population.unit.item(row), population.superior.item(row)
        top = population.units.ancestors.item(unit, Level.BRANCH)
        for place, shares in ((unit, UNIT_SHARES), (top, BRANCH_SHARES)):
            strength = population.units.strength.item(place)
            for count, share in zip(self.unit_counts[:, place].tolist(), shares, strict=True):
                if share >= 0:
                    seen[Unit._fields[share]] = count / strength
        commander = NOBODY
        if superior != NOBODY:
            commander = self.commander.item(population.unit.item(superior))
        status = Status.LOYAL if commander == NOBODY else self.status.item(commander)
        seen["commander_deserted"] = float(status == Status.DESERTED)
        seen["commander_defected"] = float(status == Status.DEFECTED)
        return Unit(**seen)

    def advance(self, first: int, last: int, departures: Sequence[Departure] = (), /) -> int:
        """Take steps from `first` on; return the next.

        That is `last`, or one before which institutions step. The people of `departures` leave in
        the first of them.
        """

    def cascade(self, step: int) -> None:
        """Apply commanders' pull on their subordinates, to the end of the cascade."""

    def settle(self, step: int) -> None:
        """Count those who changed status, for all to see in the next step."""

    def move(
        self,
        step: int,
        rows: Sequence[int],
        transition: str,
        cause: Cause,
        now: int,
        instigator: int = NOBODY,
        /,
    ) -> None:
        """Change the status of people of some rows, from the beginning of the step `now` on."""

    def appoint(self, step: int, unit: int, row: int) -> None:
        """Give a person the command of a unit, instead of the one that they had."""
        self.appointments.append(Appointment(step, unit, row))
        left, before = self.leads.item(row), self.commander.item(unit)
        for posts, place in ((self.leads, before), (self.commander, left)):
            if place != NOBODY:
                posts[place] = NOBODY
        self.commander[unit], self.leads[row] = row, unit

    def return_before(self, step: int) -> None:
        """End `advance` before a step, or earlier should institutions be needed."""

    def change_inputs(self, inputs: RunInputs, columns: Set[Changed], step: int, /) -> None:
        """Replace columns, or a calendar, that somebody has changed before a step."""


def _to_the_end(so_far: NDArray[np.int32], steps: int) -> NDArray[np.int32]:
    counted = np.zeros((steps + 1, *so_far.shape[1:]), np.int32)
    counted[: len(so_far)] = so_far
    return counted
