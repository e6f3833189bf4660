"""The population: a structure of arrays, one row a person; and a run as its agents see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from defectsim.core.randomness import words
from defectsim.core.section import Section
from defectsim.model.person import OWN_ATTRIBUTE, PEOPLE_COLUMNS, Array, Column
from defectsim.model.transitions import SERVICES, Service
from defectsim.population.columns import Columns, ColumnSpec, column_spec
from defectsim.population.forces import Forces
from defectsim.population.names import unknown_person
from defectsim.population.networks import directed, members, redrawn, tied
from defectsim.population.people import STATUS, People
from defectsim.population.statuses import INITIAL_STATUS
from defectsim.population.units import OrderOfBattle, order_of_battle

if TYPE_CHECKING:  # which imports Mesa, and most runs make no agents
    from defectsim.population.agents import PersonAgent


@dataclass(frozen=True)
class Population(OrderOfBattle):
    """The armed forces at the start.

    Rows are ordered by branch, in each branch soldiers by number and then generals by number.
    People and commanders are the same in all replicates, and ties unless they are redrawn; what
    distributions leave open, each replicate draws anew.
    """

    service: NDArray[np.int8]
    """Shape (people,): codes of the service classes."""
    network: Section
    """Kind of network of the sideways ties; one of those of `population.ties`."""
    ties: sparse.csr_array
    """Shape (people, people): graph of the sideways ties, in each row whom somebody sees; of
    replicate 0 if each replicate draws its own."""
    specs: Mapping[str, ColumnSpec]
    """Columns as the scenario gives them, by name."""
    status: ColumnSpec
    """Codes of statuses before the first step, as the scenario gives them."""
    seed: int
    """Seed of the draws."""

    def __len__(self) -> int:
        return len(self.branch)

    def spec_of(self, name: str) -> ColumnSpec | None:
        """Return a column as the scenario gives it; None if there is no such column."""
        return self.status if name == STATUS else self.specs.get(name)

    @cached_property
    def capital(self) -> NDArray[np.int8]:
        """Shape (people,): 1 where the person's unit is stationed in the capital."""
        return self.units.capital[self.unit].astype(np.int8)

    @cached_property
    def degree(self) -> NDArray[np.int32]:
        """Shape (people,): number of each person's `ties`."""
        return np.diff(self.ties.indptr).astype(np.int32)

    def draw_ties(self, replicate: int) -> sparse.csr_array:
        """Return the sideways ties of one replicate."""
        if self.redrawn:
            return tied(self.network, self, self.seed, replicate)
        return self.ties

    @property
    def directed(self) -> bool:
        """True if ties are not mutual."""
        return directed(self.network)

    @property
    def redrawn(self) -> bool:
        """True if each replicate draws ties of its own."""
        return redrawn(self.network)

    @cached_property
    def has_ties(self) -> NDArray[np.bool_]:
        """Shape (people,): whether somebody has ties, in any replicate."""
        if not self.redrawn:
            return self.degree > 0
        found = np.zeros(len(self), bool)
        found[members(self.network, self)] = True
        return found

    @cached_property
    def persons(self) -> NDArray[np.int64]:
        """Shape (people,): numbers by which draws during a run know people, in every scenario."""
        found = np.empty(len(self), np.int64)
        for name, kind, rows in self.blocks:
            found[rows] = (words(name, kind)[0] >> 1 << 32) | np.arange(rows.stop - rows.start)
        return found

    @property
    def _fixed(self) -> dict[str, Array]:
        """Columns that follow from the forces, the same in every replicate."""
        return {name: getattr(self, name) for name in ("rank", "service", "capital")}

    @cached_property
    def columns(self) -> Columns:
        """Columns of replicate 0; each of shape (people,)."""
        return self.draw_columns(0)

    def draw_columns(self, replicate: int, ties: sparse.csr_array | None = None) -> Columns:
        """Return the columns of one replicate, `frailty` among them; see `model.person`.

        Parameters
        ----------
        ties
            Those of the replicate, if they have been drawn.
        """
        ties = self.draw_ties(replicate) if ties is None else ties
        degree = self.degree if ties is self.ties else np.diff(ties.indptr).astype(np.int32)
        return Columns(
            self._fixed | {"degree": degree},
            self.specs,
            lambda name: self.specs[name].draw(name, self, self.seed, replicate),
        )

    def draw_status(self, replicate: int) -> NDArray[np.int8]:
        """Return the codes of statuses before the first step; shape (people,)."""
        drawn = self.status.draw("status", self, self.seed, replicate).astype(np.int8)
        if len(drawn) == 1:  # all have the same
            return np.full(len(self), drawn[0])
        status: NDArray[np.int8] = drawn[self.status.place]
        return status

    @cached_property
    def cohort_codes(self) -> dict[str, Array]:
        """Codes by column, equal where people of one unit and rank always have one value."""
        degree = self.degree
        if self.redrawn:
            degree = np.where(self.has_ties, np.arange(1, len(self) + 1), 0).astype(np.int32)
        of_specs = {name: spec.place for name, spec in self.specs.items()}
        return {**self._fixed, "degree": degree, **of_specs}

    @cached_property
    def active(self) -> NDArray[np.bool_]:
        """Shape (branches,): whether the branch's service is active; all true where none is."""
        active = np.zeros(len(self.branches), bool)
        active[self.branch[self.service == Service.ACTIVE]] = True
        return active if active.any() else ~active

    @cached_property
    def ids(self) -> pl.Series:
        """Names of people in tables, such as ``guard-1024`` or ``guard-general-3``.

        A person has the same name in every scenario.
        """
        return self.names(np.arange(len(self)))

    def names(self, rows: NDArray[np.integer[Any]]) -> pl.Series:
        """Return the names of people of some rows."""
        kinds = {"soldier": "", "general": "general-"}
        prefixes = pl.Series([f"{branch}-{kinds[kind]}" for branch, kind, _ in self.blocks])
        first = np.array([block.start for *_, block in self.blocks])
        block = np.searchsorted(first, rows, side="right") - 1
        number = pl.Series(rows - first[block] + 1).cast(pl.String)
        return (prefixes.gather(block) + number).alias("agent")

    def row(self, agent: str) -> int:
        """Return the row of the person called `agent` in tables.

        Raises
        ------
        KeyError
            If there is no such person.
        """
        sizes = {(name, kind): rows.stop - rows.start for name, kind, rows in self.blocks}
        if unknown := unknown_person(agent, sizes):
            raise KeyError(unknown)
        return int(self.rows_of([agent])[0])


class World(Protocol):
    """A run as its agents see it, whether or not it is a Mesa model."""

    random: Random

    @property
    def population(self) -> Population:
        """The army at the start."""

    @property
    def ties(self) -> sparse.csr_array:
        """Sideways ties in the run; in each row whom somebody sees."""

    def has_column(self, name: str) -> bool:
        """Check whether there is a column."""

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of all columns."""

    def column(self, name: str) -> Array:
        """Return a column, of shape (people,), as it is now."""

    def write(self, name: str, rows: Any, value: Any) -> None:
        """Write a column in some rows."""

    def agent(self, row: int) -> "PersonAgent":
        """Return the agent of a row."""

    def leave(self, row: int, transition: str) -> None:
        """Make a person take a transition."""

    def draw(self, row: int, purpose: str) -> float:
        """Return a person's random number for a purpose."""

    def country(self, row: int) -> Any:
        """Return the country as a person perceives it."""

    def around(self, row: int) -> Any:
        """Return the unit as a person perceives it."""

    @property
    def agent_types(self) -> "list[type[PersonAgent]]":
        """Classes of soldiers and of generals."""


def build_population(
    forces: Forces, people: People, seed: int, like: Population | None = None
) -> Population:
    """Build the armed forces of a scenario; distributions are drawn in each replicate.

    Parameters
    ----------
    like
        Army of the same order of battle, which is shared, as is all else that is the same.
    """
    order = like or order_of_battle(forces)
    branches = [forces.branches[name] for name in order.branches]
    services = np.array([SERVICES.index(branch.service) for branch in branches], np.int8)
    own = {*people.own}.union(*(branch.people.own for branch in branches))

    def spec(name: str, column: Column) -> ColumnSpec:
        quantities = [
            (rows, branches[branch].quantity(people, name, rank))
            for (branch, rank), rows in order.strata.items()
        ]
        return column_spec(column, quantities, order, like.spec_of(name) if like else None)

    same_ties = like and like.seed == seed and like.network == forces.ties
    return Population(
        units=order.units,
        rank=order.rank,
        branch=order.branch,
        unit=order.unit,
        superior=order.superior,
        service=services[order.branch],
        network=forces.ties,
        ties=like.ties if like and same_ties else tied(forces.ties, order, seed, 0),
        specs={
            name: spec(name, column)
            for name, column in (PEOPLE_COLUMNS | dict.fromkeys(sorted(own), OWN_ATTRIBUTE)).items()
        },
        status=spec(STATUS, INITIAL_STATUS),
        seed=seed,
    )
