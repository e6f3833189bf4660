"""Public memory of what the regime has withstood: of protest, and of calls that few heeded."""

from math import exp2

import numpy as np
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.model.institutions import NewsRules

REMEMBERED = {"weathered": "protest", "unheeded": "broadcast"}
"""Levers that are a memory, and the lever that each remembers."""
_LEVELS = 8
"""Number of levels through which a memory grows and fades."""


def memory(endured: NDArray[np.float64], clock: Clock, news: NewsRules) -> NDArray[np.float64]:
    """Compute the memory of a lever in each step; shapes (steps,).

    While the regime endures more than is remembered, the memory nears it, by half in
    `news.learning_days`; else it halves in `news.memory_days`. It begins at 0, is known in steps
    of 1/8, and lags by a step: a step has to be survived to teach anything.
    """
    known = np.zeros_like(endured)
    if news.learning_days is None:
        return known
    days = int(clock.step_days)
    kept = exp2(-days / int(news.learning_days))
    fading = exp2(-days / int(news.memory_days))
    exact = 0.0
    for step, size in enumerate(endured.tolist()):
        known[step] = round(_LEVELS * exact) / _LEVELS
        exact = size + (exact - size) * kept if size > exact else max(exact * fading, size)
    return known
