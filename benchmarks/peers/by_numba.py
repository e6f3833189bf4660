"""Numba: a compiled loop that vectorises, and one that looks at nobody before they can leave."""

from math import exp

import numpy as np
from numba import njit
from numpy.typing import NDArray

from benchmarks.peers.model import WEEK, WEEKS, Desertion, Traits, prepared

AHEAD = 0.03
"""Rates are bounded for a share gone that is larger by as much than the present one."""
NOBODY = -1


@prepared
def every_person(who: Traits, p: Desertion, random: np.random.Generator) -> float:
    """Scan everybody every week, in float32."""
    return float(_scan(*who, _thresholds(who, random), *p))


@prepared
def exact_skipping(who: Traits, p: Desertion, random: np.random.Generator) -> float:
    """Look only at those who can have passed their threshold."""
    return float(_skip(*who, _thresholds(who, random), *p))


def _thresholds(who: Traits, random: np.random.Generator) -> NDArray[np.float32]:
    return random.standard_exponential(len(who.hunger), np.float32)


@njit(inline="always")  # type: ignore[untyped-decorator]  # Numba ships no types
def _exp(x):  # type: ignore[no-untyped-def]
    """exp(x) of a float32 from -5 to 5, within some 2e-5, to vectorise: Taylor at x / 16, to the power 16."""
    f = np.float32
    y = x * f(1 / 16)
    y = f(1) + y * (f(1) + y * (f(1 / 2) + y * (f(1 / 6) + y * (f(1 / 24) + y * f(1 / 120)))))
    y *= y
    y *= y
    y *= y
    return y * y


@njit(error_model="numpy", fastmath=True)  # type: ignore[untyped-decorator]
def _scan(hunger, grievance, left, base, contagion):  # type: ignore[no-untyped-def]
    people, gone = len(left), 0
    week = np.float32(base * WEEK)
    for _ in range(WEEKS):
        weight = np.float32(1.0 + contagion * gone / people)
        gone = 0
        for i in range(people):
            left[i] -= week * _exp(hunger[i] + weight * grievance[i])
            gone += left[i] <= np.float32(0.0)
    return gone / people


@njit(error_model="numpy", fastmath=True)  # type: ignore[untyped-decorator]
def _summed(hunger, grievance, weights):  # type: ignore[no-untyped-def]
    total = np.float32(0.0)
    for weight in weights:
        total += _exp(hunger + weight * grievance)
    return total


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _skip(hunger, grievance, threshold, base, contagion):  # type: ignore[no-untyped-def]
    """Simulate; people wait in the list of the first week in which they can leave while the share keeps to a bound."""
    people, gone, bound = len(threshold), 0, -1.0
    weights = np.empty(WEEKS, np.float32)  # of grievance, by week
    most, since = np.zeros(people), np.zeros(people, np.int32)  # hazard at most before a week
    first, after = np.empty(WEEKS + 1, np.int32), np.empty(people, np.int32)
    for week in range(WEEKS):
        weights[week] = 1.0 + contagion * gone / people
        if gone / people > bound:
            before, bound = 1.0 + contagion * bound, gone / people + AHEAD
            weight = 1.0 + contagion * bound
            first[:] = NOBODY
            for i in np.flatnonzero(threshold < np.inf):
                if week > since[i]:
                    hazard = base * WEEK * exp(hunger[i] + before * grievance[i])
                    most[i], since[i] = most[i] + (week - since[i]) * hazard, week
                hazard = base * WEEK * exp(hunger[i] + weight * grievance[i])
                due = _due(week, threshold[i] - most[i], hazard)
                after[i], first[due] = first[due], i
        i = first[week]
        while i != NOBODY:
            following = after[i]
            most[i] = base * WEEK * _summed(hunger[i], grievance[i], weights[: week + 1])
            since[i] = week + 1
            if most[i] >= threshold[i]:
                threshold[i] = np.inf
                gone += 1
            else:
                hazard = base * WEEK * exp(hunger[i] + weight * grievance[i])
                due = _due(week + 1, threshold[i] - most[i], hazard)
                after[i], first[due] = first[due], i
            i = following
    return gone / people


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _due(week, left, hazard):  # type: ignore[no-untyped-def]
    """Return the first week, from `week` on, after which a hazard of each can have used up what is left."""
    weeks = left / hazard - 1.0
    return week + max(int(np.ceil(weeks)), 0) if weeks < WEEKS - week else WEEKS
