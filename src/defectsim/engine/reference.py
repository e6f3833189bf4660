"""The reference engine: every person a Mesa agent, every rule plain Python; to be read, and to be checked against."""

from collections.abc import Mapping, Set
from functools import cached_property
from typing import Any

import numpy as np

from defectsim.behaviour.decisions import Decision
from defectsim.behaviour.rule import LEADS_TO, Rates
from defectsim.core.statuses import Cause, Rank, Status
from defectsim.engine.fixed import advanced, fixed, fraction, survived
from defectsim.engine.life import starting_counts
from defectsim.engine.setting import Attempt, Changed, Events, Observation, Setting
from defectsim.engine.sight import Sight
from defectsim.population.agents import PersonAgent, World


class ReferenceEngine:
    """Loops over agents; each has a clock for each way out."""

    def __init__(self, setting: Setting, world: World) -> None:
        self.observations: list[Observation] = []
        self.attempts: list[Attempt] = []
        self.world = world
        people = len(setting.population)
        self.clock = [dict.fromkeys(Rates._fields, 0) for _ in range(people)]
        self.before = [dict.fromkeys(Rates._fields, 0) for _ in range(people)]
        self.resistance = [dict(zip(Rates._fields, column, strict=True)) for column in setting.resistance.T.tolist()]
        self.status = np.full(people, Status.LOYAL, np.int8)
        self.ties_defected = np.zeros(people)
        self.gone_from = [dict.fromkeys(Rates._fields, 0) for _ in setting.population.units.level]
        self.counts = starting_counts(setting.population, setting.clock.steps)
        self.doubting = np.zeros(self.counts.shape[:-1], np.int32)
        self.changed(setting, frozenset())
        self.left: list[tuple[int, int, str, Cause]] = []
        self.leaving: list[tuple[int, str, Cause]] = []

    @cached_property
    def agents(self) -> list[PersonAgent]:
        """Everybody, by row; made when the model is complete."""
        return [self.world.agent(row) for row in range(len(self.setting.population))]

    def decide(self, step: int) -> None:
        """Ask every loyal agent's rule for rates; those whose clock passes a resistance leave together at the end."""
        country = self.sight.country(step)
        for agent in self._loyal():
            who = "general" if agent.rank == Rank.GENERAL else "soldier"
            rates = self._ask(who, agent, country)
            moved = {
                way: self._tick(who, agent, way, rate, step) for way, rate in zip(Rates._fields, rates, strict=True)
            }
            self._consider(agent, moved, Cause.DECISION)
        self._leave(0)

    def cascade(self, step: int) -> None:
        """Let subordinates follow whoever has defected, and theirs follow them, until nobody more does."""
        country, pulled = self.sight.country(step), 0
        while pulled < len(self.leaving):
            row, way, _ = self.leaving[pulled]
            pulled, known = pulled + 1, len(self.leaving)
            if way != "defect":
                continue
            for agent in self._led_by(row):
                probability = self._ask("follow", agent, country)
                if not 0.0 <= probability <= 1.0:
                    raise self.setting.refuse("follow", "the result", agent.row, step)
                self._consider(
                    agent, {"defect": self._advance(agent, "defect", fixed(survived(probability)))}, Cause.COMMANDER
                )
            self._leave(known)

    def settle(self, step: int) -> None:
        """Count those who left, in the units that they left, for all to see in the next step."""
        population, ties = self.setting.population, self.setting.population.ties
        self.counts[step + 1] = self.counts[step]
        for row, way, cause in self.leaving:
            self.left.append((step, row, way, cause))
            counts = self.counts[step + 1, population.branch[row], population.rank[row]]
            counts[Status.LOYAL] -= 1
            counts[LEADS_TO[way]] += 1
            unit: int = population.unit.item(row)
            while unit >= 0:
                self.gone_from[unit][way] += 1
                unit = population.units.parent.item(unit)
        for near in {tie for row, way, _ in self.leaving if way == "defect" for tie in ties[[row]].indices.tolist()}:
            tied = ties[[near]].indices
            self.ties_defected[near] = float(np.count_nonzero(self.status[tied] == Status.DEFECTED)) / float(len(tied))
        self.leaving = []

    def advance(self, first: int, last: int) -> None:
        """Take the steps from `first` to `last`, the last not included."""
        for step in range(first, last):
            self.decide(step)
            self.cascade(step)
            self.settle(step)

    def gone(self, way: str, unit: int) -> int:
        """Return how many have left a unit, or one below it, by a way out."""
        return self.gone_from[unit][way]

    def leave(self, _: int, leaving: Mapping[int, str]) -> None:
        """Let those go who decided outside of rules."""
        known = len(self.leaving)
        self.leaving += [(row, way, Cause.DECISION) for row, way in leaving.items() if self.status[row] == Status.LOYAL]
        self._leave(known)

    def changed(self, setting: Setting, _: Set[Changed]) -> None:
        """Go on with columns, or a calendar, that has changed between two steps; agents read columns anyway."""
        self.setting = setting
        self.sight = Sight(setting, self)

    @property
    def events(self) -> Events:
        """All changes of status so far."""
        ordered = sorted(self.left)
        ways = [Rates._fields.index(way) for _, _, way, _ in ordered]
        return Events(
            np.array([step for step, *_ in ordered], np.int32),
            np.array([row for _, row, *_ in ordered], np.int32),
            np.array(ways, np.int8),
            np.array([cause for *_, cause in ordered], np.int8),
        )

    def _loyal(self) -> list[PersonAgent]:
        return [agent for agent in self.agents if self.status[agent.row] == Status.LOYAL]

    def _led_by(self, commander: int) -> list[PersonAgent]:
        under = np.flatnonzero(self.setting.population.superior == commander)
        return [self.agents[row] for row in under if self.status[row] == Status.LOYAL]

    def _ask(self, who: str, agent: PersonAgent, country: Any) -> Any:
        decision: Decision = getattr(self.setting.decisions, who)
        return decision.rule(agent, self.sight.unit(agent.row), country(agent.row), decision.p)

    def _tick(self, who: str, agent: PersonAgent, way: str, rate: float, step: int) -> int:
        if not rate >= 0.0:
            raise self.setting.refuse(who, way, agent.row, step)
        return self._advance(agent, way, fixed(float(rate) * self.setting.clock.years_per_step))

    def _advance(self, agent: PersonAgent, way: str, increment: int) -> int:
        clock, before = self.clock[agent.row], self.before[agent.row]
        before[way] = clock[way]
        clock[way] = advanced(clock[way], increment)
        return increment

    def _consider(self, agent: PersonAgent, moved: dict[str, int], cause: Cause) -> None:
        """Note that an agent leaves if a clock that has just moved passed a resistance; the first of several."""
        clock, before, resistance = (part[agent.row] for part in (self.clock, self.before, self.resistance))
        passed = {
            way: fraction(resistance[way], before[way], increment)
            for way, increment in moved.items()
            if clock[way] >= resistance[way]
        }
        if passed:
            self.leaving.append((agent.row, min(passed, key=passed.__getitem__), cause))

    def _leave(self, known: int) -> None:
        for row, way, _ in self.leaving[known:]:
            self.status[row] = LEADS_TO[way]
