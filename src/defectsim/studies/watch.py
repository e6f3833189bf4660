"""Who watches a study while it is run."""

from dataclasses import dataclass

from defectsim.execution.work import Outcome


@dataclass(frozen=True)
class Estimate:
    """What a study seems to take, from its first runs.

    Attributes
    ----------
    points, replicates, runs
        How many there are, and how many runs are still to be lived.
    seconds
        How long one run takes, on one core.
    bytes
        How much one run leaves on disk.
    workers
        How many are lived at a time.
    """

    points: int
    replicates: int
    runs: int
    seconds: float
    bytes: int
    workers: int

    @property
    def work(self) -> float:
        """Seconds that all runs take on one core."""
        return self.runs * self.seconds

    @property
    def time(self) -> float:
        """Seconds that all runs take."""
        return self.work / min(self.workers, max(self.runs, 1))

    @property
    def disk(self) -> int:
        """Bytes that all runs leave on disk."""
        return self.runs * self.bytes


class Watch:
    """Somebody to whom it is told how a study goes, and who may stop it; this one does neither."""

    def begins(self, estimate: Estimate) -> None:
        """Hear what it seems to take."""

    def came(self, outcome: Outcome) -> None:
        """Hear of a run that has ended, and is kept."""

    def stopped(self) -> bool:
        """Say whether to finish what is in hand, and no more."""
        return False
