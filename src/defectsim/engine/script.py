"""Ordinary Python between steps: acts, agents with a step of their own, triggers, observers."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from defectsim.core.code.calls import own_code
from defectsim.core.errors import RuleError, nearest
from defectsim.engine.events import Departure
from defectsim.engine.institutions.state import InstitutionsState
from defectsim.engine.protocol import Engine
from defectsim.model.person import Array
from defectsim.model.transitions import OUT_OF_SERVICE, TRANSITIONS, Rank, Status
from defectsim.policies.audience import reaches
from defectsim.policies.observers import Observation
from defectsim.population.population import World
from defectsim.population.units import by_person

if TYPE_CHECKING:  # it imports the engines, which import this module's neighbours
    from defectsim.engine.setup import StudySetup


def trigger_counts(engine: Engine, step: int) -> dict[str, float]:
    """Return the numbers of `policies.policy.TRIGGER_COUNTS` when a step begins."""
    people = engine.counts[step].sum(axis=0)
    return {
        "generals_defected": int(people[Rank.GENERAL, Status.DEFECTED]),
        "officers_defected": int(people[Rank.OFFICER, Status.DEFECTED]),
        **{str(status): int(people[:, status].sum()) for status in OUT_OF_SERVICE},
        "failed_attempts": sum(attempt.result == "failure" for attempt in engine.attempts),
    }


class SteppedRun(World, Protocol):
    """A run, as a step uses it."""

    replicate: int
    steps: int
    """Steps that have begun."""
    engine: Engine
    institutions: InstitutionsState
    has_own_step: NDArray[np.bool_]
    """Shape (people,): whether each is an agent with a step of their own."""
    own_steppers: NDArray[np.int64]
    """Rows of these agents."""
    setup: "StudySetup"
    """The scenario, and all else that replicates share."""

    @property
    def idle(self) -> bool:
        """True if Python does nothing but institutions between steps."""

    def perceive(self, step: int) -> None:
        """Have agents perceive the army as it is now, in a step."""

    def apply_writes(self, step: int) -> None:
        """Hand columns that somebody has written to the engine."""

    def rise(self, rows: list[int]) -> None:
        """Have people rise against the ruler, in this step."""

    def take_departures(self) -> Sequence[Departure]:
        """Return, once, who has announced to leave."""


@dataclass(frozen=True)
class ReachedPeople:
    """The people whom an act reaches; see `policies.acts.People`."""

    run: SteppedRun
    rows: NDArray[np.int64]
    key: tuple[str | int, ...]
    army: "ArmyView"

    @property
    def names(self) -> list[str]:
        """Their names in tables."""
        return self.run.population.names(self.rows).to_list()

    @property
    def ties(self) -> sparse.csr_array:
        """Their ties to everybody."""
        return self.run.ties[self.rows]

    def column(self, name: str) -> Array:
        """Return a copy of a column of theirs."""
        return self.army.column(name)[self.rows]

    def write(self, name: str, values: Any) -> None:
        """Write a column of theirs."""
        self.run.write(name, self.rows, values)

    def leave(self, transition: str, chosen: NDArray[np.bool_]) -> None:
        """Have some of them take a transition."""
        if transition not in TRANSITIONS:
            raise RuleError(
                f"an act lets nobody {transition!r}{nearest(transition, TRANSITIONS)}; "
                f"it lets them {', '.join(TRANSITIONS)}"
            )
        chosen = np.asarray(chosen)
        if chosen.dtype != bool or chosen.shape != self.rows.shape:
            raise RuleError(
                f"an act that lets people {transition} must choose by true or false "
                f"for each of {len(self.rows)} people"
            )
        for row in self.rows[chosen].tolist():
            self.run.leave(row, transition)

    def rise(self) -> None:
        """Have them rise against the ruler."""
        self.run.rise(self.rows.tolist())

    def draw(self, purpose: str) -> NDArray[np.float64]:
        """Return a random number in [0, 1) for each."""
        population = self.run.population
        return by_person(population, population.seed, *self.key, purpose)[self.rows]


@dataclass(frozen=True)
class ArmyView:
    """The army at a date, as observers see it; see `policies.observers.View`."""

    run: SteppedRun
    date: dt.date

    @property
    def branches(self) -> tuple[str, ...]:
        """Names of the branches, by their codes."""
        return self.run.population.branches

    @property
    def states(self) -> tuple[str, ...]:
        """Names of people's state."""
        return self.run.engine.inputs.decisions.states

    @property
    def units(self) -> list[str]:
        """Names of the units, by their codes."""
        return self.run.population.units.names

    def column(self, name: str) -> Array:
        """Return a read-only copy of a column."""
        copy = self.run.column(name).copy()
        copy.flags.writeable = False
        return copy


def act(run: SteppedRun, step: int) -> None:
    """Do the acts that are due."""
    run.perceive(step)
    scenario, population = run.setup.scenario, run.population
    clock = scenario.clock
    today = clock.date(step)
    due = [
        (date, name)
        for name, act in scenario.acts.items()
        if (date := act.due(today, int(clock.step_days)))
    ]
    for date, name in sorted(due):
        act = scenario.acts[name]
        columns = {"exposure": run.column("exposure")}
        rows = np.flatnonzero(reaches(act.audience, population, columns))
        repeated = (str(date),) if act.every else ()
        key = ("act", name, run.replicate, *repeated)
        with own_code(f"the act {name} on {today}", act.code):
            act.do(ReachedPeople(run, rows, key, ArmyView(run, today)))


def begin_agents(run: SteppedRun) -> None:
    """Have each class of agents with a step of their own prepare what its agents share."""
    behaviour, decisions = run.setup.scenario.behaviour, run.setup.decisions
    for section, decision in (
        (behaviour.soldier, decisions.soldier),
        (behaviour.general, decisions.general),
    ):
        if agents := decision.agents:
            with own_code(f"begin() of {agents.kind.__name__}", section.code):
                agents.kind.begin(run, agents.p)


@dataclass
class _Turn:
    """Call for an agent, in words."""

    what: str
    ids: pl.Series
    date: dt.date
    row: int = 0

    def __str__(self) -> str:
        return f"{self.what} of {self.ids[self.row]} on {self.date}"


def make_agents(run: SteppedRun) -> None:
    """Make the agents with a step of their own, who may write and draw when they are made."""
    _in_turn(run, run.steps, "the making", run.own_steppers, lambda _: None)


def step_agents(run: SteppedRun, step: int) -> None:
    """Have agents with a step of their own take it, in random order."""
    if not len(run.own_steppers):
        return
    rows = run.own_steppers[run.column("status")[run.own_steppers] == Status.LOYAL]
    seed, key = run.population.seed, ("activation", run.replicate, step)
    turn = by_person(run.population, seed, *key, wanted=run.has_own_step)
    order = rows[np.argsort(turn[rows], kind="stable")]
    _in_turn(run, step, "the step", order, lambda agent: agent.step())


def _in_turn(
    run: SteppedRun,
    step: int,
    what: str,
    rows: NDArray[np.int64],
    do: Callable[[Any], object],
) -> None:
    scenario = run.setup.scenario
    turn = _Turn(what, run.population.ids, scenario.clock.date(step))
    with own_code(turn, scenario.behaviour.soldier.code, scenario.behaviour.general.code):
        for row in rows.tolist():
            turn.row = row
            do(run.agent(row))


def refresh(run: SteppedRun) -> None:
    """Update agents' perception, and start policies whose trigger is met."""
    run.perceive(run.steps)
    inputs = run.engine.inputs
    if inputs.calendar.waiting:
        date = inputs.clock.date(run.steps)
        if due := inputs.calendar.due(date, trigger_counts(run.engine, run.steps)):
            started = replace(inputs, calendar=inputs.calendar.fired(dict.fromkeys(due, date)))
            run.engine.change_inputs(started, frozenset(), run.steps)


def observe(run: SteppedRun) -> None:
    """Ask the observers at the end of a step."""
    refresh(run)
    view = ArmyView(run, run.setup.scenario.clock.date(run.steps))
    for observer, section in sorted(run.setup.scenario.observers.items()):
        with own_code(f"the observer {observer} on {view.date}", section.code):
            seen = section.seen(view)
        for name, value in seen.items():
            run.engine.observations.append(Observation(view.date, observer, name, value))
