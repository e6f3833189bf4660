"""A simulator without a model: what carries its batches is tested, and needs few imports."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from defectsim.engine.records.payload import pack
from defectsim.execution.simulator import Batch, RunResult


@dataclass(frozen=True)
class StubSimulator:
    """Return runs at once, save those that kill the process that runs them.

    Attributes
    ----------
    kills_once
        Run that kills only the first process that runs it, which leaves a file `token`.
    kills
        Run that kills each process that runs it.
    """

    kills_once: int | None = None
    kills: int | None = None
    token: Path = Path()
    portable: bool = True

    def simulate(self, batch: Batch) -> Iterator[RunResult]:
        """Simulate runs, or die."""
        for run in batch:
            first = run == self.kills_once and not self.token.exists()
            if first:
                self.token.touch()
            if first or run == self.kills:
                os.kill(os.getpid(), signal.SIGKILL)
            yield RunResult(run, pack("done", {"number": run}, {}, 0.0))
