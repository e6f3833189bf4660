"""From a scenario's forces and people to a population."""

import numpy as np

from defectsim.core.section import Number
from defectsim.model.person import OWN_ATTRIBUTE, PEOPLE_COLUMNS
from defectsim.model.transitions import SERVICES, Rank
from defectsim.population.networks import tied
from defectsim.population.population import ColumnSpec, Population
from defectsim.population.spec import Forces, People
from defectsim.population.units import Order, order_of_battle


def build(forces: Forces, people: People, seed: int) -> Population:
    """Lay out the army of a scenario; what laws leave open is drawn for each replicate."""
    order = order_of_battle(forces)
    branches = [forces.branches[name] for name in order.units.branches]
    services = np.array([SERVICES.index(branch.service) for branch in branches], np.int8)
    attributes = sorted(
        {*people.attributes, *(name for branch in branches for name in branch.people.attributes)}
    )
    return Population(
        order=order,
        service=services[order.branch],
        ties=tied(forces.ties, order, seed),
        said={name: _said(name, forces, people, order) for name in (*PEOPLE_COLUMNS, *attributes)},
        seed=seed,
    )


def _said(name: str, forces: Forces, people: People, order: Order) -> ColumnSpec:
    """Collect what a scenario says of one column, branch by branch and rank by rank."""
    column = PEOPLE_COLUMNS.get(name, OWN_ATTRIBUTE)
    said = ColumnSpec.nothing(column.bounds, column.default, len(order.rank))
    for code, branch in enumerate(order.units.branches):
        for rank in Rank:
            rows = np.flatnonzero((order.branch == code) & (order.rank == rank))
            quantity = forces.branches[branch].people.quantity(name, rank) or people.quantity(
                name, rank
            )
            if isinstance(quantity, Number):
                said.number(rows, quantity.value)
            elif quantity is not None and quantity.values is not None:
                said.values(rows, quantity.values)
            elif quantity is not None:
                said.law(rows, quantity)
    return said
