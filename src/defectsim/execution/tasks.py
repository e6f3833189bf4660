"""How runs are cut into tasks."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from defectsim.execution.work import Task, Work

TOGETHER = 16
"""How many points are lived together, at most."""
SECONDS = 0.2
"""How long a task should take: long enough to be worth sending, short enough to be waited for."""


def tasks(work: Work, pending: Sequence[int], seconds: float) -> list[Task]:
    """Cut runs into tasks.

    Points of one army are lived together, replicate by replicate, since they may share a past; where there are few of
    them, several replicates make a task. All replicates of an army follow each other, so that few armies are in hand.

    Parameters
    ----------
    seconds
        How long a run seems to take.
    """
    points, groups = len(work.points), _groups(work)
    together = max(1, int(SECONDS / max(seconds, 1e-9)))
    found: list[Task] = []
    by_group = sorted(pending, key=lambda run: (groups[run % points], run))
    for _, its in groupby(by_group, lambda run: groups[run % points]):
        task: Task = ()
        for _, runs in groupby(its, lambda run: run // points):
            more = tuple(runs)
            if task and len(task) + len(more) > together:
                found.append(task)
                task = ()
            task += more
        found.append(task)
    return found


def _groups(work: Work) -> list[int]:
    """Return the number of the group of each point: neighbours among those of one army."""
    seen: Counter[tuple[str, ...]] = Counter()
    numbers: dict[tuple[tuple[str, ...], int], int] = {}
    groups = []
    for army in work.armies:
        groups.append(numbers.setdefault((army, seen[army] // TOGETHER), len(numbers)))
        seen[army] += 1
    return groups
