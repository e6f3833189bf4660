"""Events of a run: changes of status, and what the public knows of attempts on the ruler."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.model.rule import NEWS_FIELDS
from defectsim.model.transitions import TRANSITIONS, Status

PLACE = {name: place for place, name in enumerate(TRANSITIONS)}
"""Place of each transition in `model.transitions.TRANSITIONS`: its number in events."""
ENDS = np.array([transition.end for transition in TRANSITIONS.values()], np.int8)
"""Shape (transitions,): the status that each transition leads to."""
LEADS_FROM = np.array(
    [[status in one.origins for one in TRANSITIONS.values()] for status in Status]
)
"""Shape (statuses, transitions): whether the transition leads from the status."""


class Event(NamedTuple):
    """One change of status.

    `transition` is its place in `model.transitions.TRANSITIONS`, `instigator` the row of whoever
    brought it about: the commander who was followed, the plotter who won somebody over or began the
    conspiracy that struck, the informer; or -1.
    """

    step: int
    row: int
    transition: int
    cause: int
    start: int
    instigator: int


class Departure(NamedTuple):
    """A change of status that somebody's own step, or a government's act, has announced."""

    row: int
    transition: int
    cause: int


EVENT = np.dtype([(name, np.int32) for name in Event._fields], align=True)
DEPARTURE = np.dtype([(name, np.int32) for name in Departure._fields], align=True)


class Events(NamedTuple):
    """Columns of events, in the order of step, row, and what came first; each of shape (events,)."""

    step: NDArray[np.int32]
    row: NDArray[np.int32]
    transition: NDArray[np.int8]
    cause: NDArray[np.int8]
    start: NDArray[np.int8]
    end: NDArray[np.int8]
    instigator: NDArray[np.int32]

    @classmethod
    def from_records(cls, records: NDArray[np.void]) -> "Events":
        """Return events from records of `EVENT`."""
        step, row = records["step"], records["row"]
        place = step * (row.max(initial=0).astype(np.int64) + 1) + row
        order = np.argsort(place, kind="stable")  # fast, since next to all are in order already
        transition = records["transition"][order].astype(np.int8)
        return cls(
            step=step[order],
            row=row[order],
            transition=transition,
            cause=records["cause"][order].astype(np.int8),
            start=records["start"][order].astype(np.int8),
            end=ENDS[transition],
            instigator=records["instigator"][order],
        )


class AttemptMemory(NamedTuple):
    """Public knowledge of attempts: the last of the news that `model.rule.Country` has."""

    withstood: float = 0.0
    lesson: float = 0.0
    joined: float = 0.0
    resisting: float = 0.0


assert NEWS_FIELDS[-len(AttemptMemory._fields) :] == AttemptMemory._fields, (
    "the news must end with what is known of attempts"
)
