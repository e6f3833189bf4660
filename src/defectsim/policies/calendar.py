"""Values of the levers at each step, for each group of people."""

import datetime as dt
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.model.levers import Lever
from defectsim.model.person import Array
from defectsim.policies.audience import Audience, reaches
from defectsim.policies.policy import Policy, Trigger

if TYPE_CHECKING:  # see `policies.audience`
    from defectsim.population.population import Population


@dataclass(frozen=True)
class Timeline:
    """Values of the levers for some people.

    Attributes
    ----------
    values
        Value of each lever during a step, as on its first day, for each audience group, shape
        (steps, groups, levers); levers in the order of `Calendar.levers`.
    audience
        Audience group of each person, shape (people,).
    """

    values: NDArray[np.float64]
    audience: NDArray[np.int32]


class PolicyCourse(NamedTuple):
    """A policy over the steps of a clock.

    Attributes
    ----------
    first, end
        The steps from `first` on, up to `end`, which is not included, in which it may act.
    strength
        Its value during each step, as on the step's first day, shape (steps,); the lever's neutral
        value where it is not in effect. While it waits for its trigger, by steps from its start on.
    trigger
        Condition that it still waits for.
    """

    lever: str
    audience: Audience
    first: int
    end: int
    strength: NDArray[np.float64]
    trigger: Trigger | None

    @classmethod
    def of(cls, policy: Policy, clock: Clock, lever: Lever) -> Self:
        """Return the course of a policy, given its lever."""
        begins, dates = policy.begins(lever), clock.dates()[:-1]
        first = clock.step_on(begins)
        end = min(clock.step_on(policy.until or clock.end), clock.steps)
        start = clock.start if policy.when else begins
        days = [max((date - start).days, 0) for date in dates]
        strength = np.array([policy.strength(day, lever.neutral) for day in days])
        if not policy.when:
            strength[:first] = strength[end:] = lever.neutral
        return cls(policy.lever, policy.audience, first, end, strength, policy.trigger)

    def started(self, step: int, neutral: float) -> Self:
        """Return the course of a policy that waits no longer, but acts from a step on."""
        strength = np.full(len(self.strength), neutral)
        strength[step : self.end] = self.strength[: max(self.end - step, 0)]
        return self._replace(strength=strength, trigger=None)


class Calendar:
    """The courses of policies over a clock, and the levers that follow from them.

    Parameters
    ----------
    conditions
        Values of levers where no policy moves them; default: the lever's own.

    Attributes
    ----------
    courses
        By the names of policies, in alphabetical order.
    started
        Dates from which policies act whose condition has been met.
    """

    def __init__(
        self,
        policies: Mapping[str, Policy],
        conditions: Mapping[str, float],
        clock: Clock,
        levers: Mapping[str, Lever],
    ) -> None:
        self.courses = {
            name: PolicyCourse.of(policy, clock, levers[policy.lever])
            for name, policy in sorted(policies.items())
        }
        self.started: dict[str, dt.date] = {}
        self.levers = levers
        self._conditions, self._clock = conditions, clock
        self._of_groups: dict[tuple[bool, ...], NDArray[np.float64]] = {}
        self._everybody: tuple[Population, Timeline] | None = None

    @property
    def reads_exposure(self) -> bool:
        """True if some policy reaches people by their exposure."""
        return any(course.audience.exposure is not None for course in self.courses.values())

    @property
    def agents(self) -> list[str]:
        """The people whom policies name."""
        named = (course.audience.agents or () for course in self.courses.values())
        return sorted({name for names in named for name in names})

    @property
    def waiting(self) -> list[str]:
        """Policies whose condition has not been met yet."""
        return [name for name, course in self.courses.items() if course.trigger]

    def moves(self, lever: str) -> bool:
        """Return whether a lever ever differs from zero for anybody."""
        condition = self._conditions.get(lever, self.levers[lever].default)
        return condition != 0 or any(course.lever == lever for course in self.courses.values())

    def due(self, date: dt.date, counted: Mapping[str, float]) -> list[str]:
        """Return the waiting policies whose condition is met on a date, given its counts."""
        step = self._clock.step_on(date)
        return [
            name
            for name, course in self.courses.items()
            if course.trigger and course.first <= step and course.trigger.holds(counted)
        ]

    def fired(self, started: Mapping[str, dt.date]) -> Self:
        """Return the calendar in which waiting policies act, each from the date of a step on."""
        after = copy(self)
        after.courses, after._of_groups, after._everybody = dict(self.courses), {}, None
        after.started = {**self.started, **started}
        for name, date in started.items():
            course = self.courses[name]
            neutral = self.levers[course.lever].neutral
            after.courses[name] = course.started(self._clock.step_on(date), neutral)
        return after

    def timeline(self, population: "Population", columns: Mapping[str, Array]) -> Timeline:
        """Return the values of levers for everybody; see `audience.reaches`.

        One is kept for all replicates, which differ in exposure alone, if no audience reads it.
        """
        known = self._everybody  # taken once, since other threads may replace it
        if known and known[0] is population and not self.reads_exposure:
            return known[1]
        audiences = [course.audience for course in self.courses.values()]
        reached = [reaches(audience, population, columns) for audience in audiences]
        groups, audience = audience_groups(reached, len(population))
        values = np.stack([self._of_group(group) for group in groups], axis=1)
        found = Timeline(values, audience)
        self._everybody = population, found
        return found

    def _of_group(self, reached: tuple[bool, ...]) -> NDArray[np.float64]:
        """Return the levers for people whom some policies reach, shape (steps, levers)."""
        if reached not in self._of_groups:
            courses = compress(self.courses.values(), reached)
            acting = [course for course in courses if not course.trigger]
            values = np.empty((self._clock.steps, len(self.levers)))
            for place, (name, lever) in enumerate(self.levers.items()):
                moving = [course.strength.tolist() for course in acting if course.lever == name]
                values[:, place] = condition = self._conditions.get(name, lever.default)
                if moving:
                    steps = zip(*moving, strict=True)
                    values[:, place] = [lever.combined(condition, step) for step in steps]
            self._of_groups[reached] = values
        return self._of_groups[reached]


def audience_groups(
    reached: Sequence[NDArray[np.bool_]], people: int
) -> tuple[list[tuple[bool, ...]], NDArray[np.int32]]:
    """Return for each group which policies reach it, and each person's group.

    Parameters
    ----------
    reached
        For each policy the people whom it reaches, shape (people,).
    """
    groups: list[tuple[bool, ...]] = [()]
    group = np.zeros(people, np.int32)
    for of_policy in reached:
        if (everybody := bool(of_policy.all())) or not of_policy.any():
            groups = [(*policies, everybody) for policies in groups]
            continue
        split = 2 * group + of_policy
        label = np.zeros(2 * len(groups), np.int32)
        found = np.flatnonzero(np.bincount(split, minlength=len(label)))
        groups = [(*groups[at // 2], at % 2 == 1) for at in found.tolist()]
        label[found] = np.arange(len(found))
        group = label[split]
    return groups, group
