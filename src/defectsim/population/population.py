"""The population: a structure of arrays, one row a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from defectsim.core.section import Bounds, Number
from defectsim.model.person import OWN_ATTRIBUTE, PEOPLE_COLUMNS, Array
from defectsim.model.transitions import SERVICES, Rank, Service
from defectsim.population.distribution import Distribution
from defectsim.population.forces import Forces
from defectsim.population.networks import tied
from defectsim.population.people import People, Quantity
from defectsim.population.units import OrderOfBattle, by_person, by_unit, order_of_battle


@dataclass
class ColumnSpec:
    """One column as the scenario gives it, before it is drawn."""

    bounds: Bounds
    """Bounds to which distributions are truncated."""
    base: NDArray[np.float64]
    """Shape (people,): numbers; any number for those who follow a distribution."""
    cohort_code: NDArray[np.int32]
    """Shape (people,): equal for people of one unit who have one value in every replicate, negative
    and unique for people who have a value of their own."""
    distributions: list[tuple[Distribution, NDArray[np.int64]]] = field(default_factory=list)
    """Distributions, each with the rows of the people who follow it."""

    def give(self, rows: NDArray[np.int64], quantity: Quantity, code: int) -> None:
        """Give some people a number, one number each, or a distribution to follow."""
        self.cohort_code[rows] = code
        if isinstance(quantity, Number):
            self.base[rows] = quantity.value
            return
        if quantity.values is not None or quantity.per == "person":
            self.cohort_code[rows] = -1 - rows
        if quantity.values is not None:
            self.base[rows] = quantity.values
            return
        for place, (other, others) in enumerate(self.distributions):
            if other == quantity:
                self.distributions[place] = (other, np.concatenate([others, rows]))
                return
        self.distributions.append((quantity, rows))

    def draw(
        self, name: str, order: OrderOfBattle, seed: int, replicate: int
    ) -> NDArray[np.float64]:
        """Draw the column for one replicate; shape (people,)."""
        if not self.distributions:
            return self.base
        column = self.base.copy()
        of_people = by_person(order, seed, name, replicate, wanted=self.cohort_code < 0)
        if any(distribution.per == "unit" for distribution, _ in self.distributions):
            of_units = by_unit(order.units, seed, name, replicate)
        for distribution, rows in self.distributions:
            if distribution.per == "unit":
                column[rows] = distribution.quantiles(of_units, self.bounds)[order.unit[rows]]
            else:
                column[rows] = distribution.quantiles(of_people[rows], self.bounds)
        return column


@dataclass(frozen=True)
class Population(OrderOfBattle):
    """The armed forces at the start.

    Rows are ordered by branch, in each branch soldiers by number and then generals by number.
    People, commanders and ties are the same in all replicates; what distributions leave open, each
    replicate draws anew.
    """

    service: NDArray[np.int8]
    """Shape (people,): codes of the service classes."""
    ties: sparse.csr_array
    """Shape (people, people): symmetric graph of the sideways ties."""
    specs: Mapping[str, ColumnSpec]
    """Columns as the scenario gives them, by name."""
    seed: int
    """Seed of the draws."""

    def __len__(self) -> int:
        return len(self.branch)

    @cached_property
    def capital(self) -> NDArray[np.int8]:
        """Shape (people,): 1 where the person's unit is stationed in the capital."""
        return self.units.capital[self.unit].astype(np.int8)

    @cached_property
    def degree(self) -> NDArray[np.int32]:
        """Shape (people,): number of sideways ties."""
        return np.diff(self.ties.indptr).astype(np.int32)

    @property
    def _fixed(self) -> dict[str, Array]:
        """Columns that follow from the forces, the same in every replicate."""
        return {name: getattr(self, name) for name in ("rank", "service", "capital", "degree")}

    @cached_property
    def columns(self) -> dict[str, Array]:
        """Columns of replicate 0; each of shape (people,)."""
        return self.draw_columns(0)

    def draw_columns(self, replicate: int) -> dict[str, Array]:
        """Draw the columns of one replicate, `frailty` among them; see `model.person`."""
        return self._fixed | {
            name: spec.draw(name, self, self.seed, replicate) for name, spec in self.specs.items()
        }

    @cached_property
    def cohort_codes(self) -> dict[str, NDArray[np.int32]]:
        """Codes by column, equal where people of one unit have one value in every replicate."""
        codes = {name: column.astype(np.int32) for name, column in self._fixed.items()}
        return codes | {name: spec.cohort_code for name, spec in self.specs.items()}

    @cached_property
    def active(self) -> NDArray[np.bool_]:
        """Shape (branches,): whether the branch's service is active; all true where none is."""
        active = np.zeros(len(self.branches), bool)
        active[self.branch[self.service == Service.ACTIVE]] = True
        return active if active.any() else ~active

    @cached_property
    def number(self) -> NDArray[np.int32]:
        """Shape (people,): number from 1 among the soldiers, or the generals, of the branch."""
        sizes = [rows.stop - rows.start for _, _, rows in self.blocks]
        return np.concatenate([np.arange(1, size + 1, dtype=np.int32) for size in sizes])

    @cached_property
    def ids(self) -> pl.Series:
        """Names of people in tables, such as ``guard-1024`` or ``guard-general-3``.

        A person has the same name in every scenario.
        """
        prefixes = [f"{name}-{kind}" for name in self.branches for kind in ("", "general-")]
        prefix = pl.Series(prefixes).gather(self.branch * 2 + (self.rank == Rank.GENERAL))
        number = pl.Series(self.number).cast(pl.String)
        return pl.select(pl.concat_str(prefix, number).alias("agent")).to_series()

    def row(self, agent: str) -> int:
        """Return the row of the person called `agent` in tables.

        Raises
        ------
        KeyError
            If there is no such person.
        """
        found = self.ids.index_of(agent)
        if found is None:
            raise KeyError(f"there is nobody called {agent!r}; names are like {self.ids[0]!r}")
        return found


def build_population(forces: Forces, people: People, seed: int) -> Population:
    """Build the armed forces of a scenario; distributions are drawn in each replicate."""
    order = order_of_battle(forces)
    branches = [forces.branches[name] for name in order.branches]
    services = np.array([SERVICES.index(branch.service) for branch in branches], np.int8)
    own = {*people.attributes}.union(*(branch.people.attributes for branch in branches))
    names = (*PEOPLE_COLUMNS, *sorted(own))
    return Population(
        units=order.units,
        rank=order.rank,
        branch=order.branch,
        unit=order.unit,
        superior=order.superior,
        service=services[order.branch],
        ties=tied(forces.ties, order, seed),
        specs={name: _column_spec(name, forces, people, order) for name in names},
        seed=seed,
    )


def _column_spec(name: str, forces: Forces, people: People, order: OrderOfBattle) -> ColumnSpec:
    """Collect the quantities of one column, branch by branch and rank by rank."""
    column, size = PEOPLE_COLUMNS.get(name, OWN_ATTRIBUTE), len(order.rank)
    base = np.full(size, column.default, np.float64)
    spec = ColumnSpec(column.bounds, base, np.zeros(size, np.int32))
    for code, ((branch, branch_name), rank) in enumerate(product(enumerate(order.branches), Rank)):
        rows = np.flatnonzero((order.branch == branch) & (order.rank == rank))
        quantity = forces.branches[branch_name].quantity(people, name, rank)
        if quantity is not None and len(rows):
            spec.give(rows, quantity, code + 1)
    return spec
