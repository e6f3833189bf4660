"""What an engine is given: the army, the rules, the levers and the draws of one life."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.core.errors import RuleError
from defectsim.engine.compiled.arrays import RunDraws
from defectsim.engine.institutions.state import Attempt
from defectsim.engine.shared.draws import persons
from defectsim.engine.shared.news import NewsLag
from defectsim.model.institutions import NewsRules, RecordingRules
from defectsim.model.person import Array
from defectsim.model.transitions import TRANSITIONS, Cause, Rank
from defectsim.policies.calendar import Calendar, Timeline
from defectsim.policies.observers import Observation
from defectsim.population.population import Population
from defectsim.rules.bindings import Decisions
from defectsim.scenario.schema import RecordSection


@dataclass(frozen=True)
class RunInputs:
    """One life, before it begins.

    Attributes
    ----------
    columns
        The population's columns, as they are in this life.
    likeness
        See `Population.cohort_codes`.
    draws
        What the life begins from.
    news, recording
        What the scenario says of news, and of how desertions come to be known.
    record
        What the scenario says of what is kept.
    """

    population: Population
    columns: Mapping[str, Array]
    cohort_codes: Mapping[str, NDArray[np.int32]]
    clock: Clock
    decisions: Decisions
    calendar: Calendar
    draws: RunDraws
    news: NewsRules
    recording: RecordingRules
    record: RecordSection

    @cached_property
    def news_lag(self) -> NewsLag:
        """How news are heard."""
        return NewsLag.of(self.news, self.clock)

    @cached_property
    def persons(self) -> NDArray[np.int64]:
        """Shape (people,): the number by which draws know each person."""
        return persons(self.population)

    @cached_property
    def everybody(self) -> Timeline:
        """What levers are worth to everybody."""
        return self.timeline(slice(None))

    def timeline(self, rows: slice | NDArray[np.int32]) -> Timeline:
        """Return what levers are worth to the people of some rows."""
        of_army: dict[str, Array] = {
            "branch": self.population.branch[rows],
            "number": self.population.number[rows],
        }
        people = {
            name: self.columns[name][rows] for name in ("rank", "service", "capital", "exposure")
        }
        return self.calendar.timeline({**people, **of_army})

    def alike_by_value(self, names: Iterable[str]) -> "RunInputs":
        """Return the setting in which those are alike in some columns who have the same value in them."""
        codes = {
            name: np.unique(self.columns[name], return_inverse=True)[1].astype(np.int32)
            for name in names
        }
        return replace(self, cohort_codes={**self.cohort_codes, **codes})

    def refuse(self, who: str, transition: str, row: int, step: int) -> RuleError:
        """Say that a rule returned what is no rate, or no probability, and for whom."""
        rule = getattr(self.decisions, who).rule
        population = self.population
        must = (
            "a rate from 0 to infinity"
            if who in ("soldier", "general")
            else "a probability from 0 to 1"
        )
        return RuleError(
            f"rule {rule.name}: {transition} is not {must} for {population.ids[row]} "
            f"({Rank(population.rank[row])} in {population.units.name(int(population.unit[row]))}) "
            f"on {self.clock.date(step)}"
        )


type Changed = tuple[str, bool]
"""A column that somebody has written, and whether for generals; for others it is another."""


_ENDS = np.array([transition.end for transition in TRANSITIONS.values()], np.int8)


class Events(NamedTuple):
    """Changes of status, in the order of step, row, and what came first; each of shape (events,).

    `transition` is the place in `model.transitions.TRANSITIONS`; `start` and `end` are statuses.
    """

    step: NDArray[np.int32]
    row: NDArray[np.int32]
    transition: NDArray[np.int8]
    cause: NDArray[np.int8]
    start: NDArray[np.int8]
    end: NDArray[np.int8]

    @classmethod
    def of(cls, rows: NDArray[np.int32]) -> "Events":
        """Return events that are kept as rows of step, row, transition, cause and status before."""
        step, row, transition, cause, start = rows[np.lexsort((rows[:, 1], rows[:, 0]))].T
        transition = transition.astype(np.int8)
        return cls(
            step, row, transition, cause.astype(np.int8), start.astype(np.int8), _ENDS[transition]
        )


class Engine(Protocol):
    """Lives one life, in steps of three phases."""

    inputs: RunInputs
    attempts: list[Attempt]
    """What plots tried so far."""
    observations: list[Observation]
    """What observers saw so far."""

    @property
    def counts(self) -> NDArray[np.int32]:
        """Shape (steps + 1, branches, ranks, statuses): people at each date."""

    @property
    def doubting(self) -> NDArray[np.int32]:
        """Shape (steps + 1, branches, ranks): people who serve, and believe that the regime will fall."""

    @property
    def memory(self) -> NDArray[np.float64]:
        """Shape (4,): what people know of attempts; see `engine.shared.news.heard`."""

    @property
    def commander(self) -> NDArray[np.int32]:
        """Shape (units,): the row of each unit's commander, or -1."""

    @property
    def leads(self) -> NDArray[np.int32]:
        """Shape (people,): the unit that each person commands, or -1."""

    @property
    def status(self) -> NDArray[np.int8]:
        """Shape (people,): everybody's status."""

    @property
    def belief(self) -> NDArray[np.float64]:
        """Shape (people,): the belief that the regime survives, when last asked; 1 of those whom nobody asks."""

    @property
    def ties_defected(self) -> NDArray[np.float64]:
        """Shape (people,): share of each person's ties who had defected when the step began."""

    @property
    def events(self) -> Events:
        """All changes of status so far."""

    def decide(self, step: int) -> None:
        """Let rules give rates, and resistances decide who leaves."""

    def cascade(self, step: int) -> None:
        """Let subordinates follow commanders who have defected, to the end of the cascade."""

    def settle(self, step: int) -> None:
        """Count those who left."""

    def advance(self, first: int, last: int) -> int:
        """Take steps from `first` on; return the next: `last`, or one before which institutions step."""

    @property
    def stands(self) -> NDArray[np.int32]:
        """Shape (statuses, units): how many of each unit, or of one below it, stood in a status when the step began."""

    def move(
        self, step: int, rows: Sequence[int], transition: str, cause: Cause, now: int, /
    ) -> None:
        """Change the status of people of some rows, from the beginning of the step `now` on."""

    def appoint(self, unit: int, row: int) -> None:
        """Give a unit a commander."""

    def after(self, known: int) -> Events:
        """Return the changes of status after the first few."""

    def call(self, step: int) -> None:
        """Come back to the institutions before a step, or earlier should they be needed."""

    def changed(self, inputs: RunInputs, columns: Set[Changed], step: int, /) -> None:
        """Go on with columns, or a calendar, that somebody has changed before a step."""
