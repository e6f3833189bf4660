"""Clocks and resistances in fixed point, so that sums do not depend on their order.

One unit of cumulative hazard is 2**40. A clock that an infinite rate has moved stands at `CERTAIN` and passes every
resistance but `NEVER`. The reference engine calls these functions as they are, the compiled engine compiles them.
"""

from math import log, log1p

import numpy as np
from numpy.typing import NDArray

UNIT = 2**40
CERTAIN = 2**61
LARGEST = 2**60
NEVER = 2**62


def fixed(hazard: float) -> int:
    """Turn a cumulative hazard, from 0 to infinity, into fixed point."""
    scaled = hazard * UNIT
    return CERTAIN if scaled >= CERTAIN else int(scaled)


def advanced(clock: int, increment: int) -> int:
    """Add to a clock, which stops at `CERTAIN`."""
    return min(clock + increment, CERTAIN)


def survived(probability: float) -> float:
    """Return the cumulative hazard that somebody of frailty 1 survives with 1 - `probability`."""
    return float(CERTAIN) if probability >= 1.0 else -log(1.0 - probability)


def reached(clock: int, increment: int, steps: int) -> int:
    """Return a clock to which `increment` has been added in each of some steps."""
    if float(increment) * steps >= NEVER:
        return CERTAIN
    return min(clock + increment * steps, CERTAIN)


def toughened(uniform: float, frailty: float) -> int:
    """Do to one draw what `harden` does to many."""
    if frailty == 0.0:
        return NEVER
    scaled = -log1p(-uniform) / frailty * UNIT
    return LARGEST if scaled >= LARGEST else max(int(scaled), 1)


def fraction(resistance: int, before: int, increment: int) -> float:
    """Return when, from 0 to 1, within a step a clock that `increment` has moved from `before` passed `resistance`."""
    return float(resistance - before) / float(increment)


def harden(uniform: NDArray[np.float64], frailty: NDArray[np.float64]) -> NDArray[np.int64]:
    """Turn draws in [0, 1) into resistances: exponential, divided by frailty, in fixed point, at least 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = -np.log1p(-uniform) / frailty
    resistance = np.clip(hazard * UNIT, 1, LARGEST, out=hazard).astype(np.int64)
    resistance[frailty == 0.0] = NEVER
    return resistance
