"""Hazards as outcomes of a run: occurrence-exposure rates, per person-year at risk.

A scenario names them under `outcomes`, as ``desertion: defectsim.policies.hazards:desertion``.
Unlike a count, such a rate does not fall because fewer are left who could leave.
"""

import numpy as np

from defectsim.core.clock import DAYS_PER_YEAR
from defectsim.model.transitions import TRANSITIONS, Rank, Transition
from defectsim.policies.outcomes import Counts


def desertion(counts: Counts) -> float | None:
    """Return the hazard of desertion, per person-year; None if nobody was ever at risk."""
    return _rate(counts, TRANSITIONS["desert"])


def defection(counts: Counts) -> float | None:
    """Return the hazard of open defection, per person-year, recalls subtracted."""
    return _rate(counts, TRANSITIONS["defect"])


def defection_of_generals(counts: Counts) -> float | None:
    """Return the hazard of open defection of generals, per person-year, recalls subtracted."""
    return _rate(counts, TRANSITIONS["defect"], f"{Rank.GENERAL.label.lower()}_")


def retirement(counts: Counts) -> float | None:
    """Return the hazard of retirement, per person-year."""
    return _rate(counts, TRANSITIONS["retire"])


def _rate(counts: Counts, transition: Transition, group: str = "") -> float | None:
    """Return the events of a transition over the person-years at risk of it."""
    days = np.diff(counts["date"].astype("datetime64[D]")).astype(float)
    at_risk = sum(counts[f"{group}{origin}"][:-1] for origin in transition.origins)
    exposure = float((at_risk * days).sum()) / DAYS_PER_YEAR
    gone = counts[f"{group}{transition.end}"]
    return float(gone[-1] - gone[0]) / exposure if exposure > 0 else None
