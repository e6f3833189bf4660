"""The manifest of a study, and the rows of its planned runs."""

import datetime as dt
import hashlib
from typing import Any

import polars as pl

from defectsim.core.choices import EngineName
from defectsim.core.errors import PlanError
from defectsim.core.versions import package_fingerprint, versions
from defectsim.store.provenance import software
from defectsim.store.schema import FOUND, PLANNED
from defectsim.studies.plan import Plan


def planned_runs(plan: Plan) -> pl.DataFrame:
    """Return a row a run, with what is known beforehand; see `store.schema.PLANNED`.

    The key of a run is a hash of its scenario, the code that simulates it, and its seed.

    Raises
    ------
    PlanError
        When what varies has the name of a column that every study has.
    """
    if taken := [path for path in plan.varies if path in {**PLANNED, **FOUND}]:
        raise PlanError(f"{', '.join(taken)}: tables have a column of that name, so it cannot vary")
    count, points = plan.replicates, range(len(plan.points))
    seeds = [str(plan.seed_of(point)) for point in points]
    named = (f"{name} {known}" for name, known in sorted(plan.code.items()))
    code = "\n".join((package_fingerprint(), *named))
    scenarios = zip(plan.points, seeds, strict=True)
    identities = [f"{point.scenario}\n{code}\n{seed}" for point, seed in scenarios]
    keys = [
        hashlib.sha256(f"{identity}\n{replicate}".encode()).hexdigest()
        for replicate in range(count)
        for identity in identities
    ]
    replicates = [replicate for replicate in range(count) for _ in points]
    return pl.DataFrame(
        {
            "point": pl.Series([*points] * count, dtype=PLANNED["point"]),
            "replicate": pl.Series(replicates, dtype=PLANNED["replicate"]),
            **{path: [one.values[path] for one in plan.points] * count for path in plan.varies},
            "seed": seeds * count,
            "key": keys,
        }
    )


def manifest(plan: Plan, engine: EngineName, workers: int, command: str) -> dict[str, Any]:
    """Return all that it takes to repeat a study; repetitions differ in `circumstances` only."""
    scenario = plan.base.scenario
    levers = scenario.every_lever
    begun = {
        name: policy.begins(levers[policy.lever]).isoformat()
        for name, policy in scenario.policies.items()
        if policy.when is None
    }
    return {
        "scenario": scenario.name,
        "scenario_hash": scenario.hash,
        "seed": str(plan.seed),
        "replicates": plan.replicates,
        "engine": engine,
        "software": software(),
        "circumstances": {
            "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "workers": workers,
            "command": command,
        },
        "versions": versions(),
        "question": plan.question,
        "policies": begun,
        "design": dict(plan.design),
        "points": len(plan.points),
        "varies": list(plan.varies),
        "code": dict(plan.code),
    }
