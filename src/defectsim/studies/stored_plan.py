"""Going on with a study from its folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from defectsim.core.code import find_code, shipped
from defectsim.core.errors import (
    RuleError,
    StudyDamagedError,
    StudyMismatchError,
    UntrustedCodeError,
)
from defectsim.core.paths import located_file
from defectsim.core.versions import version_differences, versions
from defectsim.execution.work import SCENARIO
from defectsim.rules.fingerprint import fingerprint
from defectsim.scenario.load import ScenarioDocument
from defectsim.store.atomic import write_text
from defectsim.store.provenance import MANIFEST, read_manifest
from defectsim.store.storage_errors import storage_errors
from defectsim.studies.plan import Plan, planned

PLAN = "plan.json"
"""What the file with the plan of a study is called."""


def sweep_in(folder: Path, *, allow_code: bool) -> Plan:
    """Return what a study was to run, if the same can be run now.

    Raises
    ------
    StudyNotFoundError, StudyDamagedError
        When the folder holds no study, or a plan that cannot be read or names files outside of it.
    UntrustedCodeError
        When the study would run code that is not allowed.
    StudyMismatchError
        When versions, defectsim's own code or the code of the scenario have changed.
    ScenarioError
        Where the scenario of the study, or of one of its points, names code though it may not.
    """
    _refuse_others(folder)
    try:
        plan = json.loads((folder / PLAN).read_text(encoding="utf-8"))
        files = _files(plan, folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StudyDamagedError(
            f"{folder} cannot be gone on with ({error}): run the study again with --overwrite"
        ) from error
    sweep = planned(plan, ScenarioDocument.read(folder / SCENARIO, allow_code=allow_code), files)
    if not sweep.base.context["allow_code"]:
        _refuse_code(sweep, folder)
    if changed := [name for name, print_ in sweep.code.items() if _print(name, folder) != print_]:
        raise StudyMismatchError(
            f"{folder}: {', '.join(changed)} is not what it was when the study began, so further runs would not be "
            "like those that there are: undo the change, or run the study again with --overwrite"
        )
    return sweep


def write_plan(folder: Path, sweep: Plan) -> None:
    """Write the plan of a study, of which a reader finds the old one or the new one, never half of one."""
    with storage_errors(folder):
        write_text(folder / PLAN, plan_text(sweep))


def plan_text(sweep: Plan) -> str:
    """Return the plan of a study as it is kept."""
    return json.dumps(sweep.plan, indent=1, ensure_ascii=False) + "\n"


def _refuse_others(folder: Path) -> None:
    """Refuse a study whose runs were lived by other software, or on another kind of processor, than there is here."""
    lived_by = read_manifest(folder).get("lived_by")
    if others := version_differences(versions(), lived_by if isinstance(lived_by, dict) else {}):
        raise StudyMismatchError(
            f"{folder} was begun where lives could be others than here: {', '.join(others)}; install what its "
            f"{MANIFEST} names, or run the study again with --overwrite"
        )


def _files(plan: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Return what the files say that a plan names, which stand in the folder, or below it."""
    files = {}
    for name in plan["files"]:
        try:
            files[name] = located_file(name, folder).read_text(encoding="utf-8")
        except PydanticCustomError as error:
            raise StudyDamagedError(f"{folder / PLAN}: files: {error}") from error
    return files


def _refuse_code(sweep: Plan, folder: Path) -> None:
    """Refuse a study that would run code other than defectsim's own, before anything of it is looked at."""
    if code := [name for name in sweep.code if not shipped(name)]:
        raise UntrustedCodeError(
            f"{folder / PLAN}: the study runs code ({', '.join(code)}), and is outside of the working folder: read it, "
            "and if you trust it say --allow-code (in Python allow_code=True)"
        )
    for point in range(len(sweep.points)):
        sweep.scenario(point)


def _print(name: str, folder: Path) -> str | None:
    try:
        return fingerprint(find_code(name, folder))
    except RuleError:
        return None
