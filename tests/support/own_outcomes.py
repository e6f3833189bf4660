"""Outcomes of the tests' own, found by scenarios as ``own_outcomes:name``."""

from typing import Any

from defectsim.policies.observers import View
from defectsim.policies.outcomes import Counts


def watch(view: View) -> dict[str, float]:
    return {"gone": float((view.column("status") == 3).sum())}


def peak(counts: Counts) -> float:
    assert counts["deserted"].tolist() == counts["seen.gone"].tolist()
    return float(counts["deserted"].max()) / 2


def many(counts: Counts) -> bool:
    return bool(counts["enlisted_deserted"][-1] > 2)


def never(counts: Counts) -> float | None:
    return None


def wrong(counts: Counts) -> Any:
    return "much"


def misspelt(counts: Counts) -> float:
    return float(counts["desertd"][-1])
