"""Run a scenario, and leave a study with its figures."""

import sys
import warnings
from pathlib import Path

from defectsim import store
from defectsim.core.errors import FailedRunsWarning
from defectsim.core.randomness import fresh_seed
from defectsim.engine.start import EngineName
from defectsim.execution.local import Outcome, cores
from defectsim.plots import save
from defectsim.report.study import Study, figure
from defectsim.scenario.schema import Scenario
from defectsim.studies.run import Plan, Progress, run_in_memory, run_to_folder


def run(
    scenario: Scenario,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    engine: EngineName | None = None,
    out: str | Path | None = None,
    name: str | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
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
        How many threads; all cores where nothing is said. The results do not depend on it.
    engine
        ``"column"``, compiled, or ``"reference"``, which loops over agents; without one the column engine or, with an
        `UncompiledWarning`, the reference engine where a rule cannot be compiled.
    out, name
        The study is stored in ``out/name``, with figures; without `out` it is only returned. The name is the
        scenario's where nothing is said.
    overwrite
        Whether a study of that name is replaced.
    progress
        Called with each outcome as it comes.

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
    plan = Plan(
        scenario=scenario,
        replicates=int(scenario.replicates) if replicates is None else replicates,
        seed=fresh_seed() if seed is None else seed,
        workers=cores() if workers is None else workers,
        engine=engine,
        command=" ".join(sys.argv),
    )
    if out is None:
        lived = run_in_memory(plan, progress or _silent)
        study = Study.of(lived.manifest, lived.tables)
    else:
        where = (Path(out), name or scenario.name)
        study = Study.open(run_to_folder(plan, progress or _silent, *where, overwrite=overwrite, draw=_draw))
    if failed := study.failure:
        warnings.warn(f"{failed}; study.runs['error'] has each failed run's error", FailedRunsWarning, stacklevel=2)
    return study


def _silent(_: Outcome) -> None:
    pass


def _draw(study: store.Study, folder: Path) -> None:
    if not study.series.is_empty():
        save(figure(study), folder)
