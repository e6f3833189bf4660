"""The reference engine: every person a Mesa agent, every rule plain Python."""

from collections.abc import Sequence, Set
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.draws import uniform
from defectsim.engine.events import ENDS, EVENT, PLACE, Departure, Event
from defectsim.engine.hazard import NEVER, fixed, fraction, hazard_of, reached, threshold
from defectsim.engine.inputs import RunInputs
from defectsim.engine.protocol import Changed, Engine
from defectsim.engine.snapshots.snapshot import initial_state
from defectsim.engine.step import people_step
from defectsim.model.transitions import DECIDED, SERVING, TRANSITIONS, Cause, Rank, Status
from defectsim.population.agents import PersonAgent
from defectsim.population.world import World

_NAMES = list(TRANSITIONS)


class ReferenceEngine(Engine):
    """Simulates one run agent by agent, to be read, and to check the compiled engine against."""

    def __init__(self, inputs: RunInputs, world: World) -> None:
        super().__init__(inputs, initial_state(inputs.population, inputs.thresholds))
        self.world = world
        self.cumulative_hazard = [dict.fromkeys(DECIDED, 0) for _ in inputs.thresholds]
        self.threshold: list[dict[str, int]] = [
            dict(zip(DECIDED, row, strict=True)) for row in inputs.thresholds.tolist()
        ]
        self.belief = np.ones(len(inputs.population))
        self.ties_defected = np.zeros(len(inputs.population))
        self._events: list[Event] = []
        self._settled = 0
        self._due: list[tuple[int, str]] = []

    @cached_property
    def agents(self) -> list[PersonAgent]:
        """Everybody, by row; made when the model is complete."""
        return [self.world.agent(row) for row in range(len(self.inputs.population))]

    def ask_rules(self, step: int) -> None:
        """Ask the rules of everybody who serves, and note whose threshold is passed."""
        country = self.perceived_country(step)
        self._due = []
        for agent in self._serving(self.agents):
            if self.inputs.decisions.believes:
                self.belief[agent.row] = self._probability("belief", agent, country, step)
            who = "general" if agent.rank == Rank.GENERAL else "soldier"
            rates = self._ask(who, agent, country)._asdict()
            hazards = {
                name: self._hazard(who, agent, name, rate, step) for name, rate in rates.items()
            }
            if transition := self._passed(agent, hazards):
                self._due.append((agent.row, transition))

    def cross_thresholds(self, step: int) -> None:
        """Change the status of everybody whose threshold is passed, when all have decided."""
        for row, transition in self._due:
            self._change(step, row, transition, Cause.DECISION)
        for row, _ in self._due:
            self._draw_thresholds(row, step)

    def depart(self, departures: Sequence[Departure], step: int) -> None:
        """Change the status of people who announced their departure and have not left by rule."""
        for one in departures:
            name = _NAMES[one.transition]
            if self.status[one.row] in TRANSITIONS[name].origins:
                self.move(step, [one.row], name, Cause(one.cause), step + 1)

    def cascade(self, step: int) -> None:
        """Apply the pull of defected commanders on subordinates, until nobody more follows."""
        country, pulled = self.perceived_country(step), self._settled
        while pulled < len(self._events):
            event = self._events[pulled]
            pulled += 1
            if event.transition != PLACE["defect"] or self.status[event.row] != Status.DEFECTED:
                continue
            led = self._led_by(event.row)
            for agent in [one for one in led if self._follows(one, country, step)]:
                self._change(step, agent.row, "defect", Cause.COMMANDER)

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
        for near in np.unique(population.ties[[event.row for event in now]].indices).tolist():
            tied = self.status[population.ties[[near]].indices] == Status.DEFECTED
            self.ties_defected[near] = float(np.count_nonzero(tied)) / float(len(tied))
        self.doubting[step + 1] = 0
        for agent in self._serving(self.agents):
            place = (step + 1, population.branch[agent.row], population.rank[agent.row])
            self.doubting[place] += self.belief[agent.row] < 0.5

    _people_step = people_step(ask_rules, cross_thresholds, depart, cascade, settle)

    def advance(self, first: int, last: int, departures: Sequence[Departure] = ()) -> int:
        """Take one step, and return the next."""
        if first < last:
            self._people_step(departures, first)
        return min(first + 1, last)

    def move(self, step: int, rows: Sequence[int], transition: str, cause: Cause, _: int) -> None:
        """Change the status of people who did not decide by rule."""
        for row in rows:
            self._change(step, row, transition, cause)
            self._draw_thresholds(row, step)

    def change_inputs(self, inputs: RunInputs, _: Set[Changed], __: int) -> None:
        """Replace columns, or a calendar, that somebody has changed; agents read columns anyway."""
        self.inputs = inputs

    def return_before(self, step: int) -> None:
        """Do nothing: `advance` takes one step."""

    def event_records(self, known: int) -> NDArray[np.void]:
        """Return records of `EVENT` after the first `known`, in the order in which they happened."""
        return np.array(self._events[known:], EVENT)

    def _serving(self, agents: Sequence[PersonAgent]) -> list[PersonAgent]:
        return [agent for agent in agents if self.status[agent.row] in SERVING]

    def _led_by(self, row: int) -> list[PersonAgent]:
        """Return the serving people who have a person as their nearest commander."""
        unit, population = self.leads.item(row), self.inputs.population
        if unit < 0:
            return []
        under = np.flatnonzero(
            (population.superior >= 0) & (population.unit[population.superior] == unit)
        )
        return self._serving([self.agents[row] for row in under])

    def _follows(self, agent: PersonAgent, country: Any, step: int) -> bool:
        """Add a commander's pull to a subordinate's hazard; return whether they follow."""
        pull = fixed(hazard_of(self._probability("follow", agent, country, step)))
        cumulative = self.cumulative_hazard[agent.row]
        cumulative["defect"] = reached(cumulative["defect"], pull)
        return cumulative["defect"] >= self.threshold[agent.row]["defect"]

    def _ask(self, who: str, agent: PersonAgent, country: Any) -> Any:
        decision = self.inputs.decisions.of(who)
        unit = self.perceived_unit(agent.row)
        return decision.rule(agent, unit, country(agent.row), decision.p)

    def _probability(self, who: str, agent: PersonAgent, country: Any, step: int) -> float:
        asked = self._ask(who, agent, country)
        return self.inputs.probability(asked, who, "the result", agent.row, step)

    def _hazard(self, who: str, agent: PersonAgent, transition: str, rate: float, step: int) -> int:
        """Return what a step adds to a hazard, if the transition leads from here."""
        if not rate >= 0.0:
            raise self.inputs.invalid_result(who, transition, agent.row, step)
        leads = self.status[agent.row] in TRANSITIONS[transition].origins
        return fixed(float(rate) * self.inputs.clock.years_per_step) if leads else 0

    def _passed(self, agent: PersonAgent, hazards: dict[str, int]) -> str:
        """Add a step's hazards; return the transition whose threshold is passed first, or ''."""
        cumulative, limit = self.cumulative_hazard[agent.row], self.threshold[agent.row]
        passed = {
            name: fraction(limit[name], cumulative[name], hazard)
            for name, hazard in hazards.items()
            if hazard > 0 and reached(cumulative[name], hazard) >= limit[name]
        }
        for name, hazard in hazards.items():
            cumulative[name] = reached(cumulative[name], hazard)
        return min(passed, key=passed.__getitem__) if passed else ""

    def _change(self, step: int, row: int, transition: str, cause: Cause) -> None:
        self._events.append(Event(step, row, PLACE[transition], cause, self.status.item(row)))
        self.status[row] = TRANSITIONS[transition].end
        if self.status[row] not in SERVING:
            self.belief[row] = 1.0

    def _draw_thresholds(self, row: int, step: int) -> None:
        """Draw thresholds for somebody with a new status who serves; hazards start at 0."""
        if self.status[row] not in SERVING:
            return
        key, person = self.inputs.key, self.inputs.persons.item(row)
        self.cumulative_hazard[row] = dict.fromkeys(DECIDED, 0)
        self.threshold[row] = dict.fromkeys(DECIDED, NEVER)
        for place, (name, transition) in enumerate(DECIDED.items()):
            if self.status[row] in transition.origins:
                drawn = uniform(*key, person, step, place)
                self.threshold[row][name] = threshold(drawn, self.inputs.frailty.item(row))
