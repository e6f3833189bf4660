"""Command: superiors order followers back, and vacancies are filled by promotion."""

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.institutions.context import Purpose, StepContext
from defectsim.engine.protocol import Engine
from defectsim.model.transitions import Cause, Status
from defectsim.population.units import NOBODY, Level

_FIT = np.isin(list(Status), (Status.LOYAL, Status.SHIRKING))
"""Shape (statuses,): whether people give orders, and can be promoted."""


def step(context: StepContext) -> None:
    """Order followers back, note vacancies, and fill those that are due."""
    vacancies, wait = context.state.vacancies, _wait(context)
    _order_back(context)
    rows, leads = np.append(context.events["row"], context.begun), context.engine.leads
    for row in np.sort(rows[leads[rows] != NOBODY]).tolist():
        if not context.serves(row):
            vacancies.setdefault(leads.item(row), context.step + wait)
    for unit in sorted(unit for unit, due in vacancies.items() if due <= context.step):
        del vacancies[unit]
        if not _fill(context, unit):
            vacancies[unit] = context.step + max(wait, 1)


def _wait(context: StepContext) -> int:
    """Return the steps after which a vacant command is filled."""
    return -(-int(context.run.setup.scenario.command.vacancy_days) // int(context.clock.step_days))


def _order_back(context: StepContext) -> None:
    """Recall last step's followers who have a loyal superior."""
    events = context.events
    followed = (events["cause"] == Cause.COMMANDER) & (events["step"] == context.step - 1)
    rows = np.sort(events["row"][followed]).astype(np.int64)
    rows = rows[context.engine.status[rows] == Status.DEFECTED]
    if len(rows):
        rows = rows[_has_loyal_superior(context, context.population.unit[rows])]
    if len(rows):
        back = rows[context.draws(rows, Purpose.RECALL) < context.chances("recall", rows)]
        context.engine.move(context.step, back.tolist(), "recall", Cause.RECALL, context.step)


def _has_loyal_superior(context: StepContext, units: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Flag units whose commander, or one above, is fit to give orders."""
    above = context.population.units.ancestors[units]
    commander = np.where(above != NOBODY, context.engine.commander[above], NOBODY)
    fit = _FIT[context.engine.status[commander]]
    loyal: NDArray[np.bool_] = ((commander != NOBODY) & fit).any(axis=1)
    return loyal


def _fill(context: StepContext, unit: int) -> bool:
    """Promote a successor to a vacant command; return whether somebody commands it now."""
    engine = context.engine
    if context.serves(engine.commander.item(unit)):
        return True
    row = _successor(context, unit)
    if row == NOBODY:
        return False
    left = engine.leads.item(row)
    engine.appoint(context.step, unit, row)
    if left != NOBODY:
        context.state.vacancies[left] = context.step + _wait(context)
    return True


def _successor(context: StepContext, unit: int) -> int:
    """Return the highest in rank in the unit, the staff or below."""
    population, engine = context.population, context.engine
    units, rank = population.units, population.rank
    rows = _free(engine, population.members(unit))
    if not len(rows) and units.level[unit] >= Level.BRIGADE:
        rows = _free(engine, population.members(units.ancestors.item(unit, Level.BRANCH)))
    if not len(rows):
        below = engine.commander[units.parent == unit]
        below = below[below != NOBODY]
        rows = below[_FIT[engine.status[below]]]
    return int(rows[np.lexsort((rows, -rank[rows]))[0]]) if len(rows) else NOBODY


def _free(engine: Engine, rows: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return those of some rows who can be promoted, and command no unit."""
    fit = _FIT[engine.status[rows]] & (engine.leads[rows] == NOBODY)
    free: NDArray[np.int32] = rows[fit]
    return free
