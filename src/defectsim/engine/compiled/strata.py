"""The plan for people who are alike: those of a cohort who have one status share their hazards.

Cumulative hazards grow at the rates of the last answer until the rule of their stratum is asked
again; between, they are not touched.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.compiled import plan
from defectsim.engine.compiled.cache import compiled, inlined
from defectsim.engine.compiled.cohorts import Army
from defectsim.engine.compiled.kernel import (
    ALL,
    CHANGING,
    COMMANDER,
    DECISION,
    DEFECT,
    HAZARDS,
    LATEST,
    NO_TRANSITION,
    STRATA,
    change,
    expose,
    fixed,
    fraction,
    new_threshold,
    note,
    observe,
    reached,
    uniform,
)
from defectsim.engine.compiled.plan import version
from defectsim.engine.events import LEADS_FROM
from defectsim.engine.hazard import LARGEST, NEVER, UNIT
from defectsim.engine.inputs import RunInputs
from defectsim.engine.snapshots.snapshot import EngineState
from defectsim.model.transitions import DECIDED, SERVING, Status
from defectsim.population.units import NOBODY
from defectsim.rules.intrinsics import prefetch

FAR = 1e6
LINE = 8
"""Thresholds that a processor fetches together."""
_HAZARD = np.dtype(
    [("cumulative", np.int64), ("per_step", np.int64), ("lowest", np.int64)], align=True
)
STRATUM = np.dtype([("since", np.int64), ("hazards", _HAZARD, (HAZARDS,))], align=True)
"""A stratum: its cumulative hazards as they were when step `since` began, what each step adds to
them, and the lowest threshold of those present, or a lower number.
"""


class Strata(NamedTuple):
    """The state of strata; see `Army`."""

    threshold: NDArray[np.int64]
    """Shape (people x transitions,): hazard at which each person leaves, cohort by cohort, and in a
    cohort transition by transition, in the order of `member`."""
    strata: NDArray[np.void]
    """Shape (strata,): records of `STRATUM`."""
    present: NDArray[np.int32]
    """Shape (strata,): people."""
    next_look: NDArray[np.int32]
    """Shape (strata,): the first step in which a rule is asked or a threshold can be passed."""
    ask: NDArray[np.bool_]
    """Shape (strata,): whether the rule is to be asked at that step."""
    listed: NDArray[np.int32]
    """Shape (strata,): strata that are looked at in this step."""
    asked: NDArray[np.int32]
    """Shape (strata,): those of them whose rules are asked."""
    due: NDArray[np.int32]
    """Shape (strata,): strata in which a cumulative hazard has passed a threshold in this step."""


@compiled
def draw(uniform, frailty, limits, army, plan, one):
    """Draw everybody's threshold of a transition from loyalty, in the order of `member`."""
    first, member = army.first, army.member
    for row in range(len(uniform)):
        limits[row] = new_threshold(uniform[row], frailty[row])
    for cohort in range(len(first) - 1):
        lowest, shift = NEVER, slot(first, cohort, 0, one)
        for place in range(first[cohort], first[cohort + 1]):
            limit = limits[member[place]]
            plan.threshold[shift + place] = limit
            lowest = min(lowest, limit)
        plan.strata[cohort].hazards[one].lowest = lowest


@compiled
def arrange(remaining, status, army, plan):
    """Put thresholds in the order of `member`, and find the lowest of each stratum."""
    first, member = army.first, army.member
    for cohort in range(len(first) - 1):
        for place in range(first[cohort], first[cohort + 1]):
            held = status[member[place]]
            if held < STRATA:
                stratum = plan.strata[held * (len(first) - 1) + cohort]
                for one in range(HAZARDS):
                    limit = remaining[member[place], one]
                    plan.threshold[slot(first, cohort, place, one)] = limit
                    stratum.hazards[one].lowest = min(stratum.hazards[one].lowest, limit)


@inlined
def located(army, number):
    """Return the cohort and the status of a stratum; without a division, which takes far longer."""
    cohorts, status = len(army.general), 0
    for higher in range(1, STRATA):
        status += number >= higher * cohorts
    return number - status * cohorts, status


@inlined
def slot(first, cohort, place, one):
    """Return where a threshold is: those of a cohort are together, transition by transition."""
    size = first[cohort + 1] - first[cohort]
    return first[cohort] * HAZARDS + one * size + (place - first[cohort])


@compiled
def place_people(status, army, plan, step):
    """Put everybody into their strata, in which hazards begin at a step."""
    first, cohorts = army.first, len(army.first) - 1
    for cohort in range(cohorts):
        for place in range(first[cohort], first[cohort + 1]):
            held = status[army.member[place]]
            if held < STRATA:
                number = held * cohorts + cohort
                if plan.present[number] == 0:
                    _empty(plan.strata[number], step)
                    plan.next_look[number] = step
                plan.present[number] += 1


@inlined
def _empty(stratum, step):
    """Begin a stratum of nobody."""
    for one in range(HAZARDS):
        stratum.hazards[one].cumulative = stratum.hazards[one].per_step = 0
        stratum.hazards[one].lowest = NEVER
    stratum.since = step


@version(plan.present, Strata)
def _present(army, state, cohort, status):
    return state.plan.present[status * len(army.general) + cohort]


@version(plan.leave, Strata)
def _leave(army, state, number):
    strata, event, cohort = state.plan, state.events[number], state.moves[number].cohort
    stratum_number = event.start * len(army.general) + cohort
    if state.control.add_hazards:
        _add_exposure(army, state, number, strata.strata[stratum_number])
    strata.present[stratum_number] -= 1
    if strata.present[stratum_number] == 0:
        strata.next_look[stratum_number] = LATEST


@inlined
def _take_past(army, state, cohort, row, stratum):
    """Take off a stratum's cumulative hazards from before somebody joins it."""
    frailty = state.frailty[row] / UNIT
    for one in range(HAZARDS):
        hazard = frailty * float(stratum.hazards[one].cumulative)
        expose(army, state, cohort, one, -hazard)


@inlined
def _add_exposure(army, state, number, stratum):
    """Add a stratum's cumulative hazards up to the moment at which somebody leaves it.

    That is within a step if a threshold is passed, else where the last step asked has ended.
    """
    event, place = state.events[number], state.moves[number].place
    cohort, one = state.moves[number].cohort, event.transition
    steps = float(state.control.decided - stratum.since)
    if one < HAZARDS and (steps > 0.0 or event.cause == COMMANDER):
        before, added = stratum.hazards[one].cumulative, stratum.hazards[one].per_step
        limit = state.plan.threshold[slot(army.first, cohort, place, one)]
        if added > 0 and reached(before, added, 1) >= limit:
            steps = fraction(limit, before, added)
            observe(army, state, cohort, one)
    frailty = state.frailty[event.row] / UNIT
    for other in range(HAZARDS):
        hazard = stratum.hazards[other]
        reached_then = float(hazard.cumulative) + steps * float(hazard.per_step)
        expose(army, state, cohort, other, frailty * reached_then)


@version(plan.ask_again, Strata)
def _ask_cohort_again(army, state, cohort):
    for status in range(STRATA):
        _ask_again(state.plan, status * len(army.general) + cohort)


@inlined
def _ask_again(strata, number):
    """Have the rule of a stratum asked in the next step."""
    if strata.present[number] > 0:
        strata.ask[number], strata.next_look[number] = True, 0


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


@inlined
def _fetch_passed(army, strata, number):
    """Fetch the thresholds of which one is passed, while those of others are looked through."""
    (cohort, _), stratum = located(army, number), strata.strata[number]
    for one in range(HAZARDS):
        added, lowest = stratum.hazards[one].per_step, stratum.hazards[one].lowest
        if added > 0 and reached(stratum.hazards[one].cumulative, added, 1) >= lowest:
            for place in range(army.first[cohort], army.first[cohort + 1], LINE):
                prefetch(strata.threshold, slot(army.first, cohort, place, one))


@version(plan.note_due, Strata)
def _note_due(army, state, step):
    strata = state.plan
    for place in range(state.control.due_count):
        _fetch_passed(army, strata, strata.due[place])
    for place in range(state.control.due_count):
        number = strata.due[place]
        _open(army, state, number, step, np.int64(DECISION), NOBODY)
        schedule(strata.strata[number], strata.next_look, number, step, ALL)


@inlined
def bring_forward(run, cohort, status):
    """Bring the hazards of a stratum forward to the end of the last step in which rules were asked."""
    army, _, state = run
    stratum = state.plan.strata[status * len(army.general) + cohort]
    catch_up(stratum, state.control.decided, ALL)


@version(plan.pull, Strata)
def _pull(army, state, cohort, status, hazard, step, leader):
    number = status * len(army.general) + cohort
    stratum = state.plan.strata[number]
    _ask_again(state.plan, number)
    for one in range(HAZARDS):
        stratum.hazards[one].per_step = 0
    added = fixed(hazard)
    stratum.hazards[DEFECT].per_step = added
    if reached(stratum.hazards[DEFECT].cumulative, added, 1) >= stratum.hazards[DEFECT].lowest:
        begun = state.control.event_count
        _open(army, state, number, step, np.int64(COMMANDER), leader)
        change(army, state, begun)
    stratum.hazards[DEFECT].cumulative = reached(stratum.hazards[DEFECT].cumulative, added, 1)
    stratum.hazards[DEFECT].per_step = 0


@inlined
def _open(army, state, number, step, cause, instigator):
    """Note who of a stratum leaves, and find the lowest thresholds of the others anew."""
    (cohort, status), begun = located(army, number), state.control.event_count
    stratum = state.plan.strata[number]
    for one in range(HAZARDS):
        added = stratum.hazards[one].per_step
        limit = reached(stratum.hazards[one].cumulative, added, 1)
        if added > 0 and limit >= stratum.hazards[one].lowest:
            _note_passed(army, state, number, one, limit, step, cause, instigator)
            stratum.hazards[one].lowest = 0
    for event in range(begun, state.control.event_count):
        place = state.moves[event].place
        state.status_at[place] = CHANGING
        for one in range(HAZARDS):
            own = state.plan.threshold[slot(army.first, cohort, place, one)]
            if own == stratum.hazards[one].lowest:
                stratum.hazards[one].lowest = 0
    for one in range(HAZARDS):
        if stratum.hazards[one].lowest == 0:
            stratum.hazards[one].lowest = _lowest(army, state, cohort, np.int8(status), one)


@inlined
def _note_passed(army, state, number, one, limit, step, cause, instigator):
    """Note those of a stratum who pass their threshold of a transition, and no other before."""
    (cohort, status), first, threshold = located(army, number), army.first, state.plan.threshold
    begin, shift, size = _slice(first, cohort, one)
    for offset in range(size):
        passed = threshold[shift + offset] <= limit
        if passed & (state.status_at[begin + offset] == np.int8(status)):
            place = first[cohort] + np.int64(offset)
            if _first_passed(threshold, first, state.plan.strata[number], cohort, place) == one:
                note(army, state, place, cohort, status, one, cause, step, instigator)


@inlined
def _lowest(army, state, cohort, status, one):
    """Return the lowest threshold of a transition of those of a cohort who have a status."""
    lowest, threshold = NEVER, state.plan.threshold
    begin, shift, size = _slice(army.first, cohort, one)
    for offset in range(size):
        own, held = threshold[shift + offset], state.status_at[begin + offset]
        lowest = min(lowest, own if held == status else NEVER)
    return lowest


@inlined
def _slice(first, cohort, one):
    """Return where a cohort's people and their thresholds of a transition begin, and their number.

    They have no sign: an index that could be below 0 keeps a loop from several people at once.
    """
    begin, end = np.uint64(first[cohort]), np.uint64(first[cohort + 1])
    return begin, np.uint64(slot(first, cohort, first[cohort], one)), end - begin


@inlined
def _first_passed(threshold, first_place, stratum, cohort, place):
    """Return the transition whose threshold a person passes first in this step, if any."""
    first, earliest = NO_TRANSITION, 2.0
    for one in range(HAZARDS):
        added = stratum.hazards[one].per_step
        limit = threshold[slot(first_place, cohort, place, one)]
        if added > 0 and reached(stratum.hazards[one].cumulative, added, 1) >= limit:
            when = fraction(limit, stratum.hazards[one].cumulative, added)
            if when < earliest:
                first, earliest = one, when
    return first


@compiled
def _wind_back(army, state, stratum, joining, cohort, one):
    """Set a cumulative hazard to 0, and lower thresholds by as much, but for somebody joining."""
    cumulative, status = stratum.hazards[one].cumulative, state.status_at[joining]
    for place in range(army.first[cohort], army.first[cohort + 1]):
        at = slot(army.first, cohort, place, one)
        if state.status_at[place] == status and place != joining:
            if state.control.add_hazards:
                frailty = state.frailty[army.member[place]] / UNIT
                expose(army, state, cohort, one, frailty * float(cumulative))
            if state.plan.threshold[at] != NEVER:
                state.plan.threshold[at] -= cumulative
    if stratum.hazards[one].lowest != NEVER:
        stratum.hazards[one].lowest -= cumulative
    stratum.hazards[one].cumulative = 0


@version(plan.join, Strata)
def _join(army, state, event, now, step):
    row, place = state.events[event].row, state.moves[event].place
    cohort, status, strata = state.moves[event].cohort, state.status_at[place], state.plan
    number = status * len(army.general) + cohort
    stratum = strata.strata[number]
    if strata.present[number] == 0:
        _empty(stratum, now)
    else:
        catch_up(stratum, now, ALL)
    for one in range(HAZARDS):
        if stratum.hazards[one].cumulative >= LARGEST:
            _wind_back(army, state, stratum, place, cohort, one)
        limit = NEVER
        if LEADS_FROM[status, one]:
            drawn = uniform(state.key[0], state.key[1], army.person[row], step, one)
            limit = stratum.hazards[one].cumulative + new_threshold(drawn, state.frailty[row])
        strata.threshold[slot(army.first, cohort, place, one)] = limit
        stratum.hazards[one].lowest = min(stratum.hazards[one].lowest, limit)
    if state.control.add_hazards:
        _take_past(army, state, cohort, row, stratum)
    stratum.since = now
    strata.present[number] += 1
    _ask_again(strata, number)


def begin(inputs: RunInputs, army: Army, before: EngineState, *, pulled: bool) -> Strata:
    """Return the strata of a run that goes on from a state, or whose thresholds are drawn."""
    people, strata = len(army.member), STRATA * len(army.general)
    plan = Strata(
        threshold=np.full(people * HAZARDS, NEVER, np.int64),
        strata=np.empty(strata, STRATUM),
        present=np.zeros(strata, np.int32),
        next_look=np.full(strata, LATEST, np.int32),
        ask=np.ones(strata, np.bool_),
        listed=np.empty(strata, np.int32),
        asked=np.empty(strata, np.int32),
        due=np.empty(strata, np.int32),
    )
    place_people(before.status, army, plan, before.step)
    if len(before.remaining_threshold):
        arrange(before.remaining_threshold, before.status, army, plan)
        return plan
    limits = np.empty(people, np.int64)
    for one, (name, transition) in enumerate(DECIDED.items()):
        if Status.LOYAL in transition.origins:
            draw(inputs.resistance(name), inputs.frailty, limits, army, plan, one)
    return plan


def remaining_threshold(state: Any, army: Army, _: RunInputs) -> NDArray[np.int64]:
    """Return remaining thresholds, by row, of hazards that are brought forward.

    Shape (people, transitions); `NEVER` for people who have left.
    """
    serves = np.isin(state.status, SERVING)
    status = np.where(serves, state.status, 0).astype(np.int64)
    cumulative = state.plan.strata["hazards"]["cumulative"][
        status * len(army.general) + army.cohort
    ]
    first, size = army.first[army.cohort], np.diff(army.first)[army.cohort]
    places = (first * HAZARDS + army.place - first)[:, None]
    threshold = state.plan.threshold[places + size[:, None] * np.arange(HAZARDS)]
    waits = serves[:, None] & (threshold != NEVER)
    return np.where(waits, threshold - cumulative, NEVER)


def pending(state: Any, army: Army) -> NDArray[np.float64]:
    """Return what `CompiledState.hazards` lacks of those present, as a number below 0.

    Shape (branches, ranks, transitions). Hazards must be brought forward.
    """
    rows = np.flatnonzero(state.status < STRATA)
    numbers = state.status[rows].astype(np.int64) * len(army.general) + army.cohort[rows]
    strata = len(state.plan.present)
    frailty = np.bincount(numbers, weights=state.frailty[rows], minlength=strata)
    present = np.flatnonzero(frailty)
    cohort = present % len(army.general)
    lacking = np.zeros(state.hazards.shape[1:])
    hazards = state.plan.strata["hazards"]["cumulative"][present] * (frailty[present, None] / UNIT)
    np.subtract.at(lacking, (army.cohort_branch[cohort], army.cohort_rank[cohort]), hazards)
    return lacking
