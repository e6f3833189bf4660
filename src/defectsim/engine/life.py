"""The start of a life: resistances drawn, clocks at zero."""

import numpy as np
from numpy.typing import NDArray

from defectsim.behaviour.rule import SEEN_BY_ALL, Rates
from defectsim.core.statuses import STATUSES, Status
from defectsim.engine.army import Army, Life
from defectsim.engine.fixed import NEVER, harden
from defectsim.engine.kernel import NEVER_ASKED
from defectsim.population.population import Population
from defectsim.population.streams import by_person

WAYS = Rates._fields


def resistances(population: Population, frailty: NDArray[np.float64], replicate: int) -> NDArray[np.int64]:
    """Draw each person's resistance to each way out, in fixed point.

    Returns
    -------
    numpy.ndarray
        Shape (ways, people), in the order of rows.
    """
    drawn = np.empty((len(WAYS), len(population)), np.int64)
    for way, name in enumerate(WAYS):
        drawn[way] = harden(by_person(population.order, population.seed, "resistance", name, replicate), frailty)
    return drawn


def starting_counts(population: Population, steps: int) -> NDArray[np.int32]:
    """Return people by date, branch, rank and status, with the first date filled: everybody is loyal."""
    counts = np.zeros((steps + 1, *population.strength.shape, len(STATUSES)), np.int32)
    counts[0, :, :, Status.LOYAL] = population.strength
    return counts


def begin(population: Population, army: Army, resistance: NDArray[np.int64], steps: int) -> Life:
    """Return a life of `steps` steps in which nothing has happened yet."""
    people, cells, ways = len(population), len(army.kind), len(WAYS)
    ordered = resistance[:, army.member]
    return Life(
        status=np.full(people, Status.LOYAL, np.int8),
        resistance=ordered,
        clock=np.zeros((ways, cells), np.int64),
        before=np.zeros((ways, cells), np.int64),
        increment=np.zeros((ways, cells), np.int64),
        lowest=np.minimum.reduceat(ordered, army.first[:-1], axis=1),
        present=np.diff(army.first).astype(np.int32),
        gone=np.zeros((ways, len(army.parent)), np.int32),
        changes=np.zeros(len(army.parent), np.int64),
        asked=np.full(cells, NEVER_ASKED, np.int64),
        heard=np.zeros(len(SEEN_BY_ALL)),
        ties_gone=np.zeros(people, np.int32),
        generals_gone=np.zeros(ways, np.int32),
        counts=starting_counts(population, steps),
        event_step=np.empty(people, np.int32),
        event_row=np.empty(people, np.int32),
        event_way=np.empty(people, np.int8),
        event_cause=np.empty(people, np.int8),
        tally=np.zeros(2, np.int64),
        fault=np.zeros(2, np.int64),
    )


def regrouped(life: Life, old: Army, new: Army) -> Life:
    """Return a life in other cells: clocks start again, and resistances are what was left of them."""
    cell = np.repeat(np.arange(len(old.kind)), np.diff(old.first))
    left = np.empty_like(life.resistance)
    left[:, old.member] = np.where(life.resistance == NEVER, NEVER, life.resistance - life.clock[:, cell])
    ordered = left[:, new.member]
    loyal = life.status[new.member] == Status.LOYAL
    waiting = np.where(loyal, ordered, np.iinfo(np.int64).max)
    cells = len(new.kind)
    return life._replace(
        resistance=ordered,
        clock=np.zeros((len(WAYS), cells), np.int64),
        before=np.zeros((len(WAYS), cells), np.int64),
        increment=np.zeros((len(WAYS), cells), np.int64),
        asked=np.full(cells, NEVER_ASKED, np.int64),
        lowest=np.minimum.reduceat(waiting, new.first[:-1], axis=1),
        present=np.add.reduceat(loyal.astype(np.int32), new.first[:-1], dtype=np.int32),
    )
