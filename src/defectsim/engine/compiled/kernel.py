"""Parts of a step of the compiled engine that do not depend on a scenario's rules.

Rules see the army as it was when the step began: people leave and are counted after everybody has
decided, and what they changed is seen in the next step. Cumulative hazards grow at the rates of the
last answer until the rule of their stratum is asked again; between, they are not touched.
"""

import numpy as np

from defectsim.engine import draws, hazard
from defectsim.engine.compiled.cache import compiled, inlined
from defectsim.engine.compiled.perception import show_commander, show_unit
from defectsim.engine.events import ENDS, LEADS_FROM, PLACE
from defectsim.engine.hazard import LARGEST, NEVER
from defectsim.model.transitions import DECIDED, SERVING, Cause, Status
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
FAR = 1e6

FOLLOW_ERROR, BELIEF_ERROR = HAZARDS + 1, HAZARDS + 2
"""Error codes; those from 1 to `HAZARDS` tell which rate is none."""

reached, fixed, fraction = inlined(hazard.reached), inlined(hazard.fixed), inlined(hazard.fraction)
hazard_of = inlined(with_fixed(hazard.hazard_of))
new_threshold = inlined(with_fixed(hazard.threshold))
uniform = inlined(draws.uniform)


@compiled
def draw(uniform, frailty, limits, army, threshold, strata, one):
    """Draw everybody's threshold of a transition from loyalty, in the order of `member`."""
    first, member = army.first, army.member
    for row in range(len(uniform)):
        limits[row] = new_threshold(uniform[row], frailty[row])
    for cohort in range(len(first) - 1):
        lowest, shift = NEVER, slot(first, cohort, 0, one)
        for place in range(first[cohort], first[cohort + 1]):
            limit = limits[member[place]]
            threshold[shift + place] = limit
            lowest = min(lowest, limit)
        strata[cohort].hazards[one].lowest = lowest


@compiled
def arrange(remaining, army, threshold, status_at, strata):
    """Put thresholds in the order of `member`, and find the lowest of each stratum."""
    first, member = army.first, army.member
    for cohort in range(len(first) - 1):
        for place in range(first[cohort], first[cohort + 1]):
            if status_at[place] < STRATA:
                stratum = strata[status_at[place] * (len(first) - 1) + cohort]
                for one in range(HAZARDS):
                    limit = remaining[member[place], one]
                    threshold[slot(first, cohort, place, one)] = limit
                    stratum.hazards[one].lowest = min(stratum.hazards[one].lowest, limit)


@inlined
def slot(first, cohort, place, one):
    """Return where a threshold is: those of a cohort are together, transition by transition."""
    size = first[cohort + 1] - first[cohort]
    return first[cohort] * HAZARDS + one * size + (place - first[cohort])


@compiled
def place_people(status, army, status_at, strata, present, step):
    """Put everybody into their strata, in which hazards begin at a step."""
    first, cohorts = army.first, len(army.first) - 1
    for cohort in range(cohorts):
        for place in range(first[cohort], first[cohort + 1]):
            held = status[army.member[place]]
            status_at[place] = held
            if held < STRATA:
                number = held * cohorts + cohort
                if present[number] == 0:
                    _empty(strata[number], step)
                present[number] += 1


@inlined
def _empty(stratum, step):
    """Begin a stratum of nobody."""
    for one in range(HAZARDS):
        stratum.hazards[one].cumulative = stratum.hazards[one].per_step = 0
        stratum.hazards[one].lowest = NEVER
    stratum.since = step


@compiled
def list_strata(army, state, arguments, step):
    """List in `asked` the strata that see anything new, and in `due` others that are due.

    Those that are asked stand by audience, and in an audience by kind; `groups` has where each
    begins.
    """
    groups, group_of = arguments.groups, arguments.group
    listed = _list_by_status(state, arguments, step)
    for group in range(len(groups) - 1):
        groups[group + 1] += groups[group]
    for back in range(listed):
        number = state.listed[listed - 1 - back]
        end = group_of[number % len(army.general)] + 1
        groups[end] -= 1
        state.asked[groups[end]] = number


@inlined
def _list_by_status(state, arguments, step):
    """List the strata that see anything new, and count them in `groups` where each ends."""
    present, next_look, ask, listed = state.present, state.next_look, state.ask, state.listed
    groups, group_of, news, found = arguments.groups, arguments.group, arguments.news, 0
    cohorts, any_news = len(group_of), news.any()
    groups[:] = state.control.due_count = 0
    for status in range(STRATA):
        if state.serving[status] == 0:
            continue
        for cohort in range(cohorts):
            number = status * cohorts + cohort
            told = any_news and news[group_of[cohort] >> 1, group_of[cohort] & 1]
            if present[number] == 0 or not (told or next_look[number] <= step):
                continue
            if told or ask[number]:
                ask[number] = False
                listed[found] = number
                groups[group_of[cohort] + 1] += 1
                found += 1
            else:
                _look_at(state, number, step)
    return found


@inlined
def _look_at(state, number, step):
    """List a stratum if it is due."""
    stratum = state.strata[number]
    catch_up(stratum, step, ALL)
    if schedule(stratum, state.next_look, number, step, ALL):
        state.due[state.control.due_count] = number
        state.control.due_count += 1


@inlined
def _ask_again(state, number):
    """Have the rule of a stratum asked in the next step."""
    if state.present[number] > 0:
        state.ask[number], state.next_look[number] = True, 0


@inlined
def catch_up(stratum, step, transitions):
    """Bring a stratum's cumulative hazards forward to the beginning of a step."""
    steps = step - stratum.since
    if steps > 0:
        for one in transitions:
            stratum.hazards[one].cumulative = reached(
                stratum.hazards[one].cumulative, stratum.hazards[one].per_step, steps
            )
        stratum.since = step


@inlined
def schedule(stratum, next_look, number, step, transitions):
    """Find when a hazard can pass a threshold first; return whether one does in this step."""
    soonest, due = FAR, False
    for one in transitions:
        added = stratum.hazards[one].per_step
        if added > 0:
            left = stratum.hazards[one].lowest - stratum.hazards[one].cumulative
            due = due or left <= added
            soonest = min(soonest, float(left) / float(added))
    next_look[number] = step + max(int(soonest * (1.0 - 1e-9)), 1)
    return due


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
            present = state.present[status * len(army.general) + cohort]
            state.doubting_now[branch, rank] += change * present
    state.belief[cohort] = belief


@compiled
def cross_thresholds(run, step):
    """Change the status of everybody in the strata that are due whose threshold is passed."""
    army, _, state = run
    begun = state.control.event_count
    for place in range(state.control.due_count):
        number = state.due[place]
        _open(army, state, number, step, np.int64(DECISION))
        schedule(state.strata[number], state.next_look, number, step, ALL)
    _change(army, state, begun)
    for event in range(begun, state.control.event_count):
        _join_stratum(army, state, event, step + 1, step)


@compiled
def pull(army, state, status, cohort, probability, step):
    """Apply a commander's pull to one stratum."""
    number = status * len(army.general) + cohort
    if not 0.0 <= probability <= 1.0:
        refuse(state.control, cohort, FOLLOW_ERROR)
        probability = 0.0
    stratum = state.strata[number]
    catch_up(stratum, step + 1, ALL)
    _ask_again(state, number)
    for one in range(HAZARDS):
        stratum.hazards[one].per_step = 0
    added = fixed(hazard_of(probability))
    stratum.hazards[DEFECT].per_step = added
    if reached(stratum.hazards[DEFECT].cumulative, added, 1) >= stratum.hazards[DEFECT].lowest:
        begun = state.control.event_count
        _open(army, state, number, step, np.int64(COMMANDER))
        _change(army, state, begun)
    stratum.hazards[DEFECT].cumulative = reached(stratum.hazards[DEFECT].cumulative, added, 1)
    stratum.hazards[DEFECT].per_step = 0


@inlined
def _open(army, state, number, step, cause):
    """Note who of a stratum leaves, and find the lowest thresholds of the others anew."""
    cohort, begun = number % len(army.general), state.control.event_count
    status = np.int8(number // len(army.general))
    first, threshold, status_at = army.first, state.threshold, state.status_at
    stratum, begin, end = state.strata[number], first[cohort], first[cohort + 1]
    for one in range(HAZARDS):
        added = stratum.hazards[one].per_step
        limit = reached(stratum.hazards[one].cumulative, added, 1)
        if added == 0 or limit < stratum.hazards[one].lowest:
            continue
        shift = slot(first, cohort, 0, one)
        for place in range(begin, end):
            passed = threshold[shift + place] <= limit and status_at[place] == status
            if passed and _first_passed(threshold, first, stratum, cohort, place) == one:
                _note(army, state, place, cohort, status, one, cause, step)
        stratum.hazards[one].lowest = 0
    for event in range(begun, state.control.event_count):
        place = state.moves[event].place
        status_at[place] = CHANGING
        for one in range(HAZARDS):
            if threshold[slot(first, cohort, place, one)] == stratum.hazards[one].lowest:
                stratum.hazards[one].lowest = 0
    for one in range(HAZARDS):
        if stratum.hazards[one].lowest == 0:
            lowest, shift = NEVER, slot(first, cohort, 0, one)
            for place in range(begin, end):
                own = threshold[shift + place] if status_at[place] == status else NEVER
                lowest = min(lowest, own)
            stratum.hazards[one].lowest = lowest


@inlined
def _first_passed(threshold, first_place, stratum, cohort, place):
    """Return the transition whose threshold a person passes first in this step, if any."""
    first, earliest = NO_TRANSITION, 2.0
    for one in range(HAZARDS):
        added, limit = (
            stratum.hazards[one].per_step,
            threshold[slot(first_place, cohort, place, one)],
        )
        if added > 0 and reached(stratum.hazards[one].cumulative, added, 1) >= limit:
            when = fraction(limit, stratum.hazards[one].cumulative, added)
            if when < earliest:
                first, earliest = one, when
    return first


@inlined
def _note(army, state, place, cohort, status, transition, cause, step):
    """Add the event of somebody whose status is about to change."""
    event, move = state.events[state.control.event_count], state.moves[state.control.event_count]
    event.step, event.row, event.transition = step, army.member[place], transition
    event.cause, event.start = cause, status
    move.place, move.cohort = place, cohort
    state.control.event_count += 1


@inlined
def _change(army, state, begun):
    """Change statuses as noted since an event; those who serve have still to join a stratum."""
    for number in range(begun, state.control.event_count):
        event, move = state.events[number], state.moves[number]
        end, cohort = ENDS[event.transition], move.cohort
        state.status[event.row] = state.status_at[move.place] = end
        if state.leads[event.row] >= 0:
            show_commander(state, state.leads[event.row])
        if event.start < STRATA:
            state.serving[event.start] -= 1
            state.present[event.start * len(army.general) + cohort] -= 1
            branch, rank = army.cohort_branch[cohort], army.cohort_rank[cohort]
            state.doubting_now[branch, rank] -= doubts(state.belief[cohort])


@compiled
def _wind_back(army, state, stratum, status, cohort, one):
    """Set a cumulative hazard to 0, and lower its thresholds by as much."""
    cumulative = stratum.hazards[one].cumulative
    for place in range(army.first[cohort], army.first[cohort + 1]):
        at = slot(army.first, cohort, place, one)
        if state.status_at[place] == status and state.threshold[at] != NEVER:
            state.threshold[at] -= cumulative
    if stratum.hazards[one].lowest != NEVER:
        stratum.hazards[one].lowest -= cumulative
    stratum.hazards[one].cumulative = 0


@inlined
def _join_stratum(army, state, event, now, step):
    """Draw thresholds for somebody with a new status who serves, to hold from step `now` on."""
    row, place, cohort = (
        state.events[event].row,
        state.moves[event].place,
        state.moves[event].cohort,
    )
    status = state.status_at[place]
    if status < STRATA:
        number = status * len(army.general) + cohort
        stratum = state.strata[number]
        if state.present[number] == 0:
            _empty(stratum, now)
        else:
            catch_up(stratum, now, ALL)
        for one in range(HAZARDS):
            if stratum.hazards[one].cumulative >= LARGEST:
                _wind_back(army, state, stratum, status, cohort, one)
            limit = NEVER
            if LEADS_FROM[status, one]:
                drawn = uniform(state.key[0], state.key[1], army.person[row], step, one)
                limit = stratum.hazards[one].cumulative + new_threshold(drawn, state.frailty[row])
            state.threshold[slot(army.first, cohort, place, one)] = limit
            stratum.hazards[one].lowest = min(stratum.hazards[one].lowest, limit)
        stratum.since = now
        state.present[number] += 1
        _ask_again(state, number)
        state.serving[status] += 1
        branch, rank = army.cohort_branch[cohort], army.cohort_rank[cohort]
        state.doubting_now[branch, rank] += doubts(state.belief[cohort])


@compiled
def move(army, state, rows, transition, cause, step, now):
    """Change the status of people who did not decide by rule, from step `now` on."""
    for row in rows:
        _move(army, state, row, transition, cause, step, now)


@inlined
def _move(army, state, row, transition, cause, step, now):
    begun, place = state.control.event_count, army.place[row]
    status = state.status_at[place]
    _note(army, state, place, army.cohort[row], status, transition, cause, step)
    _change(army, state, begun)
    _join_stratum(army, state, begun, now, step)
    ask_led_again(army, state, state.leads[row])


@compiled
def depart(run, departures, step):
    """Change the status of people who announced their departure and have not left by rule."""
    army, _, state = run
    for place in range(len(departures)):
        one = departures[place]
        if LEADS_FROM[state.status[one.row], one.transition]:
            _move(army, state, one.row, one.transition, one.cause, step, step + 1)


@inlined
def ask_again(army, state, cohort):
    """Have the rule of a cohort asked again."""
    for status in range(STRATA):
        _ask_again(state, status * len(army.general) + cohort)


@inlined
def ask_led_again(army, state, unit):
    """Have the rules of all whom a unit's commander leads asked again."""
    if unit >= 0:
        for place in range(army.led_first[unit], army.led_first[unit + 1]):
            ask_again(army, state, army.led[place])


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
    if (start == DEFECTED) != (end == DEFECTED):
        for tie in range(army.ties_first[row], army.ties_first[row + 1]):
            state.defected_ties[army.ties[tie]] += 1 if end == DEFECTED else -1
            ask_again(army, state, army.cohort[army.ties[tie]])


@compiled
def show_changed_units(army, state):
    """Update what people see of units that have changed, and have their rules asked again."""
    changed = state.unit_changed
    for unit in range(len(changed)):
        if changed[unit, 0] or changed[unit, 1]:
            show_unit(army, state, unit)
            for place in range(army.unit_first[unit], army.unit_first[unit + 1]):
                cohort = army.unit_cohorts[place]
                if changed[unit, army.general[cohort]]:
                    ask_again(army, state, cohort)
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
        show_changed_units(army, state)
    control.settled_events = control.event_count
