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
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.core.randomness import uniforms
from defectsim.model.transitions import Rank
from defectsim.population.forces import Branch, Forces
from defectsim.population.names import parse_name

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
    """Units of the armed forces, a row each; arrays are of shape (units,)."""

    level: NDArray[np.int8]
    branch: NDArray[np.int16]
    """Code of the branch."""
    number: NDArray[np.int32]
    """Number within branch and level, from 1."""
    parent: NDArray[np.int32]
    """Unit above, whose row comes before; NOBODY for a branch."""
    commander: NDArray[np.int32]
    """Row of the commander, or NOBODY."""
    strength: NDArray[np.int32]
    """People in the unit and all units below it, at the start."""
    capital: NDArray[np.bool_]
    """True if the unit is stationed in the capital."""
    ancestors: NDArray[np.int32]
    """Shape (units, levels): unit of each level that the unit is or lies in, or NOBODY."""
    branches: tuple[str, ...]
    """Names of the branches, by code."""

    @cached_property
    def brigades(self) -> NDArray[np.int64]:
        """Shape (brigades,): units that are brigades."""
        return np.flatnonzero(self.level == Level.BRIGADE)

    @cached_property
    def names(self) -> list[str]:
        """Names of the units, such as ``guard company 17``; a branch has its own."""
        return [self.name(unit) for unit in range(len(self.level))]

    def name(self, unit: int) -> str:
        """Return one unit's name."""
        branch, level = self.branches[self.branch[unit]], Level(self.level[unit])
        return branch if level is Level.BRANCH else f"{branch} {level} {self.number[unit]}"


@dataclass(frozen=True)
class OrderOfBattle:
    """Units of the armed forces, and each person's place among them, in arrays of shape (people,)."""

    units: Units
    rank: NDArray[np.int8]
    branch: NDArray[np.int16]
    unit: NDArray[np.int32]
    """Unit that the person belongs to, or commands."""
    superior: NDArray[np.int32]
    """Row of the nearest commander above, or NOBODY."""

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

    @cached_property
    def strata(self) -> dict[tuple[int, Rank], NDArray[np.int64]]:
        """Rows of the people of each branch, by its code, and rank."""
        return {
            (branch, rank): np.flatnonzero((self.branch == branch) & (self.rank == rank))
            for branch, rank in product(range(len(self.branches)), Rank)
        }

    def rows_of(self, names: Iterable[str]) -> NDArray[np.int64]:
        """Return the rows of people by their names in tables; all of them must exist."""
        first = {(branch, kind): rows.start for branch, kind, rows in self.blocks}
        people = filter(None, map(parse_name, names))
        return np.array([first[block] + number - 1 for block, number in people], np.int64)

    def members(self, unit: int) -> NDArray[np.int32]:
        """Return the rows of the people who belong to a unit, but to none below it."""
        rows, first = self._by_unit
        return rows[first[unit] : first[unit + 1]]

    @cached_property
    def _by_unit(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Rows by unit, and where each unit begins among them."""
        rows = np.argsort(self.unit, kind="stable").astype(np.int32)
        return rows, np.searchsorted(self.unit[rows], np.arange(len(self.units.level) + 1))

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


def by_person(
    order: OrderOfBattle, seed: int, *purpose: str | int, wanted: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Draw one number in [0, 1) for each person and one purpose; shape (people,).

    Parameters
    ----------
    wanted
        Shape (people,): people whose draws are needed; default: all. Blocks without any are left
        undefined.
    """
    drawn = np.empty(len(order.rank))
    for branch, kind, rows in order.blocks:
        if wanted is None or wanted[rows].any():
            drawn[rows] = uniforms(seed, (*purpose, branch, kind), rows.stop - rows.start)
    return drawn


def by_unit(units: Units, seed: int, *purpose: str | int) -> NDArray[np.float64]:
    """Draw one number in [0, 1) for each unit and one purpose; shape (units,)."""
    drawn = np.empty(len(units.level))
    for (code, branch), level in product(enumerate(units.branches), Level):
        block = np.flatnonzero((units.branch == code) & (units.level == level))
        drawn[block] = uniforms(seed, (*purpose, branch, str(level)), len(block))
    return drawn


class _BranchTree:
    """Tree of one branch, whose units are numbered from the branch downward.

    Attributes
    ----------
    officers
        Number of officers in a company.
    spans
        Number of units of each level that lie in one of the next level, at most.
    counts
        Number of units of each level.
    first
        First unit of each level, after the units of other branches.
    """

    def __init__(self, branch: Branch, forces: Forces, units_before: int) -> None:
        self.branch = branch
        self.company = forces.company
        self.officers = forces.company.posts[Rank.OFFICER]
        self.spans = [int(forces.battalion), int(forces.brigade), int(forces.command)]
        self.counts = [-(-int(branch.strength) // forces.company.size)]
        for span in self.spans:
            self.counts.append(-(-self.counts[-1] // span))
        self.spans.append(self.counts[Level.COMMAND])
        self.counts.append(1)
        self.first = [units_before + sum(self.counts[level + 1 :]) for level in Level]

    def people(self, code: int) -> _Columns:
        """Lay out soldiers and then generals; `leads` is whether a person commands the unit."""
        ranks, counts = zip(*self.company.posts.items(), strict=True)
        posts = np.repeat(np.array(ranks, np.int8), counts)
        company, post = np.divmod(np.arange(int(self.branch.strength)), len(posts))
        of_battalion = (post == 1) & (self.officers > 1) & (company % self.spans[0] == 0)
        battalions = self.first[Level.BATTALION] + company // self.spans[0]
        units = np.where(of_battalion, battalions, self.first[Level.COMPANY] + company)
        leads = of_battalion | ((post == 0) & (self.officers > 0))
        generals = int(self.branch.generals)
        commands = self._commands()[:generals]
        staff = [self.first[Level.BRANCH]] * (generals - len(commands))
        return {
            "rank": np.append(posts[post], [Rank.GENERAL] * generals).astype(np.int8),
            "branch": np.full(len(post) + generals, code, np.int16),
            "unit": np.append(units, commands + staff).astype(np.int32),
            "leads": np.append(leads, np.arange(generals) < len(commands)),
        }

    @property
    def vacant(self) -> int:
        """Number of units without a commander, while nobody is laid out."""
        companies, battalions, *above = self.counts
        if not self.officers:
            led = 0
        elif self.officers == 1:
            led = companies
        else:  # the last company may be one person, who commands it
            alone = int(self.branch.strength) % self.company.size == 1
            led = companies + battalions - (alone and (companies - 1) % self.spans[0] == 0)
        return companies + battalions - led + max(sum(above) - int(self.branch.generals), 0)

    def _commands(self) -> list[int]:
        """List the units that generals command, in the order in which they are filled."""
        brigades = range(self.first[Level.BRIGADE], self.first[Level.BATTALION])
        commands = [self.first[Level.BRANCH]]
        for command in range(self.counts[Level.COMMAND]):
            first = command * self.spans[2]
            commands.append(self.first[Level.COMMAND] + command)
            commands += brigades[first : first + self.spans[2]]
        return commands

    def units(self, code: int) -> _Columns:
        """Lay out the units; the first brigades are in the capital, with all below and above."""
        level = np.repeat(np.array(Level)[::-1], self.counts[::-1])
        number = np.concatenate([np.arange(count) for count in self.counts[::-1]])
        above = np.array([*self.first[1:], NOBODY])[level]
        share = Decimal(repr(self.branch.capital.value))
        stationed = (share * self.counts[Level.BRIGADE]).to_integral_value(ROUND_HALF_UP)
        in_brigade = np.array([self.spans[0] * self.spans[1], self.spans[1], 1, 1, 1])[level]
        of_capital = number // in_brigade < int(stationed)
        return {
            "level": level.astype(np.int8),
            "branch": np.full(len(level), code, np.int16),
            "number": (number + 1).astype(np.int32),
            "parent": (above + number // np.array([*self.spans, 1])[level]).astype(np.int32),
            "capital": np.where(level > Level.BRIGADE, share > 0, of_capital),
        }


class UnitCounts(NamedTuple):
    """Units of a branch: how many of each level, lowest first, and how many without a commander."""

    by_level: list[int]
    vacant: int


def unit_counts(forces: Forces) -> dict[str, UnitCounts]:
    """Count the units of each branch, by its name, without laying anything out."""
    trees = {
        name: _BranchTree(forces.branches[name], forces, 0) for name in sorted(forces.branches)
    }
    return {name: UnitCounts(tree.counts, tree.vacant) for name, tree in trees.items()}


def unknown_unit(name: str, forces: Forces) -> str | None:
    """Return a message if no unit has a name, such as ``guard company 17`` or ``guard``, else None."""
    if name in forces.branches:
        return None
    match name.split(" "):
        case [branch, level, number] if branch in forces.branches and number.isdecimal():
            sizes = _BranchTree(forces.branches[branch], forces, 0).counts[: Level.BRANCH]
            below = dict(zip(map(str, Level), sizes, strict=False))
            if number[0] != "0" and int(number) <= below.get(level, 0):
                return None
    some = next(iter(sorted(forces.branches)))
    return (
        f"there is no unit {name!r}; units are like {some} company 1, {some} brigade 1, or {some} "
        "for the whole branch"
    )


def order_of_battle(forces: Forces) -> OrderOfBattle:
    """Lay out the armed forces: branches by name, in each its soldiers and then its generals."""
    names = tuple(sorted(forces.branches))
    people_parts, unit_parts, units_before = [], [], 0
    for code, name in enumerate(names):
        tree = _BranchTree(forces.branches[name], forces, units_before)
        units_before += sum(tree.counts)
        people_parts.append(tree.people(code))
        unit_parts.append(tree.units(code))
    people, units = _joined(people_parts), _joined(unit_parts)
    leaders = np.flatnonzero(people.pop("leads"))
    units["ancestors"] = _ancestors(units)
    units["commander"] = np.full(units_before, NOBODY, np.int32)
    units["commander"][people["unit"][leaders]] = leaders
    units["strength"] = _strength(units, np.bincount(people["unit"], minlength=units_before))
    own, above = units["commander"][people["unit"]], _commander_above(units)[people["unit"]]
    leads = own == np.arange(len(own))
    people["superior"] = np.where(leads | (own == NOBODY), above, own)
    return OrderOfBattle(Units(**units, branches=names), **people)


def _strength(units: _Columns, own: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the people of each unit and of all units below it, given those of each alone."""
    strength = np.zeros(len(own), np.int32)
    for ancestors in units["ancestors"].T:
        known = ancestors != NOBODY
        np.add.at(strength, ancestors[known], own[known].astype(np.int32))
    return strength


def _commander_above(units: _Columns) -> NDArray[np.int32]:
    """Return the nearest commander of a unit above each unit."""
    above = np.full(len(units["level"]), NOBODY, np.int32)
    for level in reversed(Level):
        ancestors = units["ancestors"][:, level]
        commander = units["commander"][ancestors]
        nearer = (ancestors != NOBODY) & (units["level"] < level) & (commander != NOBODY)
        above[nearer] = commander[nearer]
    return above


def _joined(parts: list[_Columns]) -> _Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _ancestors(units: _Columns) -> NDArray[np.int32]:
    found = np.full((len(units["level"]), len(Level)), NOBODY, np.int32)
    for unit, (level, parent) in enumerate(zip(units["level"], units["parent"], strict=True)):
        if parent != NOBODY:
            found[unit] = found[parent]
        found[unit, level] = unit
    return found
