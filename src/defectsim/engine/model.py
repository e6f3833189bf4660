"""A run of a scenario, as a Mesa model."""

import datetime as dt
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Self

import mesa
import numpy as np

from defectsim.core.choices import EngineName
from defectsim.core.errors import expect
from defectsim.core.randomness import fresh_seed
from defectsim.core.section import whole_number
from defectsim.engine import script
from defectsim.engine.collector import CountCollector
from defectsim.engine.inputs import RunInputs
from defectsim.engine.run import Run
from defectsim.engine.setup import StudySetup, known_engine
from defectsim.engine.snapshots.snapshot import Snapshot
from defectsim.engine.step import take_step
from defectsim.population.agents import PersonAgent
from defectsim.population.crowd import Crowd
from defectsim.population.space import TiesSpace
from defectsim.scenario.schema import LOADED, Scenario


class DefectionModel(Run, mesa.Model):  # type: ignore[misc]  # Mesa ships no types
    """One run of an army, as a Mesa model.

    Parameters
    ----------
    scenario
        What is simulated, from `defectsim.load`.
    rng
        The seed; 0 is a seed like any other. Default: one from the operating system.
    replicate
        Number of the run among those of the seed.
    engine
        ``"compiled"``, which keeps people in cohorts or rows as is faster, or always in
        ``"cohorts"`` or ``"rows"``; or ``"reference"``, which loops over agents. All give the same
        events. Default: compiled, if the rules can be.
    setup
        What other replicates of the study share, where somebody has made it already; its scenario
        and seed are then those that count.
    inputs
        What the replicate is given, where somebody has drawn it already.
    snapshot
        Where the run goes on from; default: the start of the clock.
    """

    time: float
    running: bool

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
        expect(scenario, Scenario, LOADED)
        known_engine(engine)
        self._collector: mesa.DataCollector = CountCollector()
        setup = setup or StudySetup(scenario, fresh_seed() if rng is None else rng)
        replicate = whole_number("replicate", replicate)
        engine = engine or setup.prepare(None)
        mesa.Model.__init__(self, rng=np.random.SeedSequence(setup.seed, spawn_key=(replicate,)))
        Run.__init__(self, setup, replicate, engine, inputs=inputs, snapshot=snapshot)
        if snapshot:
            self._arrive()

    def _arrive(self) -> None:
        """Have Mesa take the next step from where the run is."""
        self.time, self.running = float(self.steps), self.steps < self.setup.scenario.clock.steps
        self._default_schedule.pause()
        self._default_schedule.resume()
        script.refresh(self)

    def __repr__(self) -> str:
        return (
            f"<DefectionModel {self.setup.scenario.name}, seed {self.setup.seed}, on {self.date}>"
        )

    @property
    def scenario(self) -> Scenario:
        """The scenario that is simulated."""
        return self.setup.scenario

    @scenario.setter
    def scenario(self, scenario: Any) -> None:
        """Leave Mesa's own kind of scenario, which every Mesa model sets on itself, aside."""

    def step(self) -> None:
        """Simulate one week, or whatever the clock's step is."""
        self.steps -= 1  # Mesa has counted the step already
        if self.steps >= self.setup.scenario.clock.steps:
            raise RuntimeError(
                f"the scenario's clock ends on {self.date}; there is no further step"
            )
        take_step(self, self.steps + 1)
        self.running = self.steps < self.setup.scenario.clock.steps

    def iterate(self) -> Iterator[dt.date]:
        """Step to the end of the clock, yielding each date that is reached."""
        while self.running:
            self.step()
            yield self.date

    def run(self, until: int | None = None) -> Self:
        """Simulate until a step begins, or to the end of the clock, without events of Mesa.

        Compiled code returns to Python only if institutions step, or if the scenario has acts,
        observers, or agents with a step of their own.
        """
        last = self.setup.scenario.clock.ahead(self.steps, until)
        while self.steps < last and not self.idle:
            self.step()
        super().run(last)
        self._arrive()
        return self

    @property
    def datacollector(self) -> mesa.DataCollector:
        """Collector that was set, or (default) one of the counts of every status at each date."""
        if isinstance(self._collector, CountCollector):
            return self._collector.caught_up(self.engine.counts[: self.steps + 1])
        return self._collector

    @datacollector.setter
    def datacollector(self, collector: mesa.DataCollector) -> None:
        self._collector = collector

    @cached_property
    def space(self) -> TiesSpace:
        """Sideways ties as a network space, made when first asked for."""
        return TiesSpace(self)

    @property
    def agents(self) -> Crowd:
        """Everybody, as a Mesa AgentSet whose agents are made when asked for."""
        return Crowd(self, np.arange(len(self.population)))

    @property
    def agents_by_type(self) -> dict[type[PersonAgent], Crowd]:
        """Everybody, by type."""
        return {kind: self.agents.select(agent_type=kind) for kind in self.agent_types}

    def person(self, name: str) -> PersonAgent:
        """Return the agent whom tables call `name`, such as ``guard-1024``.

        Raises
        ------
        KeyError
            Where there is nobody of that name.
        """
        return self.agent(self.population.row(name))


class SolaraModel(DefectionModel):
    """The same, for SolaraViz, which takes `scenario` for a kind of Mesa's own where there is one.

    The scenario is `setup.scenario`.
    """

    @property
    def scenario(self) -> Any:
        """None, so that SolaraViz looks no further."""

    @scenario.setter
    def scenario(self, scenario: Any) -> None:
        """Leave Mesa's own kind of scenario aside."""
