"""Who there is: a structure of arrays, one row a person, shared by all replicates of a study."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from defectsim.core.statuses import Rank
from defectsim.population.columns import Array
from defectsim.population.units import Units, strengths


@dataclass(frozen=True)
class Population:
    """The army at the start.

    Rows are ordered by branch, in each branch soldiers by number and then generals by number.

    Attributes
    ----------
    columns
        What rules can read of people, and their frailty, by name; each of shape (people,). See `population.columns`.
    branch, unit, superior
        Shape (people,): code of the branch, row of the unit, row of the nearest commander above.
    units
        The tree of units.
    ties
        Shape (people, people): officers' sideways ties.
    """

    columns: Mapping[str, Array]
    branch: NDArray[np.int16]
    unit: NDArray[np.int32]
    superior: NDArray[np.int32]
    units: Units
    ties: sparse.csr_array

    def __len__(self) -> int:
        return len(self.branch)

    @property
    def branches(self) -> tuple[str, ...]:
        """Names of the branches, by code."""
        return self.units.branches

    @property
    def rank(self) -> NDArray[np.int8]:
        """Shape (people,): codes of the ranks."""
        return self.columns["rank"]

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
        return pl.select(pl.concat_str(prefix, pl.Series(self.number).cast(pl.String))).to_series().alias("agent")

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
