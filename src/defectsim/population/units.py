"""The tree of units: companies in battalions, brigades, commands and branches, each with its commander.

Where somebody stands follows from their number in the branch alone: soldier i is in company i // size, in the post
i % size (officers first, then non-commissioned officers, then enlisted). The first officer of a company commands it;
the second officer of a battalion's first company commands the battalion. General 0 commands the branch; then come,
command by command, its own general and those of its brigades; the rest are on the branch's staff. A post for which
there is nobody stays vacant. So a further soldier moves no other; where one opens a battalion, a brigade or a command,
an officer or a staff general takes it. Brigades in the capital are the first ones of their branch, with all below them.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum
from functools import cached_property

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from defectsim.model.transitions import RANKS, Rank
from defectsim.population.spec import Branch, Forces

NOBODY = -1


class Level(IntEnum):
    """Levels of command, lowest first."""

    COMPANY = 0
    BATTALION = 1
    BRIGADE = 2
    COMMAND = 3
    BRANCH = 4

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Units:
    """The units of the armed forces, a row each; a unit's parent comes before it.

    Attributes
    ----------
    level, branch, number
        Shape (units,): level, code of the branch, and number within branch and level, from 1.
    parent
        Shape (units,): the unit above, or NOBODY for a branch.
    commander
        Shape (units,): the row of the person who commands, or NOBODY.
    strength
        Shape (units,): how many people stand in the unit and all units below it.
    capital
        Shape (units,): whether it is stationed in the capital.
    branches
        Names of the branches, by code.
    """

    level: NDArray[np.int8]
    branch: NDArray[np.int16]
    number: NDArray[np.int32]
    parent: NDArray[np.int32]
    commander: NDArray[np.int32]
    strength: NDArray[np.int32]
    capital: NDArray[np.bool_]
    branches: tuple[str, ...]

    @cached_property
    def names(self) -> pl.Series:
        """Everybody's name for the units, such as ``guard company 17``; a branch is called by its own name."""
        branch = pl.Series("branch", self.branches).gather(self.branch)
        level = pl.Series("level", [str(level) for level in Level]).gather(self.level)
        number = pl.Series("number", self.number)
        name = (
            pl.when(level == str(Level.BRANCH))
            .then(branch)
            .otherwise(pl.format("{} {} {}", branch, level, number))
        )
        return pl.select(name.alias("unit")).to_series()

    @cached_property
    def called(self) -> pa.StringArray:
        """The same names, as tables of events are made of them."""
        return self.names.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())

    @cached_property
    def blocks(self) -> list[tuple[str, str, NDArray[np.int64]]]:
        """The blocks of units that share streams: those of a branch and a level, by the names of both, and which."""
        return [
            (name, str(level), np.flatnonzero((self.branch == code) & (self.level == level)))
            for code, name in enumerate(self.branches)
            for level in Level
        ]

    @cached_property
    def brigade(self) -> NDArray[np.int32]:
        """Shape (units,): the brigade that each unit is, or lies in, or NOBODY."""
        brigade = np.where(self.level == Level.BRIGADE, np.arange(len(self.level)), NOBODY).astype(
            np.int32
        )
        for unit in np.flatnonzero(
            self.level < Level.BRIGADE
        ).tolist():  # a unit's parent comes before it
            brigade[unit] = brigade[self.parent[unit]]
        return brigade

    def name(self, unit: int) -> str:
        """Return one unit's name."""
        return str(self.names[int(unit)])


@dataclass(frozen=True)
class Order:
    """The order of battle: the units, and each person's place among them.

    Attributes
    ----------
    rank, branch, unit, superior
        Shape (people,): `unit` is the unit that the person belongs to, or commands; `superior` is the row of the
        nearest commander above, or NOBODY.
    """

    units: Units
    rank: NDArray[np.int8]
    branch: NDArray[np.int16]
    unit: NDArray[np.int32]
    superior: NDArray[np.int32]

    @cached_property
    def blocks(self) -> list[tuple[str, str, slice]]:
        """The blocks of people who share streams: a branch's soldiers, and its generals, each with their rows."""
        found = []
        for code, name in enumerate(self.units.branches):
            first, last = np.searchsorted(self.branch, [code, code + 1]).tolist()
            generals = first + int(np.searchsorted(self.rank[first:last] == Rank.GENERAL, True))
            found += [
                (name, "soldier", slice(first, generals)),
                (name, "general", slice(generals, last)),
            ]
        return found


@dataclass
class _BranchTree:
    """The units of one branch, with rows and units numbered from 0."""

    branch: Branch
    forces: Forces

    def __post_init__(self) -> None:
        people = int(self.branch.strength)
        self.spans = (
            int(self.forces.battalion),
            int(self.forces.brigade),
            int(self.forces.command),
        )
        counts = [-(-people // len(self.forces.company.posts))]
        for span in self.spans:
            counts.append(-(-counts[-1] // span))
        self.counts = [*counts, 1]
        self.first = [sum(self.counts[level + 1 :]) for level in range(len(self.counts))]

    def parents(self) -> NDArray[np.int32]:
        spans = (*self.spans, self.counts[Level.COMMAND])
        above = [
            np.arange(self.counts[level]) // spans[level] + self.first[level + 1]
            for level in range(4)
        ]
        return np.concatenate([[NOBODY], *reversed(above)]).astype(np.int32)

    def in_capital(self) -> NDArray[np.int32]:
        """Say of each unit whether it is stationed in the capital; commands and the branch are where any brigade is."""
        counts, share = self.counts, Decimal(repr(self.branch.capital.value))
        stationed = (share * counts[Level.BRIGADE]).to_integral_value(ROUND_HALF_UP)
        brigades = np.arange(counts[Level.BRIGADE]) < int(stationed)
        battalions = brigades[np.arange(counts[Level.BATTALION]) // self.spans[1]]
        companies = battalions[np.arange(counts[Level.COMPANY]) // self.spans[0]]
        above = np.full(1 + counts[Level.COMMAND], share > 0)
        return np.concatenate([above, brigades, battalions, companies]).astype(np.int32)

    def soldiers(self) -> tuple[NDArray[np.int8], NDArray[np.int32], NDArray[np.int32]]:
        """Return the soldiers' ranks and units, and the commanders of companies and battalions by unit."""
        posts = np.array(self.forces.company.posts)
        officers = np.count_nonzero(posts == Rank.OFFICER)
        place = np.arange(int(self.branch.strength))
        number, post = np.divmod(place, len(posts))
        unit = number + self.first[Level.COMPANY]
        commander = np.full(sum(self.counts), NOBODY, np.int32)
        if officers > 0:
            leads = place[post == 0]
            commander[unit[leads]] = leads
        if officers > 1:
            leads = place[(post == 1) & (number % self.spans[0] == 0)]
            unit[leads] = number[leads] // self.spans[0] + self.first[Level.BATTALION]
            commander[unit[leads]] = leads
        return posts[post].astype(np.int8), unit.astype(np.int32), commander

    def posts_of_generals(self) -> NDArray[np.int32]:
        """Return the units that generals command, in the order in which generals fill them."""
        commands = np.arange(self.counts[Level.COMMAND]) + self.first[Level.COMMAND]
        brigades = np.arange(self.counts[Level.BRIGADE]) + self.first[Level.BRIGADE]
        by_command = (
            block for c, unit in enumerate(commands) for block in ([unit], self._span(brigades, c))
        )
        return np.concatenate([[0], *by_command]).astype(np.int32)

    def _span(self, brigades: NDArray[np.int64], command: int) -> NDArray[np.int64]:
        return brigades[command * self.spans[2] : (command + 1) * self.spans[2]]


def order_of_battle(forces: Forces) -> Order:
    """Lay out the armed forces: branches by name, in each its soldiers and then its generals."""
    names = tuple(sorted(forces.branches))
    parts = [_branch(code, forces.branches[name], forces) for code, name in enumerate(names)]
    rows = np.cumsum([0, *(len(part["rank"]) for part in parts)])
    units = np.cumsum([0, *(len(part["parent"]) for part in parts)])

    def joined(key: str, offsets: NDArray[np.int64] | None = None) -> NDArray[np.int32]:
        shifted = [
            part[key]
            if offsets is None
            else np.where(part[key] == NOBODY, NOBODY, part[key] + offsets[code])
            for code, part in enumerate(parts)
        ]
        return np.concatenate(shifted).astype(np.int32)

    parent, commander, unit = (
        joined("parent", units),
        joined("commander", rows),
        joined("unit", units),
    )
    tree = Units(
        level=joined("level").astype(np.int8),
        branch=joined("unit_branch").astype(np.int16),
        number=joined("number"),
        parent=parent,
        commander=commander,
        strength=_strengths(parent, unit),
        capital=joined("capital").astype(bool),
        branches=names,
    )
    superior = _superiors(parent, commander, unit)
    return Order(
        tree, joined("rank").astype(np.int8), joined("branch").astype(np.int16), unit, superior
    )


def strengths(
    rank: NDArray[np.int8], branch: NDArray[np.int16], branches: tuple[str, ...]
) -> NDArray[np.int32]:
    """Count people by branch and rank; shape (branches, ranks)."""
    counted = np.bincount(
        branch.astype(np.int64) * len(RANKS) + rank, minlength=len(branches) * len(RANKS)
    )
    return counted.reshape(len(branches), len(RANKS)).astype(np.int32)


def _branch(code: int, branch: Branch, forces: Forces) -> dict[str, NDArray[np.int32]]:
    """Lay out one branch, with its own rows and units numbered from 0."""
    tree = _BranchTree(branch, forces)
    rank, unit, commander = tree.soldiers()
    posts, generals = tree.posts_of_generals(), int(branch.generals)
    filled = posts[:generals]
    commander[filled] = len(rank) + np.arange(len(filled))
    staff = np.zeros(generals - len(filled), np.int32)
    levels = range(Level.BRANCH, Level.COMPANY - 1, -1)
    people = len(rank) + generals
    return {
        "rank": np.concatenate([rank, np.full(generals, Rank.GENERAL)]),
        "branch": np.full(people, code),
        "unit": np.concatenate([unit, filled, staff]),
        "commander": commander,
        "parent": tree.parents(),
        "capital": tree.in_capital(),
        "level": np.concatenate([np.full(tree.counts[level], level) for level in levels]),
        "number": np.concatenate([np.arange(1, tree.counts[level] + 1) for level in levels]),
        "unit_branch": np.full(len(commander), code),
    }


def _strengths(parent: NDArray[np.int32], unit: NDArray[np.int32]) -> NDArray[np.int32]:
    """Count everybody in each unit and below it."""
    strength = np.bincount(unit, minlength=len(parent))
    for below in range(len(parent) - 1, -1, -1):
        if parent[below] != NOBODY:
            strength[parent[below]] += strength[below]
    return strength.astype(np.int32)


def _superiors(
    parent: NDArray[np.int32], commander: NDArray[np.int32], unit: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Find each person's nearest commander above; a commander's is that of a unit above."""
    above = np.full(len(parent), NOBODY, np.int32)
    for below, up in enumerate(parent):
        if up != NOBODY:
            above[below] = commander[up] if commander[up] != NOBODY else above[up]
    own = commander[unit]
    commands = own == np.arange(len(unit))
    return np.where(commands | (own == NOBODY), above[unit], own).astype(np.int32)
