"""What the column engine knows of the army: people in cells, and what a life adds to them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Army(NamedTuple):
    """The people, their cells and their units; the same for all replicates.

    A cell is a set of people who are alike in everything that their rules read, in the same unit, under the same
    commander, reached by the same policies.
    """

    first: Longs
    """Shape (cells + 1,): where each cell begins in `member`."""
    member: Ints
    """Shape (people,): rows, cell by cell."""
    kind: NDArray[np.int8]
    """Shape (cells,): 0 where the soldiers' rule decides, 1 where the generals' does."""
    cell_unit: Ints
    """Shape (cells,): the unit that the cell belongs to."""
    superior: Ints
    """Shape (cells,): row of the nearest commander above, or -1."""
    follows_first: Longs
    """Shape (units + 1,): where the cells led by each unit's commander begin in `follows`."""
    follows: Longs
    """Shape (cells with a superior,): cells, by the unit that their superior commands."""
    rank: NDArray[np.int8]
    """Shape (people,)."""
    branch: NDArray[np.int16]
    """Shape (people,)."""
    unit: Ints
    """Shape (people,)."""
    parent: Ints
    """Shape (units,)."""
    commander: Ints
    """Shape (units,)."""
    strength: Ints
    """Shape (units,)."""
    ties_first: Ints
    """Shape (people + 1,): where each person's ties begin in `ties`."""
    ties: Ints
    """Rows of the people tied to each person."""
    generals: int
    """How many generals there are at the start."""


class Life(NamedTuple):
    """What changes in one replicate."""

    status: NDArray[np.int8]
    """Shape (people,)."""
    resistance: Longs
    """Shape (ways, people): clock reading at which each person leaves, in the order of `Army.member`."""
    clock: Longs
    """Shape (ways, cells): accumulated rates."""
    before: Longs
    """Shape (ways, cells): the clocks before what has moved them last."""
    increment: Longs
    """Shape (ways, cells): what the last step has added to the clocks."""
    lowest: Longs
    """Shape (ways, cells): the smallest resistance among those still present."""
    present: Ints
    """Shape (cells,): how many are still loyal."""
    gone: Ints
    """Shape (ways, units): how many have left each unit, or one below it, each way."""
    changes: Longs
    """Shape (units,): how many have left each unit, or one below it."""
    asked: Longs
    """Shape (cells,): `changes` of the cell's unit when its rule was last asked, or -1."""
    heard: NDArray[np.float64]
    """Shape (shares,): what all saw when rules were last asked; see `kernel.seen_by_all`."""
    ties_gone: Ints
    """Shape (people,): how many of each person's ties have defected."""
    generals_gone: Ints
    """Shape (ways,): how many generals have left each way."""
    counts: Ints
    """Shape (steps + 1, branches, ranks, statuses): people at each date."""
    event_step: Ints
    """Shape (people,): step of each event, in the order in which they happened."""
    event_row: Ints
    event_way: NDArray[np.int8]
    event_cause: NDArray[np.int8]
    tally: Longs
    """Shape (2,): number of events so far; number of events before this step."""
    fault: Longs
    """Shape (2,): 1 + cell, and way, of a rate that is no rate; 0 where all is well."""
