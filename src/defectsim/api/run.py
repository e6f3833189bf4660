"""Run a scenario or a sweep."""

import warnings
from dataclasses import replace
from typing import Unpack

from defectsim.api.study import Study
from defectsim.core.errors import FailedRunsWarning
from defectsim.core.randomness import fresh_seed
from defectsim.scenario.schema import Scenario
from defectsim.store import StoredStudy
from defectsim.studies.kinds.run.design import run_plan
from defectsim.studies.options import RunKeywords, RunOptions
from defectsim.studies.plan import Plan
from defectsim.studies.run import run_study


def run(
    scenario: Scenario,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    **options: Unpack[RunKeywords],
) -> Study:
    """Run replicates of a scenario.

    Parameters
    ----------
    scenario
        From `defectsim.load`.
    replicates
        Default: the scenario's.
    seed
        0 or above; default: a fresh one, which the study's manifest keeps.
    options
        How it is run, and where it is stored: see `RunOptions`.

    Returns
    -------
    Study
        With ``runs``, ``series``, ``events``, ``observations`` and ``attempts`` as polars frames. A
        run that failed is a row with its error, and there is a `FailedRunsWarning`.

    Raises
    ------
    RuleError
        When a rule cannot be compiled, and the compiled engine was asked for.
    StudyExistsError
        When a study of that name exists already.
    """
    count = int(scenario.replicates) if replicates is None else replicates
    plan = run_plan(scenario, count, fresh_seed() if seed is None else seed)
    return warned(run_study(plan, RunOptions(**options)))


def sweep(
    plan: Plan,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    **options: Unpack[RunKeywords],
) -> Study:
    """Run replicates of every point of a sweep.

    Parameters
    ----------
    plan
        From `defectsim.load_sweep`.
    replicates, seed
        Default: those of the plan.
    options
        How it is run, and where it is stored: see `RunOptions`.

    Returns
    -------
    Study
        Its ``runs`` have a column for each path that varies.
    """
    count = plan.replicates if replicates is None else replicates
    changed = replace(plan, replicates=count, seed=plan.seed if seed is None else seed)
    return warned(run_study(changed, RunOptions(**options)))


def warned(stored: StoredStudy) -> Study:
    """Return a study for the user, with a warning if any of its runs failed."""
    study = Study.open(stored.path) if stored.path else Study.of(stored.manifest, stored.tables)
    if failed := study.failure:
        warnings.warn(
            f"{failed}; study.runs['error'] has each failed run's error",
            FailedRunsWarning,
            stacklevel=3,
        )
    return study
