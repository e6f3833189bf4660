"""Command: superiors order units back, and vacancies are filled by promotion."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.engine.institutions.context import Hearing, Purpose
from defectsim.model.institutions import Command as Rules
from defectsim.model.transitions import WAYS, Cause, Rank, Status
from defectsim.population.units import NOBODY, Level

_DEFECT = list(WAYS).index("defect")
_FIT = (Status.LOYAL, Status.SHIRKING)


class Command:
    """The chain of command of one life.

    Attributes
    ----------
    due
        Steps before which a vacancy is to be filled.
    """

    def __init__(self, rules: Rules, clock: Clock) -> None:
        self._wait = -(-int(rules.vacancy_days) // int(clock.step_days))
        self._vacant: dict[int, int] = {}

    @property
    def state(self) -> list[tuple[int, int]]:
        """The vacancies, and when each is to be filled; plain data, from which the command of a fork goes on."""
        return list(self._vacant.items())

    @state.setter
    def state(self, state: Iterable[tuple[int, int]]) -> None:
        self._vacant = dict(state)

    @property
    def due(self) -> set[int]:
        """Steps before which a vacancy is to be filled."""
        return set(self._vacant.values())

    def sit(self, hearing: Hearing) -> None:
        """Order back those who have followed a commander, note vacancies, and fill those that are due."""
        self._order_back(hearing)
        rows, leads = hearing.events.row, hearing.engine.leads
        for row in rows[leads[rows] != NOBODY].tolist():
            if not hearing.serves(row):
                self._vacant.setdefault(leads.item(row), hearing.step + self._wait)
        for unit in sorted(unit for unit, due in self._vacant.items() if due <= hearing.step):
            del self._vacant[unit]
            if not self._fill(hearing, unit):
                self._vacant[unit] = hearing.step + max(self._wait, 1)

    def _order_back(self, hearing: Hearing) -> None:
        """Let those who followed in the last step come back whom a superior still loyal can move to it."""
        events = hearing.events
        followed = (
            (events.cause == Cause.COMMANDER)
            & (events.way == _DEFECT)
            & (events.step == hearing.step - 1)
        )
        rows = events.row[followed].astype(np.int64)
        rows = rows[hearing.engine.status[rows] == Status.DEFECTED]
        if len(rows):
            rows = rows[self._ordered(hearing, hearing.population.unit[rows])]
        if len(rows):
            back = rows[hearing.draws(rows, Purpose.RECALL) < hearing.chances("recall", rows)]
            hearing.engine.move(hearing.step, back.tolist(), "recall", Cause.RECALL, hearing.step)

    def _ordered(self, hearing: Hearing, units: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Say of each of some units whether its commander, or one above, still serves the ruler."""
        parent, commander = hearing.population.units.parent, hearing.engine.commander
        ordered = np.zeros(len(units), np.bool_)
        for _ in Level:
            ordered |= (commander[units] >= 0) & np.isin(
                hearing.engine.status[commander[units]], _FIT
            )
            units = np.where(parent[units] >= 0, parent[units], units)
        return ordered

    def _fill(self, hearing: Hearing, unit: int) -> bool:
        """Give a vacant command to the highest in rank who is free, in the unit, on the staff, or in command below.

        Return whether somebody commands it now.
        """
        engine = hearing.engine
        if hearing.serves(engine.commander.item(unit)):
            return True
        row = self._successor(hearing, unit)
        if row == NOBODY:
            return False
        left = engine.leads.item(row)
        engine.appoint(unit, row)
        if left >= 0:
            self._vacant[left] = hearing.step + self._wait
        return True

    def _successor(self, hearing: Hearing, unit: int) -> int:
        population, engine = hearing.population, hearing.engine
        units, status = population.units, engine.status
        free = np.isin(status, _FIT) & (engine.leads == NOBODY)
        own = np.flatnonzero(free & (population.unit == unit))
        if not len(own) and units.level[unit] >= Level.BRIGADE:
            staff = (units.level[population.unit] == Level.BRANCH) & (
                population.branch == units.branch[unit]
            )
            own = np.flatnonzero(free & staff & (population.rank == Rank.GENERAL))
        if not len(own):
            below = engine.commander[units.parent == unit]
            own = np.array(
                [row for row in below.tolist() if row >= 0 and hearing.is_in(row, *_FIT)], np.int64
            )
        return int(own[np.lexsort((own, -population.rank[own]))[0]]) if len(own) else NOBODY
