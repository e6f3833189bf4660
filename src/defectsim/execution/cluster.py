"""Living runs on a Dask cluster."""

from collections.abc import Iterable, Iterator

from defectsim.execution.work import Outcome, Task, Work


def on_cluster(work: Work, tasks: Iterable[Task], address: str, workers: int | None) -> Iterator[Outcome]:
    """Live tasks on the workers of a Dask scheduler, and yield what comes of each run."""
    raise NotImplementedError
