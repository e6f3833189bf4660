"""The manifest of a study, and the rows of its planned runs."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from defectsim.core.choices import EngineName
from defectsim.core.code.loading import find_code, shipped
from defectsim.core.errors import (
    PlanError,
    RuleError,
    StudyDamagedError,
    StudyMismatchError,
    UntrustedCodeError,
)
from defectsim.core.study_folder import MANIFEST, PLAN_FILE, SCENARIO_FILE
from defectsim.core.versions import package_fingerprint, version_differences, versions
from defectsim.population.networks import redrawn
from defectsim.rules.fingerprint import fingerprint
from defectsim.store.provenance import (
    changed_files,
    read_manifest,
    refuse_changed,
    software,
)
from defectsim.store.schema import FOUND, PLANNED, RUN, own_columns
from defectsim.studies.plan import Plan, Point, Value, read_plan


def planned_runs(plan: Plan) -> pl.DataFrame:
    """Return a row a run, with what is known beforehand; see `store.schema.PLANNED`.

    The key of a run is a hash of its scenario, the code that simulates it, and its seed.

    Raises
    ------
    PlanError
        When what varies has the name of a column that every study has.
    """
    if taken := [path for path in plan.varies if path in {**PLANNED, **FOUND, **plan.outcomes}]:
        raise PlanError(f"{', '.join(taken)}: tables have a column of that name, so it cannot vary")
    count, seeds = len(plan.points), [str(plan.seed_of(one)) for one in range(len(plan.variants))]
    named = (f"{name} {known}" for name, known in sorted(plan.code.items()))
    code = "\n".join((package_fingerprint(), *named))
    scenarios = zip(plan.variants, seeds, strict=True)
    identities = [f"{one.scenario}\n{code}\n{seed}" for one, seed in scenarios]
    keys = [
        hashlib.sha256(f"{identities[plan.variant_of(run)]}\n{run // count}".encode()).hexdigest()
        for run in range(plan.replicates * count)
    ]
    drawn = plan.drawn[: plan.replicates]
    try:
        points = pl.DataFrame(
            {"point": range(count), **_values(plan.points), "seed": seeds[:count]}
        )
        replicates = pl.DataFrame({"replicate": range(plan.replicates), **_values(drawn)})
    except (TypeError, PolarsError) as error:
        raise PlanError(f"the values of what varies are of several kinds: {error}") from error
    runs = replicates.join(points, how="cross", maintain_order="left_right")
    numbers = pl.col(*RUN).cast(pl.Int32)
    own = [pl.lit(None, kind).alias(name) for name, kind in own_columns(plan.outcomes).items()]
    return runs.select(numbers, *plan.varies, "seed", pl.Series("key", keys), *own)


def _values(points: Sequence[Point]) -> dict[str, list[Value]]:
    """Return the values of what varies, by path."""
    paths = points[0].values if points else ()
    return {path: [one.values[path] for one in points] for path in paths}


def manifest(
    plan: Plan, engine: EngineName, people: str, workers: int, command: str
) -> dict[str, Any]:
    """Return all that it takes to repeat a study; repetitions differ in `circumstances` only.

    `people` says how people of the first point are kept: in cohorts, or in rows.
    """
    return {
        **_planned(plan),
        "replicates": plan.replicates,
        "engine": engine,
        "software": software(),
        "circumstances": {
            "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "people": people,
            "workers": workers,
            "command": command.encode(errors="backslashreplace").decode(),
        },
        "versions": versions(),
    }


def _planned(plan: Plan) -> dict[str, Any]:
    """Return what a manifest says of a plan, whatever the number of replicates."""
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
        "question": plan.question,
        "policies": begun,
        "regime": scenario.tells_regime,
        "design": dict(plan.design),
        "points": len(plan.points),
        "varies": list(plan.varies),
        "code": dict(plan.code),
        "uncalibrated": list(plan.uncalibrated),
        "redrawn_ties": redrawn(scenario.forces.ties),
    }


def resumable_plan(folder: Path, *, allow_code: bool) -> Plan:
    """Return the plan of a study, if further runs would be like those that there are.

    Raises
    ------
    StudyNotFoundError, StudyDamagedError
        When the folder holds no study, or a plan that cannot be read or names files outside of it.
    UntrustedCodeError, ScenarioError
        When the study would run code that is not allowed.
    StudyMismatchError
        When versions, defectsim's own code or the code of the scenario have changed.
    """
    stored = read_manifest(folder)
    begun = stored.get("versions")
    if begun is None:
        raise StudyMismatchError(
            f"{folder} was begun by an older version of defectsim, and can only be read: run the "
            "study again with --overwrite"
        )
    if others := version_differences(versions(), begun):
        raise StudyMismatchError(
            f"{folder} was begun where runs could differ from runs here: {', '.join(others)}; "
            f"install what its {MANIFEST} names, or run the study again with --overwrite"
        )
    ours = {PLAN_FILE, SCENARIO_FILE}  # code has fingerprints, and tables are not read here
    refuse_changed(folder, changed_files(folder, ours.__contains__))
    plan = read_plan(folder, allow_code=allow_code)
    _refuse_other_plan(plan, stored, folder)
    if not plan.base.context["allow_code"]:
        _refuse_code(plan, folder)
    if changed := [*_changed_code(plan, folder)]:
        raise StudyMismatchError(
            f"{folder}: the code has changed: {', '.join(changed)} is not what it was when the "
            "study began, so further runs would not be like those that there are: undo the change, "
            "or run the study again with --overwrite"
        )
    return plan


def _changed_code(plan: Plan, folder: Path) -> Iterator[str]:
    """Yield code that has changed in the study, and helpers that differ in the working folder."""
    for name, known in plan.code.items():
        if _fingerprint(name, folder) != known:
            yield name
    named = {name.partition(":")[0] for name in plan.code}
    helpers = {name: text for name, text in plan.files.items() if name not in named}
    there = (name for name in helpers if Path(name).is_file())
    yield from (name for name in there if _text_of(Path(name)) != helpers[name])


def _text_of(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None


def _refuse_other_plan(plan: Plan, stored: Mapping[str, Any], folder: Path) -> None:
    """Refuse a manifest that says something else than the plan, unless a longer one was coming."""
    expected = json.loads(json.dumps(_planned(plan)))
    coming = {"points", "design"} if PLAN_FILE in stored.get("replaced", {}) else set()
    others = [name for name in expected.keys() - coming if stored.get(name) != expected[name]]
    if plan.replicates > stored.get("replicates", 0):  # it has more only while it is extended
        others.append("replicates")
    if others:
        raise StudyDamagedError(
            f"{folder}: {MANIFEST} and {PLAN_FILE} are not of one study, by {', '.join(others)}: "
            "put back what was there, or run the study again with --overwrite"
        )


def _refuse_code(plan: Plan, folder: Path) -> None:
    """Refuse a study that would run code other than defectsim's own, before any of it is read."""
    if code := [name for name in plan.code if not shipped(name)]:
        raise UntrustedCodeError(
            f"{folder / PLAN_FILE}: the study runs code ({', '.join(code)}), and is outside of the "
            "working folder: read it, and if you trust it say --allow-code (in Python "
            "allow_code=True)"
        )
    for variant in range(len(plan.variants)):
        plan.scenario(variant)


def _fingerprint(name: str, folder: Path) -> str | None:
    try:
        return fingerprint(find_code(name, folder))
    except RuleError:
        return None
