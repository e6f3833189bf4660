"""Command: superiors order followers back, and vacancies are filled by promotion."""

import numpy as np
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.engine.institutions.context import Purpose, StepContext
from defectsim.engine.institutions.state import NOTHING_DUE, InstitutionsState
from defectsim.model.institutions import VacancyRules
from defectsim.model.transitions import Cause, Rank, Status
from defectsim.population.units import NOBODY, Level

_FIT = (Status.LOYAL, Status.SHIRKING)
"""Statuses of those who give orders, and who can be promoted."""


class Command:
    """The chain of command of one run."""

    def __init__(self, rules: VacancyRules, clock: Clock, state: InstitutionsState) -> None:
        self._wait = -(-int(rules.vacancy_days) // int(clock.step_days))
        self._vacancies = state.vacancies

    @property
    def next_due(self) -> int:
        """The next step before which a vacancy is to be filled."""
        return min(self._vacancies.values(), default=NOTHING_DUE)

    def step(self, context: StepContext) -> None:
        """Order followers back, note vacancies, and fill those that are due."""
        self._order_back(context)
        rows, leads = context.events.row, context.engine.leads
        for row in rows[leads[rows] != NOBODY].tolist():
            if not context.serves(row):
                self._vacancies.setdefault(leads.item(row), context.step + self._wait)
        for unit in sorted(unit for unit, due in self._vacancies.items() if due <= context.step):
            del self._vacancies[unit]
            if not self._fill(context, unit):
                self._vacancies[unit] = context.step + max(self._wait, 1)

    def _order_back(self, context: StepContext) -> None:
        """Recall last step's followers who have a loyal superior."""
        events, status = context.events, context.engine.status
        followed = (events.cause == Cause.COMMANDER) & (events.end == Status.DEFECTED)
        rows = events.row[followed & (events.step == context.step - 1)].astype(np.int64)
        rows = rows[status[rows] == Status.DEFECTED]
        if len(rows):
            rows = rows[self._has_loyal_superior(context, context.population.unit[rows])]
        if len(rows):
            back = rows[context.draws(rows, Purpose.RECALL) < context.chances("recall", rows)]
            context.engine.move(context.step, back.tolist(), "recall", Cause.RECALL, context.step)

    def _has_loyal_superior(
        self, context: StepContext, units: NDArray[np.int32]
    ) -> NDArray[np.bool_]:
        """Flag units whose commander, or one above, is fit to give orders."""
        parent, commander = context.population.units.parent, context.engine.commander
        found = np.zeros(len(units), np.bool_)
        for _ in Level:
            fit = np.isin(context.engine.status[commander[units]], _FIT)
            found |= (commander[units] != NOBODY) & fit
            units = np.where(parent[units] != NOBODY, parent[units], units)
        return found

    def _fill(self, context: StepContext, unit: int) -> bool:
        """Promote a successor to a vacant command; return whether somebody commands it now."""
        engine = context.engine
        if context.serves(engine.commander.item(unit)):
            return True
        row = self._successor(context, unit)
        if row == NOBODY:
            return False
        left = engine.leads.item(row)
        engine.appoint(unit, row)
        if left != NOBODY:
            self._vacancies[left] = context.step + self._wait
        return True

    def _successor(self, context: StepContext, unit: int) -> int:
        """Return the highest in rank in the unit, the staff or below."""
        population, engine = context.population, context.engine
        units, rank = population.units, population.rank
        free = np.isin(engine.status, _FIT) & (engine.leads == NOBODY)
        rows = np.flatnonzero(free & (population.unit == unit))
        if not len(rows) and units.level[unit] >= Level.BRIGADE:
            staff = units.level[population.unit] == Level.BRANCH
            staff &= population.branch == units.branch[unit]
            rows = np.flatnonzero(free & staff & (rank == Rank.GENERAL))
        if not len(rows):
            below = engine.commander[units.parent == unit]
            below = below[below != NOBODY]
            rows = below[np.isin(engine.status[below], _FIT)].astype(np.int64)
        return int(rows[np.lexsort((rows, -rank[rows]))[0]]) if len(rows) else NOBODY
