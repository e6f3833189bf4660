"""An army under a scenario, as a Mesa model."""

import datetime as dt
import operator
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import mesa
import numpy as np

from defectsim.core.randomness import fresh_seed
from defectsim.core.statuses import Rank
from defectsim.engine.column import ColumnEngine
from defectsim.engine.reference import ReferenceEngine
from defectsim.engine.setting import Engine
from defectsim.engine.start import EngineName, Start, known_engine
from defectsim.population.agents import General, PersonAgent, Soldier
from defectsim.population.columns import COLUMNS, DRAWN, OWN_ATTRIBUTE, Array
from defectsim.population.crowd import Crowd
from defectsim.population.population import Population
from defectsim.population.said import alone
from defectsim.scenario.schema import Scenario

FROM_ENGINE = ("status", "ties_defected")
"""Columns that the engine keeps."""


class DefectionModel(mesa.Model):  # type: ignore[misc]  # Mesa ships no types
    """One life of an army.

    Parameters
    ----------
    scenario
        What is run, from `defectsim.load`.
    rng
        The seed; 0 is a seed like any other. Without one, the operating system gives one.
    replicate
        Which life of the army that the seed draws.
    engine
        ``"column"``, compiled, or ``"reference"``, which loops over agents; both give the same events. Without one,
        the first that can.
    start
        What other replicates of the study share, where somebody has made it already; its scenario and seed are then
        those that count.
    """

    steps: int
    time: float
    running: bool
    random: Random

    def __init__(
        self,
        scenario: Scenario,
        rng: int | None = None,
        *,
        replicate: int = 0,
        engine: EngineName | None = None,
        start: Start | None = None,
    ) -> None:
        known_engine(engine)
        self.start = start or Start(scenario, fresh_seed() if rng is None else operator.index(rng))
        engine = engine or self.start.prepare(None)
        super().__init__(rng=np.random.SeedSequence(self.start.seed, spawn_key=(replicate,)))
        self._changed = False
        self._agents: dict[int, PersonAgent] = {}
        setting = self.start.setting(replicate)
        self._columns, self._likeness = dict(setting.columns), dict(setting.likeness)
        self._written: set[str] = set()
        self.engine: Engine = (
            ColumnEngine(setting, self.start.cells) if engine == "column" else ReferenceEngine(setting, self)
        )

    @property
    def scenario(self) -> Scenario:
        """What is run."""
        return self.start.scenario

    @scenario.setter
    def scenario(self, scenario: Any) -> None:
        """Leave Mesa's own kind of scenario, which every Mesa model sets on itself, aside."""

    @property
    def population(self) -> Population:
        """The army at the start, shared by all replicates."""
        return self.start.population

    @property
    def date(self) -> dt.date:
        """The date that the model has reached."""
        return self.scenario.clock.date(self.steps)

    def step(self) -> None:
        """Live one week, or whatever the clock's step is."""
        step = self.steps - 1
        if step >= self.scenario.clock.steps:
            raise RuntimeError(
                f"the scenario's clock ends on {self.scenario.clock.date(step)}; there is no further step"
            )
        self._take_changes()
        self.engine.decide(step)
        self.engine.cascade(step)
        self.engine.settle(step)
        self.running = self.steps < self.scenario.clock.steps

    def iterate(self) -> Iterator[dt.date]:
        """Step to the end of the clock, and say after each step which date it is."""
        while self.running:
            self.step()
            yield self.date

    def run(self) -> "DefectionModel":
        """Live to the end of the clock without coming back to Python, and so without events scheduled with Mesa."""
        self._take_changes()
        last = self.scenario.clock.steps
        self.engine.advance(self.steps, last)
        self.steps, self.time, self.running = last, float(last), False
        return self

    @property
    def agents(self) -> Crowd:
        """Everybody, as a Mesa AgentSet whose agents are made when asked for."""
        return Crowd(self, np.arange(len(self.population)))

    @property
    def agent_types(self) -> list[type]:
        """Soldier and General."""
        return [Soldier, General]

    @property
    def agents_by_type(self) -> dict[type[PersonAgent], Crowd]:
        """Everybody, by type."""
        return {kind: self.agents.select(agent_type=kind) for kind in (Soldier, General)}

    def agent(self, row: int) -> PersonAgent:
        """Return the agent of a row; always the same one."""
        if row not in self._agents:
            kind = General if self.population.rank[row] == Rank.GENERAL else Soldier
            self._agents[row] = kind(self, row)
        return self._agents[row]

    def person(self, name: str) -> PersonAgent:
        """Return the agent whom tables call `name`, such as ``guard-1024``.

        Raises
        ------
        KeyError
            Where there is nobody of that name.
        """
        return self.agent(self.population.row(name))

    def has_column(self, name: str) -> bool:
        """Say whether there is such a column."""
        return name in self._columns or name in FROM_ENGINE

    def column(self, name: str) -> Array:
        """Return a column of everybody, of shape (people,), as it stands now; not to be written."""
        return getattr(self.engine, name) if name in FROM_ENGINE else self._columns[name]

    def write(self, name: str, rows: Any, value: Any) -> None:
        """Change a column for some rows, from the next step on, in this model alone.

        Raises
        ------
        AttributeError
            Where the column is not one that people have, but what the army or the engine makes of them; frailty is in
            the resistances, which are drawn at the start.
        ValueError
            Where a value is out of the column's bounds.
        """
        if name in FROM_ENGINE or name == "frailty" or (name not in DRAWN and name in COLUMNS):
            raise AttributeError(f"{name} is not yours to set: the scenario's forces, or the engine, do")
        if np.size(value) == 0:
            return
        bounds = DRAWN.get(name, OWN_ATTRIBUTE).bounds
        for extreme in (np.min(value), np.max(value)):
            if fault := bounds.fault(float(extreme)):
                raise ValueError(f"{name}: {fault}")
        if name not in self._written:
            self._columns[name], self._likeness[name] = self._columns[name].copy(), self._likeness[name].copy()
            self._written.add(name)
        self._columns[name][rows] = value
        self._likeness[name][rows] = alone(np.asarray(rows))
        self._changed = True

    def _take_changes(self) -> None:
        """Let the engine and the policies' audiences see columns that somebody has written."""
        if self._changed:
            self.engine.changed(replace(self.engine.setting, columns=self._columns, likeness=self._likeness))
            self._changed = False
