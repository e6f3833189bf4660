"""Institutions: orders, promotions, conspiracies, attempts and prosecution, between decisions.

They are plain Python for both engines, and step when there is something to do: somebody plots, a
command is vacant, people have followed a commander, an attempt is under way, its memory fades, or
deserters are prosecuted.
"""

from defectsim.engine.institutions import attempts, command, conspiracies, prosecution
from defectsim.engine.institutions.context import StepContext
from defectsim.engine.institutions.state import Recollection
from defectsim.engine.script import SteppedRun


def step(run: SteppedRun, step: int) -> None:
    """Do what is due before a step."""
    context, state = StepContext(run, step), run.institutions
    state.events_seen += len(context.events)
    attempts.step(context)
    if not state.succeeded:
        attempts.rise(context)
        command.step(context)
        conspiracies.step(context)
        prosecution.step(context)
    state.rising.clear()
    run.apply_writes(step)
    run.perceive(step)
    if run.engine.recollections[-1].memory != run.engine.attempt_memory:
        run.engine.recollections.append(Recollection(step, run.engine.attempt_memory))
    due = [*state.vacancies.values(), *state.contacts.values()]
    due += [attempts.next_due(context), prosecution.next_due(context)]
    run.engine.return_before(min(due))
