"""What a study says of itself in its manifest."""

from typing import Any

from defectsim.core.versions import versions
from defectsim.engine.start import EngineName
from defectsim.scenario.schema import Scenario
from defectsim.store import manifest
from defectsim.studies.sweep import Sweep


def facts(sweep: Sweep, engine: EngineName, workers: int, command: str) -> dict[str, Any]:
    """Return what has to be known to make a study again."""
    scenario = sweep.base.scenario
    made = manifest(
        scenario=scenario.name,
        scenario_hash=scenario.hash,
        seed=sweep.seed,
        replicates=sweep.replicates,
        engine=engine,
        workers=workers,
        command=command,
    )
    shown = {"question": sweep.question, "policies": _dates(scenario)}
    design = {"design": dict(sweep.design), "points": len(sweep.points), "varies": list(sweep.varies)}
    return {**made, "lived_by": versions(), **shown, **design, "code": dict(sweep.code)}


def _dates(scenario: Scenario) -> dict[str, str]:
    """Return from when on each policy acts that waits for nothing."""
    levers = scenario.every_lever
    return {
        name: policy.begins(levers[policy.lever]).isoformat()
        for name, policy in scenario.policies.items()
        if policy.when is None
    }
