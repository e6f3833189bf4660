"""Command: superiors order followers back, and vacancies are filled by promotion."""

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.institutions.context import Purpose, StepContext
from defectsim.engine.protocol import Engine
from defectsim.model.transitions import Cause, Rank, Status
from defectsim.population.units import NOBODY, Level

_FIT = (Status.LOYAL, Status.SHIRKING)
"""Statuses of those who give orders, and who can be promoted."""


def step(context: StepContext) -> None:
    """Order followers back, note vacancies, and fill those that are due."""
    vacancies, wait = context.state.vacancies, _wait(context)
    _order_back(context)
    rows, leads = context.events.row, context.engine.leads
    for row in rows[leads[rows] != NOBODY].tolist():
        if not context.serves(row):
            vacancies.setdefault(leads.item(row), context.step + wait)
    for unit in sorted(unit for unit, due in vacancies.items() if due <= context.step):
        del vacancies[unit]
        if not _fill(context, unit):
            vacancies[unit] = context.step + max(wait, 1)


def _wait(context: StepContext) -> int:
    """Return the steps after which a vacant command is filled."""
    return -(-int(context.run.scenario.command.vacancy_days) // int(context.clock.step_days))


def _order_back(context: StepContext) -> None:
    """Recall last step's followers who have a loyal superior."""
    events, status = context.events, context.engine.status
    followed = (events.cause == Cause.COMMANDER) & (events.end == Status.DEFECTED)
    rows = events.row[followed & (events.step == context.step - 1)].astype(np.int64)
    rows = rows[status[rows] == Status.DEFECTED]
    if len(rows):
        rows = rows[_has_loyal_superior(context, context.population.unit[rows])]
    if len(rows):
        back = rows[context.draws(rows, Purpose.RECALL) < context.chances("recall", rows)]
        context.engine.move(context.step, back.tolist(), "recall", Cause.RECALL, context.step)


def _has_loyal_superior(context: StepContext, units: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Flag units whose commander, or one above, is fit to give orders."""
    above = context.population.units.ancestors[units]
    commander = np.where(above != NOBODY, context.engine.commander[above], NOBODY)
    fit = np.isin(context.engine.status[commander], _FIT)
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
    engine.appoint(unit, row)
    if left != NOBODY:
        context.state.vacancies[left] = context.step + _wait(context)
    return True


def _successor(context: StepContext, unit: int) -> int:
    """Return the highest in rank in the unit, the staff or below."""
    population, engine = context.population, context.engine
    units, rank = population.units, population.rank
    rows = _free(engine, np.flatnonzero(population.unit == unit))
    if not len(rows) and units.level[unit] >= Level.BRIGADE:
        generals = np.flatnonzero(rank == Rank.GENERAL)
        staff = units.level[population.unit[generals]] == Level.BRANCH
        staff &= population.branch[generals] == units.branch[unit]
        rows = _free(engine, generals[staff])
    if not len(rows):
        below = engine.commander[units.parent == unit]
        below = below[below != NOBODY]
        rows = below[np.isin(engine.status[below], _FIT)].astype(np.int64)
    return int(rows[np.lexsort((rows, -rank[rows]))[0]]) if len(rows) else NOBODY


def _free(engine: Engine, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return those of some rows who can be promoted, and command no unit."""
    fit = np.isin(engine.status[rows], _FIT) & (engine.leads[rows] == NOBODY)
    free: NDArray[np.int64] = rows[fit]
    return free
