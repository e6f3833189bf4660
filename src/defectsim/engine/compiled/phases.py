"""The phases of a step that ask rules, compiled for the rules of a scenario."""

import hashlib
import threading
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np

from defectsim.engine.compiled import batches, kernel, perception
from defectsim.engine.compiled.batches import BATCH
from defectsim.engine.compiled.cache import compile_cached, engine_fingerprint, inlined
from defectsim.engine.compiled.kernel import DEFECT, DEFECTED, STRATA
from defectsim.engine.step import people_step
from defectsim.model.rule import NEWS_FIELDS
from defectsim.rules.bindings import Decisions
from defectsim.rules.compile import compiled as compiled_rule
from defectsim.rules.fingerprint import trace
from defectsim.rules.text import transitions_given


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


def ask_kind(rule, given, belief, people, read, see, parameters, kind):
    """Return the function that asks the rules of soldiers, or of generals, of one audience."""
    gather, find_rates = batches.gather(people, read), batches.decide(rule, people, given)
    take_rates = batches.take_rates(given)
    hold_beliefs = batches.believe(belief[0], people) if belief else None
    of_rule, of_belief, believes = parameters, belief and belief[1], belief is not None

    @inlined
    def ask(run, audience, begin, end, step):
        _, arguments, state = run
        batch, values = arguments.batch, arguments.parameters
        country = see(arguments.country_values, audience)
        p = of_rule(values.general if kind else values.soldier)
        while begin < end:
            count = min(BATCH, end - begin)
            gather(run, batch, state.asked, begin, count)
            if believes:
                hold_beliefs(
                    run, batch, state.asked, begin, count, country, of_belief(values.belief)
                )
            find_rates(batch, count, country, p)
            take_rates(run, batch, begin, count, step)
            begin += count

    return ask


def ask_phase(ask_soldiers, ask_generals):
    """Return the function that asks rules of strata that see news, and lists strata that are due."""

    def ask_rules(run, step):
        army, arguments, state = run
        perception.see_country(arguments, state.counts, step)
        kernel.list_strata(army, state, arguments, step)
        groups = arguments.groups
        for audience in range(len(arguments.country_values)):
            soldiers, generals = groups[2 * audience + 1], groups[2 * audience + 2]
            ask_soldiers(run, audience, soldiers, generals, step)
            ask_generals(run, audience, generals, groups[2 * audience + 3], step)
        if state.control.error_code != 0:
            state.control.due_count = 0

    return ask_rules


def cascade_phase(follow):
    """Return the function that applies defected commanders' pull, to the end of the cascade."""

    @inlined
    def chance(army, arguments, state, status, cohort):
        agent, row = arguments.agents[cohort], army.member[army.first[cohort]]
        agent.ties_defected = perception.share_of_ties(row, army.ties_first, state.defected_ties)
        agent.status, agent.belief = status, state.belief[cohort]
        own, above = army.cohort_unit[cohort], army.superior_unit[cohort]
        unit = perception.see_unit(state.units, own, above)
        country = arguments.country[arguments.audience[cohort]]
        return follow(agent, unit, country, arguments.parameters.follow)

    def cascade(run, step):
        army, arguments, state = run
        control, number = state.control, state.control.settled_events
        if number < control.event_count:
            perception.see_country(arguments, state.counts, step)
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


def _askers(decisions: Decisions, levers: tuple[str, ...], columns: np.dtype[np.void]) -> list[Any]:
    """Return the functions that ask soldiers' and generals' rules."""
    belief, askers = None, []
    if decisions.believes:
        p = batches.parameters(decisions.belief.p._fields)
        belief = compiled_rule(decisions.belief.rule), p
    for kind, who in enumerate(("soldier", "general")):
        decision, read = decisions.of(who), decisions.reads(who)
        if belief:
            read |= decisions.reads("belief")
        askers.append(
            ask_kind(
                compiled_rule(decision.rule),
                transitions_given(decision.rule),
                belief,
                batches.person(columns, read),
                read,
                batches.country((*NEWS_FIELDS, *levers), read),
                batches.parameters(decision.p._fields),
                kind,
            )
        )
    return askers


class CompiledStep(NamedTuple):
    """The compiled functions that Python calls and that depend on rules."""

    advance: Any
    cascade: Any


_STEPS: dict[str, CompiledStep] = {}
_LOCK = threading.Lock()


@lru_cache(64)
def compiled_step(
    decisions: Decisions, levers: tuple[str, ...], columns: np.dtype[np.void]
) -> CompiledStep:
    """Return the step of people with `columns` who see `levers` and decide by `decisions`.

    Rules that are the same share it, whatever the values of their parameters, which are arguments.
    """
    rules = decisions.compiled
    parts = [trace(rule).fingerprint for rule in rules.values()]
    identity = [*parts, repr(levers), repr(columns), str(decisions.believes), engine_fingerprint()]
    key = hashlib.sha256("\x1f".join(identity).encode()).hexdigest()
    with _LOCK:
        if key not in _STEPS:
            follow = compiled_rule(rules["follow"])
            compile_phase = partial(compile_cached, key=lambda: key)
            ask_rules = compile_phase(ask_phase(*_askers(decisions, levers, columns)))
            cascade = compile_phase(cascade_phase(follow))
            phases = ask_rules, kernel.cross_thresholds, kernel.depart, cascade, kernel.settle
            take_step = compile_phase(people_step(*phases), inline="always")
            _STEPS[key] = CompiledStep(compile_phase(steps_phase(take_step)), cascade)
        return _STEPS[key]
