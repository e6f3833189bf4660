"""Progress of a study while it runs."""

from dataclasses import dataclass

from defectsim.execution.simulator import RunResult


@dataclass(frozen=True)
class Estimate:
    """Time and disk that a study takes, estimated from its first runs.

    Attributes
    ----------
    points, replicates
        Of the plan.
    runs
        Number of runs that remain.
    seconds
        Time of one run on one core.
    bytes
        Space of one run on disk.
    workers
        Number of runs at a time.
    """

    points: int
    replicates: int
    runs: int
    seconds: float
    bytes: int
    workers: int

    @property
    def time(self) -> float:
        """Seconds that the remaining runs take."""
        return self.runs * self.seconds / min(self.workers, max(self.runs, 1))

    @property
    def disk(self) -> int:
        """Bytes that the remaining runs take on disk."""
        return self.runs * self.bytes


class ProgressCallback:
    """Follow a study while it runs, and stop it; this one does neither."""

    def on_start(self, estimate: Estimate) -> None:
        """Take the estimate that the first runs gave."""

    def on_result(self, result: RunResult) -> None:
        """Take the result of a run, which is stored already."""

    def should_stop(self) -> bool:
        """Return whether to finish the runs in hand and begin no others."""
        return False
