"""The interface between executors and what they execute."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from defectsim.engine.records.payload import RunPayload, pack

DIED = (
    "every process that ran this run died, the last one with nothing else in hand: it was killed, "
    "or crashed, or memory was short"
)
LOCAL = "local"
"""Address of a Dask cluster of this machine's own processes."""

type Batch = tuple[int, ...]
"""Numbers of the runs that a worker simulates in one go."""


@dataclass(frozen=True)
class RunResult:
    """The result of one run: its tables, or its error."""

    run: int
    payload: RunPayload


class Simulator(Protocol):
    """Simulate batches of runs; several threads may ask at once.

    Pickled, it is all that another process needs; unpickled, it may raise errors.
    """

    @property
    def portable(self) -> bool:
        """True if other processes find the code that it runs."""

    def simulate(self, batch: Batch) -> Iterator[RunResult]:
        """Simulate runs, and yield the result of each as it ends."""


def simulated(simulator: Simulator, batch: Batch) -> list[RunResult]:
    """Simulate a whole batch."""
    return list(simulator.simulate(batch))


def died(run: int) -> RunResult:
    """Return the result of a run that ended every process that ran it."""
    return RunResult(run, pack("failed", {"error": DIED}, {}, 0.0))
