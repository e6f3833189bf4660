"""Going on with a study from its folder."""

import json
from dataclasses import replace
from pathlib import Path

from defectsim.behaviour.prints import print_of
from defectsim.core.code import find
from defectsim.core.errors import RuleError, StudyError
from defectsim.core.versions import package_print
from defectsim.execution.work import SCENARIO
from defectsim.scenario.base import Base
from defectsim.store.provenance import read_manifest
from defectsim.studies.sweep import Sweep, planned

PLAN = "plan.json"
"""What the file with the plan of a study is called."""


def sweep_in(folder: Path, *, allow_code: bool) -> Sweep:
    """Return what a study was to run, if the same can be run now.

    Raises
    ------
    StudyError
        Where there is no study, or the code that lived it is not the code that there is now.
    """
    manifest = read_manifest(folder)
    try:
        plan = json.loads((folder / PLAN).read_text(encoding="utf-8"))
        files = {name: (folder / name).read_text(encoding="utf-8") for name in plan["files"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StudyError(f"{folder} cannot be gone on with ({error}): run the study again with --overwrite") from error
    sweep = planned(plan, Base.read(folder / SCENARIO, allow_code=allow_code), files)
    if changed := [name for name, print_ in sweep.code.items() if _print(name, folder) != print_]:
        raise StudyError(
            f"{folder}: {', '.join(changed)} is not what it was when the study began, so further runs would not be "
            "like those that there are: undo the change, or run the study again with --overwrite"
        )
    software = manifest.get("software", {})
    if software.get("code") != package_print():
        raise StudyError(
            f"{folder} was run by another defectsim ({software.get('defectsim')}, commit {software.get('commit')}), "
            "whose lives may be others: take that one, or run the study again with --overwrite"
        )
    return sweep


def write_plan(folder: Path, sweep: Sweep) -> None:
    """Write the plan of a study, of which a reader finds the old one or the new one, never half of one."""
    new = folder / f"{PLAN}.new"
    new.write_text(plan_text(sweep), encoding="utf-8")
    new.replace(folder / PLAN)


def plan_text(sweep: Sweep) -> str:
    """Return the plan of a study as it is kept."""
    return json.dumps(sweep.plan, indent=1, ensure_ascii=False) + "\n"


def extended(sweep: Sweep, replicates: int) -> Sweep:
    """Return a sweep with more replicates."""
    if replicates <= sweep.replicates:
        raise StudyError(
            f"there are {sweep.replicates} replicates, and {replicates} are not more: give the number that there "
            "should be in all"
        )
    return replace(sweep, replicates=replicates)


def _print(name: str, folder: Path) -> str | None:
    try:
        return print_of(find(name, folder))
    except RuleError:
        return None
