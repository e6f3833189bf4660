"""Studies that are stopped, and what of them must not depend on it."""

from pathlib import Path

import defectsim as ds
from defectsim.execution.simulator import RunResult
from defectsim.studies.options import Estimate


class StopAfter(ds.ProgressCallback):
    """Stops a study when so many runs have ended."""

    def __init__(self, runs: int) -> None:
        self.left, self.estimates = runs, list[Estimate]()

    def on_start(self, estimate: Estimate) -> None:
        self.estimates.append(estimate)

    def on_result(self, result: RunResult) -> None:
        self.left -= 1

    def should_stop(self) -> bool:
        return self.left <= 0


def files(folder: Path) -> dict[str, bytes]:
    """Return all files of a study that must not depend on how it was run."""
    there = [
        path
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("log.jsonl", "manifest.json")
    ]
    return {str(path.relative_to(folder)): path.read_bytes() for path in there}
