"""Events of a run: changes of status, and what the public knows of attempts on the ruler."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.model.transitions import IMPOSED, TRANSITIONS, Cause

PLACE = {name: place for place, name in enumerate(TRANSITIONS)}
"""Place of each transition in `model.transitions.TRANSITIONS`: its number in events."""
ENDS = np.array([transition.end for transition in TRANSITIONS.values()], np.int8)
"""Shape (transitions,): the status that each transition leads to."""
EVENT_FIELDS = ("step", "row", "transition", "cause", "start")
EVENT = np.dtype([(name, np.int32) for name in EVENT_FIELDS], align=True)
"""One change of status, as engines keep it."""
DEPARTURE = np.dtype([("row", np.int32), ("transition", np.int32), ("cause", np.int32)], align=True)
"""Somebody who leaves in a step, and neither by rule nor by following."""


class Departure(NamedTuple):
    """A change of status that somebody's own step, or a government's act, has announced."""

    row: int
    transition: int
    cause: int

    @classmethod
    def announced(cls, row: int, name: str) -> "Departure":
        """Return the departure of a person by a transition of some name."""
        cause = Cause.GOVERNMENT if name in IMPOSED else Cause.DECISION
        return cls(row, PLACE[name], cause)


class Events(NamedTuple):
    """Changes of status, in the order of step, row, and what came first; each of shape (events,).

    `transition` is the place in `model.transitions.TRANSITIONS`; `start` and `end` are statuses.
    """

    step: NDArray[np.int32]
    row: NDArray[np.int32]
    transition: NDArray[np.int8]
    cause: NDArray[np.int8]
    start: NDArray[np.int8]
    end: NDArray[np.int8]

    @classmethod
    def from_records(cls, records: NDArray[np.void]) -> "Events":
        """Return events from records of `EVENT`."""
        ordered = records[np.lexsort((records["row"], records["step"]))]
        transition = ordered["transition"].astype(np.int8)
        return cls(
            step=ordered["step"].copy(),
            row=ordered["row"].copy(),
            transition=transition,
            cause=ordered["cause"].astype(np.int8),
            start=ordered["start"].astype(np.int8),
            end=ENDS[transition],
        )


class AttemptMemory(NamedTuple):
    """Public knowledge of attempts; shares are of the armed forces' weight."""

    withstood: float = 0.0
    """Share that the last failed attempt had."""
    lesson: float = 0.0
    """Remembered share of that attempt, from 1 to 0."""
    joined: float = 0.0
    """Share that has joined an attempt under way."""
    resisting: float = 0.0
    """Share that resists it, counterweights included."""
