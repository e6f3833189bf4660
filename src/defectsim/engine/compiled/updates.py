"""The phase of a step in which the rule `update` changes the state of people, cohort by cohort.

It comes before rules that decide are asked. Those whose rules read a state that has changed are
asked again.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from defectsim.engine.compiled import batches, kernel, plan
from defectsim.engine.compiled.asking import OF_STRATA
from defectsim.engine.compiled.batches import BATCH, PersonArgument
from defectsim.engine.compiled.cache import inlined
from defectsim.rules.compile import as_state


class Update(NamedTuple):
    """The rule `update` as it is asked, with the functions that make its arguments."""

    rule: Any
    states: tuple[str, ...]
    read: frozenset[str]
    """Names that it reads."""
    people: PersonArgument
    unit: Any
    """Function of a batch and a place in it: the argument `unit`."""
    country: Any
    """Function of values and an audience: the argument `country`."""
    parameters: Any
    """Function of all rules' parameters: the argument `p`."""


@inlined
def keep_states(run):
    """Change nothing: people have no state."""


def update_phase(update: Update) -> Callable[..., None]:
    """Return the function that gives all cohorts the state that the rule returns.

    A cohort has the number of its loyal stratum, by which batches are gathered.
    """
    gather, see_units, see_ties = batches.gather(update.people, update.read, OF_STRATA)
    agent_of, unit_of, rule = update.people.agent, update.unit, update.rule
    see = update.country
    parameters, take = update.parameters, _take_states(update.states)

    @inlined
    def update_states(run):
        _, arguments, state = run
        batch, asked, first = arguments.batch, arguments.by_audience, arguments.audience_first
        p = parameters(arguments.parameters)
        for audience in range(len(first) - 1):
            begin, end = first[audience], first[audience + 1]
            country = see(arguments.country, audience)
            while begin < end:
                count = min(BATCH, end - begin)
                gather(run, batch, asked, begin, count)
                see_units(run, batch, asked, begin, count, state.units)
                see_ties(run, batch, asked, begin, count)
                for i in range(count):
                    agent = agent_of(batch, i, np.int64(kernel.LOYAL), 1.0)
                    new = rule(agent, unit_of(batch, i), country, p)
                    take(batch, i, as_state(rule, new))
                note(run, batch, asked, begin, count)
                begin += count

    return update_states


def _take_states(states: tuple[str, ...]) -> Any:
    """Return the function that puts a rule's result into a batch."""
    values = "".join(f"1.0 * new.{name}, " for name in states)
    numbers = batches.function(f"new: ({values})")
    places = tuple(range(len(states)))

    @inlined
    def take(batch, i, new):
        found = numbers(new)
        for place in places:
            batch.updated[place, i] = found[place]

    return take


@inlined
def note(run, batch, asked, begin, count):
    """Replace the state of a batch, and have those whose rules read what has changed asked again."""
    army, arguments, state = run
    for i in range(count):
        cohort, changed = asked[begin + i], False
        for place in range(len(state.own)):
            new = batch.updated[place, i]
            if not np.isfinite(new):
                kernel.refuse(state.control, cohort, kernel.STATE_ERROR + place)
            if new != state.own[place, cohort]:
                state.own[place, cohort] = new
                changed |= arguments.states_read[army.general[cohort], place]
        if changed:
            plan.ask_again(army, state, cohort)
