"""Cumulative hazards and thresholds in fixed point, so that sums do not depend on their order.

One unit of cumulative hazard is 2**40. A cumulative hazard to which an infinite rate has been added
is `CERTAIN`, and passes every threshold but `NEVER`. The reference engine calls these functions as
they are, the compiled engine compiles them.

Runs also add up the cumulative hazards that people were exposed to, to the moment at which they
left: the number of transitions to expect, from which the number observed departs by chance alone
(Aalen 1978).
"""

from defectsim.core.functions import log

UNIT = 2**40
CERTAIN = 2**61
LARGEST = 2**60
NEVER = 2**62
CUMULATIVE, COUNTED = 0, 1
"""Places in `Engine.hazards`: cumulative hazards, and transitions that came of them."""


def fixed(hazard: float) -> int:
    """Convert a cumulative hazard, from 0 to infinity, to fixed point."""
    scaled = hazard * UNIT
    return CERTAIN if scaled >= CERTAIN else int(scaled)


def hazard_of(probability: float) -> float:
    """Return the cumulative hazard that a person of frailty 1 passes with a probability."""
    return float(CERTAIN) if probability >= 1.0 else -log(1.0 - probability)


def reached(cumulative: int, hazard: int, steps: int = 1) -> int:
    """Add `hazard` to a cumulative hazard in each of some steps; it stops at `CERTAIN`."""
    if float(hazard) * steps >= NEVER:
        return CERTAIN
    return min(cumulative + hazard * steps, CERTAIN)


def threshold(uniform: float, frailty: float) -> int:
    """Return the threshold of a draw in [0, 1): exponential, divided by frailty, at least 1."""
    if frailty == 0.0:
        return NEVER
    scaled = -log(1.0 - uniform) / frailty * UNIT
    return LARGEST if scaled >= LARGEST else max(int(scaled), 1)


def fraction(threshold: int, before: int, hazard: int) -> float:
    """Return the part of a step after which `hazard`, added to `before`, passes a threshold."""
    return float(threshold - before) / float(hazard)
