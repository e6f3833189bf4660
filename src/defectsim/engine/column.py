"""The column engine: the rules, compiled, asked once a step for each cell."""

from collections.abc import Mapping, Set
from dataclasses import replace

import numpy as np
from numba.core.errors import NumbaError
from numpy.typing import NDArray

from defectsim.behaviour.compiled import refusal
from defectsim.behaviour.rule import Rates
from defectsim.core.statuses import Status
from defectsim.engine import kernel, life
from defectsim.engine.army import Army
from defectsim.engine.cells import cells_of, reads
from defectsim.engine.generate import compiled_step
from defectsim.engine.setting import Attempt, Changed, Events, Observation, Setting

KINDS = ("soldier", "general", "follow")


class ColumnEngine:
    """Lives one life on cells; see `engine.kernel`.

    Parameters
    ----------
    army
        The cells of the setting's population, where somebody has grouped them already.
    """

    def __init__(self, setting: Setting, army: Army | None = None) -> None:
        self.army = army or _cells(setting)
        self.life = life.begin(setting.population, self.army, setting.resistance, setting.clock.steps)
        self.observations: list[Observation] = []
        self.attempts: list[Attempt] = []
        self._take(setting)
        self.counts = self.life.counts
        self.doubting = np.zeros(self.counts.shape[:-1], np.int32)

    def _take(self, setting: Setting) -> None:
        self.setting = setting
        one_of_each = self.army.member[self.army.first[:-1]]
        self.columns = tuple(column[one_of_each] for column in _read(setting).values())
        self.timeline = setting.timeline(one_of_each)
        self.parameters = tuple(np.array(getattr(setting.decisions, kind).p, np.float64) for kind in KINDS)
        self.step = compiled_step(setting.decisions, tuple(_read(setting)), tuple(setting.calendar.levers))

    def decide(self, step: int) -> None:
        """Let rules give rates, and resistances decide who leaves."""
        self._call("decide", self.setting.clock.years_per_step, step)
        self._check(step)

    def cascade(self, step: int) -> None:
        """Let subordinates follow commanders who have defected, to the end of the cascade."""
        self._call("cascade", step)
        self._check(step)

    def settle(self, step: int) -> None:
        """Count those who left."""
        self.step.settle(self.army, self.life, step)

    def advance(self, first: int, last: int) -> None:
        """Take the steps from `first` to `last`, the last not included, without coming back to Python."""
        self._check(self._call("steps", self.setting.clock.years_per_step, first, last))

    def gone(self, way: str, unit: int) -> int:
        """Return how many have left a unit, or one below it, by a way out."""
        return self.life.gone.item(Rates._fields.index(way), unit)

    def leave(self, step: int, leaving: Mapping[int, str]) -> None:
        """Let those go who decided outside of rules."""
        if not leaving:
            return
        cell = np.empty(len(self.army.member), np.int32)
        cell[self.army.member] = np.repeat(np.arange(len(self.army.kind)), np.diff(self.army.first))
        for row, way in leaving.items():
            if self.life.status[row] == Status.LOYAL:
                kernel.depart(self.life, row, cell[row], Rates._fields.index(way), step)

    def changed(self, setting: Setting, columns: Set[Changed]) -> None:
        """Go on with columns that somebody has changed: in other cells from the same clocks, if a rule reads them.

        Where the calendar has changed, levers take their values from that one.
        """
        by_kind = reads(setting.decisions, setting.calendar)
        read = {name for name, general in columns if name in by_kind[general]}
        if not read:
            if setting.calendar is not self.setting.calendar:
                self.timeline = setting.timeline(self.army.member[self.army.first[:-1]])
            self.setting = setting
            return
        alike = {name: np.unique(setting.columns[name], return_inverse=True)[1].astype(np.int32) for name in read}
        setting = replace(setting, likeness={**setting.likeness, **alike})
        army = _cells(setting)
        self.life = life.regrouped(self.life, self.army, army)
        self.army = army
        self._take(setting)

    @property
    def status(self) -> NDArray[np.int8]:
        """Shape (people,): everybody's status."""
        return self.life.status

    @property
    def ties_defected(self) -> NDArray[np.float64]:
        """Shape (people,): share of each person's ties who had defected when the step began."""
        return self.life.ties_gone / np.maximum(np.diff(self.army.ties_first), 1)

    @property
    def events(self) -> Events:
        """All changes of status so far."""
        count = int(self.life.tally[0])
        step, row = self.life.event_step[:count], self.life.event_row[:count]
        order = np.lexsort((row, step))
        return Events(step[order], row[order], self.life.event_way[:count][order], self.life.event_cause[:count][order])

    def _call(self, name: str, *when: float) -> int:
        try:
            done: int = getattr(self.step, name)(
                self.army, self.life, self.columns, self.timeline.values, self.timeline.audience, self.parameters, *when
            )
        except NumbaError as error:
            raise refusal(list(self.setting.decisions.rules.values()), error) from error
        return done

    def _check(self, step: int) -> None:
        """Raise where a rule returned what is no rate."""
        cell, way = self.life.fault.tolist()
        if not cell:
            return
        row = int(self.army.member[self.army.first[cell - 1]])
        follow = way == len(Rates._fields)
        who = "follow" if follow else KINDS[self.army.kind[cell - 1]]
        raise self.setting.refuse(who, "the result" if follow else Rates._fields[way], row, step)


def _cells(setting: Setting) -> Army:
    return cells_of(setting.population, setting.likeness, setting.decisions, setting.calendar)


def _read(setting: Setting) -> dict[str, NDArray[np.generic]]:
    """Return the columns that rules can read."""
    return {name: column for name, column in setting.columns.items() if name != "frailty"}
