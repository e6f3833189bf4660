"""Batches: runs that one worker simulates in one go."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from defectsim.execution.simulator import Batch
from defectsim.studies.plan import Plan

TOGETHER = 16
"""Largest number of points in a batch."""
SECONDS = 0.2
"""Time of a batch: long enough to be worth sending, short enough to be waited for."""


def batches(plan: Plan, pending: Sequence[int], seconds: float) -> list[Batch]:
    """Cut runs into batches.

    Points of one population are together, replicate by replicate, since they may share a past;
    where they are few, several replicates make a batch. All replicates of a population follow each
    other, so that few populations are in hand.

    Parameters
    ----------
    seconds
        Estimate of the time of a run.
    """
    points, groups = len(plan.points), _groups(plan)
    most = max(1, int(SECONDS / max(seconds, 1e-9)))
    found: list[Batch] = []
    by_group = sorted(pending, key=lambda run: (groups[run % points], run))
    for _, runs in groupby(by_group, lambda run: groups[run % points]):
        batch: Batch = ()
        for _, replicate in groupby(runs, lambda run: run // points):
            more = tuple(replicate)
            if batch and len(batch) + len(more) > most:
                found.append(batch)
                batch = ()
            batch += more
        found.append(batch)
    return found


def _groups(plan: Plan) -> list[int]:
    """Return the group of each point: neighbours among those of one population."""
    seen: Counter[tuple[str, ...]] = Counter()
    numbers: dict[tuple[tuple[str, ...], int], int] = {}
    groups = []
    for number, point in enumerate(plan.points):
        own = (text for text in point.overrides if text.startswith(("forces", "people")))
        population = (str(plan.seed_of(number)), *own)
        group = (population, seen[population] // TOGETHER)
        groups.append(numbers.setdefault(group, len(numbers)))
        seen[population] += 1
    return groups
