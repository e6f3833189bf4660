"""Rules over batches of people, in loops of which the compiler makes instructions for several.

What a rule reads of people is gathered from their records into columns; what it reads of the
country and of its parameters is the same for all of a batch. So nothing in a loop depends on who
comes before.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.compiled import kernel, perception
from defectsim.engine.compiled.cache import inlined
from defectsim.engine.compiled.kernel import HAZARDS
from defectsim.engine.compiled.plan import PlanName
from defectsim.model.rule import Unit
from defectsim.rules.bindings import Decisions
from defectsim.rules.compile import as_probability, as_rates
from defectsim.rules.intrinsics import prefetch, store_apart

AHEAD = 8
"""People of a batch whose records are fetched before they are needed."""
BATCH = 128
"""People of a batch: few enough for a processor's nearest cache."""


class RuleBatch(NamedTuple):
    """Columns of one batch, one after the other in one row of numbers.

    A distance between columns that the compiler knows is needed for long rules: it compares each
    column that is read with each that is written, and gives up where these are too many.
    """

    numbers: NDArray[np.float64]
    """Shape (fields x batch,)."""
    codes: NDArray[np.int64]
    """Shape (fields x batch,): those that are whole numbers."""
    status: NDArray[np.int64]
    belief: NDArray[np.float64]
    ties: NDArray[np.float64]
    """Shape (`Decisions.ties` x batch,)."""
    units: NDArray[np.float64]
    """Shape (fields of `Unit` x batch,)."""
    rates: NDArray[np.float64]
    """Shape (transitions x batch,)."""
    most: NDArray[np.float64]
    """Shape (transitions x batch,): bounds of rates."""
    past: NDArray[np.float64]
    """Shape (transitions x batch,): rates of one person, of one step after the other."""
    lasted: NDArray[np.int64]
    """Shape (batch,): steps in which each of these held."""
    updated: NDArray[np.float64]
    """Shape (fields, batch): new state."""

    @classmethod
    def empty(cls, fields: int, ties: int) -> "RuleBatch":
        """Return room for a batch of people with some fields, and shares of ties."""
        return cls(
            numbers=np.empty(fields * BATCH),
            codes=np.empty(fields * BATCH, np.int64),
            status=np.empty(BATCH, np.int64),
            belief=np.empty(BATCH),
            ties=np.empty(ties * BATCH),
            units=np.empty(len(Unit._fields) * BATCH),
            rates=np.empty(HAZARDS * BATCH),
            most=np.empty(HAZARDS * BATCH),
            past=np.empty(HAZARDS * BATCH),
            lasted=np.empty(BATCH, np.int64),
            updated=np.empty((fields, BATCH)),
        )


class PersonArgument(NamedTuple):
    """Functions that gather a batch's people from their columns, and give them to rules."""

    numbers: Any
    """Function of `RuleArguments.agents`, `CompiledState.own` and a cohort: its columns that are
    numbers, its state, and 0."""
    codes: Any
    """Function of `RuleArguments.agents` and a cohort: its columns that are whole numbers, and 0."""
    fetch: Any
    """The same: fetches what is needed soon."""
    agent: Any
    """Function of a batch, a place in it, a status and a belief: the argument `agent`."""
    ties: tuple[int, ...]
    """Places in `Decisions.ties` of the shares of ties that are read."""


def person(
    columns: np.dtype[np.void],
    decisions: Decisions,
    names: frozenset[str],
    plan_name: PlanName,
) -> PersonArgument:
    """Return the functions for rules that read these names."""
    places = {name: place for place, name in enumerate(columns.names or ()) if name in names}
    own = {name: f"own[{place}, i]" for place, name in enumerate(decisions.states) if name in names}
    codes = [name for name in places if columns[name].kind == "i"]
    numbers = [name for name in (*places, *own) if name not in codes]
    arguments = {name: f"batch.numbers[{place * BATCH} + i]" for place, name in enumerate(numbers)}
    arguments |= {name: f"batch.codes[{place * BATCH} + i]" for place, name in enumerate(codes)}
    ties = {name: place for place, name in enumerate(decisions.ties) if name in names}
    arguments |= {name: f"batch.ties[{place * BATCH} + i]" for name, place in ties.items()}
    arguments |= {"status": "status", "belief": "belief"}
    kind = namedtuple("Person", arguments)  # type: ignore[misc]  # its fields are the scenario's
    text, fetched = {name: f"agents[i].{name}" for name in places}, ["agents"]
    if plan_name == "rows":
        text = {name: f"agents[{place}][i]" for name, place in places.items()}
        fetched = [f"agents[{place}]" for place in places.values()]
    text |= own
    return PersonArgument(
        function(f"agents, own, i: ({''.join(f'1.0 * {text[name]}, ' for name in numbers)}0.0,)"),
        function(f"agents, i: ({''.join(f'int64({text[name]}), ' for name in codes)}int64(0),)"),
        function(
            f"agents, i: ({''.join(f'prefetch({one}, i), ' for one in fetched)}0,)",
            prefetch=prefetch,
        ),
        function(f"batch, i, status, belief: Person({', '.join(arguments.values())})", Person=kind),
        tuple(ties.values()),
    )


def country(fields: Sequence[str], names: frozenset[str]) -> Any:
    """Return the function from values and an audience to the argument `country`."""
    read = {
        name: f"values[audience, {place}]" for place, name in enumerate(fields) if name in names
    }
    return _tuple("Country", "values, audience", read)


class CountryAt(NamedTuple):
    """Functions that give rules the country as it was in earlier steps."""

    levers: Any
    """Function of all levers, a step and an audience: those that are read, and 0."""
    country: Any
    """Function of these levers, of entries of news, a kind and an entry: the argument `country`."""


def country_at(news: Sequence[str], levers: Sequence[str], names: frozenset[str]) -> CountryAt:
    """Return the functions for rules that read these names."""
    read = [(place, name) for place, name in enumerate(levers) if name in names]
    fields = {name: f"news[kind, {place}, k]" for place, name in enumerate(news) if name in names}
    fields |= {name: f"levers[{place}]" for place, (_, name) in enumerate(read)}
    return CountryAt(
        function(
            f"levers, step, audience: "
            f"({''.join(f'levers[step, audience, {place}], ' for place, _ in read)}0.0,)"
        ),
        _tuple("Country", "levers, news, kind, k", fields),
    )


def parameters(who: str, fields: Sequence[str]) -> Any:
    """Return the function from all rules' parameters to the argument `p` of one."""
    return _tuple("Parameters", "values", {name: f"values.{who}.{name}" for name in fields})


def _tuple(name: str, arguments: str, fields: dict[str, str]) -> Any:
    if not fields:
        return function(f"{arguments}: 0")
    kind = namedtuple(name, fields)  # type: ignore[misc]  # its fields are the scenario's
    return function(f"{arguments}: {name}({', '.join(fields.values())})", **{name: kind})


def function(text: str, **names: Any) -> Any:
    """Return a function of fields that are known when rules are compiled alone."""
    return inlined(eval(f"lambda {text}", {"int64": np.int64, **names}))


def unit(names: frozenset[str]) -> Any:
    """Return the function from a batch and a place in it to the argument `unit`."""
    fields = {
        name: f"batch.units[{place * BATCH} + i]"
        for place, name in enumerate(Unit._fields)
        if name in names
    }
    return _tuple("Unit", "batch, i", fields)


def fields_of_unit(read: frozenset[str]) -> tuple[int, ...]:
    """Return the places of the fields of `Unit` that rules read."""
    return tuple(place for place, name in enumerate(Unit._fields) if name in read)


class BatchPlan(NamedTuple):
    """Functions of a run and one that is asked: a stratum or, where people are not alike, a row."""

    located: Any
    """Returns the cohort and the status."""
    numbered: Any
    """Function of a run, a cohort and a status: the one that is asked."""
    fetch: Any
    """Fetches records that are needed soon."""
    remembers: bool
    """True if `ties_then` keeps the shares of ties that people saw when last asked."""


@cache
def gather(
    people: PersonArgument, read: frozenset[str], plan: "BatchPlan"
) -> tuple[Callable[..., None], Callable[..., None], Callable[..., None]]:
    """Return functions that gather what a batch's people are, and see of units and of their ties."""
    (located, _, fetch, _), (take_numbers, take_codes, fetch_columns, _, tied) = plan, people
    remembers, ties = plan.remembers, np.array(tied, np.int64)

    @inlined
    def gather_people(run, batch, asked, begin, count):
        agents = run.arguments.agents
        for i in range(count):
            ahead = asked[min(begin + i + AHEAD, len(asked) - 1)]
            fetch(run, ahead)
            fetch_columns(agents, located(run, ahead)[0])
            cohort, status = located(run, asked[begin + i])
            store_apart(batch.numbers, i, BATCH, take_numbers(agents, run.state.own, cohort))
            store_apart(batch.codes, i, BATCH, take_codes(agents, cohort))
            batch.status[i], batch.belief[i] = status, run.state.belief[cohort]
            if remembers:
                for place in range(len(ties)):
                    tie = ties[place]
                    batch.ties[tie * BATCH + i] = run.state.plan.ties_then[tie, cohort]

    return gather_people, *_see_around(read, ties, plan)


def _see_around(
    read: frozenset[str], ties: NDArray[np.int64], plan: "BatchPlan"
) -> tuple[Callable[..., None], Callable[..., None]]:
    """Return functions by which a batch's people see their units, and their ties."""
    located, remembers = plan.located, plan.remembers
    places = fields_of_unit(read)
    seen, unit_read = perception.unit_seen(places), bool(places)

    @inlined
    def see_units(run, batch, asked, begin, count, units):
        army = run.army
        if unit_read:
            for i in range(count):
                cohort, _ = located(run, asked[begin + i])
                own, above = army.cohort_unit[cohort], army.superior_unit[cohort]
                led = 1.0 if above >= 0 else 0.0
                fields = seen(units, own, army.top[own], max(above, 0), led)
                for field in range(len(places)):
                    batch.units[places[field] * BATCH + i] = fields[field]

    @inlined
    def see_ties(run, batch, asked, begin, count):
        army, _, state = run
        for place in range(len(ties)):
            tie = ties[place]
            for i in range(count):
                cohort, _ = located(run, asked[begin + i])
                row = army.member[army.first[cohort]]
                batch.ties[tie * BATCH + i] = perception.share_of_ties(state, tie, row)
                if remembers:
                    state.plan.ties_then[tie, cohort] = batch.ties[tie * BATCH + i]

    return see_units, see_ties


class Question(NamedTuple):
    """A rule as it is asked, with the functions that make its arguments."""

    kind: int
    """1 for generals, else 0."""
    rule: Any
    bounds: Any
    """Bounds of its rates while news moves, or None; see `rules.intervals`."""
    given: tuple[int, ...]
    """The transitions of which it gives rates."""
    slots: tuple[int, ...]
    """Their places among the thresholds that people have; see `rows.kept_transitions`."""
    belief: Any
    """The rule of belief, or None if none that decides reads it."""
    own_read: frozenset[str]
    """Names that the rule itself reads."""
    read: frozenset[str]
    """These, and those that the rule of belief reads."""
    people: PersonArgument
    unit: Any
    """Function of a batch and a place in it: the argument `unit`."""
    country: Any
    """Function of values and an audience: the argument `country`."""
    country_at: CountryAt
    parameters: Any
    """Function of all rules' parameters: the argument `p`."""
    belief_parameters: Any
    """The same for the rule of belief."""


@cache
def hold_beliefs(question: Question, plan: BatchPlan) -> Callable[..., None]:
    """Return the function that asks the rule of belief of a batch, if there is any."""
    agent_of, located, belief = question.people.agent, plan.located, question.belief
    believes, parameters = belief is not None, question.belief_parameters
    unit_of = question.unit

    @inlined
    def hold(run, batch, asked, begin, count, country):
        army, arguments, state = run
        if believes:
            p = parameters(arguments.parameters)
            for i in range(count):
                agent = agent_of(batch, i, np.int64(kernel.LOYAL), 1.0)
                found = belief(agent, unit_of(batch, i), country, p)
                batch.belief[i] = as_probability(belief, found)
            for i in range(count):
                cohort, _ = located(run, asked[begin + i])
                if batch.belief[i] != state.belief[cohort]:
                    kernel.believe(army, state, cohort, batch.belief[i])

    return hold


@cache
def find_rates(question: Question) -> Callable[..., None]:
    """Return the function that asks the rule that decides of a batch."""
    agent_of, unit_of, rule = question.people.agent, question.unit, question.rule
    given = question.given

    @inlined
    def find(batch, count, country, p):
        for i in range(count):
            agent = agent_of(batch, i, batch.status[i], batch.belief[i])
            rates = as_rates(rule, rule(agent, unit_of(batch, i), country, p))
            for one in given:
                batch.rates[one * BATCH + i] = rates[one]

    return find


@cache
def find_bounds(question: Question) -> Callable[..., None]:
    """Return the function that bounds the rates of a batch; unless there are bounds, by the rates."""
    agent_of, unit_of, bounds = question.people.agent, question.unit, question.bounds
    given = question.given
    places = tuple(enumerate(given))

    @inlined
    def find(batch, count, country, most_of_country, p):
        for i in range(count):
            agent = agent_of(batch, i, batch.status[i], batch.belief[i])
            most = bounds(agent, unit_of(batch, i), country, most_of_country, p)
            for place, one in places:
                batch.most[one * BATCH + i] = most[place]

    return find
