"""The compiled engine: the rules, compiled, asked once a step for each cell."""

from collections.abc import Sequence, Set

import numpy as np
from numba.core.errors import NumbaError
from numpy.typing import NDArray

from defectsim.engine.compiled import arrays as life
from defectsim.engine.compiled.arrays import handed_over
from defectsim.engine.compiled.compile import compiled_step
from defectsim.engine.compiled.layout import Army
from defectsim.engine.compiled.strata import cells_of, reads
from defectsim.engine.inputs import Changed, Events, RunInputs
from defectsim.engine.institutions.state import Attempt
from defectsim.engine.snapshots.snapshot import EngineState, initial_state
from defectsim.model.rule import Rates
from defectsim.model.transitions import SERVING, TRANSITIONS, Cause
from defectsim.policies.observers import Observation
from defectsim.rules.bindings import COMPILED
from defectsim.rules.compile import refusal

_TRANSITIONS = list(TRANSITIONS)


class CompiledEngine:
    """Lives one life on cells; see `engine.compiled.kernel`.

    Parameters
    ----------
    army
        The cells of the setting's population, where somebody has grouped them already.
    before
        What the life has become so far, where it does not begin here.
    """

    def __init__(
        self, inputs: RunInputs, army: Army | None = None, before: EngineState | None = None
    ) -> None:
        if before is None:
            self.army = army or _cells(inputs)
            before = initial_state(inputs.population, inputs.draws.resistance)
        else:
            alike = army is not None and life.believes_as_one(army, before.belief)
            self.army = army if army is not None and alike else _cells(inputs, before.belief)
        self.life = life.begin(before, self.army, inputs.draws, inputs.news_lag, inputs.clock.steps)
        self.observations: list[Observation] = []
        self.attempts: list[Attempt] = []
        self._take(inputs)

    def _take(self, inputs: RunInputs) -> None:
        self.inputs = inputs
        one_of_each = self.army.member[self.army.first[:-1]]
        self.columns = tuple(column[one_of_each] for column in _read(inputs).values())
        self.timeline = inputs.timeline(one_of_each)
        self.parameters = tuple(
            np.array(getattr(inputs.decisions, kind).p, np.float64) for kind in COMPILED
        )
        self.step = compiled_step(
            inputs.decisions, tuple(_read(inputs)), tuple(inputs.calendar.levers)
        )

    def decide(self, step: int) -> None:
        """Let rules give rates, and resistances decide who leaves."""
        self._make_room()
        self._call("decide", self.inputs.clock.years_per_step, step)
        self._check(step)

    def cascade(self, step: int) -> None:
        """Let subordinates follow commanders who have defected, to the end of the cascade."""
        self._call("cascade", step)
        self._check(step)

    def settle(self, step: int) -> None:
        """Count those who left."""
        self.step.settle(self.army, self.life, step)

    def advance(self, first: int, last: int) -> int:
        """Take the steps from `first` on, in compiled code, until institutions are called or to `last`."""
        self._make_room()
        reached = self._call("steps", self.inputs.clock.years_per_step, first, last)
        self._check(reached)
        return reached

    @property
    def stands(self) -> NDArray[np.int32]:
        """Shape (statuses, units): how many of each unit, or of one below it, stood in a status when the step began."""
        return self.life.stands

    def move(self, step: int, rows: Sequence[int], transition: str, cause: Cause, now: int) -> None:
        """Change the status of people who did not decide by rule."""
        self._make_room()
        moved = np.array(rows, np.int32)
        self.step.move(
            self.army, self.life, moved, _TRANSITIONS.index(transition), int(cause), step, now
        )

    def appoint(self, unit: int, row: int) -> None:
        """Give a unit a commander."""
        for led in handed_over(self.life.commander, self.life.leads, unit, row):
            self.step.ask_led(self.army, self.life, led)

    def changed(self, inputs: RunInputs, columns: Set[Changed], step: int) -> None:
        """Go on with columns that somebody has changed: in other cells from the same clocks, if a rule reads them.

        Where the calendar has changed, levers take their values from that one.
        """
        by_kind = reads(inputs.decisions, inputs.calendar)
        read = {name for name, general in columns if name in by_kind[general]}
        if not read:
            if inputs.calendar is not self.inputs.calendar:
                self.timeline = inputs.timeline(self.army.member[self.army.first[:-1]])
            self.inputs = inputs
            return
        inputs = inputs.alike_by_value(read)
        army = _cells(inputs, self.life.belief[self.army.cell])
        self.life = life.regrouped(self.life, self.army, army, step)
        self.army = army
        self._take(inputs)

    @property
    def status(self) -> NDArray[np.int8]:
        """Shape (people,): everybody's status."""
        return self.life.status

    @property
    def belief(self) -> NDArray[np.float64]:
        """Shape (people,): the belief of those who serve that the regime survives, when last asked; 1 for others."""
        return np.where(np.isin(self.life.status, SERVING), self.life.belief[self.army.cell], 1.0)

    @property
    def ties_defected(self) -> NDArray[np.float64]:
        """Shape (people,): share of each person's ties who had defected when the step began."""
        return self.life.ties_gone / np.maximum(np.diff(self.army.ties_first), 1)

    @property
    def counts(self) -> NDArray[np.int32]:
        """Shape (steps + 1, branches, ranks, statuses): people at each date."""
        return self.life.counts

    @property
    def doubting(self) -> NDArray[np.int32]:
        """Shape (steps + 1, branches, ranks): people who serve, and believe that the regime will fall."""
        return self.life.doubting

    @property
    def memory(self) -> NDArray[np.float64]:
        """Shape (4,): what people know of attempts; see `engine.shared.news.heard`."""
        return self.life.memory

    @property
    def commander(self) -> NDArray[np.int32]:
        """Shape (units,): the row of each unit's commander, or -1."""
        return self.life.commander

    @property
    def leads(self) -> NDArray[np.int32]:
        """Shape (people,): the unit that each person commands, or -1."""
        return self.life.leads

    @property
    def events(self) -> Events:
        """All changes of status so far."""
        return Events.of(self.life.events[: self.life.tally[0]])

    def after(self, known: int) -> Events:
        """Return the changes of status after the first few."""
        return Events.of(self.life.events[known : self.life.tally[0]])

    def lived(self, step: int) -> EngineState:
        """Return what the life has become when a step begins, from which others can go on."""
        return life.lived(self.life, self.army, step)

    def call(self, step: int) -> None:
        """Come back to Python before a step, or earlier should institutions be needed."""
        self.life.call[0] = step

    def _make_room(self) -> None:
        if self.life.tally[0] + 3 * len(self.life.status) > len(self.life.events):
            self.life = life.with_room(self.life)

    def _call(self, name: str, *when: float) -> int:
        try:
            done: int = getattr(self.step, name)(
                self.army,
                self.life,
                self.columns,
                self.timeline.values,
                self.timeline.audience,
                self.parameters,
                *when,
            )
        except NumbaError as error:
            raise refusal(list(self.inputs.decisions.compiled.values()), error) from error
        return done

    def _check(self, step: int) -> None:
        """Raise where a rule returned what is no rate."""
        cell, transition = self.life.fault.tolist()
        if not cell:
            return
        row = int(self.army.member[self.army.first[cell - 1]])
        decided = len(Rates._fields)
        who = (
            COMPILED[self.army.kind[cell - 1]]
            if transition < decided
            else ("follow", "belief")[transition - decided]
        )
        raise self.inputs.refuse(
            who, Rates._fields[transition] if transition < decided else "the result", row, step
        )


def _cells(inputs: RunInputs, belief: NDArray[np.float64] | None = None) -> Army:
    return cells_of(
        inputs.population, inputs.cohort_codes, inputs.decisions, inputs.calendar, belief
    )


def _read(inputs: RunInputs) -> dict[str, NDArray[np.generic]]:
    """Return the columns that rules can read."""
    return {name: column for name, column in inputs.columns.items() if name != "frailty"}
