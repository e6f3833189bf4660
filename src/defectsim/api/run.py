"""Run a scenario, and leave a study with its figures."""

import sys
import warnings
from dataclasses import dataclass, field, replace
from pathlib import Path

from defectsim.api.study import Study
from defectsim.core.errors import FailedRunsWarning
from defectsim.core.randomness import fresh_seed
from defectsim.engine.setup import EngineName
from defectsim.execution.executors import Executor, Kind
from defectsim.scenario.schema import Scenario
from defectsim.studies.kinds.run.design import run_plan
from defectsim.studies.pilot import Ready
from defectsim.studies.plan import Plan
from defectsim.studies.progress import ProgressCallback
from defectsim.studies.run import begin, carry_out, drawn, run_in_memory


@dataclass(frozen=True)
class How:
    """How a study is carried out, on which no result depends.

    Attributes
    ----------
    executor
        Who lives the runs.
    engine
        Which engine; see `engine.setup.StudySetup.prepare`.
    fork
        Whether points that have a common past live it once.
    watch
        Who is told how it goes.
    """

    executor: Executor = field(default_factory=Executor)
    engine: EngineName | None = None
    fork: bool = True
    progress: ProgressCallback = field(default_factory=ProgressCallback)

    def ready(self, sweep: Plan, pending: list[int] | None = None) -> Ready:
        """Make a sweep ready to be run."""
        return Ready(sweep, self.executor, engine=self.engine, fork=self.fork, pending=pending)


def carried_out(
    sweep: Plan, how: How, out: str | Path | None, name: str | None, *, overwrite: bool
) -> Study:
    """Run a sweep into ``out/name``, or into memory where `out` is None."""
    command = " ".join(sys.argv)
    ready = how.ready(sweep)
    if out is None:
        lived = run_in_memory(sweep, ready, how.executor, how.progress, command)
        return told(Study.of(lived.manifest, lived.tables))
    where = (Path(out), name or sweep.name)
    with begin(sweep, ready, how.executor, command, *where, overwrite=overwrite) as writer:
        carry_out(writer, ready, how.progress)
        drawn(writer)
    return told(Study.open(writer.folder))


def told(study: Study) -> Study:
    """Return a study, with a warning where runs of it failed."""
    if failed := study.failure:
        warnings.warn(
            f"{failed}; study.runs['error'] has each failed run's error",
            FailedRunsWarning,
            stacklevel=4,
        )
    return study


def run(
    scenario: Scenario,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    executor: Kind | None = None,
    dask: str | None = None,
    engine: EngineName | None = None,
    out: str | Path | None = None,
    name: str | None = None,
    overwrite: bool = False,
    progress: ProgressCallback | None = None,
) -> Study:
    """Live a scenario many times over.

    Parameters
    ----------
    scenario
        From `defectsim.load`.
    replicates
        How many lives; the scenario says it where this does not.
    seed
        0 or above; without one the operating system gives one, which the study's manifest keeps.
    workers
        How many threads or processes; all cores where nothing is said. The results do not depend on it.
    executor
        ``"threads"`` or ``"processes"``; by how long the study seems to take where nothing is said.
    dask
        The address of a Dask scheduler, the path of its file, or ``"local"``, to live the runs there.
    engine
        ``"compiled"`` or ``"reference"``, which loops over agents; without one the compiled engine or, with an
        `UncompiledWarning`, the reference engine where a rule cannot be compiled.
    out, name
        The study is stored in ``out/name``, with figures; without `out` it is only returned. The name is the
        scenario's where nothing is said.
    overwrite
        Whether a study of that name is replaced.
    watch
        Who is told how it goes, and may stop it.

    Returns
    -------
    Study
        With ``runs``, ``series``, ``events``, ``observations`` and ``attempts`` as polars frames. A run that failed is
        a row with its error, and a `FailedRunsWarning`.

    Raises
    ------
    RuleError
        Where a rule cannot be compiled, and the compiled engine was asked for.
    StudyExistsError
        When a study of that name exists already.
    """
    count = int(scenario.replicates) if replicates is None else replicates
    sweep = run_plan(scenario, count, fresh_seed() if seed is None else seed)
    how = How(Executor(workers, executor, dask), engine, progress=progress or ProgressCallback())
    return carried_out(sweep, how, out, name, overwrite=overwrite)


def sweep(
    sweep: Plan,
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
    progress: ProgressCallback | None = None,
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
    how = How(Executor(workers, executor, dask), engine, fork, progress or ProgressCallback())
    return carried_out(changed, how, out, name, overwrite=overwrite)
