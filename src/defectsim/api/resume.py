"""Continue a stored study: the runs that it lacks, those that failed, further replicates."""

from dataclasses import replace
from pathlib import Path
from typing import Unpack

from defectsim.api.run import warned
from defectsim.api.study import Study
from defectsim.execution.simulator import DIED
from defectsim.store import StudyWriter
from defectsim.store.provenance import read_manifest
from defectsim.studies.kinds.registry import kind_named
from defectsim.studies.options import ResumeKeywords, RunOptions
from defectsim.studies.run import complete, extend, run_pending
from defectsim.studies.stored_plan import resumable_plan


def resume(
    folder: str | Path,
    *,
    retry_failed: bool = False,
    replicates: int | None = None,
    allow_code: bool = False,
    **options: Unpack[ResumeKeywords],
) -> Study:
    """Run what a study lacks, and further replicates until a comparison is as precise as asked.

    Parameters
    ----------
    folder
        Of the study.
    retry_failed
        Whether to repeat runs that failed.
    replicates
        Number of replicates in all, to extend a study to.
    allow_code
        Whether a study outside of the working folder may run the code that it keeps.
    options
        How it is run: see `RunOptions`.

    Raises
    ------
    StudyNotFoundError, StudyDamagedError
        When the folder holds no study, or one that cannot be read.
    StudyBusyError
        When another process is writing the study.
    StudyMismatchError
        When other code or other versions would run the remaining replicates.
    """
    if fixed := options.keys() - ResumeKeywords.__annotations__.keys():
        raise TypeError(f"a study that is resumed has its own {', '.join(sorted(fixed))}")
    path = Path(folder)
    how = RunOptions(**options)
    engine = read_manifest(path)["engine"]
    plan = resumable_plan(path, allow_code=allow_code)
    if replicates is not None:
        plan = kind_named(plan.design["kind"]).extend(plan, replicates)
    with StudyWriter.open(path) as writer:
        extend(writer, plan)
        if retry_failed:
            deadly = DIED in Study.open(path).runs["error"].to_list()
            if deadly and how.dask is None and how.executor is None:
                how = replace(how, executor="processes")  # none of its runs can end this process
            writer.retry()
        how = replace(how, engine=engine)
        run_pending(writer, plan, how, further=replicates is None)
    return warned(complete(path))
