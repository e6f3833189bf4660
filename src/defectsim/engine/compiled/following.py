"""Commanders who have defected pull those directly below: when they do, and again if so set."""

from collections.abc import Callable
from typing import Any

import numpy as np

from defectsim.engine.compiled import batches, kernel, perception, plan
from defectsim.engine.compiled.batches import BatchPlan, Question
from defectsim.engine.compiled.cache import compiled, inlined
from defectsim.engine.compiled.kernel import DEFECT, DEFECTED, STRATA, hazard_of
from defectsim.engine.news import DECLARED
from defectsim.rules.compile import as_probability


def _chance_to_follow(follower: Question, of_plan: BatchPlan) -> Callable[..., Any]:
    """Return the function that asks a cohort whether they follow their commander."""
    gather, see_units, see_ties = batches.gather(follower.people, follower.read, of_plan)
    follow, agent_of, numbered = follower.rule, follower.people.agent, of_plan.numbered
    see, parameters, unit_of = follower.country, follower.parameters, follower.unit

    @inlined
    def chance(run, cohort, status):
        _, arguments, state = run
        batch, asked = arguments.batch, state.plan.listed
        asked[0] = numbered(run, cohort, status)
        gather(run, batch, asked, 0, 1)
        see_units(run, batch, asked, 0, 1, state.units)
        see_ties(run, batch, asked, 0, 1)
        agent = agent_of(batch, 0, batch.status[0], batch.belief[0])
        country = see(arguments.country, arguments.audience[cohort])
        found = follow(agent, unit_of(batch, 0), country, parameters(arguments.parameters))
        return as_probability(follow, found)

    return chance


def pull_by_commander(
    follower: Question, of_plan: BatchPlan, bring_forward: Callable[..., None]
) -> Callable[..., None]:
    """Return the function that applies the pull of a unit's commander, of some days, to all below."""
    chance = _chance_to_follow(follower, of_plan)

    def pull(run, unit, leader, days, step):
        army, _, state = run
        for place in range(army.led_first[unit], army.led_first[unit + 1]):
            cohort = army.led[place]
            for status in range(STRATA):
                if plan.present(army, state, cohort, status) == 0:
                    continue
                bring_forward(run, cohort, status)
                probability = chance(run, cohort, status)
                if not 0.0 <= probability <= 1.0:
                    kernel.refuse(state.control, cohort, kernel.FOLLOW_ERROR)
                    probability = 0.0
                hazard = hazard_of(probability) * days
                plan.pull(army, state, cohort, status, hazard, step, np.int64(leader))

    return pull


def cascade_phase(pull: Callable[..., None]) -> Callable[..., None]:
    """Return the function that applies defected commanders' pull, to the end of the cascade."""

    def cascade(run, step):
        _, arguments, state = run
        control, number = state.control, state.control.settled_events
        if number < control.event_count:
            perception.see_country(arguments, state.counts, step)
        while number < control.event_count:
            event = state.events[number]
            number += 1
            led = state.leads[event.row]
            if led >= 0 and event.transition == DEFECT and state.status[event.row] == DEFECTED:
                pull(run, led, event.row, 1, step)

    return cascade


def pull_again_phase(pull: Callable[..., None]) -> Callable[..., None]:
    """Return the function that applies the pull of commanders who defected before, if so set."""

    def pull_again(run, step):
        _, arguments, state = run
        again = arguments.asked_again
        attempt = again.in_attempts and arguments.memory.joined > 0.0
        all_days = attempt or arguments.shared_news[DECLARED] >= again.from_declared
        if all_days or again.days > 0:
            _set_days_asked(state, again, all_days, step)
            for unit in range(len(state.days_asked)):
                if state.days_asked[unit] > 0:
                    pull(run, unit, state.commander[unit], state.days_asked[unit], step)

    return pull_again


@compiled
def _set_days_asked(state, again, all_days, step):
    """Set on how many days of a step those below each unit's commander are asked again."""
    control, days = state.control, state.days_asked
    for unit in range(len(days)):
        leader = state.commander[unit]
        gone = leader >= 0 and state.status[leader] == DEFECTED
        days[unit] = again.step_days if all_days and gone else 0
    for back in range(control.settled_events):
        event = state.events[control.settled_events - 1 - back]
        left = again.days - (step - event.step - 1) * again.step_days
        if left <= 0:
            break
        unit = state.leads[event.row]
        if unit >= 0 and event.transition == DEFECT and state.status[event.row] == DEFECTED:
            days[unit] = max(days[unit], min(left, again.step_days))
    for number in range(control.settled_events, control.event_count):
        unit = state.leads[state.events[number].row]
        if unit >= 0:
            days[unit] = 0
