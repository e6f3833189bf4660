"""What the compiled engine knows of the army: people in cells, and what a life adds to them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.int8]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Army(NamedTuple):
    """The people, their cells and their units; the same for all replicates.

    A cell is a set of people who are alike in everything that their rules read, in the same unit, under the same
    command, reached by the same policies. Those of them who have one status share a *room*, and its clocks; the rooms
    of cell c are c, cells + c and 2 cells + c, by the code of the status.
    """

    first: Longs
    """Shape (cells + 1,): where each cell begins in `member`."""
    member: Ints
    """Shape (people,): rows, cell by cell."""
    place: Ints
    """Shape (people,): each row's place in `member`."""
    cell: Ints
    """Shape (people,): each row's cell."""
    kind: Bytes
    """Shape (cells,): 0 where the soldiers' rule decides, 1 where the generals' does."""
    cell_unit: Ints
    """Shape (cells,): the unit that the cell belongs to."""
    above: Ints
    """Shape (cells,): the unit whose commander is the cell's superior, or -1."""
    follows_first: Longs
    """Shape (units + 1,): where the cells led by each unit's commander begin in `follows`."""
    follows: Longs
    """Shape (cells with a superior,): cells, by the unit that their superior commands."""
    rank: Bytes
    """Shape (people,)."""
    branch: NDArray[np.int16]
    """Shape (people,)."""
    unit: Ints
    """Shape (people,)."""
    person: Longs
    """Shape (people,): the number by which draws know each person."""
    parent: Ints
    """Shape (units,)."""
    strength: Ints
    """Shape (units,)."""
    ties_first: Ints
    """Shape (people + 1,): where each person's ties begin in `ties`."""
    ties: Ints
    """Rows of the people tied to each person."""


class Life(NamedTuple):
    """What changes in one replicate."""

    key: Longs
    """Shape (2,): what draws begin from."""
    weight: NDArray[np.float64]
    """Shape (ranks,): see `engine.shared.news.Ears`."""
    delay: Longs
    """Shape (1,): see `engine.shared.news.Ears`."""
    memory: NDArray[np.float64]
    """Shape (4,): what people know of attempts; see `engine.shared.news.heard`."""
    call: Longs
    """Shape (1,): the first step before which institutions must step again."""
    status: Bytes
    """Shape (people,)."""
    frailty: NDArray[np.float64]
    """Shape (people,)."""
    leads: Ints
    """Shape (people,): the unit that each person commands, or -1."""
    commander: Ints
    """Shape (units,): the row of who commands, or commanded until nobody was named instead; or -1."""
    resistance: Longs
    """Shape (people, transitions): clock reading at which each person leaves, in the order of `Army.member`."""
    clock: Longs
    """Shape (rooms, transitions): accumulated rates, as they stood when step `since` began."""
    increment: Longs
    """Shape (rooms, transitions): what each step adds to the clocks."""
    lowest: Longs
    """Shape (rooms, transitions): the smallest resistance among those present."""
    since: Ints
    """Shape (rooms,): the step at whose beginning clocks stand."""
    wake: Ints
    """Shape (rooms,): the first step in which a clock can pass a resistance."""
    present: Ints
    """Shape (rooms,): how many people."""
    serving: Longs
    """Shape (rooms of a cell,): how many people serve, by status."""
    asked: Longs
    """Shape (rooms,): `changes` of the unit when the rule was last asked, or -1."""
    due: Ints
    """Shape (rooms,): rooms in which a clock has passed a resistance in this step."""
    belief: NDArray[np.float64]
    """Shape (cells,): the belief that the regime survives, when last asked; below 1/2 people doubt it."""
    doubting_now: Ints
    """Shape (branches, ranks): how many people serve and doubt."""
    doubting: Ints
    """Shape (steps + 1, branches, ranks): the same at each date."""
    stands: Ints
    """Shape (statuses, units): people in each status in each unit, or one below it."""
    changes: Longs
    """Shape (units,): how often that has changed in a way that people see."""
    heard: NDArray[np.float64]
    """Shape (shares,): what all heard when rules were last asked; see `engine.shared.news`."""
    ties_gone: Ints
    """Shape (people,): how many of each person's ties have defected."""
    counts: Ints
    """Shape (steps + 1, branches, ranks, statuses): people at each date."""
    events: Ints
    """Shape (room for events, 5): step, row, transition, cause and status before, as they happened."""
    tally: Longs
    """Shape (2,): number of events so far; number of events before this step."""
    fault: Longs
    """Shape (2,): 1 + cell, and transition, of a rate that is no rate; 0 where all is well."""
