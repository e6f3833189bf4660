"""NumPy, written by hand in float32: all people at once, without memory that a week allocates."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.model import WEEK, WEEKS, Desertion, Traits, prepared


def hazards(
    who: Traits, p: Desertion, share: float, out: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Compute everybody's hazard of a week."""
    np.multiply(who.grievance, np.float32(1.0 + p.contagion * share), out=out)
    out += who.hunger
    np.exp(out, out=out)
    out *= np.float32(p.base * WEEK)
    return out


@prepared
def draws(who: Traits, p: Desertion, random: np.random.Generator) -> float:
    """Draw a number for each every week."""
    people = len(who.hunger)
    gone, share = np.zeros(people, np.bool_), 0.0
    hazard, drawn = np.empty(people, np.float32), np.empty(people, np.float32)
    for _ in range(WEEKS):
        hazards(who, p, share, hazard)
        np.negative(hazard, out=hazard)
        np.exp(hazard, out=hazard)
        random.random(out=drawn, dtype=np.float32)
        gone |= drawn >= hazard
        share = np.count_nonzero(gone) / people
    return share


@prepared
def thresholds(who: Traits, p: Desertion, random: np.random.Generator) -> float:
    """Draw a threshold for each once; people leave when their hazards pass it."""
    people = len(who.hunger)
    left, share = random.standard_exponential(people, np.float32), 0.0
    hazard = np.empty(people, np.float32)
    for _ in range(WEEKS):
        left -= hazards(who, p, share, hazard)
        share = np.count_nonzero(left <= 0.0) / people
    return share
