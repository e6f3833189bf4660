"""Columns of the population: numbers and distributions, drawn anew in each replicate."""

from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

from defectsim.core.section import Bounds, Number
from defectsim.model.person import OWN_ATTRIBUTE, PEOPLE_COLUMNS
from defectsim.model.transitions import Rank
from defectsim.population.distribution import Distribution
from defectsim.population.forces import Forces
from defectsim.population.people import People, Quantity
from defectsim.population.units import OrderOfBattle, by_person, by_unit


@dataclass
class ColumnSpec:
    """One column as the scenario gives it, before it is drawn.

    Attributes
    ----------
    bounds
        Bounds to which distributions are truncated.
    base
        Shape (people,): numbers; any number for those who follow a distribution.
    cohort_code
        Shape (people,): equal for people of one unit who have one value in every replicate,
        negative and unique for people who have a value of their own.
    distributions
        Distributions, each with the rows of the people who follow it.
    """

    bounds: Bounds
    base: NDArray[np.float64]
    cohort_code: NDArray[np.int32]
    distributions: list[tuple[Distribution, NDArray[np.int64]]] = field(default_factory=list)

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
        for distribution, rows in self.distributions:
            if distribution.per == "unit":
                of_units = by_unit(order.units, seed, name, replicate)
                column[rows] = distribution.quantiles(of_units, self.bounds)[order.unit[rows]]
            else:
                column[rows] = distribution.quantiles(of_people[rows], self.bounds)
        return column


def column_spec(name: str, forces: Forces, people: People, order: OrderOfBattle) -> ColumnSpec:
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
