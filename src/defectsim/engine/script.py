"""Ordinary Python between steps: acts, agents with a step of their own, triggers, observers."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from defectsim.core.errors import RuleError, nearest
from defectsim.engine.perception import Perception
from defectsim.engine.protocol import Engine
from defectsim.model.person import Array
from defectsim.model.rule import Unit
from defectsim.model.transitions import OUT_OF_SERVICE, Rank, Status
from defectsim.policies.acts import EXITS, ActSection
from defectsim.policies.audience import reaches
from defectsim.policies.observers import Observation
from defectsim.population.agents import World
from defectsim.population.units import by_person
from defectsim.scenario.schema import Scenario


def trigger_counts(engine: Engine, step: int) -> dict[str, float]:
    """Return the numbers of `policies.policy.TRIGGER_COUNTS` when a step begins."""
    people = engine.counts[step].sum(axis=0)
    return {
        "generals_defected": int(people[Rank.GENERAL, Status.DEFECTED]),
        "officers_defected": int(people[Rank.OFFICER, Status.DEFECTED]),
        **{str(status): int(people[:, status].sum()) for status in OUT_OF_SERVICE},
        "failed_attempts": sum(attempt.result == "failure" for attempt in engine.attempts),
    }


class ScriptedModel(World, Protocol):
    """The model, as a script uses it."""

    engine: Engine
    steps: int

    @property
    def date(self) -> dt.date:
        """The date that the model has reached."""

    @property
    def scenario(self) -> Scenario:
        """The scenario of the run."""

    def rise(self, rows: list[int]) -> None:
        """Have people rise against the ruler."""


@dataclass(frozen=True)
class ReachedPeople:
    """The people whom an act reaches; see `policies.acts.People`."""

    model: ScriptedModel
    rows: NDArray[np.int64]
    key: tuple[str | int, ...]

    @property
    def names(self) -> list[str]:
        """Their names in tables."""
        return self.model.population.ids.gather(self.rows).to_list()

    def column(self, name: str) -> Array:
        """Return a copy of a column of theirs."""
        return self.model.column(name)[self.rows]

    def write(self, name: str, values: Any) -> None:
        """Write a column of theirs."""
        self.model.write(name, self.rows, values)

    def leave(self, transition: str, chosen: NDArray[np.bool_]) -> None:
        """Have some of them take a transition out of service."""
        if transition not in EXITS:
            raise RuleError(
                f"an act lets nobody {transition!r}{nearest(transition, EXITS)}; "
                f"it lets them {', '.join(EXITS)}"
            )
        chosen = np.asarray(chosen)
        if chosen.dtype != bool or chosen.shape != self.rows.shape:
            raise RuleError(
                f"an act that lets people {transition} must choose by true or false "
                f"for each of {len(self.rows)} people"
            )
        for row in self.rows[chosen].tolist():
            self.model.leave(row, transition)

    def rise(self) -> None:
        """Have them rise against the ruler."""
        self.model.rise(self.rows.tolist())

    def draw(self, purpose: str) -> NDArray[np.float64]:
        """Return a random number in [0, 1) for each."""
        population = self.model.population
        return by_person(population, population.seed, *self.key, purpose)[self.rows]


@dataclass(frozen=True)
class ArmyView:
    """The army at a date, as observers see it; see `policies.observers.View`."""

    model: ScriptedModel

    @property
    def date(self) -> dt.date:
        """The date."""
        return self.model.date

    @property
    def branches(self) -> tuple[str, ...]:
        """Names of the branches."""
        return self.model.population.branches

    def column(self, name: str) -> Array:
        """Return a read-only copy of a column."""
        of_army = name in ("branch", "unit")
        column = getattr(self.model.population, name) if of_army else self.model.column(name)
        copy = column.copy()
        copy.flags.writeable = False
        return copy


class Script:
    """The Python that one model runs between steps."""

    def __init__(self, model: ScriptedModel, replicate: int) -> None:
        self.model = model
        self.replicate = replicate
        scenario, decisions = model.scenario, model.engine.inputs.decisions
        self._acts: dict[int, list[tuple[str, ActSection]]] = {}
        for name, act in sorted(scenario.acts.items(), key=lambda item: (item[1].date, item[0])):
            self._acts.setdefault(scenario.clock.step_on(act.date), []).append((name, act))
        general = model.population.rank == Rank.GENERAL
        self._has_own_step = np.where(
            general, decisions.general.agents is not None, decisions.soldier.agents is not None
        )
        self._draws: dict[str, NDArray[np.float64]] = {}
        self._step, self._scripted = 0, scenario.scripted
        self._perception: Perception | None = None
        self._country: Callable[[int], Any] | None = None

    @property
    def idle(self) -> bool:
        """True where there is nothing to do between steps."""
        return not (self._scripted or self.model.engine.inputs.calendar.waiting)

    def begin(self) -> None:
        """Make the agents with a step of their own, for their `__init__`."""
        self.refresh()
        for row in np.flatnonzero(self._has_own_step).tolist():
            self.model.agent(row)

    def act(self, step: int) -> None:
        """Do the acts that are due."""
        self._draws.clear()
        self._country = None
        for name, act in self._acts.get(step, ()):
            population = self.model.population
            people: dict[str, Array] = {"branch": population.branch, "number": population.number}
            for column in ("rank", "service", "capital", "exposure"):
                people[column] = self.model.column(column)
            rows = np.flatnonzero(reaches(act.audience, people, population.branches))
            act.do(ReachedPeople(self.model, rows, ("act", name, self.replicate)))

    def step_agents(self, step: int) -> None:
        """Have agents with a step of their own take it, in random order."""
        if not self._has_own_step.any():
            return
        rows = np.flatnonzero(self._has_own_step & (self.model.column("status") == Status.LOYAL))
        turn = self._by_person("activation", step, self._has_own_step)
        for row in rows[np.argsort(turn[rows], kind="stable")].tolist():
            self.model.agent(row).step()

    def country(self, row: int) -> Any:
        """Return the country as somebody perceives it."""
        if self._country is None:
            self._country = self._current_perception().country(self._step)
        return self._country(row)

    def unit(self, row: int) -> Unit:
        """Return the unit as somebody perceives it."""
        return self._current_perception().unit(row)

    def _current_perception(self) -> Perception:
        engine = self.model.engine
        if self._perception is None or self._perception.inputs is not engine.inputs:
            self._perception = Perception(engine.inputs, engine)
        return self._perception

    def draw(self, purpose: str, row: int, step: int) -> float:
        """Return a person's number in [0, 1) for a purpose in a step."""
        purpose = f"own {purpose}"
        if not self._has_own_step[row]:
            return self._by_person(purpose, step).item(row)
        if purpose not in self._draws:
            self._draws[purpose] = self._by_person(purpose, step, self._has_own_step)
        return self._draws[purpose].item(row)

    def _by_person(
        self, purpose: str, step: int, wanted: NDArray[np.bool_] | None = None
    ) -> NDArray[np.float64]:
        population = self.model.population
        return by_person(population, population.seed, purpose, self.replicate, step, wanted=wanted)

    def refresh(self) -> None:
        """Update agents' perception, and start policies whose trigger is met."""
        self._step, self._country = self.model.steps, None
        engine = self.model.engine
        calendar = engine.inputs.calendar
        if calendar.waiting:
            date = self.model.date
            if due := calendar.due(date, trigger_counts(engine, self._step)):
                calendar = calendar.fired(dict.fromkeys(due, date))
                inputs = replace(engine.inputs, calendar=calendar)
                engine.change_inputs(inputs, frozenset(), self._step)

    def observe(self) -> None:
        """Ask the observers at the end of a step."""
        self.refresh()
        view = ArmyView(self.model)
        for observer, section in sorted(self.model.scenario.observers.items()):
            for name, value in section.seen(view).items():
                self.model.engine.observations.append(Observation(view.date, observer, name, value))
