"""Changes of what people perceive of their commanders, from the record of a run."""

from collections.abc import Collection, Iterable
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.events import Events
from defectsim.engine.protocol import Engine
from defectsim.engine.records.changes import ChangeIndex, Decided, Steps, perceived_from
from defectsim.model.transitions import Status
from defectsim.population.units import NOBODY


class CommanderChanges(NamedTuple):
    """Changes of the perceived status of units' commanders."""

    by_unit: ChangeIndex
    commander: NDArray[np.int64]
    """Row of each commander who left, or was appointed; -1 if the command fell vacant."""

    def last(self, engine: Engine, decided: Decided) -> tuple[Steps, NDArray[np.int64]]:
        """Return when people's commanders last changed, and whose change that was."""
        population = engine.inputs.population
        superior = population.superior[decided.row]
        unit = np.where(superior != NOBODY, population.unit[superior], NOBODY)
        place = self.by_unit.place(unit, decided.step)
        return self.by_unit.before(unit, decided.step), np.append(self.commander, NOBODY)[place]


def commander_changes(engine: Engine, events: Events, names: Collection[str]) -> CommanderChanges:
    """Return when the status of each unit's commander changed, of the statuses that rules read."""
    read = [one for one in (Status.DESERTED, Status.DEFECTED) if f"commander_{one}" in names]
    command, found = _Command(engine, read), list[tuple[int, int, int]]()
    moments = sorted(_moments(engine, events), key=attrgetter("step")) if read else []
    for step, group in groupby(moments, key=attrgetter("step")):
        concerned = {unit for moment in group for unit in command.apply(moment)} - {NOBODY}
        found += [
            (unit, step, command.of_unit[unit])
            for unit in sorted(concerned)
            if command.has_changed(unit)
        ]
    columns = np.array(sorted(found), np.int64).reshape(-1, 3)
    return CommanderChanges(ChangeIndex.of(columns[:, 0], columns[:, 1]), columns[:, 2])


class _Moment(NamedTuple):
    """A person who takes a status or, if there is a unit, its command."""

    step: int
    """The step in which rules perceive it first."""
    row: int
    status: int
    unit: int = NOBODY


class _Command:
    """Commanders of units and their statuses, as a run is gone through again."""

    def __init__(self, engine: Engine, read: Collection[Status]) -> None:
        begun, self._read = engine.inputs.initial_status, read
        self.of_unit: list[int] = engine.inputs.population.units.commander.tolist()
        self._leads = {row: unit for unit, row in enumerate(self.of_unit)}
        self._status = {row: begun.item(row) for row in np.flatnonzero(begun).tolist()}
        led = (self._leads.get(row, NOBODY) for row in self._status)
        self._perceived = {unit: self._perceive(unit) for unit in led if unit != NOBODY}

    def apply(self, moment: _Moment) -> Iterable[int]:
        """Have a moment come; return the units concerned, as `Engine.appoint` does."""
        if moment.unit == NOBODY:
            self._status[moment.row] = moment.status
            return (self._leads.get(moment.row, NOBODY),)
        left, before = self._leads.pop(moment.row, NOBODY), self.of_unit[moment.unit]
        self._leads.pop(before, None)
        if left != NOBODY:
            self.of_unit[left] = NOBODY
        self.of_unit[moment.unit], self._leads[moment.row] = moment.row, moment.unit
        return moment.unit, left

    def has_changed(self, unit: int) -> bool:
        """Check whether people perceive another status of a unit's commander than last time."""
        before = self._perceived.get(unit, Status.LOYAL)
        self._perceived[unit] = self._perceive(unit)
        return self._perceived[unit] != before

    def _perceive(self, unit: int) -> int:
        status = self._status.get(self.of_unit[unit], int(Status.LOYAL))
        return status if status in self._read else Status.LOYAL


def _moments(engine: Engine, events: Events) -> list[_Moment]:
    """Return what changes commands, and commanders, in the order in which it happened."""
    appointed = [_Moment(step, row, Status.LOYAL, unit) for step, unit, row in engine.appointments]
    commands = np.zeros(len(engine.inputs.population) + 1, bool)  # the last stands for nobody
    commands[engine.inputs.population.units.commander] = True
    commands[[one.row for one in appointed]] = True
    led = commands[events.row]
    columns = perceived_from(events)[led], events.row[led], events.end[led]
    return [*map(_Moment, *(column.tolist() for column in columns)), *appointed]
