"""Who there is: a structure of arrays, one row a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from defectsim.core.section import Bounds
from defectsim.model.person import Array
from defectsim.model.transitions import Rank, Service
from defectsim.population import distribution as draw
from defectsim.population.distribution import Distribution
from defectsim.population.draws import by_person, by_unit
from defectsim.population.units import Order, Units, strengths


@dataclass
class ColumnSpec:
    """One column before it is drawn.

    Attributes
    ----------
    base
        Shape (people,): the numbers, and anything where there is a law.
    likeness
        Shape (people,): people of one unit with the same code have the same value in every replicate. It is the number
        of what was said, or for those who differ from everybody a code of their own.
    laws
        Laws, and the rows of those whom each is about.
    """

    bounds: Bounds
    base: NDArray[np.float64]
    likeness: NDArray[np.int32]
    laws: list[tuple[Distribution, NDArray[np.int64]]] = field(default_factory=list)
    _said: int = 0

    @classmethod
    def nothing(cls, bounds: Bounds, default: float | None, people: int) -> Self:
        """Return a column of which nothing is said yet."""
        return cls(bounds, np.full(people, default, np.float64), np.zeros(people, np.int32))

    def number(self, rows: NDArray[np.int64], value: float) -> None:
        """Say that some people have one number."""
        self.base[rows] = value
        self.likeness[rows] = self._next()

    def values(self, rows: NDArray[np.int64], values: list[float]) -> None:
        """Say which number each of some people has."""
        if len(rows):
            self.base[rows] = values
            self.likeness[rows] = alone(rows)

    def law(self, rows: NDArray[np.int64], law: Distribution) -> None:
        """Say which law the numbers of some people, or of their units, follow."""
        self.likeness[rows] = self._next() if law.per == "unit" else alone(rows)
        same = [place for place, (other, _) in enumerate(self.laws) if other == law]
        if same:
            rows = np.concatenate([self.laws.pop(same[0])[1], rows])
        self.laws.append((law, rows))

    def _next(self) -> int:
        self._said += 1
        return self._said

    def drawn(self, name: str, order: Order, seed: int, replicate: int) -> NDArray[np.float64]:
        """Return the column of one replicate."""
        if not self.laws:
            return self.base
        column = self.base.copy()
        of_units = (
            by_unit(order.units, seed, name, replicate)
            if any(law.per == "unit" for law, _ in self.laws)
            else None
        )
        of_people = by_person(order, seed, name, replicate, wanted=self.likeness < 0)
        for law, rows in self.laws:
            if of_units is not None and law.per == "unit":
                column[rows] = draw.values(law, of_units, self.bounds)[order.unit[rows]]
            else:
                column[rows] = draw.values(law, of_people[rows], self.bounds)
        return column


def alone(rows: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return codes of likeness for people each of whom differs from everybody else."""
    return (-1 - rows).astype(np.int32)


@dataclass(frozen=True)
class Population:
    """The army at the start.

    Rows are ordered by branch, in each branch soldiers by number and then generals by number. Who there is, who
    commands whom and who is tied to whom is the same in all replicates; what laws leave open, each draws anew.

    Attributes
    ----------
    order
        Rank, branch, unit and nearest commander of each person, and the tree of units.
    service
        Shape (people,): codes of the service classes.
    ties
        Shape (people, people): who is tied to whom sideways.
    said
        What the scenario says of each column.
    seed
        What the draws begin from.
    """

    order: Order
    service: NDArray[np.int8]
    ties: sparse.csr_array
    said: Mapping[str, ColumnSpec]
    seed: int

    def __len__(self) -> int:
        return len(self.branch)

    @property
    def rank(self) -> NDArray[np.int8]:
        """Shape (people,): codes of the ranks."""
        return self.order.rank

    @property
    def branch(self) -> NDArray[np.int16]:
        """Shape (people,): codes of the branches."""
        return self.order.branch

    @property
    def unit(self) -> NDArray[np.int32]:
        """Shape (people,): row of the unit that each person belongs to, or commands."""
        return self.order.unit

    @property
    def superior(self) -> NDArray[np.int32]:
        """Shape (people,): row of the nearest commander above, or -1."""
        return self.order.superior

    @cached_property
    def capital(self) -> NDArray[np.int8]:
        """Shape (people,): 1 where the person's unit is stationed in the capital."""
        return self.units.capital[self.unit].astype(np.int8)

    @property
    def units(self) -> Units:
        """The tree of units."""
        return self.order.units

    @property
    def branches(self) -> tuple[str, ...]:
        """Names of the branches, by code."""
        return self.units.branches

    @cached_property
    def columns(self) -> dict[str, Array]:
        """What rules can read of people, and their frailty, in replicate 0; each of shape (people,)."""
        return self.drawn(0)

    def drawn(self, replicate: int) -> dict[str, Array]:
        """Draw the columns of one replicate; see `model.person`."""
        drawn = {
            name: said.drawn(name, self.order, self.seed, replicate)
            for name, said in self.said.items()
        }
        return {**self._given, **drawn}

    @property
    def _given(self) -> dict[str, Array]:
        """The columns that follow from the forces, the same in every replicate."""
        return {
            "rank": self.rank,
            "service": self.service,
            "capital": self.capital,
            "degree": self.degree,
        }

    @cached_property
    def likeness(self) -> dict[str, NDArray[np.int32]]:
        """For each column, codes that are equal where people of one unit have one value in every replicate."""
        codes = {name: column.astype(np.int32) for name, column in self._given.items()}
        return {**codes, **{name: said.likeness for name, said in self.said.items()}}

    @cached_property
    def active(self) -> NDArray[np.bool_]:
        """Shape (branches,): whether each branch's service is active; True of all of them, where none is."""
        active = np.zeros(len(self.branches), bool)
        active[self.branch[self.service == Service.ACTIVE]] = True
        return active if active.any() else ~active

    @cached_property
    def degree(self) -> NDArray[np.int32]:
        """Shape (people,): how many sideways ties each person has."""
        return np.diff(self.ties.indptr).astype(np.int32)

    @cached_property
    def strength(self) -> NDArray[np.int32]:
        """Shape (branches, ranks): how many people there are at the start."""
        return strengths(self.rank, self.branch, self.branches)

    @cached_property
    def number(self) -> NDArray[np.int32]:
        """Shape (people,): number among the soldiers, or among the generals, of the branch; from 1."""
        general = self.rank == Rank.GENERAL
        starts = np.flatnonzero(np.diff(self.branch * 2 + general, prepend=-1))
        sizes = np.diff(starts, append=len(self))
        return (np.arange(len(self)) - np.repeat(starts, sizes) + 1).astype(np.int32)

    @cached_property
    def ids(self) -> pl.Series:
        """Everybody's name in tables, such as ``guard-1024`` or ``guard-general-3``; the same in every scenario."""
        prefixes = [f"{name}-{kind}" for name in self.branches for kind in ("", "general-")]
        prefix = pl.Series(prefixes).gather(self.branch * 2 + (self.rank == Rank.GENERAL))
        return (
            pl.select(pl.concat_str(prefix, pl.Series(self.number).cast(pl.String)))
            .to_series()
            .alias("agent")
        )

    @cached_property
    def called(self) -> pa.StringArray:
        """The same names, as tables of events are made of them."""
        return self.ids.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())

    def row(self, agent: str) -> int:
        """Return the row of the person whom tables call `agent`.

        Raises
        ------
        KeyError
            Where there is no such person.
        """
        found = self.ids.index_of(agent)
        if found is None:
            raise KeyError(f"there is nobody called {agent!r}; names are like {self.ids[0]!r}")
        return found
