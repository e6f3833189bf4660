"""What a life has become when a step begins, whatever its cells; before the first step, nothing."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.model.transitions import STATUSES, Status
from defectsim.population.population import Population
from defectsim.population.units import NOBODY


class EngineState(NamedTuple):
    """What a life has become when a step begins, as far as an engine keeps it; nothing of it depends on cells."""

    step: int
    """The step that begins."""
    status: NDArray[np.int8]
    """Shape (people,)."""
    left: NDArray[np.int64]
    """Shape (people, transitions): what is left of each resistance of those who serve; `NEVER` for others."""
    belief: NDArray[np.float64]
    """Shape (people,): the belief that the regime survives, when last asked."""
    leads: NDArray[np.int32]
    """Shape (people,): the unit that each person commands, or -1."""
    ties_gone: NDArray[np.int32]
    """Shape (people,): how many of each person's ties have defected."""
    commander: NDArray[np.int32]
    """Shape (units,): the row of each unit's commander, or -1."""
    stands: NDArray[np.int32]
    """Shape (statuses, units): people in each status in each unit, or one below it."""
    memory: NDArray[np.float64]
    """Shape (4,): what people know of attempts; see `engine.shared.news.heard`."""
    counts: NDArray[np.int32]
    """Shape (step + 1, branches, ranks, statuses): people at each date so far."""
    doubting: NDArray[np.int32]
    """Shape (step + 1, branches, ranks): people who serve and doubt, at each date so far."""
    events: NDArray[np.int32]
    """Shape (events, 5): step, row, transition, cause and status before, in the order in which they happened."""


def initial_state(population: Population, resistance: NDArray[np.int64]) -> EngineState:
    """Return what a life is before its first step; `resistance` is of shape (people, transitions)."""
    people = len(population)
    return EngineState(
        step=0,
        status=np.full(people, Status.LOYAL, np.int8),
        left=resistance,
        belief=np.ones(people),
        leads=commands(population),
        ties_gone=np.zeros(people, np.int32),
        commander=population.units.commander,
        stands=starting_stands(population),
        memory=np.zeros(4),
        counts=starting_counts(population, 0),
        doubting=np.zeros((1, *population.strength.shape), np.int32),
        events=np.empty((0, 5), np.int32),
    )


def commands(population: Population) -> NDArray[np.int32]:
    """Return the unit that each person commands at the start, or NOBODY; shape (people,)."""
    own = population.units.commander[population.unit] == np.arange(len(population))
    return np.where(own, population.unit, NOBODY).astype(np.int32)


def starting_counts(population: Population, steps: int) -> NDArray[np.int32]:
    """Return people by date, branch, rank and status, with the first date filled: everybody is loyal."""
    counts = np.zeros((steps + 1, *population.strength.shape, len(STATUSES)), np.int32)
    counts[0, :, :, Status.LOYAL] = population.strength
    return counts


def starting_stands(population: Population) -> NDArray[np.int32]:
    """Return people by status and unit: everybody is loyal."""
    stands = np.zeros((len(STATUSES), len(population.units.level)), np.int32)
    stands[Status.LOYAL] = population.units.strength
    return stands
