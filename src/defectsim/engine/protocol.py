"""The protocol of an engine, for institutions, scripts, snapshots and records."""

from collections.abc import Sequence, Set
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.events import AttemptMemory, Departure, Events
from defectsim.engine.inputs import RunInputs
from defectsim.engine.institutions.state import Attempt
from defectsim.model.transitions import Cause
from defectsim.policies.observers import Observation
from defectsim.population.units import NOBODY

type Changed = tuple[str, bool]
"""A column that somebody has written, and whether for generals; for others it is another."""


class Engine(Protocol):
    """People and their statuses in one run, and the phases of a step in which they decide."""

    inputs: RunInputs
    attempts: list[Attempt]
    """Attempts so far."""
    observations: list[Observation]
    """Observations so far."""
    attempt_memory: AttemptMemory
    """Public knowledge of attempts."""
    counts: NDArray[np.int32]
    """Shape (steps + 1, branches, ranks, statuses): people at each date."""
    doubting: NDArray[np.int32]
    """Shape (steps + 1, branches, ranks): people who serve and doubt that the regime survives."""
    status: NDArray[np.int8]
    """Shape (people,)."""
    leads: NDArray[np.int32]
    """Shape (people,): the unit that each person commands, or -1."""
    commander: NDArray[np.int32]
    """Shape (units,): the row of each unit's commander, or -1."""
    unit_counts: NDArray[np.int32]
    """Shape (statuses, units): people of each unit, and of those below it, when the step began."""

    @property
    def belief(self) -> NDArray[np.float64]:
        """Shape (people,): the belief that the regime survives, when last asked; default: 1."""

    @property
    def ties_defected(self) -> NDArray[np.float64]:
        """Shape (people,): share of each person's ties who had defected when the step began."""

    @property
    def events(self) -> Events:
        """All changes of status so far."""

    def events_after(self, known: int) -> Events:
        """Return the changes of status after the first `known`."""

    def advance(self, first: int, last: int, departures: Sequence[Departure] = (), /) -> int:
        """Take steps from `first` on; return the next.

        That is `last`, or one before which institutions step. The people of `departures` leave in
        the first of them.
        """

    def cascade(self, step: int) -> None:
        """Apply commanders' pull on their subordinates, to the end of the cascade."""

    def settle(self, step: int) -> None:
        """Count those who changed status, for all to see in the next step."""

    def move(
        self, step: int, rows: Sequence[int], transition: str, cause: Cause, now: int, /
    ) -> None:
        """Change the status of people of some rows, from the beginning of the step `now` on."""

    def appoint(self, unit: int, row: int) -> None:
        """Give a unit a commander."""

    def return_before(self, step: int) -> None:
        """End `advance` before a step, or earlier should institutions be needed."""

    def change_inputs(self, inputs: RunInputs, columns: Set[Changed], step: int, /) -> None:
        """Replace columns, or a calendar, that somebody has changed before a step."""


def hand_over(
    commander: NDArray[np.int32], leads: NDArray[np.int32], unit: int, row: int
) -> tuple[int, int]:
    """Give a person the command of a unit; return it, and the unit that they leave, or -1."""
    left, before = leads.item(row), commander.item(unit)
    for posts, place in ((leads, before), (commander, left)):
        if place >= 0:
            posts[place] = NOBODY
    commander[unit], leads[row] = row, unit
    return unit, left
