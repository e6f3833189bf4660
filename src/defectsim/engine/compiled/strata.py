"""The plan for people who are alike: those of a cohort who have one status share their hazards.

Cumulative hazards grow at the rates of the last answer until the rule of their stratum is asked
again; between, they are not touched.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.compiled import batches, plan
from defectsim.engine.compiled.batches import BATCH, BatchPlan, Question
from defectsim.engine.compiled.cache import compiled, inlined
from defectsim.engine.compiled.cohorts import Army
from defectsim.engine.compiled.kernel import (
    ALL,
    CHANGING,
    COMMANDER,
    DECISION,
    DEFECT,
    HAZARDS,
    NO_TRANSITION,
    STRATA,
    change,
    fixed,
    fraction,
    hazard_of,
    new_threshold,
    note,
    reached,
    refuse,
    uniform,
)
from defectsim.engine.compiled.perception import see_country
from defectsim.engine.compiled.plan import version
from defectsim.engine.events import LEADS_FROM
from defectsim.engine.hazard import LARGEST, NEVER
from defectsim.engine.inputs import RunInputs
from defectsim.engine.snapshots.snapshot import EngineState
from defectsim.model.transitions import DECIDED, SERVING, Status
from defectsim.population.units import NOBODY
from defectsim.rules.intrinsics import prefetch

FAR = 1e6
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
                plan.present[number] += 1


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
        number = state.plan.listed[listed - 1 - back]
        end = group_of[number % len(army.general)] + 1
        groups[end] -= 1
        state.plan.asked[groups[end]] = number


@inlined
def _list_by_status(state, arguments, step):
    """List the strata that see anything new, and count them in `groups` where each ends."""
    present, next_look, ask, listed = (
        state.plan.present,
        state.plan.next_look,
        state.plan.ask,
        state.plan.listed,
    )
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
    stratum = state.plan.strata[number]
    catch_up(stratum, step, ALL)
    if schedule(stratum, state.plan.next_look, number, step, ALL):
        state.plan.due[state.control.due_count] = number
        state.control.due_count += 1


@version(plan.present, Strata)
def _present(army, state, cohort, status):
    return state.plan.present[status * len(army.general) + cohort]


@version(plan.leave, Strata)
def _leave(army, state, cohort, status):
    state.plan.present[status * len(army.general) + cohort] -= 1


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


@version(plan.note_due, Strata)
def _note_due(army, state, step):
    strata = state.plan
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
def _pull(army, state, cohort, status, probability, step, leader):
    number = status * len(army.general) + cohort
    stratum = state.plan.strata[number]
    _ask_again(state.plan, number)
    for one in range(HAZARDS):
        stratum.hazards[one].per_step = 0
    added = fixed(hazard_of(probability))
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
    cohort, begun = number % len(army.general), state.control.event_count
    status = np.int8(number // len(army.general))
    first, threshold, status_at = army.first, state.plan.threshold, state.status_at
    stratum, begin, end = state.plan.strata[number], first[cohort], first[cohort + 1]
    for one in range(HAZARDS):
        added = stratum.hazards[one].per_step
        limit = reached(stratum.hazards[one].cumulative, added, 1)
        if added == 0 or limit < stratum.hazards[one].lowest:
            continue
        shift = slot(first, cohort, 0, one)
        for place in range(begin, end):
            passed = threshold[shift + place] <= limit and status_at[place] == status
            if passed and _first_passed(threshold, first, stratum, cohort, place) == one:
                note(army, state, place, cohort, status, one, cause, step, instigator)
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
        added = stratum.hazards[one].per_step
        limit = threshold[slot(first_place, cohort, place, one)]
        if added > 0 and reached(stratum.hazards[one].cumulative, added, 1) >= limit:
            when = fraction(limit, stratum.hazards[one].cumulative, added)
            if when < earliest:
                first, earliest = one, when
    return first


@compiled
def _wind_back(army, state, stratum, status, cohort, one):
    """Set a cumulative hazard to 0, and lower its thresholds by as much."""
    cumulative = stratum.hazards[one].cumulative
    for place in range(army.first[cohort], army.first[cohort + 1]):
        at = slot(army.first, cohort, place, one)
        if state.status_at[place] == status and state.plan.threshold[at] != NEVER:
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
            _wind_back(army, state, stratum, status, cohort, one)
        limit = NEVER
        if LEADS_FROM[status, one]:
            drawn = uniform(state.key[0], state.key[1], army.person[row], step, one)
            limit = stratum.hazards[one].cumulative + new_threshold(drawn, state.frailty[row])
        strata.threshold[slot(army.first, cohort, place, one)] = limit
        stratum.hazards[one].lowest = min(stratum.hazards[one].lowest, limit)
    stratum.since = now
    strata.present[number] += 1
    _ask_again(strata, number)


@inlined
def _located(run, number):
    cohorts = len(run.army.general)
    return number % cohorts, number // cohorts


@inlined
def _fetch(run, number):
    prefetch(run.state.plan.strata, number)


@inlined
def _numbered(run, cohort, status):
    return status * len(run.army.general) + cohort


OF_STRATA = BatchPlan(_located, _numbered, _fetch, remembers=False)


def _ask_kind(question: Question) -> Callable[..., None]:
    """Return the function that asks the rules of soldiers, or of generals, of one audience."""
    gather, see_units, see_ties = batches.gather(question.people, question.read, OF_STRATA)
    hold_beliefs = batches.hold_beliefs(question, OF_STRATA)
    find_rates, take_rates = batches.find_rates(question), _take_rates(question.given)
    see, parameters = question.country, question.parameters

    @inlined
    def ask(run, audience, begin, end, step):
        _, arguments, state = run
        batch, asked = arguments.batch, state.plan.asked
        country, p = see(arguments.country, audience), parameters(arguments.parameters)
        while begin < end:
            count = min(BATCH, end - begin)
            gather(run, batch, asked, begin, count)
            see_units(run, batch, asked, begin, count, state.units)
            see_ties(run, batch, asked, begin, count)
            hold_beliefs(run, batch, asked, begin, count, country)
            find_rates(batch, count, country, p)
            take_rates(run, batch, begin, count, step)
            begin += count

    return ask


def ask_phase(update_states: Any, *questions: Question) -> Callable[..., None]:
    """Return the function that asks rules of strata that see news, and lists strata that are due."""
    ask_soldiers, ask_generals = map(_ask_kind, questions)

    def ask_rules(run, step):
        army, arguments, state = run
        see_country(arguments, state.counts, step)
        update_states(run)
        list_strata(army, state, arguments, step)
        groups = arguments.groups
        for audience in range(len(arguments.country)):
            soldiers, generals = groups[2 * audience + 1], groups[2 * audience + 2]
            ask_soldiers(run, audience, soldiers, generals, step)
            ask_generals(run, audience, generals, groups[2 * audience + 3], step)
        state.control.decided = step + 1
        if state.control.error_code != 0:
            state.control.due_count = 0

    return ask_rules


def _take_rates(given: tuple[int, ...]) -> Callable[..., None]:
    """Return the function by which a batch takes rates of the `given` transitions; it lists those due."""

    @inlined
    def take_rates_given(run, batch, begin, count, step):
        army, arguments, state = run
        years, control, rates = arguments.parameters.years, state.control, batch.rates
        for i in range(count):
            number = state.plan.asked[begin + i]
            status, stratum = number // len(army.general), state.plan.strata[number]
            catch_up(stratum, step, given)
            for one in given:
                if not rates[one, i] >= 0.0:
                    refuse(control, number % len(army.general), one + 1)
                added = fixed(rates[one, i] * years)
                leads = LEADS_FROM[status, one]
                stratum.hazards[one].per_step = added if leads else 0
            if schedule(stratum, state.plan.next_look, number, step, given):
                state.plan.due[control.due_count] = number
                control.due_count += 1

    return take_rates_given


def catch_up_phase(run, _):
    """Bring the hazards of all strata forward."""
    army, _, state = run
    for status in range(STRATA):
        for cohort in range(len(army.general)):
            if state.plan.present[status * len(army.general) + cohort] > 0:
                bring_forward(run, cohort, status)


def begin(inputs: RunInputs, army: Army, before: EngineState, *, pulled: bool) -> Strata:
    """Return the strata of a run that goes on from a state, or whose thresholds are drawn."""
    people, strata = len(army.member), STRATA * len(army.general)
    plan = Strata(
        threshold=np.full(people * HAZARDS, NEVER, np.int64),
        strata=np.empty(strata, STRATUM),
        present=np.zeros(strata, np.int32),
        next_look=np.zeros(strata, np.int32),
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
