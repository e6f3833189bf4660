"""The reference engine: every rule plain Python, called with one person after the other."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import make_dataclass
from functools import cache
from itertools import chain, repeat
from math import isfinite
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from defectsim.engine.draws import uniform
from defectsim.engine.events import ENDS, EVENT, LEADS_FROM, PLACE, Departure, Event
from defectsim.engine.hazard import (
    CERTAIN,
    COUNTED,
    CUMULATIVE,
    NEVER,
    UNIT,
    fixed,
    fraction,
    hazard_of,
    reached,
    threshold,
)
from defectsim.engine.inputs import RunInputs
from defectsim.engine.protocol import Changed, Engine
from defectsim.engine.snapshots.snapshot import initial_state
from defectsim.engine.step import people_step
from defectsim.model.person import Array
from defectsim.model.rule import TIES, Rates
from defectsim.model.transitions import DECIDED, SERVING, TRANSITIONS, Cause, Rank, Service, Status
from defectsim.population.units import NOBODY
from defectsim.rules.faults import EXPECTED

type _Rows = NDArray[np.int64]

_NAMES = list(TRANSITIONS)
_SERVES = np.isin(list(Status), SERVING)
"""Shape (statuses,): whether people in a status serve."""


class ReferenceEngine(Engine):
    """Simulates one run person by person, to be read, and to check the compiled engine against."""

    def __init__(self, inputs: RunInputs) -> None:
        before = initial_state(inputs)
        super().__init__(inputs, before)
        self.threshold = np.array([_drawn(inputs, place) for place in range(len(DECIDED))])
        """Shape (transitions, people), as `cumulative_hazard`."""
        self.cumulative_hazard = np.zeros_like(self.threshold)
        self.belief = np.ones(len(inputs.population))
        self._states = {name: inputs.columns[name].copy() for name in inputs.decisions.states}
        self._standpoints = _standpoints(inputs)
        self._events: list[Event] = []
        self._settled = 0
        ties = {name: self.ties_in(TIES[name]) for name in inputs.decisions.ties}
        self.people = _records(inputs.columns, self.status, ties)
        """Shape (people,): what rules get as `agent`."""
        self._due: dict[int, list[tuple[float, int]]] = {}
        self._hazards = before.hazards.copy()

    def ask_rules(self, step: int) -> None:
        """Ask the rules of everybody who serves, and note whose threshold is passed."""
        ask = self._interview(step)
        self._update_states(ask, step)
        serves, general = _SERVES[self.status], self.inputs.population.rank == Rank.GENERAL
        if self.inputs.decisions.believes:
            rows = np.flatnonzero(serves)
            for row, belief in zip(rows.tolist(), ask("belief", rows), strict=True):
                self._note("belief", row, self._probability(belief, "belief", row, step))
        rates = np.zeros((len(self.status), len(DECIDED)))
        for who, deciders in (("soldier", serves & ~general), ("general", serves & general)):
            rows = np.flatnonzero(deciders)
            rates[rows] = self._rates([*ask(who, rows)], who, rows, step)
        if not (rates >= 0.0).all():
            row, place = np.argwhere(~(rates >= 0.0))[0].tolist()
            who = "general" if general[row] else "soldier"
            raise self.inputs.invalid_result(who, _NAMES[place], row, step)
        self._due, self._before = {}, self.cumulative_hazard.copy()
        self._added = np.zeros_like(self._before)
        for place, rate in enumerate(rates.T):
            if rate.any():
                self._add_hazard(place, rate)

    def cross_thresholds(self, step: int) -> None:
        """Change the status of everybody whose threshold is passed, when all have decided."""
        for row in sorted(self._due):
            when, place = min(self._due[row])
            self._expose(row, self._before[:, row] + when * self._added[:, row])
            self._observe(row, place)
            self._change(step, row, _NAMES[place], Cause.DECISION)
        for row in self._due:
            self._draw_thresholds(row, step)

    def depart(self, departures: Sequence[Departure], step: int) -> None:
        """Change the status of people who announced their departure and have not left by rule."""
        for one in departures:
            if LEADS_FROM[self.status[one.row], one.transition]:
                self.move(step, [one.row], _NAMES[one.transition], Cause(one.cause), step + 1)

    def pull_again(self, step: int) -> None:
        """Apply the pull of commanders who defected before, if people are to be asked again."""
        if self.inputs.asked_again.ever:
            for row, days in self._days_asked(step).items():
                self._pull(row, days, step)

    def cascade(self, step: int) -> None:
        """Apply the pull of defected commanders on subordinates, until nobody more follows."""
        pulled = self._settled
        while pulled < len(self._events):
            event = self._events[pulled]
            pulled += 1
            if event.transition != PLACE["defect"] or self.status[event.row] != Status.DEFECTED:
                continue
            self._pull(event.row, 1, step)

    def settle(self, step: int) -> None:
        """Count those who changed status, in their units, for all to see in the next step."""
        population, now = self.inputs.population, self._events[self._settled :]
        self._settled = len(self._events)
        self.counts[step + 1] = self.counts[step]
        for event in now:
            row, end = event.row, ENDS[event.transition]
            counts = self.counts[step + 1, population.branch[row], population.rank[row]]
            counts[event.start] -= 1
            counts[end] += 1
            unit: int = population.unit.item(row)
            while unit >= 0:
                self.unit_counts[event.start, unit] -= 1
                self.unit_counts[end, unit] += 1
                unit = population.units.parent.item(unit)
        self._show_ties([event.row for event in now])
        doubts = _SERVES[self.status] & (self.belief < 0.5)
        self.doubting[step + 1] = 0
        doubters: Any = (step + 1, population.branch[doubts], population.rank[doubts])
        np.add.at(self.doubting, doubters, 1)

    _people_step = people_step(ask_rules, cross_thresholds, depart, pull_again, cascade, settle)

    def advance(self, first: int, last: int, departures: Sequence[Departure] = ()) -> int:
        """Take one step, and return the next."""
        if first < last:
            self._people_step(departures, first)
        return min(first + 1, last)

    def move(
        self,
        step: int,
        rows: Sequence[int],
        transition: str,
        cause: Cause,
        _: int,
        instigator: int = NOBODY,
    ) -> None:
        """Change the status of people who did not decide by rule."""
        for row in rows:
            if _SERVES[self.status[row]]:
                self._expose(row, self.cumulative_hazard[:, row])
            self._change(step, row, transition, cause, instigator)
            self._draw_thresholds(row, step)

    def change_inputs(self, inputs: RunInputs, changed: Set[Changed], _: int) -> None:
        """Replace columns, or a calendar, that somebody has changed."""
        if inputs.everybody is not self.inputs.everybody:
            self._standpoints = _standpoints(inputs)
        self.inputs = inputs
        for name in {name for name, _ in changed}:
            if name in self._states:
                self._states[name] = inputs.columns[name].copy()
            for person, value in zip(self.people, inputs.columns[name].tolist(), strict=True):
                object.__setattr__(person, name, value)

    @property
    def settled_events(self) -> int:
        """Number of events before this step."""
        return self._settled

    def return_before(self, step: int) -> None:
        """Do nothing: `advance` takes one step."""

    def states(self) -> dict[str, Array]:
        """Return people's state by name."""
        return {name: values.copy() for name, values in self._states.items()}

    def event_records(self, known: int) -> NDArray[np.void]:
        """Return records of `EVENT` after the first `known`, in the order in which they happened."""
        return np.array(self._events[known:], EVENT)

    def _interview(self, step: int) -> Callable[[str, _Rows], Iterator[Any]]:
        """Return a function that asks a rule of people of some rows, one after the other.

        They perceive unit and country as these are now.
        """
        first, standpoint = self._standpoints.first.tolist(), self._standpoints.of
        units = np.fromiter(map(self.perceived_unit, first), object)
        countries = np.fromiter(map(self.perceived_country(step), first), object)

        def ask(who: str, rows: _Rows) -> Iterator[Any]:
            decision, places = self.inputs.decisions.of(who), standpoint[rows]
            agents, around, country = self.people[rows], units[places], countries[places]
            arguments = (agents.tolist(), around.tolist(), country.tolist(), repeat(decision.p))
            return map(decision.ask, *arguments)

        return ask

    def _update_states(self, ask: Callable[[str, _Rows], Iterator[Any]], step: int) -> None:
        """Give everybody the state that the rule `update` returns."""
        if not self._states:
            return
        for row, new in enumerate(list(ask("update", np.arange(len(self.people))))):
            for name in self._states:
                value = getattr(new, name, None)
                if not isinstance(value, Real):
                    what = f"it returns {new!r}, not {EXPECTED[tuple]},"
                    raise self.inputs.wrong_result("update", what, row, step)
                if not isfinite(value):
                    raise self.inputs.invalid_result("update", name, row, step)
                self._states[name][row] = float(value)
                object.__setattr__(self.people[row], name, float(value))

    def _rates(self, answers: list[Any], who: str, rows: _Rows, step: int) -> NDArray[np.float64]:
        """Return the rates that a rule gave to people, of shape (people, transitions)."""
        with suppress(TypeError, ValueError):  # those that are no numbers are found below
            if {*map(type, answers)} <= {Rates}:
                numbers = np.fromiter(chain.from_iterable(answers), float)
                return numbers.reshape(-1, len(DECIDED))
        for row, answer in zip(rows.tolist(), answers, strict=True):
            numeric = isinstance(answer, tuple) and all(isinstance(one, Real) for one in answer)
            if not numeric or len(answer) != len(DECIDED):
                what = f"it returns {answer!r}, not {EXPECTED[Rates]},"
                raise self.inputs.wrong_result(who, what, row, step)
        return np.array(answers, float)

    def _probability(self, value: float, who: str, row: int, step: int) -> float:
        return self.inputs.probability(value, who, "the result", row, step)

    def _add_hazard(self, place: int, rates: NDArray[np.float64]) -> None:
        """Add a step's hazard of a transition where it leads from, and note who passes it when."""
        leads = LEADS_FROM[self.status, place]
        added = np.where(leads, rates, 0.0) * self.inputs.clock.years_per_step
        hazard = np.minimum(added * UNIT, CERTAIN).astype(np.int64)
        limit, before = self.threshold[place], self.cumulative_hazard[place].copy()
        self._added[place] = hazard
        self.cumulative_hazard[place] = np.minimum(before + hazard, CERTAIN)
        passed = (hazard > 0) & (self.cumulative_hazard[place] >= limit)
        for row in np.flatnonzero(passed).tolist():
            when = fraction(limit.item(row), before.item(row), hazard.item(row))
            self._due.setdefault(row, []).append((when, place))

    def _show_ties(self, changed: Sequence[int]) -> None:
        """Set the shares of ties, in each status that rules read, of all who see those changed."""
        ties, watchers = self.inputs.ties, self.inputs.watchers
        for near in {one for row in changed for one in _neighbours(watchers, row).tolist()}:
            status = self.status[_neighbours(ties, near)]
            for name in self.inputs.decisions.ties:
                share = float(np.count_nonzero(status == TIES[name])) / float(len(status))
                object.__setattr__(self.people[near], name, share)

    def _led_by(self, row: int) -> _Rows:
        """Return the serving people who have a person as their nearest commander."""
        unit, population = self.leads.item(row), self.inputs.population
        led = (population.superior != NOBODY) & (population.unit[population.superior] == unit)
        return np.flatnonzero(led & _SERVES[self.status])

    def _days_asked(self, step: int) -> dict[int, int]:
        """Return commanders who defected before this step, and the days of it on which they pull."""
        again, now = self.inputs.asked_again, self._events[self._settled :]
        before, defect = self._events[: self._settled], PLACE["defect"]
        since = {event.row: event.step for event in before if event.transition == defect}
        attempt = again.in_attempts and self.attempt_memory.joined > 0.0
        wave = self.perceived_country(step)(0).declared >= again.from_declared
        leaders = np.flatnonzero((self.leads != NOBODY) & (self.status == Status.DEFECTED))
        found = {}
        for row in sorted({*leaders.tolist()} - {event.row for event in now}):
            days = again.step_days if attempt or wave else 0
            if row in since:
                left = again.days - (step - since[row] - 1) * again.step_days
                days = max(days, min(left, again.step_days))
            if days > 0:
                found[row] = days
        return found

    def _pull(self, commander: int, days: int, step: int) -> None:
        """Apply a commander's pull of some days to all who serve directly below."""
        if len(led := self._led_by(commander)):
            asked = zip(led.tolist(), self._interview(step)("follow", led), strict=True)
            for row in [row for row, chance in asked if self._follows(row, chance, days, step)]:
                reached_then = self.cumulative_hazard[:, row]
                self._expose(row, np.minimum(reached_then, self.threshold[:, row]))
                self._observe(row, PLACE["defect"])
                self._change(step, row, "defect", Cause.COMMANDER, commander)

    def _follows(self, row: int, chance: float, days: int, step: int) -> bool:
        """Add a commander's pull to a subordinate's hazard; return whether they follow."""
        place, pull = PLACE["defect"], hazard_of(self._probability(chance, "follow", row, step))
        cumulative = reached(self.cumulative_hazard.item(place, row), fixed(pull * days))
        self.cumulative_hazard[place, row] = cumulative
        passed: bool = cumulative >= self.threshold.item(place, row)
        return passed

    def _note(self, name: str, row: int, value: Any) -> None:
        """Set what the engine knows of a person, in its column and in their record."""
        getattr(self, name)[row] = value
        object.__setattr__(self.people[row], name, value)

    def _change(
        self, step: int, row: int, transition: str, cause: Cause, instigator: int = NOBODY
    ) -> None:
        status = self.status.item(row)
        self._events.append(Event(step, row, PLACE[transition], cause, status, instigator))
        self._note("status", row, TRANSITIONS[transition].end)
        if self.status[row] not in SERVING:
            self._note("belief", row, 1.0)

    @property
    def hazards(self) -> NDArray[np.float64]:  # type: ignore[override]  # computed when read
        """Transitions expected and observed; see `EngineState`."""
        before = self._hazards.copy()
        for row in np.flatnonzero(_SERVES[self.status]).tolist():
            self._expose(row, self.cumulative_hazard[:, row])
        found, self._hazards = self._hazards, before
        return found

    def _expose(self, row: int, hazard: NDArray[Any]) -> None:
        """Add the cumulative hazards that somebody was exposed to in the status that they leave."""
        if self.inputs.record.hazards:
            population, frailty = self.inputs.population, self.inputs.frailty[row]
            group = population.branch[row], population.rank[row]
            self._hazards[CUMULATIVE, *group] += hazard * (frailty / UNIT)

    def _observe(self, row: int, place: int) -> None:
        """Count a transition that came of a hazard."""
        if self.inputs.record.hazards:
            population = self.inputs.population
            self._hazards[COUNTED, population.branch[row], population.rank[row], place] += 1

    def _draw_thresholds(self, row: int, step: int) -> None:
        """Draw thresholds for somebody with a new status who serves; hazards start at 0."""
        if self.status[row] not in SERVING:
            return
        key, person = self.inputs.key, self.inputs.population.persons.item(row)
        self.cumulative_hazard[:, row] = 0
        self.threshold[:, row] = NEVER
        for place in range(len(DECIDED)):
            if LEADS_FROM[self.status[row], place]:
                drawn = uniform(*key, person, step, place)
                self.threshold[place, row] = threshold(drawn, self.inputs.frailty.item(row))


def _neighbours(graph: sparse.csr_array, row: int) -> NDArray[np.int32]:
    """Return the columns of a graph's row."""
    return graph.indices[graph.indptr[row] : graph.indptr[row + 1]]


def _records(
    columns: Mapping[str, Array], status: NDArray[np.int8], ties: Mapping[str, Array]
) -> NDArray[np.object_]:
    """Return a record of each person, with what rules read; shape (people,)."""
    values: dict[str, Iterable[Any]] = {
        name: column.tolist() for name, column in columns.items() if name != "frailty"
    }
    for name, codes in (("rank", tuple(Rank)), ("service", tuple(Service))):
        values[name] = [codes[code] for code in columns[name].tolist()]
    values |= {name: shares.tolist() for name, shares in ties.items()}
    values |= {"status": map(tuple(Status).__getitem__, status.tolist()), "belief": repeat(1.0)}
    return np.fromiter(map(_record(*values), *values.values()), object)


@cache
def _record(*names: str) -> type[Any]:
    """Return a class of records that nobody changes but the engine."""
    return make_dataclass("Person", names, frozen=True, slots=True, eq=False)


class _Standpoints(NamedTuple):
    """Where people stand who perceive the same unit and country."""

    first: _Rows
    """The row of one person at each standpoint."""
    of: _Rows
    """Shape (people,): the standpoint of each person."""


def _standpoints(inputs: RunInputs) -> _Standpoints:
    population, audience = inputs.population, inputs.everybody.audience
    where = np.stack([population.unit, population.superior, audience], axis=1)
    _, first, of = np.unique(where, axis=0, return_index=True, return_inverse=True)
    return _Standpoints(first, of.ravel())


def _drawn(inputs: RunInputs, place: int) -> list[int]:
    """Draw everybody's threshold of a transition; `NEVER` if it does not lead from their status."""
    leads = LEADS_FROM[inputs.initial_status, place]
    if not leads.any():
        return [NEVER] * len(leads)
    draws = inputs.resistance(_NAMES[place]).tolist()
    people = zip(leads.tolist(), draws, inputs.frailty.tolist(), strict=True)
    return [threshold(draw, frailty) if leads else NEVER for leads, draw, frailty in people]
