"""Whose draw is which: people and units, numbered within blocks whose draws nothing else can move."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from defectsim.core.randomness import uniforms
from defectsim.core.statuses import Rank
from defectsim.population.units import Level, Units


class Ordered(Protocol):
    """People in the order of rows: by branch, in each its soldiers and then its generals."""

    @property
    def rank(self) -> NDArray[np.int8]:
        """Shape (people,): codes of the ranks."""

    @property
    def branch(self) -> NDArray[np.int16]:
        """Shape (people,): codes of the branches."""

    @property
    def units(self) -> Units:
        """The tree of units."""


def blocks(people: Ordered) -> list[tuple[str, str, slice]]:
    """Return the blocks of people who share streams: a branch's soldiers, and its generals, each from number 0."""
    found = []
    for code, name in enumerate(people.units.branches):
        first, last = np.searchsorted(people.branch, [code, code + 1]).tolist()
        generals = first + int(np.searchsorted(people.rank[first:last] == Rank.GENERAL, True))
        found += [(name, "soldier", slice(first, generals)), (name, "general", slice(generals, last))]
    return found


def by_person(
    people: Ordered, seed: int, *purpose: str | int, wanted: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Draw one number in [0, 1) for each person, or only in the blocks of those `wanted`, for one purpose."""
    drawn = np.empty(len(people.rank))
    for name, kind, rows in blocks(people):
        if wanted is None or wanted[rows].any():
            drawn[rows] = uniforms(seed, (*purpose, name, kind), rows.stop - rows.start)
    return drawn


def by_unit(units: Units, seed: int, *purpose: str | int) -> NDArray[np.float64]:
    """Draw one number in [0, 1) for each unit, for one purpose."""
    drawn = np.empty(len(units.level))
    for code, name in enumerate(units.branches):
        for level in Level:
            here = np.flatnonzero((units.branch == code) & (units.level == level))
            drawn[here] = uniforms(seed, (*purpose, name, str(level)), len(here))
    return drawn
