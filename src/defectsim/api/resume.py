"""Going on with a study that is there: what it misses, what failed, further replicates."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from defectsim.api.run import How, told
from defectsim.api.study import Study
from defectsim.execution.executors import Executor
from defectsim.execution.processes import DIED
from defectsim.store import StudyWriter
from defectsim.store.provenance import read_manifest
from defectsim.studies.kinds.registry import kind_named, kind_of
from defectsim.studies.manifest import planned_runs
from defectsim.studies.progress import ProgressCallback
from defectsim.studies.run import carry_out, drawn
from defectsim.studies.stored_plan import sweep_in, write_plan


def resume(
    folder: str | Path,
    *,
    retry_failed: bool = False,
    replicates: int | None = None,
    executor: Executor | None = None,
    fork: bool = True,
    allow_code: bool = False,
    progress: ProgressCallback | None = None,
) -> Study:
    """Live the runs that a study still misses, and of a comparison those that it takes to be as exact as was asked.

    Parameters
    ----------
    folder
        Of the study.
    retry_failed
        Whether those that failed are lived anew.
    replicates
        How many there are to be in all, where more are wanted than were planned.
    allow_code
        Whether a study outside of the working folder may run the code that it keeps.

    Raises
    ------
    StudyNotFoundError, StudyDamagedError
        When the folder holds no study, or one that cannot be read.
    StudyBusyError
        When another process is writing the study.
    StudyMismatchError
        When other code or other versions would run the remaining replicates.
    """
    live = partial(
        lived_on,
        Path(folder),
        executor or Executor(),
        fork,
        progress or ProgressCallback(),
        allow_code=allow_code,
    )
    study = live(retry_failed=retry_failed, replicates=replicates)
    return (
        to_the_end(study, lambda wanted: live(replicates=wanted)) if replicates is None else study
    )


def to_the_end(study: Study, extend: Callable[[int], Study]) -> Study:
    """Add replicates as long as the kind of the study goes on to further ones, unless somebody stops it."""
    while study.complete and (wanted := kind_of(study).next_replicates(study)) is not None:
        study = extend(wanted)
    return study


def lived_on(
    path: Path,
    by: Executor,
    fork: bool,
    progress: ProgressCallback,
    *,
    allow_code: bool,
    retry_failed: bool = False,
    replicates: int | None = None,
) -> Study:
    """Live the runs that a study misses, whatever is asked of it; see `resume`."""
    manifest = read_manifest(path)
    sweep = sweep_in(path, allow_code=allow_code)
    if replicates is not None:
        sweep = kind_named(sweep.design["kind"]).extend(sweep, replicates)
    with StudyWriter.open(path) as writer:
        planned = planned_runs(sweep)
        writer.may_extend(planned)
        write_plan(path, sweep)
        writer.extend(planned)
        writer.update_manifest(replicates=sweep.replicates)
        deadly = retry_failed and DIED in Study.open(path).runs["error"].to_list()
        if retry_failed:
            writer.retry()
        if pending := writer.pending:
            how = How(_apart(by) if deadly else by, manifest["engine"], fork, progress)
            carry_out(writer, how.ready(sweep, pending), how.progress)
        drawn(writer)
    return told(Study.open(path))


def _apart(executor: Executor) -> Executor:
    """Return one of which no run can end this process."""
    return (
        replace(executor, kind="processes") if executor.dask is executor.kind is None else executor
    )
