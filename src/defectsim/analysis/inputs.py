"""Uncertain inputs of runs: what they mean, and where in their ranges values lie."""

import math
from typing import NamedTuple

import numpy as np

from defectsim.analysis.intervals import Numbers
from defectsim.core.formatting import plain

_UNDERSTOOD = {"behaviour", "parameters", "policies", "conditions", "people", "value", "branches"}
"""Parts of paths that a short name leaves out."""


def short_name(path: str) -> str:
    """Return the parts of a path that tell what it is, in words, such as ``general base flight``."""
    parts = path.split(".")
    told = [part for part in parts if part not in _UNDERSTOOD] or parts
    return plain(" ".join(told) if len(parts) > 1 else path).replace("_", " " if parts[1:] else "_")


class Described(NamedTuple):
    """Meaning, unit, scale and base value of the numbers at a path, for the axes of figures."""

    meaning: str = ""
    unit: str = ""
    log: bool = False
    """True if equal ratios are equally far apart."""
    base: bool | float | str | None = None
    """Value in the base scenario; None if it has none."""


class Input(NamedTuple):
    """An uncertain input, by its path; designs draw it evenly on its scale."""

    name: str
    low: float
    high: float
    log: bool = False
    """True if it is drawn evenly in its logarithm."""
    whole: bool = False
    """True for an input of whole numbers, and for one of yes and no, as 1 and 0."""

    def share(self, values: Numbers) -> Numbers:
        """Compute how far along the range values lie, from 0 to 1."""
        low, high = self._ends
        return ((np.log(values) if self.log else values) - low) / (high - low)

    def value(self, shares: Numbers) -> Numbers:
        """Compute the values that lie so far along the range."""
        low, high = self._ends
        values = low + (high - low) * shares
        return np.clip(np.exp(values) if self.log else values, self.low, self.high)

    @property
    def _ends(self) -> tuple[float, float]:
        return (math.log(self.low), math.log(self.high)) if self.log else (self.low, self.high)
