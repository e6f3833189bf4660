"""The phases of a step that ask rules, compiled for the rules of a scenario."""

import hashlib
import threading
from functools import lru_cache, partial
from typing import Any, NamedTuple

from defectsim.engine.compiled import kernel
from defectsim.engine.compiled.cache import compile_cached, engine_fingerprint, inlined
from defectsim.engine.compiled.kernel import DEFECT, DEFECTED, STRATA
from defectsim.engine.step import people_step
from defectsim.rules.bindings import Decisions
from defectsim.rules.compile import compiled as compiled_rule


def steps_phase(take_step):
    """Return the function that takes several steps without returning to Python."""

    def advance(run, departures, first, last):
        control, events, step = run.state.control, run.state.events, first
        while step < last:
            full = control.event_count + 3 * len(run.state.status) > len(events)
            if step > first and (control.next_institution_step <= step or full):
                break
            take_step(run, departures, step)
            departures = departures[:0]
            if control.error_code != 0:
                break
            step += 1
        return step

    return advance


def ask_functions(soldier, general, belief):
    """Return functions that call the rule of belief, if people have one, and that of deciding."""

    @inlined
    def hold_belief(agent, unit, country, parameters):
        agent.status, agent.belief = kernel.LOYAL, 1.0
        return belief(agent, unit, country, parameters.belief)

    @inlined
    def certain(agent, unit, country, parameters):  # noqa: ARG001  # called as a rule of belief
        return 1.0

    @inlined
    def decide(agent, unit, country, parameters, is_general, status, belief):
        agent.status, agent.belief = status, belief
        if is_general:
            return general(agent, unit, country, parameters.general)
        return soldier(agent, unit, country, parameters.soldier)

    return hold_belief if belief else certain, decide


def ask_phase(hold_belief, decide):
    """Return the function that asks rules of strata that see news, and lists strata that are due."""

    def ask_rules(run, step):
        army, arguments, state = run
        unit_of, above, strength = army.cohort_unit, army.superior_unit, army.strength
        first, member, generals = army.first, army.member, army.general
        counts, commander, statuses = state.unit_counts, state.commander, state.status
        cumulative, per_step, since = state.cumulative_hazard, state.hazard_per_step, state.since
        asked, due, beliefs = state.asked, state.due, state.belief
        changes, ties_first, ties = state.unit_changes, army.ties_first, state.defected_ties
        agents, country, parameters = arguments.agents, arguments.country, arguments.parameters
        audience, ties_read, cohorts = arguments.audience, arguments.ties_read, len(army.general)
        news = kernel.see_country(arguments, state.counts, step)
        listed = kernel.list_strata(army, state, audience, news, step)
        for place in range(listed):
            stratum = due[place]
            status, cohort = stratum // cohorts, stratum % cohorts
            own, is_general = unit_of[cohort], generals[cohort]
            if asked[stratum] == changes[is_general, own]:
                continue
            asked[stratum] = changes[is_general, own]
            kernel.catch_up(cumulative, per_step, since, stratum, step)
            agent, here = agents[cohort], country[audience[cohort]]
            agent.ties_defected = 0.0
            if ties_read[is_general]:
                agent.ties_defected = kernel.share_of_ties(member[first[cohort]], ties_first, ties)
            unit = kernel.see_unit(own, above[cohort], strength, counts, commander, statuses)
            belief = hold_belief(agent, unit, here, parameters)
            if belief != beliefs[cohort]:
                kernel.believe(army, state, cohort, belief)
            rates = decide(agent, unit, here, parameters, is_general, status, belief)
            error = kernel.set_rates(per_step, stratum, status, rates, parameters.years)
            if error != 0:
                kernel.refuse(state.control, cohort, error)
                break
        kernel.keep_due(state, listed, step)

    return ask_rules


def cascade_phase(follow):
    """Return the function that applies defected commanders' pull, to the end of the cascade."""

    @inlined
    def chance(army, arguments, state, status, cohort):
        agent, row = arguments.agents[cohort], army.member[army.first[cohort]]
        agent.ties_defected = kernel.share_of_ties(row, army.ties_first, state.defected_ties)
        agent.status, agent.belief = status, state.belief[cohort]
        counts, commander, statuses = state.unit_counts, state.commander, state.status
        own, above = army.cohort_unit[cohort], army.superior_unit[cohort]
        unit = kernel.see_unit(own, above, army.strength, counts, commander, statuses)
        country = arguments.country[arguments.audience[cohort]]
        return follow(agent, unit, country, arguments.parameters.follow)

    def cascade(run, step):
        army, arguments, state = run
        control, number = state.control, state.control.settled_events
        if number < control.event_count:
            kernel.see_country(arguments, state.counts, step)
        while number < control.event_count:
            event = state.events[number]
            number += 1
            led = state.leads[event.row]
            if led < 0 or event.transition != DEFECT or state.status[event.row] != DEFECTED:
                continue
            for place in range(army.led_first[led], army.led_first[led + 1]):
                cohort = army.led[place]
                for status in range(STRATA):
                    if state.present[status * len(army.general) + cohort] > 0:
                        probability = chance(army, arguments, state, status, cohort)
                        kernel.pull(army, state, status, cohort, probability, step)

    return cascade


class CompiledStep(NamedTuple):
    """The compiled functions that Python calls and that depend on rules."""

    advance: Any
    cascade: Any


_STEPS: dict[str, CompiledStep] = {}
_LOCK = threading.Lock()


@lru_cache(64)
def compiled_step(decisions: Decisions, levers: tuple[str, ...]) -> CompiledStep:
    """Return the step of people who see `levers` and decide by `decisions`.

    Rules that are the same share it, whatever the values of their parameters, which are arguments.
    """
    rules = decisions.compiled
    parts = [decisions.of(who).trace.fingerprint for who in rules]
    identity = [*parts, repr(levers), str(decisions.believes), engine_fingerprint()]
    key = hashlib.sha256("\x1f".join(identity).encode()).hexdigest()
    with _LOCK:
        if key not in _STEPS:
            soldier, general, follow, belief = (compiled_rule(rules[who]) for who in rules)
            compile_phase = partial(compile_cached, key=lambda: key)
            asking = ask_functions(soldier, general, belief if decisions.believes else None)
            ask_rules = compile_phase(ask_phase(*asking))
            cascade = compile_phase(cascade_phase(follow))
            phases = ask_rules, kernel.cross_thresholds, kernel.depart, cascade, kernel.settle
            take_step = compile_phase(people_step(*phases), inline="always")
            _STEPS[key] = CompiledStep(compile_phase(steps_phase(take_step)), cascade)
        return _STEPS[key]
