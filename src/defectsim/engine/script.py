"""What of a scenario is done in ordinary Python between steps: acts, agents with a step of their own, observers."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.core.errors import RuleError, nearest
from defectsim.engine.inputs import Engine
from defectsim.engine.perception import Perception
from defectsim.model.person import Array
from defectsim.model.rule import Unit
from defectsim.model.transitions import OUT_OF_SERVICE, Rank, Status
from defectsim.policies.acts import DONE, ActSection
from defectsim.policies.audience import reaches
from defectsim.policies.observers import Observation
from defectsim.population.agents import PersonAgent
from defectsim.population.draws import by_person
from defectsim.population.population import Population
from defectsim.scenario.schema import Scenario


def counted(engine: Engine, step: int) -> dict[str, float]:
    """Return the numbers of `policies.policy.COUNTED`, as they stand when a step begins."""
    people = engine.counts[step].sum(axis=0)
    return {
        "generals_defected": int(people[Rank.GENERAL, Status.DEFECTED]),
        "officers_defected": int(people[Rank.OFFICER, Status.DEFECTED]),
        **{str(status): int(people[:, status].sum()) for status in OUT_OF_SERVICE},
        "failed_attempts": sum(attempt.result == "failure" for attempt in engine.attempts),
    }


class Model(Protocol):
    """What a script needs of its model."""

    engine: Engine
    steps: int

    @property
    def date(self) -> dt.date:
        """The date that the model has reached."""

    @property
    def scenario(self) -> Scenario:
        """What is run."""

    @property
    def population(self) -> Population:
        """The army at the start."""

    def column(self, name: str) -> Array:
        """Return a column of everybody."""

    def write(self, name: str, rows: Any, value: Any) -> None:
        """Change a column for some rows."""

    def agent(self, row: int) -> PersonAgent:
        """Return the agent of a row."""

    def rise(self, rows: list[int]) -> None:
        """Let people rise against the ruler."""

    def leave(self, row: int, transition: str) -> None:
        """Let somebody go, by a transition of `model.transitions.TRANSITIONS`."""


@dataclass(frozen=True)
class Reached:
    """The people whom an act reaches; see `policies.acts.People`."""

    model: Model
    rows: NDArray[np.int64]
    key: tuple[str | int, ...]

    @property
    def names(self) -> list[str]:
        """What tables call each of them."""
        return self.model.population.ids.gather(self.rows).to_list()

    def column(self, name: str) -> Array:
        """Return a column of theirs: a copy."""
        return self.model.column(name)[self.rows]

    def write(self, name: str, values: Any) -> None:
        """Change a column of theirs."""
        self.model.write(name, self.rows, values)

    def leave(self, transition: str, chosen: NDArray[np.bool_]) -> None:
        """Let some of them go."""
        if transition not in DONE:
            raise RuleError(
                f"an act lets nobody {transition!r}{nearest(transition, DONE)}; it lets them {', '.join(DONE)}"
            )
        chosen = np.asarray(chosen)
        if chosen.dtype != bool or chosen.shape != self.rows.shape:
            raise RuleError(
                f"whom an act lets {transition} must be said by true or false for each of {len(self.rows)} people"
            )
        for row in self.rows[chosen].tolist():
            self.model.leave(row, transition)

    def rise(self) -> None:
        """Let them rise against the ruler."""
        self.model.rise(self.rows.tolist())

    def draw(self, purpose: str) -> NDArray[np.float64]:
        """Return a random number in [0, 1) for each."""
        population = self.model.population
        return by_person(population, population.seed, *self.key, purpose)[self.rows]


@dataclass(frozen=True)
class Seen:
    """The army at a date; see `policies.observers.View`."""

    model: Model

    @property
    def date(self) -> dt.date:
        """The date."""
        return self.model.date

    @property
    def branches(self) -> tuple[str, ...]:
        """Names of the branches."""
        return self.model.population.branches

    def column(self, name: str) -> Array:
        """Return a column of everybody as it is now, which cannot be written."""
        population = self.model.population
        column = (
            getattr(population, name) if name in ("branch", "unit") else self.model.column(name)
        )
        seen = column.copy()
        seen.flags.writeable = False
        return seen


class Script:
    """What is done for one model.

    Parameters
    ----------
    replicate
        Which life the model lives.
    """

    def __init__(self, model: Model, replicate: int) -> None:
        self.model = model
        self.replicate = replicate
        scenario, decisions = model.scenario, model.scenario.behaviour.decisions
        self._acts = _by_step(scenario.acts, scenario.clock)
        general = model.population.rank == Rank.GENERAL
        self._stepping = np.where(
            general, decisions.general.agents is not None, decisions.soldier.agents is not None
        )
        self._draws: dict[str, NDArray[np.float64]] = {}
        self._reached = 0
        self._perception: Perception | None = None
        self._country: Callable[[int], Any] | None = None

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do between steps."""
        return not (self.model.scenario.scripted or self.model.engine.inputs.calendar.waiting)

    def begin(self) -> None:
        """Make the agents with a step of their own, for what their `__init__` does to be done in either engine."""
        self.look_up()
        for row in np.flatnonzero(self._stepping).tolist():
            self.model.agent(row)

    def act(self, step: int) -> None:
        """Do the acts that are due."""
        self._draws.clear()
        self._country = None
        for name, act in self._acts.get(step, ()):
            population = self.model.population
            people = {
                key: self.model.column(key) for key in ("rank", "service", "capital", "exposure")
            }
            of_army: dict[str, Array] = {"branch": population.branch, "number": population.number}
            rows = np.flatnonzero(reaches(act.audience, {**people, **of_army}, population.branches))
            act.do(Reached(self.model, rows, ("act", name, self.replicate)))

    def step_agents(self, step: int) -> None:
        """Let agents with a step of their own take it, in random order."""
        if not self._stepping.any():
            return
        rows = np.flatnonzero(self._stepping & (self.model.column("status") == Status.LOYAL))
        turn = self._by_person("activation", step, self._stepping)
        for row in rows[np.argsort(turn[rows], kind="stable")].tolist():
            self.model.agent(row).step()

    def country(self, row: int) -> Any:
        """Return what somebody sees of the country as the step begins, or between two steps as the next one will."""
        if self._country is None:
            self._country = self._seen().country(self._reached)
        return self._country(row)

    def unit(self, row: int) -> Unit:
        """Return what somebody sees around them."""
        return self._seen().unit(row)

    def _seen(self) -> Perception:
        engine = self.model.engine
        if self._perception is None or self._perception.inputs is not engine.inputs:
            self._perception = Perception(engine.inputs, engine)
        return self._perception

    def draw(self, purpose: str, row: int, step: int) -> float:
        """Return the number in [0, 1) of one person for one purpose in one step."""
        purpose = f"own {purpose}"
        if not self._stepping[row]:
            return self._by_person(purpose, step).item(row)
        if purpose not in self._draws:
            self._draws[purpose] = self._by_person(purpose, step, self._stepping)
        return self._draws[purpose].item(row)

    def _by_person(
        self, purpose: str, step: int, wanted: NDArray[np.bool_] | None = None
    ) -> NDArray[np.float64]:
        population = self.model.population
        return by_person(population, population.seed, purpose, self.replicate, step, wanted=wanted)

    def look_up(self) -> None:
        """Let agents see the country as it now stands, and policies act that have waited for what there is now."""
        self._reached, self._country = self.model.steps, None
        engine = self.model.engine
        calendar = engine.inputs.calendar
        if calendar.waiting:
            date = self.model.date
            if due := calendar.due(date, counted(engine, self._reached)):
                engine.changed(
                    replace(engine.inputs, calendar=calendar.fired(due, date)),
                    frozenset(),
                    self.model.steps,
                )

    def observe(self) -> None:
        """Ask the observers what they see at the end of a step."""
        self.look_up()
        view = Seen(self.model)
        for observer, section in sorted(self.model.scenario.observers.items()):
            seen = section.seen(view)
            self.model.engine.observations += [
                Observation(view.date, observer, *one) for one in seen.items()
            ]


def _by_step(acts: dict[str, ActSection], clock: Clock) -> dict[int, list[tuple[str, ActSection]]]:
    due: dict[int, list[tuple[str, ActSection]]] = {}
    for name, act in sorted(acts.items(), key=lambda item: (item[1].date, item[0])):
        due.setdefault(clock.step_on(act.date), []).append((name, act))
    return due
