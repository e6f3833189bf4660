"""From a scenario's forces and people to a population."""

import numpy as np
from numpy.typing import NDArray

from defectsim.core.randomness import uniforms
from defectsim.core.section import Number
from defectsim.core.statuses import SERVICES, Rank
from defectsim.population import draw
from defectsim.population.columns import DRAWN, OWN_ATTRIBUTE, Array
from defectsim.population.population import Population
from defectsim.population.spec import Forces, Law, People
from defectsim.population.ties import academy_ties
from defectsim.population.units import Level, Order, order_of_battle


def build(forces: Forces, people: People, seed: int) -> Population:
    """Draw the army of a scenario.

    Each column has a stream of its own for the soldiers, and one for the generals, of each branch; see
    `core.randomness`.
    """
    order = order_of_battle(forces)
    branches = [forces.branches[name] for name in order.units.branches]
    services = np.array([SERVICES.index(branch.service) for branch in branches], np.int8)
    columns: dict[str, Array] = {"rank": order.rank, "service": services[order.branch]}
    attributes = sorted({*people.attributes, *(name for branch in branches for name in branch.people.attributes)})
    for name in (*DRAWN, *attributes):
        columns[name] = _column(name, forces, people, order, seed)
    year, seat = (by_person(order, seed, purpose) for purpose in ("academy class", "academy seat"))
    return Population(
        columns=columns,
        branch=order.branch,
        unit=order.unit,
        superior=order.superior,
        units=order.units,
        ties=academy_ties(forces.ties, order.rank, year, seat),
    )


def by_person(order: Order, seed: int, *purpose: str | int) -> NDArray[np.float64]:
    """Draw one number in [0, 1) for each person, for one purpose."""
    drawn = np.empty(len(order.rank))
    for name, kind, rows in blocks(order.rank, order.branch, order.units.branches):
        drawn[rows] = uniforms(seed, (*purpose, name, kind), rows.stop - rows.start)
    return drawn


def blocks(
    rank: NDArray[np.int8], branch: NDArray[np.int16], branches: tuple[str, ...]
) -> list[tuple[str, str, slice]]:
    """Return the blocks of people who share streams: a branch's soldiers, and its generals, each from number 0."""
    found = []
    for code, name in enumerate(branches):
        first, last = np.searchsorted(branch, [code, code + 1])
        generals = first + int(np.searchsorted(rank[first:last] == Rank.GENERAL, True))
        found += [
            (name, "soldier", slice(int(first), int(generals))),
            (name, "general", slice(int(generals), int(last))),
        ]
    return found


def by_unit(order: Order, seed: int, *purpose: str | int) -> NDArray[np.float64]:
    """Draw one number in [0, 1) for each unit, for one purpose, and give it to all who belong to the unit."""
    units = order.units
    drawn = np.empty(len(units.level))
    for code, name in enumerate(units.branches):
        for level in Level:
            here = np.flatnonzero((units.branch == code) & (units.level == level))
            drawn[here] = uniforms(seed, (*purpose, name, str(level)), len(here))
    return drawn[order.unit]


def _column(name: str, forces: Forces, people: People, order: Order, seed: int) -> NDArray[np.float64]:
    column = DRAWN.get(name, OWN_ATTRIBUTE)
    branches = [forces.branches[branch].people for branch in order.units.branches]
    said = {
        (code, rank): own.quantity(name, rank) or people.quantity(name, rank)
        for code, own in enumerate(branches)
        for rank in Rank
    }
    owners = {quantity.per for quantity in said.values() if isinstance(quantity, Law)}
    drawn = {owner: (by_person if owner == "person" else by_unit)(order, seed, name) for owner in owners}
    filled = np.full(len(order.rank), column.default, np.float64)
    for (code, rank), quantity in said.items():
        rows = np.flatnonzero((order.branch == code) & (order.rank == rank))
        if isinstance(quantity, Number):
            filled[rows] = quantity.value
        elif quantity is not None and len(rows):
            filled[rows] = draw.values(quantity, drawn[quantity.per][rows], column.bounds)
    return filled
