"""Conspiracies: how they grow from tie to tie, are found out, and strike.

Each is known by the row of who began it.
"""

from math import ceil

import numpy as np

from defectsim.core.functions import log
from defectsim.engine.events import PLACE
from defectsim.engine.institutions import attempts
from defectsim.engine.institutions.context import Purpose, StepContext
from defectsim.engine.institutions.state import NOTHING_DUE
from defectsim.model.transitions import Cause, Rank, Status


def step(context: StepContext) -> None:
    """Admit plotters, sound out ties, and strike where a conspiracy is ready."""
    _drop_who_left(context, list(context.state.conspiracies))
    plots = context.events["transition"] == PLACE["plot"]
    for row in np.sort(np.append(context.events["row"][plots], context.begun)).tolist():
        free = row not in context.state.conspiracies and not context.stays(row)
        if free and context.is_in(row, Status.PLOTTING):
            _admit(context, row, row)
    for row in sorted(row for row, step in context.state.contacts.items() if step <= context.step):
        if context.is_in(row, Status.PLOTTING):
            context.state.contacts[row] = _next_contact(context, row)
            _sound_out(context, row)
    for conspiracy in sorted(context.grown & set(context.state.conspiracies.values())):
        _strike(context, conspiracy, context.rules.quorum.value)


def _members(context: StepContext, conspiracy: int) -> list[int]:
    return sorted(row for row, its in context.state.conspiracies.items() if its == conspiracy)


def _admit(context: StepContext, row: int, conspiracy: int) -> None:
    context.state.conspiracies[row] = conspiracy
    context.grown.add(conspiracy)
    if row not in context.state.contacts:
        context.state.contacts[row] = _next_contact(context, row)


def _drop(context: StepContext, rows: list[int]) -> None:
    for row in rows:
        context.state.conspiracies.pop(row, None)
        context.state.contacts.pop(row, None)


def _drop_who_left(context: StepContext, members: list[int]) -> None:
    _drop(context, [row for row in members if not context.is_in(row, Status.PLOTTING)])


def _next_contact(context: StepContext, row: int) -> int:
    """Return the step of the next contact; waits are exponential."""
    rate = context.rules.contacts.value * context.clock.years_per_step
    if rate == 0.0:
        return NOTHING_DUE
    wait = -log(1.0 - context.draw(row, Purpose.WAIT)) / rate
    return context.step + max(ceil(min(wait, NOTHING_DUE)), 1)


def _sound_out(context: StepContext, row: int) -> None:
    """Sound out one tie of a plotter, who may inform or join."""
    ties, rank = context.engine.inputs.ties, context.population.rank
    near = sorted({*ties.indices[ties.indptr[row] : ties.indptr[row + 1]].tolist()} - {row})
    if not near:
        return
    other = near[int(context.draw(row, Purpose.CONTACT) * len(near))]
    if other in context.state.conspiracies:
        one, two = sorted((context.state.conspiracies[row], context.state.conspiracies[other]))
        if one != two:
            context.state.conspiracies |= dict.fromkeys(_members(context, two), one)
            context.grown.add(one)
    elif context.is_in(other, Status.LOYAL, Status.SHIRKING) and rank[other] >= Rank.OFFICER:
        informs = context.rules.informers.value * context.run.country(other).surveillance
        if context.draw(other, Purpose.INFORM) < informs:
            _uncover(context, row, other)
        elif not context.stays(other) and context.draw(other, Purpose.JOIN) < context.chance(
            "join", other
        ):
            context.engine.move(context.step, [other], "plot", Cause.TIE, context.step, row)
            _admit(context, other, context.state.conspiracies[row])


def _uncover(context: StepContext, row: int, informer: int) -> None:
    """Have a betrayed conspiracy strike, if strong enough, or roll it up."""
    conspiracy = context.state.conspiracies[row]
    quorum = context.rules.quorum.value * context.rules.strike_first.value
    if _strike(context, conspiracy, quorum):
        return
    caught, spared = [row], list[int]()
    members = _members(context, conspiracy)
    attempts.withstand_plot(context, members)
    others = [member for member in members if member != row]
    for one in others:
        unravels = context.draw(one, Purpose.UNRAVEL) < context.rules.unravelling.value
        (caught if unravels else spared).append(one)
    move, step = context.engine.move, context.step
    move(step, sorted(caught), "arrest", Cause.DISCOVERY, step, informer)
    move(step, spared, "resume", Cause.DISCOVERY, step, informer)
    _drop(context, [row, *others])


def _strike(context: StepContext, conspiracy: int, quorum: float) -> bool:
    members = _members(context, conspiracy)
    began = attempts.strike(context, members, quorum, conspiracy)
    _drop_who_left(context, members)
    return began
