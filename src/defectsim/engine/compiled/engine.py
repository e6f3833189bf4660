"""The compiled engine: rules compiled by Numba, asked once a step for each stratum of a cohort."""

from collections.abc import Callable, Sequence, Set
from typing import Any

import numpy as np
from numba.core.errors import NumbaError
from numpy.typing import NDArray

from defectsim.core.errors import RuleError
from defectsim.engine.compiled import kernel, rows, strata
from defectsim.engine.compiled.cohorts import Army, Grouping, group_people, reads
from defectsim.engine.compiled.phases import compiled_step
from defectsim.engine.compiled.plan import PlanName
from defectsim.engine.compiled.state import (
    CompiledRun,
    as_one,
    begin_state,
    read_columns,
    regrouped,
    rule_arguments,
)
from defectsim.engine.events import DEPARTURE, PLACE, Departure
from defectsim.engine.hazard import CUMULATIVE
from defectsim.engine.inputs import RunInputs
from defectsim.engine.protocol import Changed, Engine
from defectsim.engine.snapshots.snapshot import EngineState, initial_state
from defectsim.model.transitions import DECIDED, SERVING, Cause
from defectsim.population.units import NOBODY
from defectsim.rules.compile import refusal

_PLANS: dict[PlanName, Any] = {"cohorts": strata, "rows": rows}


class CompiledEngine(Engine):
    """Simulates one run of people who are grouped by a plan.

    It goes on from the state `before`; default: the beginning. People in cohorts are grouped anew if
    they are no longer alike: if `regroup` is set, or if beliefs or states differ in a cohort.
    """

    plan: PlanName
    """Plan by which hazards are kept: by cohorts of people who are alike, or by rows where they are not."""
    army: Army

    def __init__(
        self,
        inputs: RunInputs,
        grouping: Grouping,
        before: EngineState | None = None,
        *,
        regroup: bool = False,
    ) -> None:
        alike = before is None or (not regroup and _alike(inputs, grouping.army, before))
        before = before or _beginning(inputs)
        if not alike:
            grouping = _grouped(inputs, before.belief, grouping.plan)
        super().__init__(inputs, before)
        self.plan, self.army = grouping
        self._pulled = inputs.asked_again.ever
        self.state = begin_state(self, before, self.army, self._begin_plan(before))
        self._add_pending()
        self._take_rules()

    def _begin_plan(self, before: EngineState) -> strata.Strata | rows.Rows:
        begin: Callable[..., strata.Strata | rows.Rows] = _PLANS[self.plan].begin
        return begin(self.inputs, self.army, before, pulled=self._pulled)

    @property
    def _remember_thresholds(self) -> bool:
        return self.plan == "rows" and bool(self.state.control.add_hazards)

    def _pending(self) -> NDArray[np.float64]:
        pending: NDArray[np.float64] = _PLANS[self.plan].pending(self.state, self.army)
        return pending

    def _add_pending(self) -> None:
        if self._remember_thresholds:  # strata have no cumulative hazard when they begin
            self.state.hazards[CUMULATIVE] += self._pending()

    def _take_rules(self) -> None:
        self.arguments = rule_arguments(self.inputs, self.army)
        levers, columns = tuple(self.inputs.calendar.levers), read_columns(self.inputs)
        self.step = compiled_step(self.inputs.decisions, levers, columns, self.plan)

    def advance(self, first: int, last: int, departures: Sequence[Departure] = ()) -> int:
        """Take steps in compiled code, until institutions are needed or to `last`."""
        self._make_room()
        self._expect({one.transition for one in departures}, first)
        leaving = np.array([*departures], DEPARTURE)
        return self._call(self.step.advance, leaving, first, last)

    def cascade(self, step: int) -> None:
        """Apply commanders' pull on their subordinates, to the end of the cascade."""
        self._call(self.step.cascade, step)

    def settle(self, step: int) -> None:
        """Count those who changed status."""
        self._call(kernel.settle, step)

    def move(
        self,
        step: int,
        rows: Sequence[int],
        transition: str,
        cause: Cause,
        now: int,
        instigator: int = NOBODY,
    ) -> None:
        """Change the status of people who did not decide by rule."""
        self._make_room()
        self._expect({PLACE[transition]}, step)
        moved, place = np.array(rows, np.int32), PLACE[transition]
        if self._remember_thresholds:
            self._call(self.step.catch_up, moved, step)
        kernel.move(self.army, self.state, moved, place, int(cause), step, now, instigator)

    def _expect(self, transitions: Set[int], step: int) -> None:
        """Draw thresholds of defection before the first does whom no rule has defect."""
        plan = self.state.plan
        drawn = not isinstance(plan, rows.Rows) or plan.kept[PLACE["defect"]] >= 0
        if PLACE["defect"] in transitions and not drawn:
            self._pulled = True
            self._regroup(self.inputs, step)

    def appoint(self, step: int, unit: int, row: int) -> None:
        """Give a person the command of a unit, instead of the one that they had."""
        left = self.leads.item(row)
        super().appoint(step, unit, row)
        for led in (unit, left):
            if led != NOBODY:
                kernel.change_commander(self.army, self.state, led)

    def change_inputs(self, inputs: RunInputs, columns: Set[Changed], step: int) -> None:
        """Regroup people if a rule reads columns that changed; take the calendar's levers."""
        by_kind = reads(inputs.decisions, inputs.calendar)
        read = {name for name, general in columns if name in by_kind[general]}
        calendar_changed = inputs.calendar is not self.inputs.calendar
        if read or (calendar_changed and self.plan == "rows"):
            written = {name for name, _ in columns}
            kept = {name: state for name, state in self.states().items() if name not in written}
            self._regroup(inputs.alike_by_value(read).with_columns(kept), step)
        else:
            self.inputs = inputs
        if read or calendar_changed:
            self._take_rules()

    def _regroup(self, inputs: RunInputs, step: int) -> None:
        """Group people anew, whose hazards begin at a step with the remaining thresholds."""
        before, old = self.engine_state(step), self.army
        self.inputs = inputs
        if self.plan == "cohorts":
            self.army = _grouped(inputs, before.belief, self.plan).army
        self.state = regrouped(self.state, old, self.army, self.inputs, self._begin_plan(before))
        self.state.hazards[:] = before.hazards
        self._add_pending()

    @property
    def belief(self) -> NDArray[np.float64]:  # type: ignore[override]  # computed when read
        """Shape (people,): belief that the regime survives, when last asked; default: 1."""
        return np.where(np.isin(self.status, SERVING), self.state.belief[self.army.cohort], 1.0)

    @property
    def hazards(self) -> NDArray[np.float64]:  # type: ignore[override]  # computed when read
        """Transitions expected and observed; see `EngineState`."""
        everybody = np.arange(len(self.status), dtype=np.int32)
        self._call(self.step.catch_up, everybody, self.state.control.decided)
        hazards: NDArray[np.float64] = self.state.hazards.copy()
        if self.state.control.add_hazards:
            hazards[CUMULATIVE] -= self._pending()
        return hazards

    @property
    def settled_events(self) -> int:
        """Number of events before this step."""
        return int(self.state.control.settled_events)

    def states(self) -> dict[str, NDArray[np.float64]]:
        """Return people's state by name."""
        values = self.state.own[:, self.army.cohort]
        return dict(zip(self.inputs.decisions.states, values, strict=True))

    def event_records(self, known: int) -> NDArray[np.void]:
        """Return records of `EVENT` after the first `known`, in the order in which they happened."""
        return self.state.events[known : self.state.control.event_count]

    def engine_state(self, step: int) -> EngineState:
        """Return a copy of the state when a step begins, from which other runs can go on."""
        hazards = self.hazards  # brings hazards forward, from which thresholds remain
        state, remaining = self.state, _PLANS[self.plan].remaining_threshold
        return EngineState(
            step=step,
            status=state.status.copy(),
            remaining_threshold=remaining(state, self.army, self.inputs),
            belief=state.belief[self.army.cohort],
            leads=state.leads.copy(),
            commander=state.commander.copy(),
            unit_counts=state.unit_counts.copy(),
            attempt_memory=self.attempt_memory,
            counts=state.counts[: step + 1].copy(),
            doubting=state.doubting[: step + 1].copy(),
            events=state.events[: state.control.event_count].copy(),
            hazards=hazards,
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
            raise refusal(asked, error) from None  # Numba's has hundreds of lines
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
        elif code >= kernel.STATE_ERROR:
            who, result = "update", self.inputs.decisions.states[code - kernel.STATE_ERROR]
        else:
            who = "general" if self.army.general[cohort] else "soldier"
            result = [*DECIDED][code - 1]
        return self.inputs.invalid_result(who, result, int(self.army.one_of_each[cohort]), step)


def _beginning(inputs: RunInputs) -> EngineState:
    """Return the state before the first step; thresholds of the loyal are left to the plan to draw."""
    before = initial_state(inputs)
    if not before.status.any():
        return before
    return before._replace(remaining_threshold=rows.drawn_thresholds(inputs, before.status))


def _alike(inputs: RunInputs, army: Army, before: EngineState) -> bool:
    """Check whether those of each cohort have one belief, and one state."""
    states = (inputs.columns[name] for name in inputs.decisions.states)
    return all(as_one(army, values) for values in (before.belief, *states))


def _grouped(inputs: RunInputs, belief: NDArray[np.float64], plan: PlanName) -> Grouping:
    return group_people(
        inputs.population, inputs.cohort_codes, inputs.decisions, inputs.calendar, belief, plan
    )
