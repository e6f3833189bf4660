"""Values of the levers at each step, for each group of people."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.model.levers import Lever
from defectsim.policies.audience import reaches
from defectsim.policies.policy import Policy


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


@dataclass(eq=False)
class Calendar:
    """Policies unrolled over a clock.

    Attributes
    ----------
    policies
        Policies by name, in alphabetical order.
    conditions
        Values of levers where no policy moves them; default: the lever's own.
    branches
        Names of the branches, in the order of their codes.
    levers
        All levers of the run.
    started
        Dates from which policies act whose condition has been met.
    """

    policies: Mapping[str, Policy]
    conditions: Mapping[str, float]
    clock: Clock
    branches: tuple[str, ...]
    levers: Mapping[str, Lever]
    started: Mapping[str, dt.date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.policies = dict(sorted(self.policies.items()))
        self._courses: dict[tuple[bool, ...], NDArray[np.float64]] = {}

    @property
    def reads_exposure(self) -> bool:
        """True if some policy reaches people by their exposure."""
        return any(policy.audience.exposure is not None for policy in self.policies.values())

    @property
    def agents(self) -> list[str]:
        """The people whom policies name."""
        named = (policy.audience.agents or () for policy in self.policies.values())
        return sorted({name for names in named for name in names})

    @property
    def waiting(self) -> list[str]:
        """Policies whose condition has not been met yet."""
        return [
            name
            for name, policy in self.policies.items()
            if policy.when and name not in self.started
        ]

    def moves(self, lever: str) -> bool:
        """Return whether a lever ever differs from zero for anybody."""
        condition = self.conditions.get(lever, self.levers[lever].default)
        return condition != 0 or any(policy.lever == lever for policy in self.policies.values())

    def due(self, date: dt.date, counted: Mapping[str, float]) -> list[str]:
        """Return the waiting policies whose condition is met on a date, given its counts."""
        return [
            name
            for name in self.waiting
            if self.policies[name].effective <= date
            and (trigger := self.policies[name].trigger) is not None
            and trigger.holds(counted)
        ]

    def fired(self, names: Iterable[str], date: dt.date) -> "Calendar":
        """Return the calendar in which waiting policies act from `date` on."""
        return replace(self, started={**self.started, **dict.fromkeys(names, date)})

    def timeline(self, people: Mapping[str, NDArray[Any]]) -> Timeline:
        """Return the values of levers for people with some columns; see `audience.reaches`."""
        policies = self.policies.values()
        reached = [reaches(policy.audience, people, self.branches) for policy in policies]
        groups, audience = audience_groups(reached, len(people["rank"]))
        return Timeline(np.stack([self._course(group) for group in groups], axis=1), audience)

    def _course(self, reached: tuple[bool, ...]) -> NDArray[np.float64]:
        """Return the levers for people whom some policies reach, shape (steps, levers)."""
        if reached not in self._courses:
            names = [name for name, does in zip(self.policies, reached, strict=True) if does]
            dates = self.clock.dates()[:-1]
            course = [list(self.on(date, names).values()) for date in dates]
            self._courses[reached] = np.array(course).reshape(len(dates), len(self.levers))
        return self._courses[reached]

    def on(self, date: dt.date, names: Iterable[str]) -> dict[str, float]:
        """Return the levers on a date for people whom the named policies reach."""
        in_effect: dict[str, list[float]] = {name: [] for name in self.levers}
        for name in names:
            strength = self.strength(name, date)
            if strength is not None:
                in_effect[self.policies[name].lever].append(strength)
        return {
            name: lever.combined(self.conditions.get(name, lever.default), in_effect[name])
            for name, lever in self.levers.items()
        }

    def strength(self, name: str, date: dt.date) -> float | None:
        """Return a policy's value on a date, or None if not in effect."""
        policy = self.policies[name]
        lever = self.levers[policy.lever]
        start = self.started.get(name) if policy.when else policy.begins(lever)
        return None if start is None else policy.strength(date, start, lever.neutral)


def audience_groups(
    reached: Sequence[NDArray[np.bool_]], people: int
) -> tuple[list[tuple[bool, ...]], NDArray[np.int32]]:
    """Group people by the policies that reach them.

    Parameters
    ----------
    reached
        For each policy the people whom it reaches, shape (people,).

    Returns
    -------
    list, numpy.ndarray
        For each group which policies reach it, and each person's group.
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
