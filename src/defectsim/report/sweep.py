"""Run a sweep, and leave a study with a first picture of it."""

from dataclasses import replace
from pathlib import Path

from defectsim.engine.start import EngineName
from defectsim.execution.executors import Executor, Kind
from defectsim.report.carrying import How, carried_out
from defectsim.report.study import Study
from defectsim.studies.sweep import Sweep
from defectsim.studies.watch import Watch


def sweep(
    sweep: Sweep,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    executor: Kind | None = None,
    dask: str | None = None,
    engine: EngineName | None = None,
    fork: bool = True,
    out: str | Path | None = None,
    name: str | None = None,
    overwrite: bool = False,
    watch: Watch | None = None,
) -> Study:
    """Live every point of a sweep many times over.

    Parameters
    ----------
    sweep
        From `defectsim.load_sweep`.
    replicates, seed
        Instead of those that the sweep has.
    fork
        Whether points that have a common past live it once; the results are the same.
    workers, executor, dask, engine, out, name, overwrite, watch
        As for `defectsim.run`.

    Returns
    -------
    Study
        Its ``runs`` have a column for each path that varies.
    """
    count = sweep.replicates if replicates is None else replicates
    changed = replace(sweep, replicates=count, seed=sweep.seed if seed is None else seed)
    how = How(Executor(workers, executor, dask), engine, fork, watch or Watch())
    return carried_out(changed, how, out, name, overwrite=overwrite)
