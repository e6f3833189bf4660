"""Going on with a study: who may, and what a study from elsewhere may read and run."""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import defectsim as ds
from defectsim.studies.manifest import resumable_plan
from defectsim.studies.runner import rerun
from stopped_studies import files
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
    """Change a plan, and forge the manifest, as a stranger may."""
    plan, manifest = (
        json.loads((folder / name).read_text()) for name in ("plan.json", "manifest.json")
    )
    changed(plan)
    text = json.dumps(plan)
    manifest["files"]["plan.json"] = hashlib.sha256(text.encode()).hexdigest()
    manifest["code"] = plan["code"]
    (folder / "plan.json").write_text(text)
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("name", ["plan.json", "scenario.yaml"])
@pytest.mark.parametrize("change", ["byte", "missing"])
def test_a_plan_that_is_not_as_written_is_refused(strangers: Path, name: str, change: str) -> None:
    if change == "missing":
        (strangers / name).unlink()
    else:
        (strangers / name).write_text((strangers / name).read_text() + " ")
    for go_on in (ds.resume, lambda folder: list(rerun(folder, 1, 0, allow_code=False))):
        with pytest.raises(ds.StudyDamagedError, match=rf"try: {name}: not as the study wrote it"):
            go_on(strangers)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("seed", "6"),
        ("question", "Else?"),
        ("design", {"kind": "run"}),
        ("varies", []),
        ("points", 1),
    ],
)
def test_a_manifest_of_another_plan_is_refused(strangers: Path, key: str, value: object) -> None:
    manifest = json.loads((strangers / "manifest.json").read_text())
    (strangers / "manifest.json").write_text(json.dumps({**manifest, key: value}))
    with pytest.raises(ds.StudyDamagedError, match=f"are not of one study, by {key}: put back"):
        ds.resume(strangers)


@pytest.mark.parametrize(
    "rounds",
    [
        "design: {kind: bisect, points: 2}\noutcome: {name: deserted, above: 10}",
        "design: {kind: halton, points: 10}\nreplicates: {pilot: 2, most: 3}\nseeds: own",
    ],
)
@pytest.mark.filterwarnings("ignore::defectsim.ImpreciseWarning")
def test_a_study_that_is_killed_while_its_plan_grows_is_resumed(
    load: Load, monkeypatch: pytest.MonkeyPatch, rounds: str
) -> None:
    """Its manifest has more points than its plan, or another design, and would replace it."""
    sweep = load(
        f"vary: {{policies.rise.value: null}}\nset: [record.events=false]\nseed: 5\n{rounds}"
    )
    replace, copies = os.replace, 0

    def replaced(source: str, target: str, **folders: int) -> None:
        nonlocal copies
        if target == "plan.json" and Path("whole/runs.parquet").exists():
            shutil.copytree("whole", f"killed{copies}")
            copies += 1
        replace(source, target, **folders)

    monkeypatch.setattr(os, "replace", replaced)
    ds.sweep(sweep, out=".", name="whole", figures=False)
    assert copies
    for number in range(copies):
        ds.resume(f"killed{number}", figures=False)
        assert files(Path(f"killed{number}")) == files(Path("whole"))


@pytest.mark.parametrize(
    "changed",
    [
        lambda plan: plan.update(points=[]),
        lambda plan: plan["points"][0].update(values={}),
        lambda plan: plan.update(design={}),
        lambda plan: plan.update(design=[]),
        lambda plan: plan.update(replicates="many"),
        lambda plan: plan.pop("files"),
        lambda plan: plan.pop("points"),
    ],
)
def test_a_plan_of_another_form_is_refused(strangers: Path, changed: Changed) -> None:
    plan_with(strangers, changed)
    with pytest.raises(ds.StudyDamagedError, match="cannot be"):
        ds.resume(strangers)


def test_a_plan_that_is_nested_too_deeply_is_refused(strangers: Path) -> None:
    manifest = json.loads((strangers / "manifest.json").read_text())
    text = "[" * 100_000
    manifest["files"]["plan.json"] = hashlib.sha256(text.encode()).hexdigest()
    (strangers / "plan.json").write_text(text)
    (strangers / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ds.StudyDamagedError, match="cannot be continued"):
        ds.resume(strangers)


@pytest.mark.parametrize("name", [None, 10**30, ["evil.py"]])
def test_a_plan_whose_files_are_no_names_is_damaged(strangers: Path, name: Any) -> None:
    plan_with(strangers, lambda plan: plan.update(files=[name]))
    with pytest.raises(ds.StudyDamagedError, match="cannot be continued"):
        resumable_plan(strangers, allow_code=True)


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
    ],
)
def test_files_outside_of_the_folder_are_not_read(strangers: Path, name: str, why: str) -> None:
    (strangers.parent / "secret").write_text("secret")
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


CHANCE = "from defectsim import rule\n\n\n@rule\ndef chance(share):\n    return {} * share\n"
HELPED = """\
from pathlib import Path

from near import chance

from defectsim import Rates, rule


@rule
def decide(agent, unit, country, p):
    return Rates(desert=chance(agent.pay))


def see(view):
    return {"x": float(Path("data.csv").read_text())}
"""


@pytest.fixture
def helped(load: Load) -> Path:
    """A study whose rule imports a neighbouring file, and whose observer reads another."""
    for name, text in (
        ("mine.py", HELPED),
        ("near.py", CHANCE.format("0.1")),
        ("data.csv", "1.5"),
    ):
        Path(name).write_text(text)
    overrides = ["behaviour.soldier=mine.py:decide", "observers.seen=mine.py:see"]
    scenario = ds.load("small.yaml", overrides)
    return ds.run(scenario, replicates=2, seed=1, out=".", name="helped").path or Path()


@pytest.mark.long
def test_a_study_takes_along_what_its_code_imports_and_reads(helped: Path) -> None:
    assert json.loads((helped / "plan.json").read_text())["files"] == [
        "data.csv",
        "mine.py",
        "near.py",
    ]
    assert (helped / "near.py").read_text() == CHANCE.format("0.1")
    longer = ds.resume(helped, replicates=3, executor="processes", workers=1)
    assert longer.runs["status"].to_list() == ["done"] * 3
    assert set(longer.observations["value"]) == {1.5}


@pytest.mark.parametrize(
    ("name", "text", "there"),
    [
        ("near.py", CHANCE.format("0.2"), ""),
        ("data.csv", "2.5", ""),
        ("near.py", CHANCE.format("0.2"), "helped"),
        ("data.csv", "2.5", "helped"),
    ],
)
def test_a_study_is_not_extended_when_what_its_code_uses_has_changed(
    helped: Path, name: str, text: str, there: str
) -> None:
    Path(there, name).write_text(text)
    with pytest.raises(ds.StudyMismatchError, match=rf"the code has changed: .*{name}|mine.py:"):
        ds.resume(helped, replicates=3)
    assert ds.Study.open(helped).runs.height == 2


def test_a_study_goes_on_elsewhere_with_its_own_copies(
    helped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = tmp_path / "away"
    away.mkdir()
    helped.rename(away / "helped")
    monkeypatch.chdir(away)
    (tmp_path / "near.py").write_text(CHANCE.format("0.9"))
    (away / "data.csv").write_text("1.5")
    longer = ds.resume("helped", replicates=3)
    assert longer.runs["status"].to_list() == ["done"] * 3
