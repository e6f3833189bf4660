"""Rules asked of strata: of which in a step, with what answers, and when each is looked at next."""

from collections.abc import Callable
from typing import Any

from defectsim.engine.compiled import batches
from defectsim.engine.compiled.batches import BATCH, BatchPlan, Question
from defectsim.engine.compiled.cache import compiled, inlined
from defectsim.engine.compiled.kernel import ALL, STRATA, fixed, refuse, soonest
from defectsim.engine.compiled.perception import see_country
from defectsim.engine.compiled.strata import catch_up, located, schedule
from defectsim.engine.events import LEADS_FROM
from defectsim.rules.intrinsics import prefetch

BLOCK = 32
"""Strata that are passed over together while none of them is to be looked at."""


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
        end = group_of[located(army, number)[0]] + 1
        groups[end] -= 1
        state.plan.asked[groups[end]] = number


@inlined
def _list_by_status(state, arguments, step):
    """List the strata that see anything new, and count them in `groups` where each ends."""
    plan, groups, group_of = state.plan, arguments.groups, arguments.group
    present, next_look, ask = plan.present, plan.next_look, plan.ask
    news, cohorts, any_news = arguments.news, len(group_of), arguments.news.any()
    blocks = (cohorts + BLOCK - 1) // BLOCK
    found = waiting = groups[:] = 0
    for block in range(STRATA * blocks):
        shift, ahead = (block // blocks) * cohorts, (block % blocks) * BLOCK
        first, last = shift + ahead, shift + min(ahead + BLOCK, cohorts)
        if not any_news and soonest(next_look, first, last) > step:
            continue
        for number in range(first, last):
            if present[number] == 0:
                continue
            group = group_of[number - shift]
            told = any_news and news[group]
            if not (told or next_look[number] <= step):
                continue
            if told or ask[number]:
                ask[number] = False
                plan.listed[found] = number
                groups[group + 1] += 1
                found += 1
            else:
                prefetch(plan.strata, number)
                plan.due[waiting] = number
                waiting += 1
    _keep_due(state, waiting, step)
    return found


@inlined
def _keep_due(state, waiting, step):
    """Keep those of `due` in which a threshold is passed in this step."""
    strata, count = state.plan, 0
    for place in range(waiting):
        number = strata.due[place]
        catch_up(strata.strata[number], step, ALL)
        if schedule(strata.strata[number], strata.next_look, number, step, ALL):
            strata.due[count] = number
            count += 1
    state.control.due_count = count


@inlined
def _located(run, number):
    return located(run.army, number)


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
            (cohort, status), stratum = located(army, number), state.plan.strata[number]
            catch_up(stratum, step, given)
            for one in given:
                if not rates[one * BATCH + i] >= 0.0:
                    refuse(control, cohort, one + 1)
                added = fixed(rates[one * BATCH + i] * years)
                leads = LEADS_FROM[status, one]
                stratum.hazards[one].per_step = added if leads else 0
            if schedule(stratum, state.plan.next_look, number, step, given):
                state.plan.due[control.due_count] = number
                control.due_count += 1

    return take_rates_given
