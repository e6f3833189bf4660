"""What an engine is given: the army, the rules, the levers and the draws of one life."""

import datetime as dt
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from defectsim.behaviour.decisions import Decisions
from defectsim.behaviour.institutions import News, Recording
from defectsim.behaviour.rule import LEADS_TO, Rates
from defectsim.core.clock import Clock
from defectsim.core.errors import RuleError
from defectsim.core.statuses import Rank, Status
from defectsim.policies.timeline import Calendar, Timeline
from defectsim.population.columns import Array
from defectsim.population.population import Population

_REACHED = np.array([LEADS_TO[way] for way in Rates._fields], np.int8)


@dataclass(frozen=True)
class Setting:
    """One life, before it begins.

    Attributes
    ----------
    columns
        The population's columns, as they are in this life.
    likeness
        See `Population.likeness`.
    resistance
        Shape (ways, people): see `engine.life.resistances`.
    news, recording
        What the scenario says of news, and of how desertions come to be known.
    keep_events
        Whether the scenario records every change of status.
    """

    population: Population
    columns: Mapping[str, Array]
    likeness: Mapping[str, NDArray[np.int32]]
    clock: Clock
    decisions: Decisions
    calendar: Calendar
    resistance: NDArray[np.int64]
    news: News
    recording: Recording
    keep_events: bool

    def timeline(self, rows: slice | NDArray[np.int32]) -> Timeline:
        """Return what levers are worth to the people of some rows."""
        of_army: dict[str, Array] = {"branch": self.population.branch[rows], "number": self.population.number[rows]}
        people = {name: self.columns[name][rows] for name in ("rank", "service", "capital", "exposure")}
        return self.calendar.timeline({**people, **of_army})

    def refuse(self, who: str, way: str, row: int, step: int) -> RuleError:
        """Say that a rule returned what is no rate, or no probability, and for whom."""
        rule = getattr(self.decisions, who).rule
        population = self.population
        must = "a probability from 0 to 1" if who == "follow" else "a rate from 0 to infinity"
        return RuleError(
            f"rule {rule.name}: {way} is not {must} for {population.ids[row]} "
            f"({Rank(population.rank[row])} in {population.units.name(int(population.unit[row]))}) "
            f"on {self.clock.date(step)}"
        )


type Changed = tuple[str, bool]
"""A column that somebody has written, and whether for generals; for others it is another."""


class Events(NamedTuple):
    """Changes of status, in the order of step and row; each of shape (events,)."""

    step: NDArray[np.int32]
    row: NDArray[np.int32]
    way: NDArray[np.int8]
    cause: NDArray[np.int8]

    @property
    def start(self) -> NDArray[np.int8]:
        """Shape (events,): the status before."""
        return np.full(len(self.row), Status.LOYAL, np.int8)

    @property
    def end(self) -> NDArray[np.int8]:
        """Shape (events,): the status after."""
        return _REACHED[self.way]


class Attempt(NamedTuple):
    """One attempt to overthrow the ruler."""

    step: int
    """The step in which it struck and ended."""
    members: int
    """How many had plotted it."""
    joined: float
    """Share of the weighted effective strength that stood with it in the end."""
    resisting: float
    """Share that stood against it."""
    result: str
    """One of `engine.outcome.RESULTS`."""
    casualties: int
    """How many died."""


class Observation(NamedTuple):
    """One number that one of the scenario's observers saw."""

    date: dt.date
    observer: str
    name: str
    value: float


class Engine(Protocol):
    """Lives one life, in steps of three phases."""

    setting: Setting
    attempts: list[Attempt]
    """What plots tried so far."""
    observations: list[Observation]
    """What observers saw so far."""
    attempts: list[Attempt]
    """Attempts so far, in their order."""
    counts: NDArray[np.int32]
    """Shape (steps + 1, branches, ranks, statuses): people at each date."""
    doubting: NDArray[np.int32]
    """Shape (steps + 1, branches, ranks): people at each date who serve and privately believe that the regime falls."""

    @property
    def status(self) -> NDArray[np.int8]:
        """Shape (people,): everybody's status."""

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

    def advance(self, first: int, last: int) -> None:
        """Take the steps from `first` to `last`, the last not included."""

    def gone(self, way: str, unit: int) -> int:
        """Return how many have left a unit, or one below it, by a way out."""

    def leave(self, step: int, leaving: Mapping[int, str], /) -> None:
        """Let those of some rows go who decided outside of rules, each by a way out, unless they have gone already."""

    def changed(self, setting: Setting, columns: Set[Changed], /) -> None:
        """Go on with columns, or a calendar, that somebody has changed between two steps."""
