"""What every lever is worth, at each step, for each kind of audience."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.core.levers import Lever
from defectsim.core.statuses import RANKS, SERVICES
from defectsim.policies.policy import Audience, Policy


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
    """

    def __init__(
        self,
        policies: Mapping[str, Policy],
        conditions: Mapping[str, float],
        clock: Clock,
        branches: tuple[str, ...],
        levers: Mapping[str, Lever],
    ) -> None:
        self.levers = levers
        self._policies = [policies[name] for name in sorted(policies)]
        self._conditions = conditions
        self._dates = clock.dates()[:-1]
        self._branches = branches
        self._courses: dict[tuple[bool, ...], NDArray[np.float64]] = {}

    @property
    def reads_exposure(self) -> bool:
        """Whether it depends on somebody's exposure which policies reach them."""
        return any(policy.audience.exposure is not None for policy in self._policies)

    def timeline(self, people: Mapping[str, NDArray[Any]]) -> Timeline:
        """Return what levers are worth to people with columns rank, branch, service and exposure."""
        reached = {str(n): reaches(policy.audience, people, self._branches) for n, policy in enumerate(self._policies)}
        kinds, audience = _kinds(pl.DataFrame(reached), len(people["rank"]))
        return Timeline(np.stack([self._course(kind) for kind in kinds], axis=1), audience)

    def _course(self, reached: tuple[bool, ...]) -> NDArray[np.float64]:
        """Return each lever's course for people whom some of the policies reach; shape (steps, levers)."""
        if reached not in self._courses:
            policies = [policy for policy, does in zip(self._policies, reached, strict=True) if does]
            course = [self._on(date, policies) for date in self._dates]
            self._courses[reached] = np.array(course).reshape(len(self._dates), len(self.levers))
        return self._courses[reached]

    def _on(self, date: dt.date, policies: Sequence[Policy]) -> list[float]:
        in_effect: dict[str, list[float]] = {name: [] for name in self.levers}
        for policy in policies:
            strength = policy.strength(date, self.levers[policy.lever].neutral)
            if strength is not None:
                in_effect[policy.lever].append(strength)
        return [
            lever.combined(self._conditions.get(name, lever.default), in_effect[name])
            for name, lever in self.levers.items()
        ]


def _kinds(reached: pl.DataFrame, people: int) -> tuple[list[tuple[bool, ...]], NDArray[np.int32]]:
    """Return which policies reach each kind of audience, and each person's kind."""
    if reached.width == 0:
        return [()], np.zeros(people, np.int32)
    kinds = reached.unique(maintain_order=True).with_row_index("kind")
    audience = reached.join(kinds, on=reached.columns, how="left", maintain_order="left")["kind"]
    return kinds.drop("kind").rows(), audience.to_numpy().astype(np.int32)


def reaches(audience: Audience, people: Mapping[str, NDArray[Any]], branches: tuple[str, ...]) -> NDArray[np.bool_]:
    """Say of each person whether they belong to `audience`."""
    reached = np.ones(len(people["rank"]), bool)
    if audience.rank is not None:
        reached &= np.isin(people["rank"], [RANKS.index(name) for name in audience.rank])
    if audience.branch is not None:
        reached &= np.isin(people["branch"], [branches.index(name) for name in audience.branch])
    if audience.service is not None:
        reached &= np.isin(people["service"], [SERVICES.index(name) for name in audience.service])
    if audience.exposure is not None:
        reached &= people["exposure"] >= audience.exposure.value
    return reached
