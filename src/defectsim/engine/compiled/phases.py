"""The phases of a step that ask rules, compiled for the rules of a scenario."""

import hashlib
import threading
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np

from defectsim.core.choices import RuleKind
from defectsim.engine.compiled import (
    asking,
    batches,
    following,
    kernel,
    looks,
    rows,
    strata,
    updates,
)
from defectsim.engine.compiled.batches import Question
from defectsim.engine.compiled.cache import compile_cached, engine_fingerprint
from defectsim.engine.compiled.kernel import STRATA
from defectsim.engine.compiled.plan import PlanName
from defectsim.engine.step import people_step
from defectsim.model.rule import NEWS_FIELDS
from defectsim.rules.bindings import Decisions
from defectsim.rules.compile import compiled as compiled_rule
from defectsim.rules.fingerprint import trace
from defectsim.rules.intervals import bounds


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


def catch_up_phase(bring_forward: Callable[..., None]) -> Callable[..., None]:
    """Return the function that brings the hazards of some people forward to the last step asked."""

    def catch_up(run, rows, _):
        army, _, state = run
        for row in rows:
            if state.status[row] < STRATA:
                bring_forward(run, army.cohort[row], np.int64(state.status[row]))

    return catch_up


def depart_phase(bring_forward: Callable[..., None]) -> Callable[..., None]:
    """Return the function that has people leave who announced it, when their hazards are known."""

    def depart(run, departures, step):
        army, _, state = run
        for place in range(len(departures)):
            row = departures[place].row
            if state.status[row] < STRATA:
                bring_forward(run, army.cohort[row], np.int64(state.status[row]))
        kernel.depart(run, departures, step)

    return depart


def _question(
    who: RuleKind,
    decisions: Decisions,
    levers: tuple[str, ...],
    columns: np.dtype[np.void],
    plan_name: PlanName,
) -> Question:
    """Return what soldiers, generals or followers are asked, and what of a person it is read.

    Who follows is a chance, in which no transition has a rate and nobody believes.
    """
    decision, read = decisions.of(who), decisions.reads(who)
    given = decision.given if who != "follow" else ()
    believes, kept = decisions.believes and who != "follow", rows.kept_transitions(decisions)
    if believes:
        read |= decisions.reads("belief")
    return Question(
        kind=int(who == "general"),
        rule=compiled_rule(decision.rule),
        bounds=bounds(decision.rule, given) if given and plan_name == "rows" else None,
        given=given,
        slots=tuple(kept.index(one) for one in given),
        belief=compiled_rule(decisions.belief.rule) if believes else None,
        own_read=decision.trace.names,
        read=read,
        people=batches.person(columns, decisions, read, plan_name),
        unit=batches.unit(read),
        country=batches.country((*NEWS_FIELDS, *levers), read),
        country_at=batches.country_at(NEWS_FIELDS, levers, read),
        parameters=batches.parameters(who, decision.p._fields),
        belief_parameters=batches.parameters("belief", decisions.belief.p._fields),
    )


def _update_phase(
    decisions: Decisions, levers: tuple[str, ...], columns: np.dtype[np.void]
) -> Callable[..., None]:
    """Return the function that changes people's state, if they have any."""
    states, read, decision = decisions.states, decisions.reads("update"), decisions.update
    if not states:
        return updates.keep_states
    return updates.update_phase(
        updates.Update(
            rule=compiled_rule(decision.rule),
            states=states,
            read=read,
            people=batches.person(columns, decisions, read, "cohorts"),
            unit=batches.unit(read),
            country=batches.country((*NEWS_FIELDS, *levers), read),
            parameters=batches.parameters("update", decision.p._fields),
        )
    )


class CompiledStep(NamedTuple):
    """The compiled functions that Python calls and that depend on rules."""

    advance: Any
    cascade: Any
    catch_up: Any
    """Adds to the hazards of some people, by row, what they have not been given yet."""


_STEPS: dict[str, CompiledStep] = {}
_LOCK = threading.Lock()


@lru_cache(64)
def compiled_step(
    decisions: Decisions, levers: tuple[str, ...], columns: np.dtype[np.void], plan_name: PlanName
) -> CompiledStep:
    """Return the step of people with `columns` who see `levers` and decide by `decisions`.

    Rules that are the same share it, whatever the values of their parameters, which are arguments.
    """
    rules = decisions.compiled
    parts = [trace(rule).fingerprint for rule in rules.values()]
    identity = [*parts, repr(levers), repr(columns), str(decisions.believes), plan_name]
    identity.append(repr(decisions.states))
    identity.append(engine_fingerprint())
    key = hashlib.sha256("\x1f".join(identity).encode()).hexdigest()
    with _LOCK:
        if key not in _STEPS:
            compile_phase = partial(compile_cached, key=lambda: key)
            asked = (decisions, levers, columns, plan_name)
            questions = [_question(who, *asked) for who in ("soldier", "general")]
            follower = _question("follow", *asked)
            if plan_name == "rows":
                bring_forward = compile_phase(looks.bring_forward(questions))
                of_plan = looks.OF_ROWS
                ask_rules = looks.ask_phase(questions)
            else:
                bring_forward, of_plan = strata.bring_forward, asking.OF_STRATA
                update_states = _update_phase(decisions, levers, columns)
                ask_rules = asking.ask_phase(update_states, *questions)
            catch_up = compile_phase(catch_up_phase(bring_forward))
            depart = compile_phase(depart_phase(bring_forward))
            pull = compile_phase(following.pull_by_commander(follower, of_plan, bring_forward))
            cascade = compile_phase(following.cascade_phase(pull))
            pull_again = compile_phase(following.pull_again_phase(pull))
            changing = kernel.cross_thresholds, depart, pull_again
            phases = *changing, cascade, kernel.settle
            take_step = compile_phase(
                people_step(compile_phase(ask_rules), *phases), inline="always"
            )
            advance = compile_phase(steps_phase(take_step))
            _STEPS[key] = CompiledStep(advance, cascade, catch_up)
        return _STEPS[key]
