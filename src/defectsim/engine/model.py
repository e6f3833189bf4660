"""An army under a scenario, as a Mesa model."""

import datetime as dt
import operator
from collections.abc import Iterator
from random import Random
from typing import Any

import mesa
import numpy as np

from defectsim.core.choices import EngineName
from defectsim.core.errors import SnapshotError
from defectsim.core.parameters import NoParameters
from defectsim.core.randomness import fresh_seed
from defectsim.engine.columns import FROM_ENGINE, Columns
from defectsim.engine.inputs import RunInputs
from defectsim.engine.institutions.institutions import Institutions, rest
from defectsim.engine.reference import ReferenceEngine
from defectsim.engine.script import Script
from defectsim.engine.setup import StudySetup, known_engine
from defectsim.engine.snapshots.snapshot import Snapshot, unforkable
from defectsim.engine.snapshots.state import Body, begin, capture
from defectsim.model.person import Array
from defectsim.model.transitions import IMPOSED, TRANSITIONS, Cause, Rank
from defectsim.population.agents import General, PersonAgent, Soldier
from defectsim.population.crowd import Crowd
from defectsim.population.population import Population
from defectsim.rules.bindings import AgentClass
from defectsim.scenario.schema import Scenario


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
        ``"compiled"`` or ``"reference"``, which loops over agents; both give the same events. Without one,
        the first that can.
    start
        What other replicates of the study share, where somebody has made it already; its scenario and seed are then
        those that count.
    setting
        What the replicate begins with, where somebody has drawn it already.
    state
        What the life has become, where it does not begin at the start of the clock; see `engine.snapshots.snapshot`.
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
        setup: StudySetup | None = None,
        inputs: RunInputs | None = None,
        snapshot: Snapshot | None = None,
    ) -> None:
        known_engine(engine)
        self.setup = setup or StudySetup(
            scenario, fresh_seed() if rng is None else operator.index(rng)
        )
        engine = engine or self.setup.prepare(None)
        super().__init__(rng=np.random.SeedSequence(self.setup.seed, spawn_key=(replicate,)))
        self._replicate = replicate
        self._agents: dict[int, PersonAgent] = {}
        self._leaving: dict[int, str] = {}
        decisions = self.setup.decisions
        self._kinds = (
            decisions.soldier.agents or AgentClass(Soldier, NoParameters()),
            decisions.general.agents or AgentClass(General, NoParameters()),
        )
        self._body = self._begun(engine, inputs or self.setup.inputs(replicate), snapshot)
        self.engine, self._columns, self.institutions = self._body
        self.script = Script(self, replicate)
        for kind, p in self._kinds:
            kind.begin(self, p)
        if snapshot is None:
            self.script.begin()
            self.script.observe()
        else:
            self._leaving.update(snapshot.run.leaving)
            self._arrive(snapshot.step)

    def _begun(self, engine: EngineName, inputs: RunInputs, snapshot: Snapshot | None) -> Body:
        if snapshot and (why := unforkable(self.scenario, engine)):
            raise SnapshotError(why)
        if engine == "compiled":
            return begin(self.setup, inputs, snapshot)
        columns = Columns(inputs)
        return Body(
            ReferenceEngine(inputs, self),
            columns,
            Institutions(self.scenario, columns, self.population),
        )

    def _arrive(self, step: int) -> None:
        """Be where a step begins, and let Mesa take the next one from there."""
        self.steps, self.time, self.running = step, float(step), step < self.scenario.clock.steps
        self._default_schedule.pause()
        self._default_schedule.resume()
        self.script.refresh()

    def __repr__(self) -> str:
        return f"<DefectionModel {self.scenario.name}, seed {self.setup.seed}, on {self.date}>"

    @property
    def scenario(self) -> Scenario:
        """What is run."""
        return self.setup.scenario

    @scenario.setter
    def scenario(self, scenario: Any) -> None:
        """Leave Mesa's own kind of scenario, which every Mesa model sets on itself, aside."""

    @property
    def population(self) -> Population:
        """The army at the start, shared by all replicates."""
        return self.setup.population

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
        if not self.institutions.over:
            self.script.act(step)
            self._columns.publish(self.engine, step)
            self.institutions.step(self.engine, step)
        if self.institutions.over:
            rest(self.engine, step)
        else:
            self.script.step_agents(step)
            self._columns.publish(self.engine, step)
            self.engine.decide(step)
            self._let_go(step)
            self.engine.cascade(step)
            self.engine.settle(step)
        self.script.observe()
        self.running = self.steps < self.scenario.clock.steps

    def iterate(self) -> Iterator[dt.date]:
        """Step to the end of the clock, and say after each step which date it is."""
        while self.running:
            self.step()
            yield self.date

    def run(self, until: int | None = None) -> "DefectionModel":
        """Live to the end of the clock, or until a step begins, without events scheduled with Mesa.

        Python is not come back to between steps, unless the scenario has acts, observers, or agents with a step of
        their own.
        """
        last = self.scenario.clock.ahead(self.steps, until)
        while self.steps < last and (self._leaving or not self.script.idle):
            self.step()
        self._columns.publish(self.engine, self.steps)
        self.institutions.live(self.engine, self.steps, last)
        self._arrive(last)
        return self

    def snapshot(self) -> Snapshot:
        """Return what the life has become, from which others can go on; see `engine.snapshots.snapshot`.

        Raises
        ------
        SnapshotError
            Where the reference engine lives it, or agents have a step of their own.
        """
        return capture(self.setup, self._replicate, self._body, self.steps, self._leaving)

    @property
    def agents(self) -> Crowd:
        """Everybody, as a Mesa AgentSet whose agents are made when asked for."""
        return Crowd(self, np.arange(len(self.population)))

    @property
    def agent_types(self) -> list[type[PersonAgent]]:
        """Soldier and General, or the scenario's own kinds of them."""
        return [agents.kind for agents in self._kinds]

    @property
    def agents_by_type(self) -> dict[type[PersonAgent], Crowd]:
        """Everybody, by type."""
        return {kind: self.agents.select(agent_type=kind) for kind in self.agent_types}

    def agent(self, row: int) -> PersonAgent:
        """Return the agent of a row; always the same one."""
        if row not in self._agents:
            kind, p = self._kinds[int(self.population.rank[row] == Rank.GENERAL)]
            self._agents[row] = kind(self, row)
            self._agents[row].p = p
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
        return name in self._columns.values or name in FROM_ENGINE

    def column(self, name: str) -> Array:
        """Return a column of everybody, of shape (people,), as it stands now; not to be written."""
        return getattr(self.engine, name) if name in FROM_ENGINE else self._columns.values[name]

    def write(self, name: str, rows: Any, value: Any) -> None:
        """Change a column for some rows, from the next step on, in this model alone; see `Columns.write`."""
        self._columns.write(name, rows, value)

    def leave(self, row: int, transition: str) -> None:
        """Make somebody leave by a transition in the next step, or in this one while agents take theirs."""
        self._leaving.setdefault(row, transition)

    def rise(self, rows: list[int]) -> None:
        """Let people rise against the ruler, in this step."""
        self.institutions.state.rising += map(int, rows)

    def country(self, row: int) -> Any:
        """Return what somebody sees of the country, levers as they reach them."""
        return self.script.country(row)

    def around(self, row: int) -> Any:
        """Return what somebody sees around them, as rules see `unit`."""
        return self.script.unit(row)

    def draw(self, row: int, purpose: str) -> float:
        """Return one person's random number in [0, 1) for a purpose: the same whenever it is asked for in a step."""
        return self.script.draw(purpose, row, self.steps)

    def _let_go(self, step: int) -> None:
        """Let those go who decided in a step of their own, or by a government's act, unless they have gone already."""
        for row, transition in self._leaving.items():
            if self.engine.status.item(row) in TRANSITIONS[transition].origins:
                cause = Cause.GOVERNMENT if transition in IMPOSED else Cause.DECISION
                self.engine.move(step, [row], transition, cause, step + 1)
        self._leaving.clear()
