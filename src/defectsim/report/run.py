"""Run a scenario, and leave a study with its figures."""

from pathlib import Path

from defectsim.core.randomness import fresh_seed
from defectsim.engine.start import EngineName
from defectsim.execution.executors import Executor, Kind
from defectsim.report.carrying import How, carried_out
from defectsim.report.study import Study
from defectsim.scenario.schema import Scenario
from defectsim.studies.scenarios import single
from defectsim.studies.watch import Watch


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
    watch: Watch | None = None,
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
        ``"column"``, compiled, or ``"reference"``, which loops over agents; without one the column engine or, with an
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
        Where a rule cannot be compiled, and the column engine was asked for.
    StudyError
        Where there is a study of that name already.
    """
    count = int(scenario.replicates) if replicates is None else replicates
    sweep = single(scenario, count, fresh_seed() if seed is None else seed)
    how = How(Executor(workers, executor, dask), engine, watch=watch or Watch())
    return carried_out(sweep, how, out, name, overwrite=overwrite)
