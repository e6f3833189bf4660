"""Going on with a study: who may, and what a study from elsewhere may read and run."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import defectsim as ds
from defectsim.studies.manifest import resumable_plan
from defectsim.studies.runner import rerun
from sweep_scenario import Load

EVIL = 'from pathlib import Path\nPath("ran").touch()\n\ndef see(view):\n    return {"x": 1.0}\n'
REFUSED = (
    r"evil\.py:see.*outside of the working folder: read it, and if you trust it say --allow-code"
)

type Changed = Callable[[dict[str, Any]], None]


@pytest.fixture
def strangers(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study that names no code, beside the working folder, and a file of code in it."""
    ds.sweep(load("vary: {policies.rise.value: [1, 3]}\nseed: 5\nreplicates: 2"), out=".")
    (tmp_path / "try" / "evil.py").write_text(EVIL)
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path / "mine")
    return tmp_path / "try"


def plan_with(folder: Path, changed: Changed) -> None:
    plan = json.loads((folder / "plan.json").read_text())
    changed(plan)
    (folder / "plan.json").write_text(json.dumps(plan))


def test_a_study_without_code_is_resumed_from_anywhere(strangers: Path) -> None:
    assert ds.resume(strangers, replicates=3).complete


def test_code_that_only_the_plan_names_is_not_run_unless_allowed(strangers: Path) -> None:
    plan_with(strangers, lambda plan: plan.update(code={"evil.py:see": "0"}, files=["evil.py"]))
    with pytest.raises(ds.UntrustedCodeError, match=REFUSED):
        resumable_plan(strangers, allow_code=False)
    assert not Path("ran").exists()
    with pytest.raises(
        ds.StudyMismatchError, match=r"evil\.py:see is not what it was when the study began"
    ):
        resumable_plan(strangers, allow_code=True)
    assert Path("ran").exists()


def test_code_that_a_point_names_is_not_run_unless_allowed(strangers: Path) -> None:
    def changed(plan: dict[str, Any]) -> None:
        plan["points"][1]["overrides"].append("observers={evil: 'evil.py:see'}")
        plan["files"] = ["evil.py"]

    plan_with(strangers, changed)
    with pytest.raises(ds.ScenarioError, match=REFUSED):
        list(rerun(strangers, 9, 0, allow_code=False))
    assert not Path("ran").exists()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../secret", r"\.\./secret leads up by '\.\.': move the file"),
        ("../try/evil.py", r"leads up by '\.\.'"),
        ("/etc/hostname", "/etc/hostname relative to the scenario, not from the root"),
        ("link.py", r"link\.py is outside the folder of the scenario; move it there"),
    ],
)
def test_files_outside_of_the_folder_are_not_read(strangers: Path, name: str, why: str) -> None:
    (strangers.parent / "secret").write_text("secret")
    (strangers / "link.py").symlink_to(strangers.parent / "secret")
    plan_with(strangers, lambda plan: plan.update(files=[name]))
    with pytest.raises(ds.StudyDamagedError, match=rf"try/plan\.json: files: .*{why}"):
        resumable_plan(strangers, allow_code=True)


@pytest.mark.parametrize(
    "name", ["Python", "processor", "numpy", "scipy", "numba", "mesa", "code of defectsim"]
)
def test_what_other_software_began_is_not_resumed(strangers: Path, name: str) -> None:
    manifest = json.loads((strangers / "manifest.json").read_text())
    now, manifest["versions"][name] = manifest["versions"][name], "0.1"
    (strangers / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(
        ds.StudyMismatchError,
        match=rf"could differ from runs here: {name} is {re.escape(now)}, not 0\.1; install",
    ):
        ds.resume(strangers)
