"""The compiled engine: rules compiled by Numba, asked once a step for each stratum of a cohort."""

from collections.abc import Sequence, Set
from typing import Any

import numpy as np
from numba.core.errors import NumbaError
from numpy.typing import NDArray

from defectsim.core.errors import RuleError
from defectsim.engine.compiled import kernel
from defectsim.engine.compiled.cohorts import group_cohorts, reads
from defectsim.engine.compiled.phases import compiled_step
from defectsim.engine.compiled.state import (
    Army,
    CompiledRun,
    begin_state,
    believes_as_one,
    regrouped,
    remaining_threshold,
    rule_arguments,
)
from defectsim.engine.events import DEPARTURE, PLACE, Departure
from defectsim.engine.inputs import RunInputs
from defectsim.engine.protocol import Changed, Engine
from defectsim.engine.snapshots.snapshot import EngineState, initial_state
from defectsim.model.transitions import DECIDED, SERVING, Cause
from defectsim.population.units import NOBODY
from defectsim.rules.compile import refusal


class CompiledEngine(Engine):
    """Simulates one run in cohorts, grouped anew where no `army` of them is given.

    It goes on from the state `before`; default: the beginning.
    """

    def __init__(
        self, inputs: RunInputs, army: Army | None = None, before: EngineState | None = None
    ) -> None:
        if before is None:
            before = initial_state(inputs.population)
            army = army or _cohorts(inputs)
        elif army is None or not believes_as_one(army, before.belief):
            army = _cohorts(inputs, before.belief)
        super().__init__(inputs, before)
        self.army = army
        self.state = begin_state(self, before, army)
        self._take_rules()

    def _take_rules(self) -> None:
        self.arguments = rule_arguments(self.inputs, self.army, self.state.belief)
        levers, agents = tuple(self.inputs.calendar.levers), self.arguments.agents
        self.step = compiled_step(self.inputs.decisions, levers, agents.dtype)

    def advance(self, first: int, last: int, departures: Sequence[Departure] = ()) -> int:
        """Take steps in compiled code, until institutions are needed or to `last`."""
        self._make_room()
        leaving = np.array([*departures], DEPARTURE)
        return self._call(self.step.advance, leaving, first, last)

    def cascade(self, step: int) -> None:
        """Apply commanders' pull on their subordinates, to the end of the cascade."""
        self._call(self.step.cascade, step)

    def settle(self, step: int) -> None:
        """Count those who changed status."""
        self._call(kernel.settle, step)

    def move(self, step: int, rows: Sequence[int], transition: str, cause: Cause, now: int) -> None:
        """Change the status of people who did not decide by rule."""
        self._make_room()
        moved = np.array(rows, np.int32)
        kernel.move(self.army, self.state, moved, PLACE[transition], int(cause), step, now)

    def appoint(self, unit: int, row: int) -> None:
        """Give a person the command of a unit, instead of the one that they had."""
        left = self.leads.item(row)
        super().appoint(unit, row)
        for led in (unit, left):
            if led != NOBODY:
                kernel.change_commander(self.army, self.state, led)

    def change_inputs(self, inputs: RunInputs, columns: Set[Changed], step: int) -> None:
        """Regroup people if a rule reads columns that changed; take the calendar's levers."""
        by_kind = reads(inputs.decisions, inputs.calendar)
        read = {name for name, general in columns if name in by_kind[general]}
        if read:
            inputs = inputs.alike_by_value(read)
            army = _cohorts(inputs, self.state.belief[self.army.cohort])
            self.state = regrouped(self.state, self.army, army, step)
            self.army = army
        changed = read or inputs.calendar is not self.inputs.calendar
        self.inputs = inputs
        if changed:
            self._take_rules()

    @property
    def belief(self) -> NDArray[np.float64]:  # type: ignore[override]  # computed when read
        """Shape (people,): belief that the regime survives, when last asked; default: 1."""
        return np.where(np.isin(self.status, SERVING), self.state.belief[self.army.cohort], 1.0)

    @property
    def ties_defected(self) -> NDArray[np.float64]:  # type: ignore[override]  # computed when read
        """Shape (people,): share of each person's ties who had defected when the step began."""
        return self.ties_defected_of(slice(None))

    def ties_defected_of(self, rows: Any) -> NDArray[np.float64]:
        """Return `ties_defected` of some rows."""
        first, defected = self.army.ties_first, self.state.defected_ties[rows]
        return np.asarray(defected / np.maximum(first[1:][rows] - first[:-1][rows], 1))

    def event_records(self, known: int) -> NDArray[np.void]:
        """Return records of `EVENT` after the first `known`, in the order in which they happened."""
        return self.state.events[known : self.state.control.event_count]

    def engine_state(self, step: int) -> EngineState:
        """Return a copy of the state when a step begins, from which other runs can go on."""
        state = self.state
        return EngineState(
            step=step,
            status=state.status.copy(),
            remaining_threshold=remaining_threshold(state, self.army, step),
            belief=state.belief[self.army.cohort],
            leads=state.leads.copy(),
            defected_ties=state.defected_ties.copy(),
            commander=state.commander.copy(),
            unit_counts=state.unit_counts.copy(),
            attempt_memory=self.attempt_memory,
            counts=state.counts[: step + 1].copy(),
            doubting=state.doubting[: step + 1].copy(),
            events=state.events[: state.control.event_count].copy(),
        )

    def return_before(self, step: int) -> None:
        """End `advance` before a step, or earlier should institutions be needed."""
        self.state.control.next_institution_step = step

    def _make_room(self) -> None:
        count, events = self.state.control.event_count, self.state.events
        if count + 3 * len(self.status) > len(events):
            more = [
                np.concatenate([all_[:count], np.empty_like(all_)])
                for all_ in (events, self.state.moves)
            ]
            self.state = self.state._replace(events=more[0], moves=more[1])

    def _call(self, phase: Any, *arguments: Any) -> int:
        """Call a compiled phase; the last argument is the step, or the one that it returns."""
        rules = self.arguments._replace(memory=self.attempt_memory)
        run = CompiledRun(self.army, rules, self.state)
        try:
            reached: int | None = phase(run, *arguments)
        except (NumbaError, KeyError) as error:  # a KeyError: Numba finds no such field of a record
            asked = list(self.inputs.decisions.compiled.values())
            raise refusal(asked, error) from error
        if self.state.control.error_code != 0:
            raise self._invalid_result(arguments[-1] if reached is None else reached)
        return reached or 0

    def _invalid_result(self, step: int) -> RuleError:
        """Return the error that the last phase noted in `control`."""
        code, cohort = self.state.control.error_code, self.state.control.error_cohort
        result = "the result"
        if code == kernel.FOLLOW_ERROR:
            who = "follow"
        elif code == kernel.BELIEF_ERROR:
            who = "belief"
        else:
            who = "general" if self.army.general[cohort] else "soldier"
            result = [*DECIDED][code - 1]
        return self.inputs.invalid_result(who, result, int(self.army.one_of_each[cohort]), step)


def _cohorts(inputs: RunInputs, belief: NDArray[np.float64] | None = None) -> Army:
    return group_cohorts(
        inputs.population, inputs.cohort_codes, inputs.decisions, inputs.calendar, belief
    )
