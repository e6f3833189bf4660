"""What every lever is worth, at each step, for each kind of audience."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.model.levers import Lever
from defectsim.policies.audience import reaches
from defectsim.policies.policy import Policy


@dataclass(frozen=True)
class Timeline:
    """What every lever is worth to some people.

    Attributes
    ----------
    values
        Shape (steps, audiences, levers): each lever's value during a step, as it stands at the step's first day, for
        each kind of audience; levers in the order of `Calendar.levers`.
    audience
        Shape (people,): which kind of audience each person belongs to. Two people are of one kind when the same
        policies reach them.
    """

    values: NDArray[np.float64]
    audience: NDArray[np.int32]


class Calendar:
    """Policies unrolled over a clock.

    Parameters
    ----------
    conditions
        A lever's value where no policy moves it, where that is not the lever's default.
    branches
        Names of the branches, in the order of their codes.
    levers
        All levers of the run.
    started
        From when on policies act that have waited for something, where they do already.
    """

    def __init__(
        self,
        policies: Mapping[str, Policy],
        conditions: Mapping[str, float],
        clock: Clock,
        branches: tuple[str, ...],
        levers: Mapping[str, Lever],
        started: Mapping[str, dt.date] = MappingProxyType({}),
    ) -> None:
        self.levers = levers
        self.policies = {name: policies[name] for name in sorted(policies)}
        self.branches = branches
        self._conditions = conditions
        self._clock = clock
        self._started = started
        self._courses: dict[tuple[bool, ...], NDArray[np.float64]] = {}

    @property
    def reads_exposure(self) -> bool:
        """Whether it depends on somebody's exposure which policies reach them."""
        return any(policy.audience.exposure is not None for policy in self.policies.values())

    @property
    def agents(self) -> list[str]:
        """The people whom policies name."""
        return sorted(
            {name for policy in self.policies.values() for name in policy.audience.agents or ()}
        )

    @property
    def started(self) -> Mapping[str, dt.date]:
        """From when on policies act that have waited for something, where they do already."""
        return self._started

    @property
    def waiting(self) -> list[str]:
        """Names of policies that wait for something which has not been yet."""
        return [
            name
            for name, policy in self.policies.items()
            if policy.when and name not in self._started
        ]

    def moves(self, lever: str) -> bool:
        """Whether a lever is ever worth anything to anybody."""
        standing = self._conditions.get(lever, self.levers[lever].default)
        return standing != 0 or any(policy.lever == lever for policy in self.policies.values())

    def due(self, date: dt.date, counted: Mapping[str, float]) -> list[str]:
        """Return which of those that wait would act from `date` on, where `counted` is what there is to count."""
        return [
            name
            for name in self.waiting
            for policy in [self.policies[name]]
            if policy.effective <= date
            and policy.trigger is not None
            and policy.trigger.holds(counted)
        ]

    def fired(self, names: Iterable[str], date: dt.date) -> "Calendar":
        """Return the calendar in which those that have waited act from `date` on."""
        started = {**self._started, **dict.fromkeys(names, date)}
        return Calendar(
            self.policies, self._conditions, self._clock, self.branches, self.levers, started
        )

    def timeline(self, people: Mapping[str, NDArray[Any]]) -> Timeline:
        """Return what levers are worth to people whose columns `people` are; see `audience.reaches`."""
        policies = self.policies.values()
        reached = [reaches(policy.audience, people, self.branches) for policy in policies]
        kinds, audience = audience_groups(reached, len(people["rank"]))
        return Timeline(np.stack([self._course(kind) for kind in kinds], axis=1), audience)

    def _course(self, reached: tuple[bool, ...]) -> NDArray[np.float64]:
        """Return each lever's course for people whom some of the policies reach; shape (steps, levers)."""
        if reached not in self._courses:
            names = [name for name, does in zip(self.policies, reached, strict=True) if does]
            dates = self._clock.dates()[:-1]
            course = [list(self.on(date, names).values()) for date in dates]
            self._courses[reached] = np.array(course).reshape(len(dates), len(self.levers))
        return self._courses[reached]

    def on(self, date: dt.date, names: Iterable[str]) -> dict[str, float]:
        """Return each lever's value on a date for people whom the named policies reach."""
        in_effect: dict[str, list[float]] = {name: [] for name in self.levers}
        for name in names:
            strength = self.strength(name, date)
            if strength is not None:
                in_effect[self.policies[name].lever].append(strength)
        return {
            name: lever.combined(self._conditions.get(name, lever.default), in_effect[name])
            for name, lever in self.levers.items()
        }

    def strength(self, name: str, date: dt.date) -> float | None:
        """Return a policy's value on a date, its ramp included, or None where it is not in effect."""
        policy = self.policies[name]
        lever = self.levers[policy.lever]
        start = self._started.get(name) if policy.when else policy.begins(lever)
        return None if start is None else policy.strength(date, start, lever.neutral)


def audience_groups(
    reached: Sequence[NDArray[np.bool_]], people: int
) -> tuple[list[tuple[bool, ...]], NDArray[np.int32]]:
    """Return which policies reach each kind of audience, and each person's kind.

    `reached` says of each policy whom it reaches, shape (people,).
    """
    kinds: list[tuple[bool, ...]] = [()]
    kind = np.zeros(people, np.int32)
    for of_policy in reached:
        if (everybody := bool(of_policy.all())) or not of_policy.any():
            kinds = [(*policies, everybody) for policies in kinds]
            continue
        split = 2 * kind + of_policy
        label = np.zeros(2 * len(kinds), np.int32)
        found = np.flatnonzero(np.bincount(split, minlength=len(label)))
        kinds = [(*kinds[at // 2], at % 2 == 1) for at in found.tolist()]
        label[found] = np.arange(len(found))
        kind = label[split]
    return kinds, kind
