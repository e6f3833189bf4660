"""Prosecution: in rounds, the state finds some of those who have deserted since the last."""

import numpy as np

from defectsim.engine.institutions.context import Purpose, StepContext
from defectsim.engine.institutions.state import NOTHING_DUE
from defectsim.model.transitions import Cause, Status


def next_due(context: StepContext) -> int:
    """Return the step before which the next round is."""
    rules = context.run.setup.scenario.prosecution
    if rules.deserters.value == 0.0:
        return NOTHING_DUE
    every = -(-int(rules.round_days) // int(context.clock.step_days))
    return (context.step // every + 1) * every


def step(context: StepContext) -> None:
    """Arrest deserters, each with the chance `deserters` x surveillance, where a round is due."""
    rules, state = context.run.setup.scenario.prosecution, context.state
    if rules.deserters.value == 0.0 or context.step < state.next_round:
        return
    records = context.engine.event_records(state.events_prosecuted)
    state.events_prosecuted += len(records)
    state.next_round = next_due(context)
    rows = np.unique(records["row"]).astype(np.int64)
    rows = rows[context.engine.status[rows] == Status.DESERTED]
    chance = rules.deserters.value * context.levers("surveillance", rows)
    found = context.draws(rows, Purpose.PROSECUTION) < chance
    caught = [row for row in rows[found].tolist() if not context.stays(row)]
    context.engine.move(context.step, caught, "prosecute", Cause.GOVERNMENT, context.step)
