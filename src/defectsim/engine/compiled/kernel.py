"""Parts of a step of the compiled engine that do not depend on a scenario's rules.

Rules see the army as it was when the step began: people leave and are counted after everybody has
decided, and what they changed is seen in the next step. Cumulative hazards grow at the rates of the
last answer until the rule of their stratum is asked again; between, they are not touched.
"""

import numpy as np

from defectsim.engine import draws, hazard
from defectsim.engine.compiled import plan
from defectsim.engine.compiled.cache import compiled, inlined
from defectsim.engine.compiled.perception import show_commander, show_unit
from defectsim.engine.events import ENDS, LEADS_FROM, PLACE
from defectsim.engine.hazard import COUNTED, CUMULATIVE
from defectsim.model.transitions import DECIDED, SERVING, Cause, Status
from defectsim.population.units import NOBODY
from defectsim.rules.compile import with_fixed

HAZARDS = len(DECIDED)
"""Transitions that rules decide; the first of all."""
ALL = tuple(range(HAZARDS))
STRATA = len(SERVING)
"""Strata of a cohort: a stratum is ``status * cohorts + cohort``."""
DEFECT = PLACE["defect"]
LOYAL, DESERTED, DEFECTED = int(Status.LOYAL), int(Status.DESERTED), int(Status.DEFECTED)
SHIRKING, PLOTTING = int(Status.SHIRKING), int(Status.PLOTTING)
DECISION, COMMANDER = int(Cause.DECISION), int(Cause.COMMANDER)
NO_TRANSITION = -1
CHANGING = -1
"""Status of people who have an event in this phase, until it has ended."""
LATEST = np.int32(2**31 - 1)
"""Step after all others."""

FOLLOW_ERROR, BELIEF_ERROR, STATE_ERROR = HAZARDS + 1, HAZARDS + 2, HAZARDS + 3
"""Error codes; those from 1 to `HAZARDS` tell which rate is none, those from the last which state."""

reached, fixed, fraction = inlined(hazard.reached), inlined(hazard.fixed), inlined(hazard.fraction)
hazard_of = inlined(with_fixed(hazard.hazard_of))
new_threshold = inlined(with_fixed(hazard.threshold))
uniform = inlined(draws.uniform)


@inlined
def soonest(next_look, first, last):
    """Return the earliest step in a part of an array of next looks, several read at once."""
    found = LATEST
    for place in range(np.uint64(first), np.uint64(last)):
        found = min(found, next_look[place])
    return found


@compiled
def refuse(control, cohort, code):
    """Note the first result of a rule that is no rate or no probability."""
    if control.error_code == 0:
        control.error_cohort, control.error_code = cohort, code


@inlined
def doubts(belief):
    """Return 1 for a belief that the regime will fall, else 0."""
    return 1 if belief < 0.5 else 0


@compiled
def believe(army, state, cohort, belief):
    """Replace the belief of a cohort."""
    if not 0.0 <= belief <= 1.0:
        refuse(state.control, cohort, BELIEF_ERROR)
    change = doubts(belief) - doubts(state.belief[cohort])
    if change != 0:
        branch, rank = army.cohort_branch[cohort], army.cohort_rank[cohort]
        for status in range(STRATA):
            present = plan.present(army, state, cohort, status)
            state.doubting_now[branch, rank] += change * present
    state.belief[cohort] = belief


@compiled
def cross_thresholds(run, step):
    """Change the status of everybody whose threshold is passed, when all have decided."""
    army, _, state = run
    begun = state.control.event_count
    plan.note_due(army, state, step)
    change(army, state, begun)
    for event in range(begun, state.control.event_count):
        _join(army, state, event, step + 1, step)


@inlined
def note(army, state, place, cohort, status, transition, cause, step, instigator):
    """Add the event of somebody whose status is about to change."""
    event, move = state.events[state.control.event_count], state.moves[state.control.event_count]
    event.step, event.row, event.transition = step, army.member[place], transition
    event.cause, event.start, event.instigator = cause, status, instigator
    move.place, move.cohort = place, cohort
    state.control.event_count += 1


@inlined
def change(army, state, begun):
    """Change statuses as noted since an event; those who serve have still to join a stratum."""
    for number in range(begun, state.control.event_count):
        event, move = state.events[number], state.moves[number]
        end, cohort = ENDS[event.transition], move.cohort
        state.status[event.row] = state.status_at[move.place] = end
        if state.leads[event.row] >= 0:
            show_commander(state, state.leads[event.row])
        if event.start < STRATA:
            state.serving[event.start] -= 1
            plan.leave(army, state, number)
            branch, rank = army.cohort_branch[cohort], army.cohort_rank[cohort]
            state.doubting_now[branch, rank] -= doubts(state.belief[cohort])


@inlined
def expose(army, state, cohort, one, hazard):
    """Add a cumulative hazard of somebody in a cohort to those of their branch and rank."""
    branch, rank = army.cohort_branch[cohort], army.cohort_rank[cohort]
    state.hazards[CUMULATIVE, branch, rank, one] += hazard


@inlined
def observe(army, state, cohort, one):
    """Count a transition that came of a hazard."""
    state.hazards[COUNTED, army.cohort_branch[cohort], army.cohort_rank[cohort], one] += 1.0


@inlined
def _join(army, state, event, now, step):
    """Have somebody with a new status who serves take part from step `now` on."""
    cohort = state.moves[event].cohort
    status = state.status_at[state.moves[event].place]
    if status < STRATA:
        plan.join(army, state, event, now, step)
        state.serving[status] += 1
        branch, rank = army.cohort_branch[cohort], army.cohort_rank[cohort]
        state.doubting_now[branch, rank] += doubts(state.belief[cohort])


@compiled
def move(army, state, rows, transition, cause, step, now, instigator):
    """Change the status of people who did not decide by rule, from step `now` on."""
    for row in rows:
        _move(army, state, row, transition, cause, step, now, instigator)


@inlined
def _move(army, state, row, transition, cause, step, now, instigator):
    begun, place = state.control.event_count, army.place[row]
    status = state.status_at[place]
    note(army, state, place, army.cohort[row], status, transition, cause, step, instigator)
    change(army, state, begun)
    _join(army, state, begun, now, step)
    ask_led_again(army, state, state.leads[row])


@compiled
def depart(run, departures, step):
    """Change the status of people who announced their departure and have not left by rule."""
    army, _, state = run
    for place in range(len(departures)):
        one = departures[place]
        if LEADS_FROM[state.status[one.row], one.transition]:
            _move(army, state, one.row, one.transition, one.cause, step, step + 1, NOBODY)


@inlined
def ask_led_again(army, state, unit):
    """Have the rules of all whom a unit's commander leads asked again."""
    if unit >= 0:
        for place in range(army.led_first[unit], army.led_first[unit + 1]):
            plan.ask_again(army, state, army.led[place])


@compiled
def change_commander(army, state, unit):
    """Have people see the new commander of a unit."""
    show_commander(state, unit)
    ask_led_again(army, state, unit)


@inlined
def count_event(army, state, event, cohort, end, counts, read):
    """Count one change of status at the next date, and in units, for rules that `read` it to see."""
    row, start = event.row, event.start
    branch, rank, unit = (
        army.cohort_branch[cohort],
        army.cohort_rank[cohort],
        army.cohort_unit[cohort],
    )
    counts[branch, rank, start] -= 1
    counts[branch, rank, end] += 1
    while unit >= 0:
        state.unit_counts[start, unit] -= 1
        state.unit_counts[end, unit] += 1
        for kind in range(2):
            state.unit_changed[unit, kind] |= read[kind, start] or read[kind, end]
        unit = army.parent[unit]
    left, joined = state.tie_of_status[start], state.tie_of_status[end]
    if left >= 0 or joined >= 0:
        for place in range(state.watchers_first[row], state.watchers_first[row + 1]):
            watcher = state.watchers[place]
            if left >= 0:
                state.tied[left, watcher] -= 1
            if joined >= 0:
                state.tied[joined, watcher] += 1
            plan.ask_again(army, state, army.cohort[watcher])


@compiled
def show_units(army, state):
    """Update what people see of all units."""
    for unit in range(len(army.parent)):
        show_unit(army, state, unit)


@inlined
def _ask_branches_again(army, state, read):
    """Have all of each branch asked again that has changed, whose rules read anything of it."""
    if read[0] or read[1]:
        for cohort in range(len(army.general)):
            kind = army.general[cohort]
            if read[kind] and state.unit_changed[army.top[army.cohort_unit[cohort]], kind]:
                plan.ask_again(army, state, cohort)


@compiled
def show_changed_units(army, state, branch_read):
    """Update what people see of units that have changed, and have their rules asked again."""
    changed = state.unit_changed
    _ask_branches_again(army, state, branch_read)
    for unit in range(len(changed)):
        if changed[unit, 0] or changed[unit, 1]:
            show_unit(army, state, unit)
            for place in range(army.unit_first[unit], army.unit_first[unit + 1]):
                cohort = army.unit_cohorts[place]
                if changed[unit, army.general[cohort]]:
                    plan.ask_again(army, state, cohort)
            changed[unit, 0] = changed[unit, 1] = False


@compiled
def settle(run, step):
    """Count those who changed status."""
    army, arguments, state = run
    control, counts, read = state.control, state.counts, arguments.statuses_read
    for branch in range(counts.shape[1]):
        for rank in range(counts.shape[2]):
            for status in range(counts.shape[3]):
                counts[step + 1, branch, rank, status] = counts[step, branch, rank, status]
            state.doubting[step + 1, branch, rank] = state.doubting_now[branch, rank]
    for number in range(control.settled_events, control.event_count):
        event = state.events[number]
        end = ENDS[event.transition]
        ask_led_again(army, state, state.leads[event.row])
        count_event(army, state, event, state.moves[number].cohort, end, counts[step + 1], read)
        plots = event.start == PLOTTING or end == PLOTTING
        if plots or state.leads[event.row] >= 0 or event.cause == COMMANDER:
            control.next_institution_step = min(control.next_institution_step, step + 1)
    if control.settled_events < control.event_count:
        show_changed_units(army, state, arguments.branch_read)
    control.settled_events = control.event_count
