"""Who lives the runs of a work: threads, processes, or a cluster."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Literal, get_args

from defectsim.core.errors import MissingExtraError, PlanError
from defectsim.execution.processes import in_processes
from defectsim.execution.runner import Lives
from defectsim.execution.threads import in_threads
from defectsim.execution.work import RunResult, Task

Kind = Literal["threads", "processes"]
LOCAL = "local"
"""The address that stands for a cluster of this machine's own."""
LONG = 10.0
"""Seconds of work above which further processes are worth their beginning, of some two seconds."""


@dataclass(frozen=True)
class Executor:
    """Where runs are lived; what comes of them does not depend on it.

    Attributes
    ----------
    workers
        How many threads or processes; all cores where nothing is said. A cluster has as many as it has.
    kind
        Threads or processes. Where nothing is said, threads; of what takes long, this process and others.
    dask
        The address of a Dask scheduler, the path of its file, or ``"local"``, instead of this process.
    """

    workers: int | None = None
    kind: Kind | None = None
    dask: str | None = None

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 1:
            raise ValueError(f"workers must be at least 1, not {self.workers}")
        if self.kind is not None and self.kind not in get_args(Kind):
            raise ValueError(
                f"there is no executor {self.kind!r}: use one of {', '.join(get_args(Kind))}"
            )
        if self.dask is not None and self.kind is not None:
            raise PlanError(
                f"Dask has processes of its own: ask for it, or for {self.kind}, not for both"
            )
        if self.dask not in (None, LOCAL) and self.workers is not None:
            raise PlanError(
                f"{self.dask} has as many workers as it has: ask for it, or for a number, not for both"
            )
        if self.dask is not None and find_spec("distributed") is None:
            raise MissingExtraError(
                'Dask, which lives runs on clusters, is not installed: pip install "defectsim[cluster]"'
            )

    @cached_property
    def count(self) -> int:
        """How many runs are lived at a time; a cluster is asked once."""
        if self.dask is not None and self.dask != LOCAL:
            from defectsim.execution.cluster import threads

            return threads(self.dask)
        return self.workers or cores()

    def live(
        self, lives: Lives, tasks: Iterable[Task], seconds: float, at_once: int | None = None
    ) -> Iterator[RunResult]:
        """Live tasks, and yield what comes of each run, in no order that matters.

        Parameters
        ----------
        seconds
            How long all of it seems to take on one core.
        at_once
            How many tasks are lived at a time, where these should be fewer; a cluster lives as many as it can.
        """
        if (self.dask is not None or self.kind == "processes") and not lives.portable:
            raise PlanError(
                "code of __main__, as of a notebook, is not found by other processes: put it in a file"
            )
        count = at_once or self.count
        if self.dask is not None:
            from defectsim.execution.cluster import on_cluster  # an extra that not everybody has

            return on_cluster(lives, tasks, self.dask, count)
        if self.kind == "processes":
            return in_processes(lives.work, tasks, count)
        if self.kind is None and count > 1 and seconds > LONG and lives.portable:
            return in_processes(lives.work, tasks, count, here=lives)
        return in_threads(lives, tasks, count)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
