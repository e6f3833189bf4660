"""What every lever is worth, at each step, for each kind of audience."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.core.levers import LEVERS
from defectsim.core.statuses import RANKS, SERVICES
from defectsim.policies.policy import Audience, Policy


@dataclass(frozen=True)
class Timeline:
    """Policies unrolled over the clock.

    Attributes
    ----------
    values
        Shape (steps, audiences, levers): each lever's value during a step, as it stands at the step's first day, for
        each kind of audience; levers in the order of `core.levers.LEVERS`.
    audience
        Shape (people,): which kind of audience each person belongs to. Two people are of one kind when the same
        policies reach them.
    """

    values: NDArray[np.float64]
    audience: NDArray[np.int32]


def timeline(
    policies: Mapping[str, Policy],
    conditions: Mapping[str, float],
    clock: Clock,
    people: Mapping[str, NDArray[Any]],
    branches: tuple[str, ...],
) -> Timeline:
    """Unroll `policies` over `clock` for `people` with columns rank, branch, service and exposure.

    Parameters
    ----------
    conditions
        A lever's value where no policy moves it, where that is not the lever's default.
    branches
        Names of the branches, in the order of the codes in ``people["branch"]``.
    """
    by_name = [policies[name] for name in sorted(policies)]
    reached = pl.DataFrame({str(n): reaches(p.audience, people, branches) for n, p in enumerate(by_name)})
    kinds, audience = _kinds(reached, len(people["rank"]))
    values = np.empty((clock.steps, len(kinds), len(LEVERS)))
    in_effect = [[policy.strength(clock.date(step)) for policy in by_name] for step in range(clock.steps)]
    for code, (name, lever) in enumerate(LEVERS.items()):
        movers = [index for index, policy in enumerate(by_name) if policy.lever == name]
        for kind, mask in enumerate(kinds):
            for step, strengths in enumerate(in_effect):
                moving = [s for index in movers if mask[index] and (s := strengths[index]) is not None]
                values[step, kind, code] = lever.combined(conditions.get(name, lever.default), moving)
    return Timeline(values, audience)


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
