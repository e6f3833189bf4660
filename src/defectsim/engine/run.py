"""One replicate of a scenario while it is simulated."""

import datetime as dt
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from defectsim.core.choices import EngineName
from defectsim.core.errors import SnapshotError
from defectsim.core.parameters import NoParameters
from defectsim.engine import script
from defectsim.engine.columns import FROM_ENGINE, FROM_FORCES, RunColumns
from defectsim.engine.compiled.cohorts import Grouping
from defectsim.engine.compiled.engine import CompiledEngine
from defectsim.engine.events import PLACE, Departure
from defectsim.engine.inputs import RunInputs
from defectsim.engine.institutions.state import initial_institutions
from defectsim.engine.protocol import Engine
from defectsim.engine.reference import ReferenceEngine
from defectsim.engine.setup import StudySetup
from defectsim.engine.snapshots.snapshot import RunState, Snapshot, unforkable
from defectsim.engine.step import take_step
from defectsim.model.person import Array
from defectsim.model.rule import TIES
from defectsim.model.transitions import IMPOSED, Cause, Rank
from defectsim.population.population import Population
from defectsim.population.units import by_person
from defectsim.rules.bindings import AgentClass
from defectsim.scenario.schema import Scenario

if TYPE_CHECKING:  # see `population.World`
    from defectsim.population.agents import PersonAgent


class Run:
    """One replicate: its engine, columns, institutions, and what Python does between steps.

    `DefectionModel` is a run that is a Mesa model too, which agents with a step of their own, acts
    and observers need; see `engine.begin`.

    Parameters
    ----------
    inputs
        What the replicate is given, where it is drawn already.
    snapshot
        Where the run goes on from; default: the start of the clock. The scenario must be the same
        up to there; see `engine.snapshots.fork`.

    Raises
    ------
    SnapshotError
        Where a run cannot begin from a snapshot; see `engine.snapshots.snapshot.unforkable`.
    """

    steps: int
    """Steps that have begun."""
    engine: Engine
    has_own_step: NDArray[np.bool_]
    """Shape (people,): whether each is an agent with a step of their own."""
    own_steppers: NDArray[np.int64]
    """Rows of these agents."""
    random: Random

    def __init__(
        self,
        setup: StudySetup,
        replicate: int,
        engine: EngineName = "compiled",
        *,
        inputs: RunInputs | None = None,
        snapshot: Snapshot | None = None,
    ) -> None:
        if snapshot and (why := unforkable(setup.scenario, engine)):
            raise SnapshotError(why)
        inputs = inputs or setup.inputs(replicate)
        self.setup, self.replicate, self.steps = setup, replicate, 0
        self._scripted = setup.scenario.scripted
        self._agents: dict[int, PersonAgent] = {}
        soldiers, generals = setup.decisions.soldier.agents, setup.decisions.general.agents
        general = inputs.population.rank == Rank.GENERAL
        self.has_own_step = np.where(general, generals is not None, soldiers is not None)
        self.own_steppers = np.flatnonzero(self.has_own_step)
        self._leaving: dict[int, str] = {}
        self._draws: dict[str, NDArray[np.float64]] = {}
        self._columns = RunColumns(inputs, snapshot.columns if snapshot else {})
        begun = deepcopy(snapshot.run.institutions) if snapshot else None
        self.institutions = begun or initial_institutions()
        if engine == "reference":
            self.engine = ReferenceEngine(inputs)
        elif snapshot:
            self.engine = self._resumed(inputs, snapshot, setup.grouping(engine))
        else:
            self.engine = CompiledEngine(inputs, setup.grouping(engine))
        self.perceive(self.steps)
        script.begin_agents(self)
        script.refresh(self)
        script.make_agents(self)
        if not snapshot:
            script.observe(self)

    def _resumed(self, inputs: RunInputs, snapshot: Snapshot, grouping: Grouping) -> CompiledEngine:
        """Take up a snapshot, and return its engine."""
        self.steps, self._leaving = snapshot.step, dict(snapshot.run.leaving)
        calendar = inputs.calendar.fired(snapshot.run.triggered)
        resumed = replace(inputs, calendar=calendar).with_columns(snapshot.columns)
        engine = CompiledEngine(
            resumed,
            grouping,
            snapshot.engine,
            regroup=not snapshot.columns.keys() <= {*inputs.decisions.states},
        )
        engine.attempts = list(snapshot.run.attempts)
        engine.appointments = list(snapshot.run.appointments)
        engine.recollections = list(snapshot.run.recollections)
        engine.observations = list(snapshot.run.observations)
        return engine

    @property
    def scenario(self) -> Scenario:
        """The scenario that is simulated."""
        return self.setup.scenario

    @property
    def population(self) -> Population:
        """The army at the start, shared by all replicates."""
        return self.setup.population

    @property
    def ties(self) -> sparse.csr_array:
        """Sideways ties in this replicate; in each row whom somebody sees."""
        return self.engine.inputs.ties

    @property
    def date(self) -> dt.date:
        """The date that the run has reached."""
        return self.setup.scenario.clock.date(self.steps)

    @property
    def idle(self) -> bool:
        """True if Python does nothing but institutions between steps."""
        calendar = self.engine.inputs.calendar
        return not (self._scripted or calendar.waiting or self._leaving)

    def run(self, until: int | None = None) -> Self:
        """Simulate until a step begins, or to the end of the clock."""
        last = self.setup.scenario.clock.ahead(self.steps, until)
        while self.steps < last:
            take_step(self, last)
        self.apply_writes(self.steps)
        return self

    def snapshot(self) -> Snapshot:
        """Return the state when a step begins, from which other runs can go on; it stays as it is.

        Raises
        ------
        SnapshotError
            Where the reference engine simulates it, or agents have a step of their own.
        """
        engine = self.engine
        if not isinstance(engine, CompiledEngine):
            raise SnapshotError(unforkable(self.setup.scenario, "reference"))
        if why := unforkable(self.setup.scenario):
            raise SnapshotError(why)
        started = engine.inputs.calendar.started.items()
        state = RunState(
            seed=self.setup.seed,
            replicate=self.replicate,
            attempts=tuple(engine.attempts),
            appointments=tuple(engine.appointments),
            recollections=tuple(engine.recollections),
            observations=tuple(engine.observations),
            triggered={name: date for name, date in started if date < self.date},
            institutions=deepcopy(self.institutions),
            leaving=tuple(self._leaving.items()),
        )
        columns = self._columns.written | engine.states()
        return Snapshot(state, engine.engine_state(self.steps), columns)

    @cached_property
    def _kinds(self) -> tuple[AgentClass, AgentClass]:
        """Classes of soldiers and of generals."""
        from defectsim.population.agents import General, Soldier  # imports Mesa

        decisions, p = self.setup.decisions, NoParameters()
        soldiers = decisions.soldier.agents or AgentClass(Soldier, p)
        return soldiers, decisions.general.agents or AgentClass(General, p)

    @property
    def agent_types(self) -> "list[type[PersonAgent]]":
        """Soldier and General, or the scenario's own kinds of them."""
        return [agents.kind for agents in self._kinds]

    def agent(self, row: int) -> "PersonAgent":
        """Return the agent of a row; always the same one."""
        if row not in self._agents:
            kind, p = self._kinds[int(self.population.rank[row] == Rank.GENERAL)]
            self._agents[row] = kind(self, row)
            self._agents[row].p = p
        return self._agents[row]

    def has_column(self, name: str) -> bool:
        """Return whether there is a column of this name."""
        return name in self._columns.values or name in FROM_ENGINE

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of all columns, also of those that cannot be written."""
        return (*self._columns.values, *FROM_ENGINE)

    def column(self, name: str) -> Array:
        """Return a column of everybody, of shape (people,), as it stands now; not to be written.

        Besides those that can be written there are all that observers see; see `View.column`.
        """
        if name in TIES:
            return self.engine.ties_in(TIES[name])
        if name in (*FROM_ENGINE, *FROM_FORCES):
            owner = self.engine if name in FROM_ENGINE else self.population
            column: Array = getattr(owner, name)
            return column
        if name in self.setup.decisions.states and not self._columns.waits(name):
            return self.engine.states()[name]
        return self._columns.values[name]

    def write(self, name: str, rows: Any, value: Any) -> None:
        """Change a column for some rows, in this run alone; see `RunColumns.write`."""
        self._columns.write(name, rows, value, self.column)

    def apply_writes(self, step: int) -> None:
        """Hand columns that somebody has written to the engine."""
        self._columns.publish(self.engine, step)

    def leave(self, row: int, transition: str) -> None:
        """Announce that somebody takes a transition, in the next step or in this one."""
        if not self.engine.inputs.stays[row]:
            self._leaving.setdefault(row, transition)

    def take_departures(self) -> Sequence[Departure]:
        """Return, once, who has announced to leave."""
        departures = [
            Departure(row, PLACE[name], Cause.GOVERNMENT if name in IMPOSED else Cause.DECISION)
            for row, name in self._leaving.items()
        ]
        self._leaving.clear()
        return departures

    def rise(self, rows: list[int]) -> None:
        """Have people rise against the ruler, in this step."""
        stays = self.engine.inputs.stays
        self.institutions.rising += [int(row) for row in rows if not stays[row]]

    def perceive(self, step: int) -> None:
        """Have agents perceive the army as it is now, in a step."""
        self._perceived = step
        self._country: Callable[[int], Any] | None = None
        self._draws.clear()

    def country(self, row: int) -> Any:
        """Return what somebody sees of the country, levers as they reach them."""
        if self._country is None:
            self._country = self.engine.perceived_country(self._perceived)
        return self._country(row)

    def around(self, row: int) -> Any:
        """Return what somebody sees around them, as rules see `unit`."""
        return self.engine.perceived_unit(row)

    def draw(self, row: int, purpose: str) -> float:
        """Return a person's random number in [0, 1): one for each purpose and step."""
        key, own = (f"own {purpose}", self.replicate, self.steps), self.has_own_step
        if not own[row]:
            return by_person(self.population, self.population.seed, *key).item(row)
        if purpose not in self._draws:
            drawn = by_person(self.population, self.population.seed, *key, wanted=own)
            self._draws[purpose] = drawn
        return self._draws[purpose].item(row)
