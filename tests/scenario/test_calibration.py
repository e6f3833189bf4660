"""A scenario is told which shipped rules run on defaults of their own, instead of what was calibrated."""

import datetime as dt
from pathlib import Path

import pytest

import defectsim as ds
from builders import small_scenario
from command_line import defectsim
from defectsim.core.code.shipped import shipped_scenarios
from defectsim.scenario.calibration import calibration_note, uncalibrated
from defectsim.studies.kinds.comparison.kind import comparison_plan
from defectsim.studies.manifest import manifest

ALL = ["soldier", "general", "follow", "belief", "recall", "join", "commit", "stand"]
ARMY = """\
name: mine
question: Does it hold?
clock: {start: 2018-01-01, end: 2018-04-01}
forces: {branches: {army: {strength: 120, generals: 2}}}
people: {pay: 10, outside: 200}
"""
NOTE = (
    "Not calibrated: soldier, general, follow, belief, recall, join, commit, stand (rules that "
    "ship with defectsim, at their own defaults); write 'extends: defectsim:default' in the "
    "scenario for the calibrated parameters, or set them, each with its source."
)


@pytest.fixture
def army(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = Path("army.yaml")
    file.write_text(ARMY)
    Path("mine.py").write_text(
        "from defectsim import Rates, rule\n\n\n@rule\ndef decide(agent, unit, country, p):\n"
        "    return Rates(desert=0.1)\n\n\n@rule\ndef doubt(agent, unit, country, p):\n"
        "    return Rates(desert=1.0 - agent.belief)\n"
    )
    return file


def test_no_shipped_scenario_runs_on_defaults() -> None:
    for name in shipped_scenarios().keys() - {"default"}:
        assert uncalibrated(ds.load(f"defectsim:{name}")) == []


def test_all_rules_are_named_where_nothing_is_extended(army: Path) -> None:
    assert uncalibrated(ds.load(army)) == ALL
    assert calibration_note(ALL) == NOTE
    assert calibration_note([]) == ""


def test_one_line_of_extends_is_the_cure(army: Path) -> None:
    army.write_text("extends: defectsim:default\n" + ARMY)
    assert uncalibrated(ds.load(army)) == []
    assert uncalibrated(ds.load(army, ["behaviour.soldier.parameters.cases=5"])) == []
    assert uncalibrated(ds.load(army, ["behaviour.follow=null"])) == ["follow"]


def test_a_rule_counts_as_calibrated_when_every_parameter_is_set(army: Path) -> None:
    values = "behaviour.commit.parameters={base: 2, disbelief: 3, fear: "
    assert "commit" not in uncalibrated(ds.load(army, [values + "1}"]))
    assert "commit" in uncalibrated(ds.load(army, [values + "2}"]))  # the default, as if not set
    sourced = "{value: 2, source: assumption}"
    assert "commit" not in uncalibrated(ds.load(army, [values + sourced + "}"]))


@pytest.mark.parametrize(
    ("overrides", "named"),
    [
        (["behaviour.soldier=mine.py:decide"], [*ALL[1:]]),
        (
            ["behaviour.soldier=mine.py:decide", "forces.branches.army.generals=0"],
            ALL[2:3] + ALL[4:],
        ),
        (
            [
                "behaviour.soldier=mine.py:decide",
                "forces.branches.army.generals=0",
                "forces.company={enlisted: 120}",
            ],
            [],
        ),
        (
            [
                "behaviour.soldier=mine.py:doubt",
                "forces.branches.army.generals=0",
                "forces.company={enlisted: 120}",
            ],
            ["belief"],
        ),
    ],
    ids=["own", "no generals", "nobody who commands", "who reads belief"],
)
def test_only_rules_are_named_that_somebody_is_asked_by(
    army: Path, overrides: list[str], named: list[str]
) -> None:
    assert uncalibrated(ds.load(army, overrides)) == named


def test_check_tells_it(army: Path) -> None:
    folder = army.absolute().parent
    assert NOTE in " ".join(defectsim(folder, "check", "army.yaml").stdout.split())
    army.write_text("extends: defectsim:default\n" + ARMY)
    assert "calibrated" not in defectsim(folder, "check", "army.yaml").stdout


def test_a_study_tells_it_of_all_its_scenarios(army: Path) -> None:
    bare = ds.load(army)
    army.write_text("extends: defectsim:default\n" + ARMY)
    calibrated = ds.load(army)
    plan = comparison_plan("x", {"held": calibrated, "other": bare}, 1, 0, "t", None)
    assert plan.uncalibrated == tuple(ALL)
    assert manifest(plan, "compiled", "cohorts", 1, "")["uncalibrated"] == ALL


def test_the_tables_of_a_study_end_with_it(tmp_path: Path) -> None:
    short = small_scenario(clock={"end": dt.date(2018, 1, 15)})
    study = ds.run(short, replicates=1, seed=0, out=tmp_path, figures=False, engine="reference")
    for one in (study, ds.Study.open(tmp_path / "small")):
        assert "Not calibrated: soldier, general, follow" in one._repr_html_()
    assert ds.resume(tmp_path / "small").manifest["uncalibrated"] == ALL
