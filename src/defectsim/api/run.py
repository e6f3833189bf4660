"""Run a scenario or a sweep; save the state of a run, and continue from it."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from defectsim.api.study import Study
from defectsim.core.choices import IntervalMethod
from defectsim.core.code.loading import shipped
from defectsim.core.errors import FailedRunsWarning, PlanError, expect
from defectsim.core.files import user_path
from defectsim.core.randomness import fresh_seed
from defectsim.engine.run import Run
from defectsim.engine.setup import StudySetup
from defectsim.engine.snapshots.checkpoint import load as load_snapshot
from defectsim.engine.snapshots.checkpoint import save as save_snapshot
from defectsim.engine.snapshots.checkpoint import seed_of
from defectsim.execution.simulator import DIED
from defectsim.scenario.schema import LOADED, Scenario
from defectsim.store import StoredStudy, StudyWriter
from defectsim.store.folder import writer_died
from defectsim.store.provenance import read_manifest
from defectsim.studies.kinds.comparison.kind import comparison_plan
from defectsim.studies.kinds.registry import kind_named
from defectsim.studies.kinds.run.kind import run_plan
from defectsim.studies.kinds.sweep.pilots import fixed
from defectsim.studies.manifest import resumable_plan
from defectsim.studies.options import ResumeOptions, RunOptions
from defectsim.studies.plan import Plan
from defectsim.studies.runner import Runner, complete, extend, run_pending, run_study

if TYPE_CHECKING:  # which imports Mesa
    from defectsim.engine.model import DefectionModel

_TOLD = 4
"""Most scenarios of a comparison that its default name tells."""


def run(
    scenario: Scenario,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    **options: Unpack[RunOptions],
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
    expect(scenario, Scenario, LOADED)
    count = int(scenario.replicates) if replicates is None else replicates
    plan = run_plan(scenario, count, fresh_seed() if seed is None else seed)
    return _for_user(run_study(plan, options))


def sweep(
    plan: Plan,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    **options: Unpack[RunOptions],
) -> Study:
    """Run replicates of every point of a sweep.

    Parameters
    ----------
    plan
        From `defectsim.load_sweep`.
    replicates, seed
        Default: those of the plan, or as many replicates as its pilot asks for.

    Returns
    -------
    Study
        Its ``runs`` have a column for each path that varies.
    """
    expect(plan, Plan, "a plan, as defectsim.load_sweep returns it")
    sized = plan if replicates is None else fixed(plan, replicates)
    changed = sized if seed is None else replace(sized, seed=seed)
    return _for_user(run_study(changed, options))


def _for_user(stored: StoredStudy) -> Study:
    """Warn of runs that failed, and return the study with all that users ask of it."""
    study = Study.open(stored.path) if stored.path else Study.of(stored.manifest, stored.tables)
    if failed := study.failure:
        warnings.warn(
            f"{failed}; study.runs['error'] has each failed run's error",
            FailedRunsWarning,
            stacklevel=3,
        )
    return study


def compare(
    scenarios: Mapping[str, Scenario],
    *,
    replicates: int | None = None,
    precision: str | None = None,
    outcome: str | None = None,
    at_most: int | None = None,
    method: IntervalMethod = "t",
    seed: int | None = None,
    **options: Unpack[RunOptions],
) -> Study:
    """Run scenarios on common random numbers.

    Parameters
    ----------
    scenarios
        By name; the others are compared with the first.
    replicates
        Of each scenario; default: those of the first one, or 40 at first with a precision.
    precision
        Half-width of the 95 % interval of each mean difference, as in ``"0.5pp"`` (percentage
        points) or ``"2"`` (people), until which replicates are added (`PrecisionTarget`).
    outcome
        Outcome of the precision; default: ``share_defected``.
    at_most
        Number of replicates after which it ends in any case, with an `ImpreciseWarning` if the
        precision is not reached; default: 1,000.
    method
        95 % intervals of means: Student's ``"t"``, guarded, or ``"bca"``, a bootstrap.
    seed
        As for `defectsim.run`.

    Returns
    -------
    Study
        Its ``runs`` have a column ``scenario``; ask it for `Study.paired` and `Study.divergence`.
    """
    expect(scenarios, Mapping, "scenarios by name, as in {'held': held, 'offered': offered}")
    for name, scenario in scenarios.items():
        expect(name, str, "names of scenarios as text")
        expect(scenario, Scenario, LOADED)
    if len(scenarios) < 2:
        raise PlanError("there is nothing to compare: give two scenarios or more")
    plan = comparison_plan(
        options.get("name") or _compared([*scenarios]),
        scenarios,
        replicates,
        fresh_seed() if seed is None else seed,
        method,
        precision,
        outcome=outcome,
        at_most=at_most,
    )
    return _for_user(run_study(plan, options))


def _compared(names: Sequence[str]) -> str:
    """Return the default name of a comparison, which tells a few scenarios by name."""
    told = "-vs-".join(names)
    return told if len(names) <= _TOLD else f"{names[0]}-vs-{len(names) - 1}-others"


def resume(
    folder: str | Path,
    *,
    retry_failed: bool = False,
    replicates: int | None = None,
    allow_code: bool = False,
    **options: Unpack[ResumeOptions],
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

    Raises
    ------
    StudyNotFoundError, StudyDamagedError
        When the folder holds no study, or one that cannot be read.
    StudyBusyError
        When another process is writing the study.
    StudyMismatchError
        When other code or other versions would run the remaining replicates.
    """
    if fixed := options.keys() - ResumeOptions.__annotations__.keys():
        raise TypeError(f"a study that is resumed has its own {', '.join(sorted(fixed))}")
    path = user_path(folder)
    plan = resumable_plan(path, allow_code=allow_code)
    engine = read_manifest(path).get("engine")
    how = RunOptions(**options, engine=engine, out=None, name=None, overwrite=False)
    if replicates is not None:
        plan = kind_named(plan.design["kind"]).extend(plan, replicates)
    own_code = any(not shipped(name) for name in plan.code)
    with StudyWriter.open(path) as writer:
        deadly = own_code and writer_died(path)
        extend(writer, plan)
        if retry_failed:
            deadly = deadly or DIED in Study.open(path).runs["error"].to_list()
            writer.retry()
        if deadly and how.get("dask") is None and how.get("executor") is None:
            how["executor"] = "processes"  # none of its runs can end this process
        run_pending(writer, Runner(plan, how), further=replicates is None)
    return _for_user(complete(path, figures=options.get("figures", True)))


def save_checkpoint(model: "DefectionModel", path: str | Path) -> Path:
    """Save the state of a run in an ``.npz`` file of plain arrays, none of which is code.

    Raises
    ------
    SnapshotError
        When the reference engine runs it, or agents have a step of their own.
    """
    expect(model, Run, "a model, as defectsim.DefectionModel is one")
    return save_snapshot(model.snapshot(), path, model.setup)


def load_checkpoint(path: str | Path, scenario: Scenario) -> "DefectionModel":
    """Load a run, to continue it by a scenario that may differ from that date on.

    Raises
    ------
    CheckpointError
        When the file cannot be read, or the scenario has another past.
    """
    from defectsim.engine.model import DefectionModel

    expect(scenario, Scenario, LOADED)
    setup = StudySetup(scenario, seed_of(path))
    snapshot = load_snapshot(path, setup)
    replicate = snapshot.run.replicate
    return DefectionModel(
        scenario, replicate=replicate, engine="compiled", setup=setup, snapshot=snapshot
    )
