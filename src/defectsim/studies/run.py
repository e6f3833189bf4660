"""The run of a study, in memory or in a folder, until its kind wants no further replicates."""

import os
import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from defectsim.core.errors import FigureWarning, NothingToDrawError, StudyIncompleteError
from defectsim.core.randomness import generator
from defectsim.engine.records.payload import RunPayload
from defectsim.execution.simulator import DIED
from defectsim.store import StoredStudy, StudyWriter, study_in_memory
from defectsim.store.files import append_to_log, storage_errors, write_text
from defectsim.store.provenance import sha256
from defectsim.store.schema import DONE, PENDING
from defectsim.studies.kinds.registry import kind_named
from defectsim.studies.manifest import manifest, planned_runs, resumable_plan
from defectsim.studies.options import RunOptions
from defectsim.studies.plan import PLAN_FILE, Plan
from defectsim.studies.runner import Runner
from defectsim.studies.simulator import PlanSimulator

SAVED_EVERY = 60.0
"""Seconds after which ``runs.parquet`` is written anew while a study runs, for others to read."""


def run_study(plan: Plan, options: RunOptions) -> StoredStudy:
    """Run a plan, and return its study: in memory, or stored and drawn if the options have `out`."""
    runner = Runner(plan, options)
    made = manifest(plan, runner.engine, runner.executor.count, " ".join(sys.argv))
    out = options.get("out")
    if out is None:
        return _run_in_memory(runner, made)
    name, overwrite = options.get("name") or plan.name, options.get("overwrite", False)
    planned = planned_runs(plan)
    with StudyWriter.create(
        Path(out), name, plan.texts, made, planned, overwrite=overwrite
    ) as writer:
        run_pending(writer, runner)
    return complete(writer.folder)


def _run_in_memory(runner: Runner, made: Mapping[str, Any]) -> StoredStudy:
    found: dict[int, RunPayload] = {}
    while True:
        planned = planned_runs(runner.plan)
        for result in runner.results([run for run in range(planned.height) if run not in found]):
            found[result.run] = result.payload
            runner.progress.on_result(result)
        study = study_in_memory({**made, "replicates": runner.plan.replicates}, planned, found)
        if not study.complete or not _plan_further(runner, study):
            return study


def run_pending(writer: StudyWriter, runner: Runner, *, further: bool = True) -> None:
    """Run what a study lacks; whatever ends this, finished runs are kept.

    Parameters
    ----------
    further
        Whether to go on to further replicates, for as long as the kind of the study wants them.
    """
    while True:
        if writer.pending:
            _run(writer, runner)
        if writer.pending or not further or not _plan_further(runner, writer.finish()):
            return
        extend(writer, runner.plan)


def _plan_further(runner: Runner, study: StoredStudy) -> bool:
    """Plan the further replicates that the kind of a study wants; return whether it wants any."""
    kind = kind_named(study.kind)
    wanted = kind.next_replicates(study)
    if wanted is not None:
        runner.plan = kind.extend(runner.plan, wanted)
    return wanted is not None


def extend(writer: StudyWriter, plan: Plan) -> None:
    """Add the further replicates of a plan, if it has any, to its study."""
    planned = planned_runs(plan)
    writer.may_extend(planned)
    with storage_errors(writer.folder):
        write_text(writer.folder / PLAN_FILE, plan.texts[PLAN_FILE])
    writer.extend(planned, replicates=plan.replicates)


def _run(writer: StudyWriter, runner: Runner) -> None:
    log, saved = partial(append_to_log, writer.folder), time.monotonic()
    log("begins", runs=len(writer.pending), engine=runner.engine, process=os.getpid())
    try:
        for result in runner.results(writer.pending):
            writer.add(result.run, result.payload)
            if time.monotonic() - saved > SAVED_EVERY:
                writer.save()
                saved = time.monotonic()
            if error := result.payload.row.get("error"):
                log("failed", run=result.run, error=str(error).strip().splitlines()[-1])
            runner.progress.on_result(result)
    except KeyboardInterrupt as interrupt:
        interrupt.add_note(f"Finished runs are kept; to continue: defectsim resume {writer.folder}")
        raise
    if writer.pending:
        log("stopped", pending=len(writer.pending))


def complete(folder: Path) -> StoredStudy:
    """Open a study that was written; draw it if it is complete, and warn where that fails."""
    study = StoredStudy.open(folder)
    if not study.complete:
        return study
    append_to_log(folder, "complete")
    if DONE not in study.runs["status"]:
        return study
    try:
        kind_named(study.kind).draw(study, folder / "figures")
    except NothingToDrawError:  # nothing differs, or no series was recorded
        pass
    except Exception as error:
        warnings.warn(
            f"{folder} is complete, but its figure could not be drawn "
            f"({type(error).__name__}: {error}); to draw it again: defectsim plot {folder}",
            FigureWarning,
            stacklevel=4,
        )
    return study


class Rerun(NamedTuple):
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
