"""Carrying a study out: living its runs, and keeping what comes of each."""

import os
import time
from contextlib import suppress
from pathlib import Path

from defectsim.core.errors import NothingToDrawError
from defectsim.engine.records.payload import RunPayload
from defectsim.execution.executors import Executor
from defectsim.execution.work import SCENARIO
from defectsim.scenario.yaml import as_yaml
from defectsim.store import StoredStudy, StudyWriter, study_in_memory
from defectsim.store.log import StudyLog
from defectsim.store.schema import DONE
from defectsim.store.storage_errors import storage_errors
from defectsim.studies.kinds.registry import kind_of
from defectsim.studies.manifest import facts, planned_runs
from defectsim.studies.pilot import Ready
from defectsim.studies.plan import Plan
from defectsim.studies.progress import ProgressCallback
from defectsim.studies.stored_plan import PLAN, plan_text

SAVED_EVERY = 60.0
"""Seconds after which `runs.parquet` says what is done so far, for others to read."""


def run_in_memory(
    sweep: Plan, ready: Ready, executor: Executor, progress: ProgressCallback, command: str
) -> StoredStudy:
    """Live all runs, and return what they leave as frames."""
    found: dict[int, RunPayload] = {}
    for result in ready.results(progress):
        found[result.run] = result.payload
        progress.on_result(result)
    return study_in_memory(
        facts(sweep, ready.engine, executor.count, command), planned_runs(sweep), found
    )


def begin(
    sweep: Plan,
    ready: Ready,
    executor: Executor,
    command: str,
    root: Path,
    name: str,
    *,
    overwrite: bool,
) -> StudyWriter:
    """Begin a study in ``root/name``, of which no run is lived yet."""
    files = {SCENARIO: as_yaml(sweep.base.scenario), PLAN: plan_text(sweep), **sweep.files}
    manifest = facts(sweep, ready.engine, executor.count, command)
    return StudyWriter.create(root, name, files, manifest, planned_runs(sweep), overwrite=overwrite)


def carry_out(writer: StudyWriter, ready: Ready, progress: ProgressCallback) -> None:
    """Live the runs that a study still misses. Whatever ends this, what is done is kept."""
    log = StudyLog(writer.folder)
    log.append("begins", runs=len(ready.pending), engine=ready.engine, process=os.getpid())
    try:
        _live(writer, ready, progress, log)
    except KeyboardInterrupt as left:
        left.add_note(f"What is done is kept; go on by: defectsim resume {writer.folder}")
        raise
    if writer.pending:
        log.append("stopped", pending=len(writer.pending))


def _live(writer: StudyWriter, ready: Ready, progress: ProgressCallback, log: StudyLog) -> None:
    saved = time.monotonic()
    for result in ready.results(progress):
        writer.add(result.run, result.payload)
        if time.monotonic() - saved > SAVED_EVERY:
            writer.save()
            saved = time.monotonic()
        if error := result.payload.row.get("error"):
            log.append("failed", run=result.run, error=str(error).strip().splitlines()[-1])
        progress.on_result(result)


def drawn(writer: StudyWriter) -> None:
    """Draw a study that misses no run, if there is anything to draw."""
    if writer.pending:
        return
    study = writer.finish()
    StudyLog(writer.folder).append("lived")
    if DONE in study.runs["status"]:
        with (
            storage_errors(writer.folder),
            suppress(NothingToDrawError),
        ):  # nothing differs, or no series was kept
            kind_of(study).draw(study, writer.folder / "figures")
