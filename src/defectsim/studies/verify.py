"""Re-runs of a stored study, to see whether their results match."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from defectsim.core.errors import StudyIncompleteError
from defectsim.core.randomness import generator
from defectsim.execution.simulator import DIED
from defectsim.store import StoredStudy
from defectsim.store.provenance import sha256
from defectsim.store.schema import PENDING
from defectsim.studies.simulator import PlanSimulator
from defectsim.studies.stored_plan import resumable_plan


@dataclass(frozen=True)
class Rerun:
    """A re-run, and whether its results match the stored ones."""

    point: int
    replicate: int
    matches: bool


def rerun(folder: Path, sample: int, seed: int, *, allow_code: bool) -> Iterator[Rerun]:
    """Repeat a random sample of a study's runs, each from its first day.

    Runs that ended the process that ran them are left out.
    """
    study, plan = StoredStudy.open(folder), resumable_plan(folder, allow_code=allow_code)
    runs = study.runs.with_row_index("run").filter(
        pl.col("status") != PENDING, pl.col("error").ne_missing(DIED)
    )
    if runs.is_empty():
        raise StudyIncompleteError(
            f"{folder} has no run that can be repeated; to run what it lacks: defectsim resume "
            f"{folder}"
        )
    chosen = generator(seed, ("verify",)).choice(
        runs.height, min(sample, runs.height), replace=False
    )
    simulator = PlanSimulator(plan, study.manifest["engine"], fork=False)
    for row in runs[sorted(chosen)].iter_rows(named=True):
        again = next(simulator.simulate((row["run"],))).payload.row["hash"]
        yield Rerun(row["point"], row["replicate"], again == row["hash"])


def changed_files(folder: Path) -> list[str]:
    """Return the names of tables that have changed since the study was complete."""
    files: dict[str, str] = StoredStudy.open(folder).manifest.get("files", {})
    return [
        name
        for name, known in files.items()
        if not (folder / name).is_file() or sha256(folder / name) != known
    ]
