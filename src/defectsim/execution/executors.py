"""The choice of an executor: threads, processes, or a cluster."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from multiprocessing import current_process
from typing import get_args

from defectsim.core.choices import MOST_WORKERS, ExecutorName
from defectsim.core.errors import MissingExtraError, PlanError
from defectsim.core.section import whole_number
from defectsim.execution.processes import in_processes, in_threads
from defectsim.execution.simulator import LOCAL, Batch, RunResult, Simulator

LONG = 10.0
"""Seconds of work above which further processes are worth their start of some two seconds."""


@dataclass(frozen=True)
class Executor:
    """Where runs are executed; no result depends on it. Its options are those of a study."""

    workers: int | None = None
    name: ExecutorName | None = None
    dask: str | None = None

    def __post_init__(self) -> None:
        if self.workers is not None:
            number = whole_number("workers", self.workers, 1, MOST_WORKERS)
            object.__setattr__(self, "workers", number)
        if self.name is not None and self.name not in get_args(ExecutorName):
            names = ", ".join(get_args(ExecutorName))
            raise ValueError(f"there is no executor {self.name!r}: use one of {names}")
        if self.dask is not None and self.name is not None:
            raise PlanError(
                f"Dask has processes of its own: ask for it, or for {self.name}, not for both"
            )
        if self.dask not in (None, LOCAL) and self.workers is not None:
            raise PlanError(
                f"{self.dask} has its own number of workers: ask for it, or for a number, not for "
                "both"
            )
        if self.dask is not None and find_spec("distributed") is None:
            raise MissingExtraError(
                'Dask, which runs studies on clusters, is not installed: pip install "defectsim[cluster]"'
            )

    @cached_property
    def count(self) -> int:
        """Number of runs at a time; a cluster is asked once."""
        if self.dask in (None, LOCAL):
            return self.workers or cores()
        from defectsim.execution.cluster import threads  # an extra, slow to import

        return threads(self.dask)

    def execute(
        self,
        simulator: Simulator,
        batches: Iterable[Batch],
        seconds: float,
        at_once: int | None = None,
    ) -> Iterator[RunResult]:
        """Simulate batches, and yield the result of each run, in no order that matters.

        No run is simulated by the thread that asks, so what Ctrl-C raises there is never taken for
        an error of a run. A process that may have no others, such as one of a
        `multiprocessing.Pool`, uses threads.

        Parameters
        ----------
        seconds
            Estimate of the time of all batches on one core.
        at_once
            Number of batches at a time, where it should be smaller; a cluster takes all it can.
        """
        if (self.dask is not None or self.name == "processes") and not simulator.portable:
            raise PlanError(
                "code of __main__, as of a notebook, is not found by other processes: put it in a file"
            )
        count, alone = at_once or self.count, current_process().daemon
        if self.dask is not None and not (alone and self.dask == LOCAL):
            from defectsim.execution.cluster import on_cluster

            return on_cluster(simulator, batches, self.dask, count)
        if self.name == "processes" and not alone:
            return in_processes(simulator, batches, count)
        long = count > 1 and seconds > LONG
        if self.name is None and long and simulator.portable and not alone:
            return in_processes(simulator, batches, count, here=True)
        return in_threads(simulator, batches, count)


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
