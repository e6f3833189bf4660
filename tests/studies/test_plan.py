"""A plan holds validated scenarios in this process, and is text for others."""

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import defectsim as ds
from defectsim.core.code.shipped import library
from defectsim.core.errors import StudyMismatchError
from defectsim.scenario import load as module
from defectsim.studies import plan as plan_module
from defectsim.studies.kinds.run.kind import run_plan
from plans import plan_with, small_plan
from sweep_scenario import SCENARIO, Load

TWO = "vary: {policies.rise.value: [1, 3]}\nseed: 5\nreplicates: 2"
OBSERVER = "def see(view):\n    return {'n': 1.0}\n"


@pytest.fixture
def no_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have whatever validates a scenario fail."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a scenario is validated once more")

    monkeypatch.setattr(module, "validate", refuse)


def test_a_loaded_scenario_is_run_and_stored_without_a_further_validation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SCENARIO)
    plain, richer = (ds.load("small.yaml", [f"policies.rise.value={n}"]) for n in (2, 4))
    request.getfixturevalue("no_validation")
    ds.run(plain, replicates=2, seed=0)
    ds.run(plain, replicates=2, seed=0, out=".")
    ds.compare({"plain": plain, "richer": richer}, replicates=2, seed=0)


def test_points_of_a_sweep_are_validated_once_when_it_is_loaded(
    load: Load, request: pytest.FixtureRequest
) -> None:
    plan = load(TWO)
    request.getfixturevalue("no_validation")
    assert ds.sweep(plan, workers=1).complete


def test_points_share_the_sections_in_which_they_do_not_differ(load: Load) -> None:
    plan = load("vary: {policies.rise.value: [1, 3]}")
    one, two = plan.scenario(0), plan.scenario(1)
    assert one.forces is two.forces


def test_scenarios_beyond_those_kept_are_made_when_needed(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_module, "KEPT", 1)
    plan = load(TWO)
    assert [point.validated is not None for point in plan.points] == [True, False]
    few = ds.sweep(plan, workers=1).runs
    monkeypatch.setattr(plan_module, "KEPT", 2)
    assert few.equals(ds.sweep(load(TWO), workers=1).runs)


def test_a_plan_in_another_process_is_the_same_and_leaves_no_file_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("seen.py").write_text(OBSERVER)
    Path("small.yaml").write_text(f'{SCENARIO}observers: {{n: "seen.py:see"}}\n')
    plan = plan_with(ds.load("small.yaml"), [(), ("policies.rise.value=3",)])
    there = pickle.loads(pickle.dumps(plan))
    folder = there.base.context["folder"]
    assert (folder / "seen.py").read_text() == OBSERVER
    assert (there.data, there.files) == (plan.data, plan.files)
    assert [there.scenario(n).hash for n in (0, 1)] == [plan.scenario(n).hash for n in (0, 1)]
    assert all(point.validated is None for point in there.points)
    del there
    assert not folder.exists()


def test_a_scenario_that_is_not_the_planned_one_is_refused() -> None:
    plan = small_plan()
    other = replace(plan.points[0], scenario="other", validated=None)
    with pytest.raises(StudyMismatchError, match="not the one that was planned"):
        replace(plan, points=(other,)).scenario(0)


def test_a_plan_takes_a_shipped_base_along_without_a_link_to_this_machine(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("extends: defectsim:kuran-a\nname: mine\n")
    plan = run_plan(ds.load(tmp_path / "x.yaml", allow_code=True), 1, 0)
    assert plan.texts.keys() == {"scenario.yaml", "plan.json"}
    assert not any(str(library()) in text for text in plan.texts.values())
    assert "rule: defectsim:classics/granovetter.py:riot\n" in plan.texts["scenario.yaml"]
    assert pickle.loads(pickle.dumps(plan)).points == plan.points
