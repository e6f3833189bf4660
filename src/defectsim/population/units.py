"""Order of battle: companies in battalions, brigades, commands and branches, and their commanders.

A person's place follows from their number in the branch alone: soldier i is in company i // size,
in post i % size (officers first, then non-commissioned officers, then enlisted). The first officer
of a company commands it; the second officer of a battalion's first company commands the battalion.
General 0 commands the branch; then come, command by command, its own general and those of its
brigades; the rest are on the branch's staff. A post without a person stays vacant. So a further
soldier moves no other; where one opens a battalion, a brigade or a command, an officer or a staff
general takes it. The first brigades of a branch, with all below them, are those in the capital.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from defectsim.model.transitions import Rank
from defectsim.population.forces import Branch, Forces

NOBODY = -1
"""Row, or unit, of nobody."""

type _Columns = dict[str, NDArray[Any]]


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
    """Units of the armed forces, a row each; a unit's parent comes before it.

    Attributes
    ----------
    level, branch, number
        Shape (units,): level, code of the branch, and number within branch and level, from 1.
    parent
        Shape (units,): unit above; NOBODY for a branch.
    commander
        Shape (units,): row of the commander, or NOBODY.
    strength
        Shape (units,): people in the unit and all units below it, at the start.
    capital
        Shape (units,): whether the unit is stationed in the capital.
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
        """Names of the units, such as ``guard company 17``; a branch has its own."""
        branch = pl.Series("branch", self.branches).gather(self.branch)
        level = pl.Series("level", [str(level) for level in Level]).gather(self.level)
        number = pl.Series("number", self.number)
        numbered = pl.format("{} {} {}", branch, level, number)
        name = pl.when(level == str(Level.BRANCH)).then(branch).otherwise(numbered)
        return pl.select(name.alias("unit")).to_series()

    @cached_property
    def arrow_names(self) -> pa.StringArray:
        """Names of the units in Arrow's memory layout, for tables of events."""
        return self.names.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())

    @cached_property
    def blocks(self) -> list[tuple[str, str, NDArray[np.int64]]]:
        """Blocks of units that share a random stream: name of the branch, level, units."""
        return [
            (name, str(level), np.flatnonzero((self.branch == code) & (self.level == level)))
            for code, name in enumerate(self.branches)
            for level in Level
        ]

    @cached_property
    def brigade(self) -> NDArray[np.int32]:
        """Shape (units,): brigade that the unit is or lies in, or NOBODY."""
        brigade = np.full(len(self.level), NOBODY, np.int32)
        for unit, level in enumerate(self.level.tolist()):
            if level == Level.BRIGADE:
                brigade[unit] = unit
            elif level < Level.BRIGADE:
                brigade[unit] = brigade[self.parent[unit]]
        return brigade

    def name(self, unit: int) -> str:
        """Return one unit's name."""
        return str(self.names[int(unit)])


@dataclass(frozen=True)
class OrderOfBattle:
    """Units of the armed forces, and each person's place among them.

    Attributes
    ----------
    rank, branch, unit, superior
        Shape (people,): codes of rank and branch; unit that the person belongs to, or commands;
        row of the nearest commander above, or NOBODY.
    """

    units: Units
    rank: NDArray[np.int8]
    branch: NDArray[np.int16]
    unit: NDArray[np.int32]
    superior: NDArray[np.int32]

    @cached_property
    def blocks(self) -> list[tuple[str, str, slice]]:
        """Blocks of people who share a random stream: branch, soldier or general, rows."""
        found = []
        for code, name in enumerate(self.branches):
            first, last = np.searchsorted(self.branch, [code, code + 1]).tolist()
            generals = first + int(np.searchsorted(self.rank[first:last] == Rank.GENERAL, True))
            found.append((name, "soldier", slice(first, generals)))
            found.append((name, "general", slice(generals, last)))
        return found

    @property
    def branches(self) -> tuple[str, ...]:
        """Names of the branches, by code."""
        return self.units.branches

    @cached_property
    def strength(self) -> NDArray[np.int32]:
        """Shape (branches, ranks): people at the start."""
        shape = (len(self.branches), len(Rank))
        codes = np.ravel_multi_index((self.branch, self.rank), shape)
        return np.bincount(codes, minlength=shape[0] * shape[1]).reshape(shape).astype(np.int32)


class _BranchTree:
    """Tree of one branch; its rows and units are numbered from 0, units from the branch downward.

    Attributes
    ----------
    counts
        Number of units of each level.
    spans
        Number of units of each level below branches that lie in one of the next level.
    first
        First unit of each level.
    """

    def __init__(self, branch: Branch, forces: Forces) -> None:
        self.branch = branch
        self.posts = np.array(forces.company.posts)
        self.spans = [int(span) for span in (forces.battalion, forces.brigade, forces.command)]
        self.counts = [-(-int(branch.strength) // len(self.posts))]
        for span in self.spans:
            self.counts.append(-(-self.counts[-1] // span))
        self.spans.append(self.counts[Level.COMMAND])
        self.counts.append(1)
        self.first = [sum(self.counts[level + 1 :]) for level in Level]

    def _parents(self) -> NDArray[np.int32]:
        above = [
            self.first[level + 1] + np.arange(self.counts[level]) // self.spans[level]
            for level in reversed(range(Level.BRANCH))
        ]
        return np.concatenate([[NOBODY], *above]).astype(np.int32)

    def _in_capital(self) -> NDArray[np.bool_]:
        """Station the first brigades in the capital, and commands and branch with any."""
        share = Decimal(repr(self.branch.capital.value))
        stationed = (share * self.counts[Level.BRIGADE]).to_integral_value(ROUND_HALF_UP)
        brigades = np.arange(self.counts[Level.BRIGADE]) < int(stationed)
        battalions = brigades[np.arange(self.counts[Level.BATTALION]) // self.spans[1]]
        companies = battalions[np.arange(self.counts[Level.COMPANY]) // self.spans[0]]
        above = np.full(1 + self.counts[Level.COMMAND], share > 0)
        return np.concatenate([above, brigades, battalions, companies])

    def _soldiers(self) -> tuple[NDArray[np.int8], NDArray[np.int32], NDArray[np.int32]]:
        """Lay out soldiers: ranks, units, and commanders by unit."""
        officers = np.count_nonzero(self.posts == Rank.OFFICER)
        soldier = np.arange(int(self.branch.strength), dtype=np.int32)
        company, post = np.divmod(soldier, len(self.posts))
        unit = self.first[Level.COMPANY] + company
        commander = np.full(sum(self.counts), NOBODY, np.int32)
        if officers > 0:
            leads = soldier[post == 0]
            commander[unit[leads]] = leads
        if officers > 1:
            leads = soldier[(post == 1) & (company % self.spans[0] == 0)]
            unit[leads] = self.first[Level.BATTALION] + company[leads] // self.spans[0]
            commander[unit[leads]] = leads
        return self.posts[post].astype(np.int8), unit, commander

    def _posts_of_generals(self) -> list[int]:
        """Return the units that generals command, in the order in which they are filled."""
        brigades = range(self.first[Level.BRIGADE], self.first[Level.BATTALION])
        posts = [0]
        for command in range(self.counts[Level.COMMAND]):
            first = command * self.spans[2]
            posts += [self.first[Level.COMMAND] + command, *brigades[first : first + self.spans[2]]]
        return posts

    def columns(self, code: int) -> tuple[_Columns, _Columns]:
        """Lay out the branch: columns of its people, and of its units."""
        rank, unit, commander = self._soldiers()
        generals = int(self.branch.generals)
        filled = self._posts_of_generals()[:generals]
        commander[filled] = len(rank) + np.arange(len(filled))
        staff = [0] * (generals - len(filled))
        counts = self.counts[::-1]
        people = {
            "rank": np.concatenate([rank, np.full(generals, Rank.GENERAL, np.int8)]),
            "branch": np.full(len(rank) + generals, code, np.int16),
            "unit": np.concatenate([unit, np.array([*filled, *staff], np.int32)]),
        }
        return people, {
            "level": np.repeat(np.array(list(Level)[::-1], np.int8), counts),
            "branch": np.full(sum(counts), code, np.int16),
            "number": np.concatenate([np.arange(1, count + 1, dtype=np.int32) for count in counts]),
            "parent": self._parents(),
            "commander": commander,
            "capital": self._in_capital(),
        }


def order_of_battle(forces: Forces) -> OrderOfBattle:
    """Lay out the armed forces: branches by name, in each its soldiers and then its generals."""
    names = tuple(sorted(forces.branches))
    parts: list[tuple[_Columns, _Columns]] = []
    row = first = 0
    for code, name in enumerate(names):
        of_people, of_units = _BranchTree(forces.branches[name], forces).columns(code)
        of_people["unit"] += first
        of_units["parent"][1:] += first
        of_units["commander"][of_units["commander"] != NOBODY] += row
        row += len(of_people["unit"])
        first += len(of_units["parent"])
        parts.append((of_people, of_units))
    people, units = (_joined(columns) for columns in zip(*parts, strict=True))
    parent, commander, unit = units["parent"], units["commander"], people["unit"]
    tree = Units(**units, strength=_strengths(parent, unit), branches=names)
    return OrderOfBattle(tree, **people, superior=_superiors(parent, commander, unit))


def _joined(parts: Iterable[_Columns]) -> _Columns:
    parts = list(parts)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _strengths(parent: NDArray[np.int32], unit: NDArray[np.int32]) -> NDArray[np.int32]:
    """Count the people in each unit and below it."""
    strength = np.bincount(unit, minlength=len(parent))
    for below in range(len(parent) - 1, -1, -1):
        if parent[below] != NOBODY:
            strength[parent[below]] += strength[below]
    return strength.astype(np.int32)


def _superiors(
    parent: NDArray[np.int32], commander: NDArray[np.int32], unit: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Find the nearest commander above each person; for a commander, that of a unit above."""
    above = np.full(len(parent), NOBODY, np.int32)
    for below, up in enumerate(parent):
        if up != NOBODY:
            above[below] = commander[up] if commander[up] != NOBODY else above[up]
    own = commander[unit]
    commands = own == np.arange(len(unit))
    return np.where(commands | (own == NOBODY), above[unit], own).astype(np.int32)
