"""Outcome of a run for the regime: the rule, from numbers alone.

The regime falls at the first date at which one of these holds; of several at one date, the first
counts:

1. **coup**: an attempt succeeds.
2. **negotiated exit**: the high command abandons the ruler, with the army behind it. More than
   `MAJORITY` of the commanding generals have defected, while effective loyal strength and defectors
   together are at least `HALF` of the active forces at the start.
3. **collapse**: effective loyal strength is below `HALF` of the active forces at the start.

Where it does not fall, the last date decides:

4. **split**: at least `SPLIT` of the active forces at the start have defected, and in some brigade
   more than `MAJORITY` of its people at the start have.
5. **survives**: everything else.

*Effective loyal strength* counts the loyal as 1 and those who shirk as `SHIRKER`; plotters serve,
but not the ruler, and count as nothing; recruits count as 1. *Active forces* are the branches whose
service is active; *commanding generals* are those who command a brigade, a command or a branch of
them at the start, wherever they are later.
"""

from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from defectsim.model.transitions import COUNTED_AT_END, LOSSES, Status

MAJORITY = 0.5
"""Share of generals, or of a brigade's people, above which command or brigade has defected."""
HALF = 0.5
"""Share of its strength at the start below which an army is no army any more; assumption."""
SPLIT = 0.1
"""Share of its strength at the start that has defected where an army is split; assumption."""
SHIRKER = 0.5
"""Effective strength of somebody who shirks, where the loyal have 1; assumption."""

Outcome = Literal["survives", "split", "collapse", "negotiated exit", "coup"]
OUTCOMES: tuple[str, ...] = get_args(Outcome)
RUN_COLUMNS = (
    *("point", "replicate", "run", "scenario", "seed", "key", "status", "error", "hash"),
    *("strength", *LOSSES, "generals_defected", "share_defected", "outcome", "fell"),
    *("loyal_share", "recruits", "capital", *COUNTED_AT_END, "attempts", "failed_attempts"),
    *("casualties", "stranded"),
)
"""Columns that the table of runs has of every scenario."""
AttemptResult = Literal["success", "failure", "stalemate", "called off"]
"""Result of an attempt to overthrow the ruler."""
RESULTS: tuple[str, ...] = get_args(AttemptResult)


class Course(NamedTuple):
    """The course of the active forces. Dates are numbered from 0, the start."""

    strength: int
    """People at the start."""
    loyal: NDArray[np.float64]
    """Shape (dates,): effective loyal strength."""
    defected: NDArray[np.int64]
    """Shape (dates,): people who have defected."""
    generals: int
    """Commanding generals at the start."""
    generals_defected: NDArray[np.int64]
    """Shape (dates,): those of them who have defected."""
    brigade_defected: float
    """Largest share of a brigade's people who have defected at the last date."""
    coup: int | None
    """Number of the date by which an attempt succeeded, if one did."""


class Ending(NamedTuple):
    """The regime's outcome, and its date."""

    outcome: Outcome
    fell: int | None
    """Number of the date at which it fell, if it did."""


def effective(people: NDArray[Any]) -> NDArray[np.float64]:
    """Return the effective loyal strength of people counted by status, along the last axis."""
    return people[..., Status.LOYAL] + SHIRKER * people[..., Status.SHIRKING]


def ending(course: Course) -> Ending:
    """Return the regime's ending; the module has the rule."""
    abandoned = course.generals_defected > MAJORITY * course.generals
    intact = course.loyal + course.defected >= HALF * course.strength
    dissolved = course.loyal < HALF * course.strength
    falls: list[tuple[Outcome, int | None]] = [
        ("coup", course.coup),
        ("negotiated exit", _first(abandoned & intact)),
        ("collapse", _first(dissolved)),
    ]
    fallen = [Ending(outcome, date) for outcome, date in falls if date is not None]
    if fallen:
        return min(fallen, key=lambda end: end.fell or 0)
    split = course.defected[-1] >= SPLIT * course.strength and course.brigade_defected > MAJORITY
    return Ending("split" if split else "survives", None)


def _first(held: NDArray[np.bool_]) -> int | None:
    return int(held.argmax()) if held.any() else None
