"""What became of the regime in one life: the rule, from numbers alone.

The regime falls at the first date at which one of these holds; of several at one date, the first in this order counts:

1. **coup**: an attempt succeeds.
2. **negotiated exit**: the high command abandons the ruler, with the army behind it. More than `MAJORITY` of the
   commanding generals stand as defected, while effective loyal strength and those who have gone over together are at
   least `HALF` of the active forces at the start.
3. **collapse**: effective loyal strength is below `HALF` of the active forces at the start.

Where it does not fall, the last date decides:

4. **split**: at least `SPLIT` of the active forces at the start stand as defected, and in some brigade more than
   `MAJORITY` of its people at the start do.
5. **survives**: everything else.

*Effective loyal strength* counts who is loyal as 1 and who shirks as `SHIRKER`; plotters serve, but not the ruler, and
count as nothing; recruits count as 1. *Active forces* are the branches whose service is active;
*commanding generals* are those who command a brigade, a command or a branch of them at the start, wherever they stand
later.
"""

from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from defectsim.model.transitions import Status

MAJORITY = 0.5
"""Above this share of its generals, or of a brigade's people, the high command, or the brigade, has gone over."""
HALF = 0.5
"""The share of its strength at the start below which an army is no army any more; assumption."""
SPLIT = 0.1
"""The share of its strength at the start that has gone over where an army is split; assumption."""
SHIRKER = 0.5
"""What somebody who shirks is worth, where somebody loyal is worth 1; assumption."""

Outcome = Literal["survives", "split", "collapse", "negotiated exit", "coup"]
OUTCOMES: tuple[str, ...] = get_args(Outcome)
AttemptResult = Literal["success", "failure", "stalemate", "called off"]
"""Result of an attempt to overthrow the ruler."""
RESULTS: tuple[str, ...] = get_args(AttemptResult)


class Course(NamedTuple):
    """What the rule looks at. Dates are numbered from 0, the start."""

    strength: int
    """People in the active forces at the start."""
    loyal: NDArray[np.float64]
    """Shape (dates,): effective loyal strength of the active forces."""
    defected: NDArray[np.int64]
    """Shape (dates,): people of the active forces who stand as defected."""
    commanders: int
    """Commanding generals at the start."""
    commanders_over: NDArray[np.int64]
    """Shape (dates,): how many of them stand as defected."""
    brigade_over: float
    """Share that stands as defected at the last date in the brigade of the active forces where it is largest."""
    coup: int | None
    """Number of the date by which an attempt succeeded, if one did."""


class Ending(NamedTuple):
    """What became of the regime."""

    outcome: Outcome
    fell: int | None
    """Number of the date at which it fell, if it did."""


def effective(people: NDArray[Any]) -> NDArray[np.float64]:
    """Return the effective loyal strength of people counted by status, along the last axis."""
    return people[..., Status.LOYAL] + SHIRKER * people[..., Status.SHIRKING]


def ending(course: Course) -> Ending:
    """Return what became of the regime; the module says the rule."""
    abandoned = course.commanders_over > MAJORITY * course.commanders
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
    split = course.defected[-1] >= SPLIT * course.strength and course.brigade_over > MAJORITY
    return Ending("split" if split else "survives", None)


def _first(held: NDArray[np.bool_]) -> int | None:
    return int(held.argmax()) if held.any() else None
