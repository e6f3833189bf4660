"""What makes a run the one that it is: its scenario, the code that lives it, and its seed."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

import polars as pl

from defectsim.core.choices import EngineName
from defectsim.core.errors import PlanError
from defectsim.core.versions import package_fingerprint, versions
from defectsim.rules.fingerprint import fingerprint
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.schema import Scenario
from defectsim.store.provenance import software
from defectsim.store.schema import FOUND, PLANNED
from defectsim.studies.plan import Plan, Point


class CodeUsed:
    """The code that scenarios name.

    Attributes
    ----------
    files
        Texts by the name of their file.
    prints
        By the name of each piece of code, a hash of what it does.
    """

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.prints: dict[str, str] = {}

    def add(self, scenario: Scenario) -> None:
        """Take in what a scenario names.

        Raises
        ------
        PlanError
            Where another scenario names another file by the same name.
        """
        for code in scenario.code.values():
            if code.name not in self.prints:
                self.prints[code.name] = fingerprint(code)
            if code.file and code.text and self.files.setdefault(code.file, code.text) != code.text:
                raise PlanError(
                    f"two scenarios name a file {code.file}, and they are not the same: rename one of them"
                )


SCENARIO = "scenario"
"""Column of runs that distinguishes the scenarios of a study that has several."""


def plan_of_scenarios(
    name: str,
    scenarios: Mapping[str, Scenario],
    design: Mapping[str, Any],
    replicates: int,
    seed: int,
) -> Plan:
    """Return the plan whose points are scenarios as they are, on common random numbers.

    Parameters
    ----------
    scenarios
        By the value that each has in the column `SCENARIO`; a single one called "" has no such column.
    """
    base, *_ = scenarios.values()
    code = CodeUsed()
    for scenario in scenarios.values():
        code.add(scenario)
    points = tuple(
        Point.of({SCENARIO: called} if called else {}, scenario, base)
        for called, scenario in scenarios.items()
    )
    return Plan(
        name,
        base.question,
        ScenarioDocument.from_scenario(base),
        design,
        points,
        replicates,
        "common",
        seed,
        code.files,
        code.prints,
    )


def planned_runs(plan: Plan) -> pl.DataFrame:
    """Return a row a run, with what is known of it beforehand; see `store.schema.PLANNED`.

    Raises
    ------
    PlanError
        Where what varies is called like a column that every study has.
    """
    if taken := [path for path in plan.varies if path in {**PLANNED, **FOUND}]:
        raise PlanError(f"{', '.join(taken)}: tables have a column of that name, so it cannot vary")
    points = range(len(plan.points))
    seeds = [str(plan.seed_of(point)) for point in points]
    code = "\n".join(
        (package_fingerprint(), *(f"{name} {print_}" for name, print_ in sorted(plan.code.items())))
    )
    identities = [
        f"{one.scenario}\n{code}\n{seed}" for one, seed in zip(plan.points, seeds, strict=True)
    ]
    runs = [(replicate, point) for replicate in range(plan.replicates) for point in points]
    values = {
        path: [one.values[path] for one in plan.points] * plan.replicates for path in plan.varies
    }
    return pl.DataFrame(
        {
            "point": pl.Series([point for _, point in runs], dtype=PLANNED["point"]),
            "replicate": pl.Series(
                [replicate for replicate, _ in runs], dtype=PLANNED["replicate"]
            ),
            **values,
            "seed": seeds * plan.replicates,
            "key": [
                hashlib.sha256(f"{identities[point]}\n{replicate}".encode()).hexdigest()
                for replicate, point in runs
            ],
        }
    )


def facts(plan: Plan, engine: EngineName, workers: int, command: str) -> dict[str, Any]:
    """Return what is needed to repeat a study; repetitions differ in `circumstances` only."""
    scenario = plan.base.scenario
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
        "lived_by": versions(),
        "question": plan.question,
        "policies": _dates(scenario),
        "design": dict(plan.design),
        "points": len(plan.points),
        "varies": list(plan.varies),
        "code": dict(plan.code),
    }


def _dates(scenario: Scenario) -> dict[str, str]:
    """Return from when on each policy acts that waits for nothing."""
    levers = scenario.every_lever
    return {
        name: policy.begins(levers[policy.lever]).isoformat()
        for name, policy in scenario.policies.items()
        if policy.when is None
    }
