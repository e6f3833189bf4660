"""Clocks and resistances in fixed point, so that sums do not depend on their order.

One unit of cumulative hazard is 2**40. A clock that an infinite rate has moved stands at `CERTAIN` and passes every
resistance but `NEVER`. Both engines use these functions, one of them compiled.
"""

from math import log

import numba
import numpy as np
from numpy.typing import NDArray

UNIT = 2**40
CERTAIN = 2**61
LARGEST = 2**60
NEVER = 2**62


@numba.njit(cache=True, nogil=True)
def fixed(hazard: float) -> int:
    """Turn a cumulative hazard, from 0 to infinity, into fixed point."""
    scaled = hazard * UNIT
    return CERTAIN if scaled >= CERTAIN else int(scaled)


@numba.njit(cache=True, nogil=True)
def advanced(clock: int, increment: int) -> int:
    """Add to a clock, which stops at `CERTAIN`."""
    return min(clock + increment, CERTAIN)


@numba.njit(cache=True, nogil=True)
def impulse(probability: float) -> int:
    """Return the cumulative hazard that a person of frailty 1 survives with 1 - `probability`, in fixed point."""
    return CERTAIN if probability >= 1.0 else fixed(-log(1.0 - probability))


@numba.njit(cache=True, nogil=True)
def fraction(resistance: int, clock: int, increment: int) -> float:
    """Return when, from 0 to 1, within a step a clock that `increment` has moved to `clock` passed `resistance`."""
    return float(resistance - (clock - increment)) / float(increment)


@numba.njit(cache=True, nogil=True)
def harden(uniform: NDArray[np.float64], frailty: NDArray[np.float64]) -> NDArray[np.int64]:
    """Turn draws in [0, 1) into resistances: exponential, divided by frailty, in fixed point, at least 1."""
    resistance = np.empty(len(uniform), np.int64)
    for person in range(len(uniform)):
        if frailty[person] == 0.0:
            resistance[person] = NEVER
        else:
            hazard = -np.log1p(-uniform[person]) / frailty[person]
            resistance[person] = max(1, min(fixed(hazard), LARGEST))
    return resistance
