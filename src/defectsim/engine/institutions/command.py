"""Command: superiors order units back, and vacancies are filled by promotion."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.engine.institutions.context import Purpose, StepContext
from defectsim.model.institutions import VacancyRules
from defectsim.model.transitions import TRANSITIONS, Cause, Rank, Status
from defectsim.population.units import NOBODY, Level

_DEFECT = list(TRANSITIONS).index("defect")
_FIT = (Status.LOYAL, Status.SHIRKING)


class Command:
    """The chain of command of one life.

    Attributes
    ----------
    due
        Steps before which a vacancy is to be filled.
    """

    def __init__(self, rules: VacancyRules, clock: Clock) -> None:
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

    def step(self, context: StepContext) -> None:
        """Order back those who have followed a commander, note vacancies, and fill those that are due."""
        self._order_back(context)
        rows, leads = context.events.row, context.engine.leads
        for row in rows[leads[rows] != NOBODY].tolist():
            if not context.serves(row):
                self._vacant.setdefault(leads.item(row), context.step + self._wait)
        for unit in sorted(unit for unit, due in self._vacant.items() if due <= context.step):
            del self._vacant[unit]
            if not self._fill(context, unit):
                self._vacant[unit] = context.step + max(self._wait, 1)

    def _order_back(self, context: StepContext) -> None:
        """Let those who followed in the last step come back whom a superior still loyal can move to it."""
        events = context.events
        followed = (
            (events.cause == Cause.COMMANDER)
            & (events.transition == _DEFECT)
            & (events.step == context.step - 1)
        )
        rows = events.row[followed].astype(np.int64)
        rows = rows[context.engine.status[rows] == Status.DEFECTED]
        if len(rows):
            rows = rows[self._ordered(context, context.population.unit[rows])]
        if len(rows):
            back = rows[context.draws(rows, Purpose.RECALL) < context.chances("recall", rows)]
            context.engine.move(context.step, back.tolist(), "recall", Cause.RECALL, context.step)

    def _ordered(self, context: StepContext, units: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Say of each of some units whether its commander, or one above, still serves the ruler."""
        parent, commander = context.population.units.parent, context.engine.commander
        ordered = np.zeros(len(units), np.bool_)
        for _ in Level:
            ordered |= (commander[units] >= 0) & np.isin(
                context.engine.status[commander[units]], _FIT
            )
            units = np.where(parent[units] >= 0, parent[units], units)
        return ordered

    def _fill(self, context: StepContext, unit: int) -> bool:
        """Give a vacant command to the highest in rank who is free, in the unit, on the staff, or in command below.

        Return whether somebody commands it now.
        """
        engine = context.engine
        if context.serves(engine.commander.item(unit)):
            return True
        row = self._successor(context, unit)
        if row == NOBODY:
            return False
        left = engine.leads.item(row)
        engine.appoint(unit, row)
        if left >= 0:
            self._vacant[left] = context.step + self._wait
        return True

    def _successor(self, context: StepContext, unit: int) -> int:
        population, engine = context.population, context.engine
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
                [row for row in below.tolist() if row >= 0 and context.is_in(row, *_FIT)], np.int64
            )
        return int(own[np.lexsort((own, -population.rank[own]))[0]]) if len(own) else NOBODY
