"""A rule with memory: who has left, against the survival curve of the same hazard."""

from functools import partial

import numpy as np
import polars as pl
from tools.classics.check import Check, study

BASE, EACH, PEOPLE = 0.05, 0.002, 100_000
EXACT = "exact: exp(-sum of hazards); four standard errors"


def off_survival() -> float:
    """Return the largest distance from the survival curve, in percent of the army."""
    series = study("fatigue").series.group_by("date").agg(pl.col("deserted").sum())
    left = series.sort("date")["deserted"].to_numpy() / PEOPLE
    fatigue = np.arange(1, len(left))
    hazard = (BASE + EACH * fatigue) * 7 / 365.25
    survival = np.exp(-np.concatenate([[0.0], np.cumsum(hazard)]))
    return float(100 * np.abs(left - (1 - survival)).max())


check = partial(Check, "fatigue")
CHECKS = (check("largest distance from the curve (%)", 0, 0.63, EXACT, off_survival),)
