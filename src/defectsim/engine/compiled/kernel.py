"""Parts of a step of the compiled engine that do not depend on a scenario's rules.

Rules see the army as it was when the step began: people leave and are counted after everybody has
decided, and what they changed is seen in the next step. Cumulative hazards grow at the rates of the
last answer until the rule of their stratum is asked again; between, they are not touched.
"""

import numpy as np

from defectsim.engine import draws, hazard, news
from defectsim.engine.compiled.cache import compiled, inlined
from defectsim.engine.events import ENDS, PLACE
from defectsim.engine.hazard import LARGEST, NEVER
from defectsim.model.rule import Unit
from defectsim.model.transitions import DECIDED, SERVING, TRANSITIONS, Cause, Status

HAZARDS = len(DECIDED)
"""Transitions that rules decide; the first of all."""
STRATA = len(SERVING)
"""Strata of a cohort: a stratum is ``status * cohorts + cohort``."""
DEFECT = PLACE["defect"]
LEADS_FROM = np.array(
    [[status in one.origins for one in TRANSITIONS.values()] for status in Status]
)
"""Shape (statuses, transitions): whether the transition leads from the status."""
LOYAL, DESERTED, DEFECTED = int(Status.LOYAL), int(Status.DESERTED), int(Status.DEFECTED)
SHIRKING, PLOTTING = int(Status.SHIRKING), int(Status.PLOTTING)
DECISION, COMMANDER = int(Cause.DECISION), int(Cause.COMMANDER)
NO_TRANSITION = -1
NEVER_ASKED = -1
"""Value of `asked` for a stratum whose rule is to be asked in the next step."""
FAR = 1e6

FOLLOW_ERROR, BELIEF_ERROR = HAZARDS + 1, HAZARDS + 2
"""Error codes; those from 1 to `HAZARDS` tell which rate is none."""

reached, fixed, fraction = inlined(hazard.reached), inlined(hazard.fixed), inlined(hazard.fraction)
hazard_of, new_threshold = inlined(hazard.hazard_of), inlined(hazard.threshold)
uniform, public_news = inlined(draws.uniform), compiled(news.public_news)


@compiled
def arrange(remaining, status, first, member, threshold, min_threshold, present):
    """Put thresholds in the order of `member`; find the lowest, and the people, of each stratum."""
    cohorts = len(first) - 1
    for cohort in range(cohorts):
        for place in range(first[cohort], first[cohort + 1]):
            row = member[place]
            stratum, serves = status[row] * cohorts + cohort, status[row] < STRATA
            for one in range(HAZARDS):
                threshold[place, one] = remaining[row, one]
                if serves:
                    lowest = min_threshold[stratum, one]
                    min_threshold[stratum, one] = min(lowest, remaining[row, one])
            if serves:
                present[stratum] += 1


@inlined
def see_unit(unit, superior_unit, strength, unit_counts, commander, status):
    """Return what people of a unit see around them."""
    people = float(strength[unit])
    leader = commander[superior_unit] if superior_unit >= 0 else -1
    leader_status = status[leader] if leader >= 0 else LOYAL
    return Unit(
        unit_counts[DESERTED, unit] / people,
        unit_counts[DEFECTED, unit] / people,
        1.0 if leader_status == DESERTED else 0.0,
        1.0 if leader_status == DEFECTED else 0.0,
        unit_counts[SHIRKING, unit] / people,
    )


@compiled
def see_country(arguments, counts, step):
    """Update what each audience sees; return for which a field changed that rules read.

    Shape (audiences, 2): that soldiers' rules read, and that generals' read.
    """
    shared = public_news(counts, step, arguments.news_lag, arguments.memory)
    levers, seen = arguments.levers[step], arguments.country_values
    changed = np.zeros((len(seen), 2), np.bool_)
    for audience in range(len(seen)):
        for field in range(seen.shape[1]):
            lever = field - len(shared)
            value = levers[audience, lever] if lever >= 0 else shared[field]
            if value != seen[audience, field]:
                seen[audience, field] = value
                for kind in range(2):
                    changed[audience, kind] |= arguments.country_read[kind, field]
    return changed


@inlined
def share_of_ties(row, ties_first, defected_ties):
    """Return the share of a person's sideways ties who have defected."""
    ties = ties_first[row + 1] - ties_first[row]
    return defected_ties[row] / float(ties) if ties > 0 else 0.0


@compiled
def list_strata(army, state, audience, news, step):
    """List in `due` the strata that see anything new, or in which a threshold can be passed."""
    present, asked, next_due, due = state.present, state.asked, state.next_due_step, state.due
    changes, unit_of, general, found = state.unit_changes, army.cohort_unit, army.general, 0
    for status in range(STRATA):
        if state.serving[status] == 0:
            continue
        for cohort in range(len(unit_of)):
            stratum = status * len(unit_of) + cohort
            if present[stratum] == 0:
                continue
            kind = general[cohort]
            if news[audience[cohort], kind]:
                asked[stratum] = NEVER_ASKED
            if asked[stratum] != changes[kind, unit_of[cohort]] or next_due[stratum] <= step:
                due[found] = stratum
                found += 1
    return found


@inlined
def catch_up(cumulative_hazard, hazard_per_step, since, stratum, step):
    """Bring a stratum's cumulative hazards forward to the beginning of a step."""
    steps = step - since[stratum]
    if steps > 0:
        for one in range(HAZARDS):
            cumulative_hazard[stratum, one] = reached(
                cumulative_hazard[stratum, one], hazard_per_step[stratum, one], steps
            )
        since[stratum] = step


@inlined
def set_rates(hazard_per_step, stratum, status, rates, years):
    """Take annual `rates` for a stratum from now on; return the error code of an invalid one."""
    for one in range(HAZARDS):
        rate = rates[one]
        if not rate >= 0.0:
            return one + 1
        hazard_per_step[stratum, one] = fixed(rate * years) if LEADS_FROM[status, one] else 0
    return 0


@inlined
def schedule(cumulative_hazard, hazard_per_step, min_threshold, next_due_step, stratum, step):
    """Find when a hazard can pass a threshold first; return whether one does in this step."""
    soonest, due = FAR, False
    for one in range(HAZARDS):
        added = hazard_per_step[stratum, one]
        if added > 0:
            left = min_threshold[stratum, one] - cumulative_hazard[stratum, one]
            due = due or left <= added
            soonest = min(soonest, float(left) / float(added))
    next_due_step[stratum] = step + max(int(soonest * (1.0 - 1e-9)), 1)
    return due


@compiled
def keep_due(state, listed, step):
    """Keep those of the strata listed in `due` in which a threshold is passed in this step."""
    cumulative, per_step, since = state.cumulative_hazard, state.hazard_per_step, state.since
    lowest, next_due, due, found = state.min_threshold, state.next_due_step, state.due, 0
    for place in range(listed):
        stratum = due[place]
        catch_up(cumulative, per_step, since, stratum, step)
        if schedule(cumulative, per_step, lowest, next_due, stratum, step):
            due[found] = stratum
            found += 1
    state.control.due_count = found if state.control.error_code == 0 else 0


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
    row, change = army.member[army.first[cohort]], doubts(belief) - doubts(state.belief[cohort])
    for status in range(STRATA):
        present = state.present[status * len(army.general) + cohort]
        state.doubting_now[army.branch[row], army.rank[row]] += change * present
    state.belief[cohort] = belief


@compiled
def cross_thresholds(run, step):
    """Change the status of everybody in the strata that are due whose threshold is passed."""
    army, _, state = run
    cumulative, per_step = state.cumulative_hazard, state.hazard_per_step
    lowest, begun = state.min_threshold, state.control.event_count
    for place in range(state.control.due_count):
        stratum = state.due[place]
        _open(army, state, stratum, step, np.int64(DECISION))
        schedule(cumulative, per_step, lowest, state.next_due_step, stratum, step)
    _change(army, state, begun)
    for event in range(begun, state.control.event_count):
        _join_stratum(army, state, state.events[event].row, step + 1, step)


@compiled
def pull(army, state, status, cohort, probability, step):
    """Apply a commander's pull to one stratum."""
    stratum = status * len(army.general) + cohort
    if not 0.0 <= probability <= 1.0:
        refuse(state.control, cohort, FOLLOW_ERROR)
        probability = 0.0
    cumulative, per_step = state.cumulative_hazard, state.hazard_per_step
    catch_up(cumulative, per_step, state.since, stratum, step + 1)
    state.asked[stratum] = NEVER_ASKED
    per_step[stratum] = 0
    added = fixed(hazard_of(probability))
    per_step[stratum, DEFECT] = added
    if reached(cumulative[stratum, DEFECT], added, 1) >= state.min_threshold[stratum, DEFECT]:
        begun = state.control.event_count
        _open(army, state, stratum, step, np.int64(COMMANDER))
        _change(army, state, begun)
    cumulative[stratum, DEFECT] = reached(cumulative[stratum, DEFECT], added, 1)
    per_step[stratum, DEFECT] = 0


@compiled
def _open(army, state, stratum, step, cause):
    """Note who of a stratum leaves, and find the smallest thresholds of the others anew."""
    status, cohort = stratum // len(army.general), stratum % len(army.general)
    lowest, threshold = state.min_threshold, state.threshold
    cumulative, per_step = state.cumulative_hazard, state.hazard_per_step
    lowest[stratum] = NEVER
    for place in range(army.first[cohort], army.first[cohort + 1]):
        row = army.member[place]
        if state.status[row] != status:
            continue
        transition = _first_passed(threshold, cumulative, per_step, stratum, place)
        if transition != NO_TRANSITION:
            _note(state, row, transition, cause, step)
            continue
        for one in range(HAZARDS):
            lowest[stratum, one] = min(lowest[stratum, one], threshold[place, one])


@inlined
def _first_passed(threshold, cumulative_hazard, hazard_per_step, stratum, place):
    """Return the transition whose threshold a person passes first in this step, if any."""
    first, earliest = NO_TRANSITION, 2.0
    for one in range(HAZARDS):
        added, limit = hazard_per_step[stratum, one], threshold[place, one]
        if added > 0 and reached(cumulative_hazard[stratum, one], added, 1) >= limit:
            when = fraction(limit, cumulative_hazard[stratum, one], added)
            if when < earliest:
                first, earliest = one, when
    return first


@compiled
def _note(state, row, transition, cause, step):
    """Add the event of somebody whose status is about to change."""
    event = state.events[state.control.event_count]
    event.step, event.row, event.transition = step, row, transition
    event.cause, event.start = cause, state.status[row]
    state.control.event_count += 1


@compiled
def _change(army, state, begun):
    """Change statuses as noted since an event; those who serve have still to join a stratum."""
    for number in range(begun, state.control.event_count):
        event = state.events[number]
        state.status[event.row] = ENDS[event.transition]
        if event.start < STRATA:
            cohort = army.cohort[event.row]
            state.serving[event.start] -= 1
            state.present[event.start * len(army.general) + cohort] -= 1
            branch, rank = army.branch[event.row], army.rank[event.row]
            state.doubting_now[branch, rank] -= doubts(state.belief[cohort])


@compiled
def _wind_back(army, state, stratum, one):
    """Set a cumulative hazard to 0, and lower its thresholds by as much."""
    status, cohort = stratum // len(army.general), stratum % len(army.general)
    cumulative = state.cumulative_hazard[stratum, one]
    for place in range(army.first[cohort], army.first[cohort + 1]):
        stays = state.status[army.member[place]] == status
        if stays and state.threshold[place, one] != NEVER:
            state.threshold[place, one] -= cumulative
    if state.min_threshold[stratum, one] != NEVER:
        state.min_threshold[stratum, one] -= cumulative
    state.cumulative_hazard[stratum, one] = 0


@compiled
def _join_stratum(army, state, row, now, step):
    """Draw thresholds for somebody with a new status who serves, to hold from step `now` on."""
    status = state.status[row]
    if status < STRATA:
        cohort, place = army.cohort[row], army.place[row]
        stratum = status * len(army.general) + cohort
        cumulative, lowest = state.cumulative_hazard, state.min_threshold
        catch_up(cumulative, state.hazard_per_step, state.since, stratum, now)
        for one in range(HAZARDS):
            if state.present[stratum] == 0:
                cumulative[stratum, one], lowest[stratum, one] = 0, NEVER
            elif cumulative[stratum, one] >= LARGEST:
                _wind_back(army, state, stratum, one)
            state.threshold[place, one] = NEVER
            if LEADS_FROM[status, one]:
                drawn = uniform(state.key[0], state.key[1], army.person[row], step, one)
                state.threshold[place, one] = cumulative[stratum, one] + new_threshold(
                    drawn, state.frailty[row]
                )
            lowest[stratum, one] = min(lowest[stratum, one], state.threshold[place, one])
        state.since[stratum] = now
        state.asked[stratum] = NEVER_ASKED
        state.present[stratum] += 1
        state.serving[status] += 1
        state.doubting_now[army.branch[row], army.rank[row]] += doubts(state.belief[cohort])


@compiled
def move(army, state, rows, transition, cause, step, now):
    """Change the status of people who did not decide by rule, from step `now` on."""
    for row in rows:
        begun = state.control.event_count
        _note(state, row, transition, cause, step)
        _change(army, state, begun)
        _join_stratum(army, state, row, now, step)
        ask_led_again(army, state, state.leads[row])


@compiled
def depart(run, departures, step):
    """Change the status of people who announced their departure and have not left by rule."""
    army, _, state = run
    for place in range(len(departures)):
        one = departures[place]
        if LEADS_FROM[state.status[one.row], one.transition]:
            rows = np.array([one.row], np.int32)
            move(army, state, rows, one.transition, one.cause, step, step + 1)


@compiled
def ask_again(army, state, cohort):
    """Have the rule of a cohort asked again."""
    for status in range(STRATA):
        state.asked[status * len(army.general) + cohort] = NEVER_ASKED


@compiled
def ask_led_again(army, state, unit):
    """Have the rules of all whom a unit's commander leads asked again."""
    if unit >= 0:
        for place in range(army.led_first[unit], army.led_first[unit + 1]):
            ask_again(army, state, army.led[place])


@compiled
def count_event(army, state, event, end, counts, read):
    """Count one change of status at the next date, and in units, for rules that `read` it to see."""
    row, start = event.row, event.start
    counts[army.branch[row], army.rank[row], start] -= 1
    counts[army.branch[row], army.rank[row], end] += 1
    unit = army.unit[row]
    while unit >= 0:
        state.unit_counts[start, unit] -= 1
        state.unit_counts[end, unit] += 1
        for kind in range(2):
            state.unit_changes[kind, unit] += read[kind, start] or read[kind, end]
        unit = army.parent[unit]
    if (start == DEFECTED) != (end == DEFECTED):
        for tie in range(army.ties_first[row], army.ties_first[row + 1]):
            state.defected_ties[army.ties[tie]] += 1 if end == DEFECTED else -1
            ask_again(army, state, army.cohort[army.ties[tie]])


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
        count_event(army, state, event, end, counts[step + 1], read)
        plots = event.start == PLOTTING or end == PLOTTING
        if plots or state.leads[event.row] >= 0 or event.cause == COMMANDER:
            control.next_institution_step = min(control.next_institution_step, step + 1)
    control.settled_events = control.event_count
