"""Agent-based simulation of desertion and defection in an armed force.

    import defectsim as ds

    scenario = ds.load("scenarios/venezuela-2019.yaml")
    study = ds.run(scenario, replicates=40, seed=1)
    study.series

Names are imported when first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from defectsim.api.checkpoint import load_checkpoint, save_checkpoint
    from defectsim.api.compare import compare
    from defectsim.api.resume import resume
    from defectsim.api.run import run, sweep
    from defectsim.api.scenario import Scenario, load
    from defectsim.api.study import Study
    from defectsim.contract.checks import check_rule
    from defectsim.core.errors import (
        AnalysisError,
        CheckpointError,
        ClusterError,
        DefectsimError,
        FailedRunsWarning,
        FigureWarning,
        ImpreciseWarning,
        MissingExtraError,
        NothingToDrawError,
        PlanError,
        RuleError,
        ScenarioError,
        SnapshotError,
        StorageError,
        StudyBusyError,
        StudyDamagedError,
        StudyError,
        StudyExistsError,
        StudyIncompleteError,
        StudyMismatchError,
        StudyNotFoundError,
        UncompilableError,
        UncompiledWarning,
        UnknownOutcomeError,
        UntrustedCodeError,
        UserError,
    )
    from defectsim.core.parameters import NoParameters, Parameter
    from defectsim.core.section import Bounds
    from defectsim.engine.model import DefectionModel
    from defectsim.model.rule import Country, Person, Rates, Stance, Unit, rule
    from defectsim.model.transitions import Rank, Service, Status
    from defectsim.policies.acts import People
    from defectsim.policies.observers import View
    from defectsim.population.agents import General, Soldier
    from defectsim.studies.kinds.sweep.load import load_sweep
    from defectsim.studies.options import RunOptions
    from defectsim.studies.plan import Plan
    from defectsim.studies.progress import ProgressCallback

_HOMES = {
    "defectsim.model.rule": ("Country", "Person", "Rates", "Stance", "Unit", "rule"),
    "defectsim.contract.checks": ("check_rule",),
    "defectsim.core.errors": (
        "AnalysisError",
        "CheckpointError",
        "ClusterError",
        "DefectsimError",
        "FailedRunsWarning",
        "FigureWarning",
        "ImpreciseWarning",
        "MissingExtraError",
        "NothingToDrawError",
        "PlanError",
        "RuleError",
        "ScenarioError",
        "SnapshotError",
        "StorageError",
        "StudyBusyError",
        "StudyDamagedError",
        "StudyError",
        "StudyExistsError",
        "StudyIncompleteError",
        "StudyMismatchError",
        "StudyNotFoundError",
        "UncompilableError",
        "UncompiledWarning",
        "UnknownOutcomeError",
        "UntrustedCodeError",
        "UserError",
    ),
    "defectsim.core.parameters": ("NoParameters", "Parameter"),
    "defectsim.core.section": ("Bounds",),
    "defectsim.model.transitions": ("Rank", "Service", "Status"),
    "defectsim.engine.model": ("DefectionModel",),
    "defectsim.policies.acts": ("People",),
    "defectsim.policies.observers": ("View",),
    "defectsim.population.agents": ("General", "Soldier"),
    "defectsim.api.checkpoint": ("load_checkpoint", "save_checkpoint"),
    "defectsim.api.compare": ("compare",),
    "defectsim.api.resume": ("resume",),
    "defectsim.api.run": ("run", "sweep"),
    "defectsim.api.scenario": ("Scenario", "load"),
    "defectsim.api.study": ("Study",),
    "defectsim.studies.kinds.sweep.load": ("load_sweep",),
    "defectsim.studies.options": ("RunOptions",),
    "defectsim.studies.plan": ("Plan",),
    "defectsim.studies.progress": ("ProgressCallback",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AnalysisError",
    "Bounds",
    "CheckpointError",
    "ClusterError",
    "Country",
    "DefectionModel",
    "DefectsimError",
    "FailedRunsWarning",
    "FigureWarning",
    "General",
    "ImpreciseWarning",
    "MissingExtraError",
    "NoParameters",
    "NothingToDrawError",
    "Parameter",
    "People",
    "Person",
    "Plan",
    "PlanError",
    "ProgressCallback",
    "Rank",
    "Rates",
    "RuleError",
    "RunOptions",
    "Scenario",
    "ScenarioError",
    "Service",
    "SnapshotError",
    "Soldier",
    "Stance",
    "Status",
    "StorageError",
    "Study",
    "StudyBusyError",
    "StudyDamagedError",
    "StudyError",
    "StudyExistsError",
    "StudyIncompleteError",
    "StudyMismatchError",
    "StudyNotFoundError",
    "UncompilableError",
    "UncompiledWarning",
    "Unit",
    "UnknownOutcomeError",
    "UntrustedCodeError",
    "UserError",
    "View",
    "check_rule",
    "compare",
    "load",
    "load_checkpoint",
    "load_sweep",
    "resume",
    "rule",
    "run",
    "save_checkpoint",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'defectsim' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return __all__
