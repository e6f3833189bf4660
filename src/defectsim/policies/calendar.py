"""Values of the levers at each step, for each group of people."""

import datetime as dt
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.model.institutions import NewsRules
from defectsim.model.levers import Lever
from defectsim.model.person import Array
from defectsim.policies.audience import reaches
from defectsim.policies.memory import REMEMBERED, memory
from defectsim.policies.policy import Policy, Trigger
from defectsim.policies.series import Amount, Series, amount, extent, group_of, on_dates

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
    first
        The first step in which it may act.
    strength
        Its value during each step, as on the step's first day, for each group of a series, shape
        (groups, steps); the lever's neutral value where it is not in effect.
    trigger
        Condition that it still waits for.
    """

    policy: Policy
    first: int
    strength: NDArray[np.float64]
    trigger: Trigger | None

    @classmethod
    def of(cls, policy: Policy, clock: Clock, lever: Lever, met: dt.date | None = None) -> Self:
        """Return the course of a policy, given its lever and when its condition was met."""
        begins, dates = met or policy.begins(lever), clock.first_days
        first, trigger = clock.step_on(begins), None if met else policy.trigger
        end = first if trigger else min(clock.step_on(policy.until or clock.end), clock.steps)
        values = on_dates(amount(policy.value), dates)
        strength = np.full_like(values, lever.neutral)
        for step in range(first, end):
            days = (dates[step] - begins).days
            for group, value in enumerate(values[:, step].tolist()):
                strength[group, step] = policy.strength(days, lever.neutral, value)
        return cls(policy, first, strength, trigger)


class Calendar:
    """The courses of policies over a clock, and the levers that follow from them.

    Parameters
    ----------
    conditions
        Values of levers where no policy moves them; default: the lever's own.
    news
        Rules by which the public remembers; default: those of a scenario that says nothing.

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
        conditions: Mapping[str, Amount],
        clock: Clock,
        levers: Mapping[str, Lever],
        news: NewsRules | None = None,
    ) -> None:
        self.courses = {
            name: PolicyCourse.of(policy, clock, levers[policy.lever])
            for name, policy in sorted(policies.items())
        }
        self.started: dict[str, dt.date] = {}
        self.levers = levers
        self._conditions, self._clock, self._news = conditions, clock, news or NewsRules()
        self._series = {
            name: (one, one.on(clock.first_days))
            for name, one in sorted(conditions.items())
            if isinstance(one, Series)
        }
        self._of_groups: dict[tuple[int, ...], NDArray[np.float64]] = {}
        self._everybody: tuple[Population, Timeline] | None = None

    @property
    def reads_exposure(self) -> bool:
        """True if some policy reaches people by their exposure."""
        return any(one.policy.audience.exposure is not None for one in self.courses.values())

    @property
    def agents(self) -> list[str]:
        """The people whom policies name."""
        named = (course.policy.audience.agents or () for course in self.courses.values())
        return sorted({name for names in named for name in names})

    @property
    def waiting(self) -> list[str]:
        """Policies whose condition has not been met yet."""
        return [name for name, course in self.courses.items() if course.trigger]

    def moves(self, lever: str) -> bool:
        """Return whether a lever ever differs from zero for anybody."""
        condition = extent(self._conditions.get(lever, self.levers[lever].default))
        moved = any(course.policy.lever == lever for course in self.courses.values())
        return moved or condition != (0, 0)

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
            policy = self.courses[name].policy
            lever = self.levers[policy.lever]
            after.courses[name] = PolicyCourse.of(policy, self._clock, lever, date)
        return after

    def timeline(self, population: "Population", columns: Mapping[str, Array]) -> Timeline:
        """Return the values of levers for everybody; see `audience.reaches`.

        One is kept for all replicates, which differ in exposure alone, if no audience reads it.
        """
        known = self._everybody  # taken once, since other threads may replace it
        if known and known[0] is population and not self.reads_exposure:
            return known[1]
        codes = []
        for policy in (course.policy for course in self.courses.values()):
            code = reaches(policy.audience, population, columns).astype(np.int32)
            codes.append(code * (1 + group_of(amount(policy.value), population)))
        codes += [series.group(population) for series, _ in self._series.values()]
        groups, audience = audience_groups(codes, len(population))
        values = np.stack([self._of_group(group) for group in groups], axis=1)
        found = Timeline(values, audience)
        self._everybody = population, found
        return found

    def _of_group(self, codes: tuple[int, ...]) -> NDArray[np.float64]:
        """Return the levers for people of some codes, shape (steps, levers).

        Codes are, of policies, 0 for people out of reach and else the group of a series, from 1;
        and of conditions that are series, the group, from 0.
        """
        if codes not in self._of_groups:
            policies, series = codes[: len(self.courses)], codes[len(self.courses) :]
            group_in = dict(zip(self._series, series, strict=True))
            acting = [
                (course.policy.lever, course.strength[code - 1].tolist())
                for course, code in zip(self.courses.values(), policies, strict=True)
                if code and not course.trigger
            ]
            values = np.empty((self._clock.steps, len(self.levers)))
            for place, (name, lever) in enumerate(self.levers.items()):
                moving = [strength for moved, strength in acting if moved == name]
                values[:, place] = self._condition(name, group_in.get(name, 0))
                if moving:
                    steps = zip(values[:, place].tolist(), *moving, strict=True)
                    values[:, place] = [lever.combined(first, step) for first, *step in steps]
            self._remember(values)
            self._of_groups[codes] = values
        return self._of_groups[codes]

    def _remember(self, values: NDArray[np.float64]) -> None:
        """Add to levers that are a memory what the public remembers of others."""
        places = {name: place for place, name in enumerate(self.levers)}
        for name, endured in REMEMBERED.items():
            known = memory(values[:, places[endured]], self._clock, self._news)
            values[:, places[name]] = 1.0 - (1.0 - values[:, places[name]]) * (1.0 - known)

    def _condition(self, name: str, group: int) -> Any:
        """Return the condition of a lever, in each step if it is a series."""
        if name in self._series:
            return self._series[name][1][group]
        return self._conditions.get(name, self.levers[name].default)


def audience_groups(
    codes: Sequence[NDArray[np.integer[Any]]], people: int
) -> tuple[list[tuple[int, ...]], NDArray[np.int32]]:
    """Return the codes of each group of people who have the same, and each person's group.

    Parameters
    ----------
    codes
        For each policy a code of each person, such as 1 for those whom it reaches; shape (people,).
    """
    groups: list[tuple[int, ...]] = [()]
    group = np.zeros(people, np.int32)
    for code in codes:
        if not np.ptp(code):
            groups = [(*others, int(code[0])) for others in groups]
            continue
        kinds = int(code.max()) + 1
        split = kinds * group.astype(np.int64) + code
        label = np.zeros(kinds * len(groups), np.int32)
        found = np.flatnonzero(np.bincount(split, minlength=len(label)))
        groups = [(*groups[at // kinds], at % kinds) for at in found.tolist()]
        label[found] = np.arange(len(found))
        group = label[split]
    return groups, group
