"""Agent-based simulation of desertion and defection in an armed force.

    import defectsim as ds

    scenario = ds.load("scenarios/venezuela-2019.yaml")
    study = ds.run(scenario, replicates=40, seed=1)
    study.series

Names are imported when first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

from defectsim.core import errors as _errors

if TYPE_CHECKING:
    from defectsim.api.run import Scenario as Scenario
    from defectsim.api.run import compare as compare
    from defectsim.api.run import load as load
    from defectsim.api.run import load_checkpoint as load_checkpoint
    from defectsim.api.run import resume as resume
    from defectsim.api.run import run as run
    from defectsim.api.run import save_checkpoint as save_checkpoint
    from defectsim.api.run import sweep as sweep
    from defectsim.api.study import Study as Study
    from defectsim.contract.checks import check_rule as check_rule
    from defectsim.core.errors import *  # noqa: F403
    from defectsim.core.parameters import NoParameters as NoParameters
    from defectsim.core.parameters import Parameter as Parameter
    from defectsim.core.section import Bounds as Bounds
    from defectsim.engine.model import DefectionModel as DefectionModel
    from defectsim.model.rule import Country as Country
    from defectsim.model.rule import Person as Person
    from defectsim.model.rule import Rates as Rates
    from defectsim.model.rule import Stance as Stance
    from defectsim.model.rule import Unit as Unit
    from defectsim.model.rule import rule as rule
    from defectsim.model.transitions import Rank as Rank
    from defectsim.model.transitions import Service as Service
    from defectsim.model.transitions import Status as Status
    from defectsim.policies.acts import People as People
    from defectsim.policies.observers import View as View
    from defectsim.population.agents import General as General
    from defectsim.population.agents import Soldier as Soldier
    from defectsim.studies.kinds.sweep.load import load_sweep as load_sweep
    from defectsim.studies.options import ProgressCallback as ProgressCallback
    from defectsim.studies.options import RunOptions as RunOptions
    from defectsim.studies.plan import Plan as Plan

_ERRORS = {
    name
    for name, kind in vars(_errors).items()
    if isinstance(kind, type) and issubclass(kind, (_errors.DefectsimError, UserWarning))
}
_HOMES = {
    "defectsim.core.errors": _ERRORS,
    "defectsim.api.run": {
        "Scenario",
        "compare",
        "load",
        "load_checkpoint",
        "resume",
        "run",
        "save_checkpoint",
        "sweep",
    },
    "defectsim.api.study": {"Study"},
    "defectsim.contract.checks": {"check_rule"},
    "defectsim.core.parameters": {"NoParameters", "Parameter"},
    "defectsim.core.section": {"Bounds"},
    "defectsim.engine.model": {"DefectionModel"},
    "defectsim.model.rule": {"Country", "Person", "Rates", "Stance", "Unit", "rule"},
    "defectsim.model.transitions": {"Rank", "Service", "Status"},
    "defectsim.policies.acts": {"People"},
    "defectsim.policies.observers": {"View"},
    "defectsim.population.agents": {"General", "Soldier"},
    "defectsim.studies.kinds.sweep.load": {"load_sweep"},
    "defectsim.studies.options": {"ProgressCallback", "RunOptions"},
    "defectsim.studies.plan": {"Plan"},
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'defectsim' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return __all__
