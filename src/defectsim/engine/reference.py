"""The reference engine: every person a Mesa agent, every rule plain Python; to be read, and to be checked against."""

from collections.abc import Sequence, Set
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.compiled.arrays import handed_over
from defectsim.engine.inputs import Changed, Events, RunInputs
from defectsim.engine.institutions.state import Attempt
from defectsim.engine.perception import Perception
from defectsim.engine.shared.draws import persons, uniform
from defectsim.engine.shared.hazard import NEVER, advanced, fixed, fraction, survived, toughened
from defectsim.engine.snapshots.snapshot import initial_counts, initial_leads, initial_stands
from defectsim.model.rule import Rates
from defectsim.model.transitions import SERVING, TRANSITIONS, Cause, Rank, Status
from defectsim.policies.observers import Observation
from defectsim.population.agents import PersonAgent, World
from defectsim.rules.bindings import Decision

_TRANSITIONS = list(TRANSITIONS)


class ReferenceEngine:
    """Loops over agents; each has a clock and a resistance for each transition."""

    def __init__(self, inputs: RunInputs, world: World) -> None:
        self.observations: list[Observation] = []
        self.attempts: list[Attempt] = []
        self.world = world
        population, steps = inputs.population, inputs.clock.steps
        self.clock = [dict.fromkeys(Rates._fields, 0) for _ in range(len(population))]
        self.resistance: list[dict[str, int]] = [
            dict(zip(Rates._fields, row, strict=True)) for row in inputs.draws.resistance.tolist()
        ]
        self.status = np.full(len(population), Status.LOYAL, np.int8)
        self.belief = np.ones(len(population))
        self.ties_defected = np.zeros(len(population))
        self.stands = initial_stands(population)
        self.counts = initial_counts(population, steps)
        self.doubting = np.zeros((steps + 1, *population.strength.shape), np.int32)
        self.commander, self.leads = population.units.commander.copy(), initial_leads(population)
        self.memory = np.zeros(4)
        self.past: list[tuple[int, int, int, int, int]] = []
        self.now: list[tuple[int, int, int, int, int]] = []
        self.changed(inputs, frozenset(), 0)

    @cached_property
    def agents(self) -> list[PersonAgent]:
        """Everybody, by row; made when the model is complete."""
        return [self.world.agent(row) for row in range(len(self.inputs.population))]

    def decide(self, step: int) -> None:
        """Ask the rule of everybody who serves for rates; whose clock passes a resistance leave together at the end."""
        country, leaving = self.perception.country(step), []
        for agent in self._serving(self.agents):
            who = "general" if agent.rank == Rank.GENERAL else "soldier"
            if self.inputs.decisions.believes:
                self._believe(agent, country, step)
            rates = self._ask(who, agent, country)
            moved = {
                transition: self._hazard(who, agent, transition, rate, step)
                for transition, rate in rates._asdict().items()
            }
            if transition := self._passed(agent, moved):
                leaving.append((agent.row, transition))
        for row, transition in leaving:
            self._change(step, row, transition, Cause.DECISION)
        for row, _ in leaving:
            self._settle_in(row, step)

    def cascade(self, step: int) -> None:
        """Let subordinates follow whoever has defected, and theirs follow them, until nobody more does."""
        country, pulled = self.perception.country(step), 0
        while pulled < len(self.now):
            _, row, transition, *_ = self.now[pulled]
            pulled += 1
            if _TRANSITIONS[transition] != "defect" or self.status[row] != Status.DEFECTED:
                continue
            followers = [
                agent for agent in self._led_by(row) if self._follows(agent, country, step)
            ]
            for agent in followers:
                self._change(step, agent.row, "defect", Cause.COMMANDER)

    def settle(self, step: int) -> None:
        """Count those who left, in the units that they left, for all to see in the next step."""
        population, ties = self.inputs.population, self.inputs.population.ties
        self.counts[step + 1] = self.counts[step]
        for _, row, transition, _, start in self.now:
            end = TRANSITIONS[_TRANSITIONS[transition]].end
            counts = self.counts[step + 1, population.branch[row], population.rank[row]]
            counts[start] -= 1
            counts[end] += 1
            unit: int = population.unit.item(row)
            while unit >= 0:
                self.stands[start, unit] -= 1
                self.stands[end, unit] += 1
                unit = population.units.parent.item(unit)
        for near in {tie for _, row, *_ in self.now for tie in ties[[row]].indices.tolist()}:
            tied = ties[[near]].indices
            self.ties_defected[near] = float(
                np.count_nonzero(self.status[tied] == Status.DEFECTED)
            ) / float(len(tied))
        self.doubting[step + 1] = 0
        for agent in self._serving(self.agents):
            doubts = self.belief[agent.row] < 0.5
            self.doubting[step + 1, population.branch[agent.row], population.rank[agent.row]] += (
                doubts
            )
        self.past += self.now
        self.now = []

    def advance(self, first: int, last: int) -> int:
        """Take one step, and return which one comes next."""
        if first < last:
            self.decide(first)
            self.cascade(first)
            self.settle(first)
        return min(first + 1, last)

    def move(self, step: int, rows: Sequence[int], transition: str, cause: Cause, _: int) -> None:
        """Change the status of people who did not decide by rule."""
        for row in rows:
            self._change(step, row, transition, cause)
            self._settle_in(row, step)

    def appoint(self, unit: int, row: int) -> None:
        """Give a unit a commander."""
        handed_over(self.commander, self.leads, unit, row)

    def changed(self, inputs: RunInputs, _: Set[Changed], __: int) -> None:
        """Go on with columns, or a calendar, that has changed between two steps; agents read columns anyway."""
        self.inputs = inputs
        self.perception = Perception(inputs, self)

    def call(self, step: int) -> None:
        """Do nothing: institutions step before each step."""

    @property
    def events(self) -> Events:
        """All changes of status so far."""
        return self.after(0)

    def after(self, known: int) -> Events:
        """Return the changes of status after the first few."""
        return Events.of(np.array((self.past + self.now)[known:], np.int32).reshape(-1, 5))

    @cached_property
    def _persons(self) -> NDArray[np.int64]:
        return persons(self.inputs.population)

    def _serving(self, agents: Sequence[PersonAgent]) -> list[PersonAgent]:
        return [agent for agent in agents if self.status[agent.row] in SERVING]

    def _led_by(self, row: int) -> list[PersonAgent]:
        """Return those whose nearest commander above somebody is."""
        unit, population = self.leads.item(row), self.inputs.population
        if unit < 0:
            return []
        under = np.flatnonzero(
            (population.superior >= 0) & (population.unit[population.superior] == unit)
        )
        return self._serving([self.agents[row] for row in under])

    def _believe(self, agent: PersonAgent, country: Any, step: int) -> None:
        belief = self._ask("belief", agent, country)
        if not 0.0 <= belief <= 1.0:
            raise self.inputs.refuse("belief", "the result", agent.row, step)
        self.belief[agent.row] = belief

    def _follows(self, agent: PersonAgent, country: Any, step: int) -> bool:
        """Let somebody be pulled by a commander, and say whether they follow."""
        probability = self._ask("follow", agent, country)
        if not 0.0 <= probability <= 1.0:
            raise self.inputs.refuse("follow", "the result", agent.row, step)
        clock = self.clock[agent.row]
        clock["defect"] = advanced(clock["defect"], fixed(survived(probability)))
        return clock["defect"] >= self.resistance[agent.row]["defect"]

    def _ask(self, who: str, agent: PersonAgent, country: Any) -> Any:
        decision: Decision = getattr(self.inputs.decisions, who)
        return decision.rule(agent, self.perception.unit(agent.row), country(agent.row), decision.p)

    def _hazard(self, who: str, agent: PersonAgent, transition: str, rate: float, step: int) -> int:
        """Return what a step at an annual rate adds to a clock: nothing where it does not lead from here."""
        if not rate >= 0.0:
            raise self.inputs.refuse(who, transition, agent.row, step)
        leads = self.status[agent.row] in TRANSITIONS[transition].origins
        return fixed(float(rate) * self.inputs.clock.years_per_step) if leads else 0

    def _passed(self, agent: PersonAgent, moved: dict[str, int]) -> str:
        """Let clocks run, and return the transition of that which passes a resistance; the first of several."""
        clock, resistance = self.clock[agent.row], self.resistance[agent.row]
        passed = {
            transition: fraction(resistance[transition], clock[transition], increment)
            for transition, increment in moved.items()
            if increment > 0 and advanced(clock[transition], increment) >= resistance[transition]
        }
        for transition, increment in moved.items():
            clock[transition] = advanced(clock[transition], increment)
        return min(passed, key=passed.__getitem__) if passed else ""

    def _change(self, step: int, row: int, transition: str, cause: Cause) -> None:
        self.now.append(
            (step, row, _TRANSITIONS.index(transition), int(cause), self.status.item(row))
        )
        self.status[row] = TRANSITIONS[transition].end
        if self.status[row] not in SERVING:
            self.belief[row] = 1.0

    def _settle_in(self, row: int, step: int) -> None:
        """Give somebody who has a new status, and serves, clocks and resistances anew."""
        if self.status[row] not in SERVING:
            return
        self.clock[row] = dict.fromkeys(Rates._fields, 0)
        self.resistance[row] = dict.fromkeys(Rates._fields, NEVER)
        for place, transition in enumerate(Rates._fields):
            if self.status[row] in TRANSITIONS[transition].origins:
                drawn = uniform(*self.inputs.draws.key, self._persons.item(row), step, place)
                self.resistance[row][transition] = toughened(
                    drawn, self.inputs.draws.frailty.item(row)
                )
