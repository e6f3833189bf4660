"""Rules over batches of people, in loops of which the compiler makes instructions for several.

What a rule reads of people is gathered from their records into columns; what it reads of the
country and of its parameters is the same for all of a batch. So nothing in a loop depends on who
comes before.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.compiled import kernel, perception
from defectsim.engine.compiled.cache import inlined
from defectsim.engine.compiled.kernel import HAZARDS
from defectsim.engine.events import LEADS_FROM
from defectsim.model.rule import Unit
from defectsim.rules.intrinsics import prefetch

AHEAD = 8
"""People of a batch whose records are fetched before they are needed."""
BATCH = 128
"""People of a batch: few enough for a processor's nearest cache."""
OWN = ("status", "belief", "ties_defected")
"""Fields of a person that change with the state."""


class RuleBatch(NamedTuple):
    """Columns of one batch."""

    numbers: NDArray[np.float64]
    """Shape (fields, batch)."""
    codes: NDArray[np.int64]
    """Shape (fields, batch): those that are whole numbers."""
    status: NDArray[np.int64]
    belief: NDArray[np.float64]
    ties: NDArray[np.float64]
    units: NDArray[np.float64]
    """Shape (fields of `Unit`, batch)."""
    rates: NDArray[np.float64]
    """Shape (transitions, batch)."""

    @classmethod
    def empty(cls, fields: int) -> "RuleBatch":
        """Return room for a batch of people with some fields."""
        return cls(
            numbers=np.empty((fields, BATCH)),
            codes=np.empty((fields, BATCH), np.int64),
            status=np.empty(BATCH, np.int64),
            belief=np.empty(BATCH),
            ties=np.empty(BATCH),
            units=np.empty((len(Unit._fields), BATCH)),
            rates=np.empty((HAZARDS, BATCH)),
        )


class PersonArgument(NamedTuple):
    """Functions that gather a batch's people from records, and give them to rules."""

    numbers: Any
    """Function of a record: its fields that are numbers."""
    codes: Any
    """Function of a record: its fields that are whole numbers, and 0."""
    agent: Any
    """Function of a batch, a place in it, a status and a belief: the argument `agent`."""


def person(columns: np.dtype[np.void], names: frozenset[str]) -> PersonArgument:
    """Return the functions for rules that read these names."""
    read = [name for name in columns.names or () if name in names and name not in OWN]
    codes = [name for name in read if columns[name].kind == "i"]
    numbers = [name for name in read if name not in codes]
    arguments = {name: f"batch.numbers[{place}, i]" for place, name in enumerate(numbers)}
    arguments |= {name: f"batch.codes[{place}, i]" for place, name in enumerate(codes)}
    arguments |= {"status": "status", "belief": "belief", "ties_defected": "batch.ties[i]"}
    kind = namedtuple("Person", arguments)  # type: ignore[misc]  # its fields are the scenario's
    return PersonArgument(
        _function(f"agent: ({''.join(f'1.0 * agent.{name}, ' for name in numbers)}0.0,)"),
        _function(f"agent: ({''.join(f'int64(agent.{name}), ' for name in codes)}int64(0),)"),
        _function(
            f"batch, i, status, belief: Person({', '.join(arguments.values())})", Person=kind
        ),
    )


def country(fields: Sequence[str], names: frozenset[str]) -> Any:
    """Return the function from values and an audience to the argument `country`."""
    read = {
        name: f"values[audience, {place}]" for place, name in enumerate(fields) if name in names
    }
    return _tuple("Country", "values, audience", read)


def parameters(fields: Sequence[str]) -> Any:
    """Return the function from a record to the argument `p`."""
    return _tuple("Parameters", "record", {name: f"record.{name}" for name in fields})


def _tuple(name: str, arguments: str, fields: dict[str, str]) -> Any:
    if not fields:
        return _function(f"{arguments}: 0")
    kind = namedtuple(name, fields)  # type: ignore[misc]  # its fields are the scenario's
    return _function(f"{arguments}: {name}({', '.join(fields.values())})", **{name: kind})


def _function(text: str, **names: Any) -> Any:
    """Return a function of fields that are known when rules are compiled alone."""
    return inlined(eval(f"lambda {text}", {"int64": np.int64, **names}))


def gather(people: PersonArgument, read: frozenset[str]) -> Callable[..., None]:
    """Return the function that gathers what rules read of a batch's people from their records."""
    take_numbers, take_codes, _ = people
    ties_read, unit_read = "ties_defected" in read, not read.isdisjoint(Unit._fields)

    @inlined
    def gather_people(run, batch, asked, begin, count):
        army, arguments, state = run
        for i in range(count):
            ahead = asked[min(begin + i + AHEAD, len(asked) - 1)]
            prefetch(state.strata, ahead)
            prefetch(arguments.agents, ahead % len(army.general))
            number = asked[begin + i]
            status, cohort = number // len(army.general), number % len(army.general)
            agent = arguments.agents[cohort]
            numbers, codes = take_numbers(agent), take_codes(agent)
            for field in range(len(numbers) - 1):
                batch.numbers[field, i] = numbers[field]
            for field in range(len(codes) - 1):
                batch.codes[field, i] = codes[field]
            batch.status[i], batch.belief[i], batch.ties[i] = status, state.belief[cohort], 0.0
            if ties_read:
                row = army.member[army.first[cohort]]
                batch.ties[i] = perception.share_of_ties(row, army.ties_first, state.defected_ties)
            if unit_read:
                superior = army.superior_unit[cohort]
                unit = perception.see_unit(state.units, army.cohort_unit[cohort], superior)
                for field in range(len(unit)):
                    batch.units[field, i] = unit[field]

    return gather_people


@inlined
def unit_of(batch, i):
    """Return the argument `unit`."""
    units = batch.units
    return Unit(units[0, i], units[1, i], units[2, i], units[3, i], units[4, i])


def believe(belief: Any, people: PersonArgument) -> Callable[..., None]:
    """Return the function that asks the rule of belief of a batch."""
    agent_of = people.agent

    @inlined
    def hold_beliefs(run, batch, asked, begin, count, country, p):
        army, _, state = run
        for i in range(count):
            agent = agent_of(batch, i, np.int64(kernel.LOYAL), 1.0)
            batch.belief[i] = belief(agent, unit_of(batch, i), country, p)
        for i in range(count):
            cohort = asked[begin + i] % len(army.general)
            if batch.belief[i] != state.belief[cohort]:
                kernel.believe(army, state, cohort, batch.belief[i])

    return hold_beliefs


def decide(rule: Any, people: PersonArgument, given: tuple[int, ...]) -> Callable[..., None]:
    """Return the function that asks a rule that decides, and gives rates of some transitions."""
    agent_of = people.agent

    @inlined
    def find_rates(batch, count, country, p):
        for i in range(count):
            agent = agent_of(batch, i, batch.status[i], batch.belief[i])
            rates = rule(agent, unit_of(batch, i), country, p)
            for one in given:
                batch.rates[one, i] = rates[one]

    return find_rates


def take_rates(given: tuple[int, ...]) -> Callable[..., None]:
    """Return the function by which a batch of strata takes annual rates of the `given` transitions.

    It lists those that are due.
    """

    @inlined
    def take_rates_given(run, batch, begin, count, step):
        army, arguments, state = run
        years, control, rates = arguments.parameters.years, state.control, batch.rates
        for i in range(count):
            number = state.asked[begin + i]
            status, stratum = number // len(army.general), state.strata[number]
            kernel.catch_up(stratum, step, given)
            for one in given:
                if not rates[one, i] >= 0.0:
                    kernel.refuse(control, number % len(army.general), one + 1)
                added = kernel.fixed(rates[one, i] * years)
                leads = LEADS_FROM[status, one]
                stratum.hazards[one].per_step = added if leads else 0
            if kernel.schedule(stratum, state.next_look, number, step, given):
                state.due[control.due_count] = number
                control.due_count += 1

    return take_rates_given
