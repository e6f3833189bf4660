"""The plan of a stored study, if the same can be run now."""

from pathlib import Path

from defectsim.core.code import find_code, shipped
from defectsim.core.errors import RuleError, StudyMismatchError, UntrustedCodeError
from defectsim.core.versions import version_differences, versions
from defectsim.rules.fingerprint import fingerprint
from defectsim.store.provenance import MANIFEST, read_manifest
from defectsim.studies.plan import PLAN_FILE, Plan, read_plan


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
    begun = read_manifest(folder).get("versions")
    if not isinstance(begun, dict):
        raise StudyMismatchError(
            f"{folder} was begun by an older version of defectsim, and can only be read: run the "
            "study again with --overwrite"
        )
    if others := version_differences(versions(), begun):
        raise StudyMismatchError(
            f"{folder} was begun where runs could differ from runs here: {', '.join(others)}; "
            f"install what its {MANIFEST} names, or run the study again with --overwrite"
        )
    plan = read_plan(folder, allow_code=allow_code)
    if not plan.base.context["allow_code"]:
        _refuse_code(plan, folder)
    if changed := [name for name, known in plan.code.items() if _print(name, folder) != known]:
        raise StudyMismatchError(
            f"{folder}: {', '.join(changed)} is not what it was when the study began, so further "
            "runs would not be like those that there are: undo the change, or run the study again "
            "with --overwrite"
        )
    return plan


def _refuse_code(plan: Plan, folder: Path) -> None:
    """Refuse a study that would run code other than defectsim's own, before any of it is read."""
    if code := [name for name in plan.code if not shipped(name)]:
        raise UntrustedCodeError(
            f"{folder / PLAN_FILE}: the study runs code ({', '.join(code)}), and is outside of the "
            "working folder: read it, and if you trust it say --allow-code (in Python "
            "allow_code=True)"
        )
    for point in range(len(plan.points)):
        plan.scenario(point)


def _print(name: str, folder: Path) -> str | None:
    try:
        return fingerprint(find_code(name, folder))
    except RuleError:
        return None
