"""Attribution counts those who left because of what was taken out."""

import datetime as dt
from pathlib import Path

import pytest

import defectsim as ds
from builders import EVERYBODY, NOBODY, small_scenario
from defectsim.core.choices import EngineName
from defectsim.scenario.overrides import as_yaml
from screens import drawn_and_stored, shown

ARMY = """\
name: army
question: Who left?
clock: {start: 2020-01-01, end: 2020-03-01}
forces: {branches: {army: {strength: 40}}}
behaviour: {soldier: "leave.py:decide"}
policies: {ramp: {lever: sanctions, value: 0.5, effective: 2020-02-01}}
record: {series: none}
"""
RULE = """\
import defectsim as ds

@ds.rule
def decide(agent, unit, country, p: ds.NoParameters) -> ds.Rates:
    return ds.Rates(defect=5.0 if country.sanctions > 0 and agent.rank == 0 else 0.0)

@ds.rule
def follow(agent, unit, country, p: ds.NoParameters) -> float:
    return 1.0
"""


@pytest.fixture(autouse=True)
def army(folder: Path) -> None:
    (folder / "army.yaml").write_text(ARMY)
    (folder / "leave.py").write_text(RULE)


def deletion(*overrides: str, without: str = "policies.ramp") -> ds.Plan:
    return ds.load_deletion("army.yaml", without, overrides, replicates=3, seed=1)


def test_all_who_leave_because_of_a_policy_are_counted(folder: Path) -> None:
    pairs = ds.sweep(deletion(), engine="reference", workers=1)
    found = ds.attribute(pairs)
    left = pairs.runs.sort("point")["defected"].to_list()
    assert left[:3] == [0, 0, 0]
    assert found.table["only_with"].to_list() == left[3:]
    assert min(left[3:]) > 0
    assert found.table["both"].sum() == found.table["only_without"].sum() == 0
    drawn_and_stored(found, folder)


def test_nobody_is_counted_where_nobody_left(folder: Path) -> None:
    found = ds.attribute(ds.sweep(deletion(), engine="reference", workers=1), status="arrested")
    assert found.found == "Nobody was arrested in any of 3 pairs of runs, with it or without."
    drawn_and_stored(found, folder)


@pytest.mark.parametrize(
    ("overrides", "without", "fault"),
    [
        (["record.events=false"], "policies.ramp", "record.events is false"),
        ([], "policies.rampe", "no policies.rampe: take out one of policies.ramp"),
        ([], "clock", "no clock"),
        (["stay=[army-1]"], "people.army-1", "people.army-1: the scenario has this person stay"),
        ([], "people.army-41", "people.army-41: there is nobody called 'army-41'"),
        ([], "people.pay", "there is nobody called 'pay'"),
    ],
)
def test_what_cannot_be_taken_out_is_refused(
    overrides: list[str], without: str, fault: str
) -> None:
    with pytest.raises(ds.PlanError, match=fault):
        deletion(*overrides, without=without)


def test_a_study_without_events_is_refused() -> None:
    scenarios = {
        name: ds.load("army.yaml", [f"name={name}", "record.events=false"]) for name in "ab"
    }
    study = ds.compare(scenarios, replicates=2, seed=1, engine="reference", workers=1)
    with pytest.raises(ds.AnalysisError, match="the events of a and b are not recorded"):
        ds.attribute(study)


def test_a_run_without_causes_is_refused() -> None:
    study = ds.run(ds.load("army.yaml"), replicates=1, seed=1, engine="reference", workers=1)
    with pytest.raises(ds.AnalysisError, match="stores no causes: run the scenario again"):
        ds.attribute(study)


def recorded(*overrides: str) -> ds.Study:
    scenario = ds.load("army.yaml", ["record.causes=true", *overrides])
    return ds.run(scenario, replicates=3, seed=1, engine="reference", workers=1)


def test_a_run_with_causes_is_read_by_record(folder: Path) -> None:
    study = recorded()
    found = ds.attribute(study)
    assert found.table["people"].to_list() == study.runs["defected"].to_list()
    assert found.table["alone"].to_list() == study.runs["defected"].to_list()
    (before,) = found.data["before"]
    assert (before["cause"], before["changed"]) == ("decision", "lever")
    assert found.found.startswith("By record, ")
    assert found.found.endswith("; nobody of them brought others along.")
    drawn_and_stored(found, folder)


def test_who_brought_whom_along_is_told_by_record(folder: Path) -> None:
    rise = (
        "{go: {act: defectsim.policies.government:go_over, date: 2020-01-06, "
        "audience: {rank: [officer]}}}"
    )
    found = ds.attribute(
        recorded(
            f"acts={rise}",
            "policies.ramp.value=0",
            "forces.company={officer: 1, enlisted: 9}",
            "behaviour.follow=leave.py:follow",
        )
    )
    assert found.table["vertical"].min() > 5
    assert "% after a commander" in found.found
    assert " began it in " in found.found
    drawn_and_stored(found, folder)


def test_nobody_who_left_is_told_by_record(folder: Path) -> None:
    found = ds.attribute(recorded("policies.ramp.value=0"))
    assert found.found == "Nobody defected in any of 3 runs."
    drawn_and_stored(found, folder)


def test_a_scenario_of_a_comparison_is_read_by_record() -> None:
    scenarios = {
        name: ds.load("army.yaml", [f"name={name}", "record.causes=true"]) for name in "ab"
    }
    study = ds.compare(scenarios, replicates=2, seed=1, engine="reference", workers=1)
    found = ds.attribute(study, scenario="b")
    assert found.data["by"] == "record"
    with pytest.raises(ds.AnalysisError, match=r"no scenario 'c' \(it has a, b\)"):
        ds.attribute(study, scenario="c")
    assert ds.attribute(study).data["by"] == "deletion"


def test_an_unknown_status_is_refused() -> None:
    study = ds.sweep(deletion(), engine="reference", workers=1)
    with pytest.raises(ds.AnalysisError, match="a status 'defectd'; did you mean 'defected'"):
        ds.attribute(study, status="defectd")


LEADS: dict[str, object] = {
    "act": "defectsim.policies.government:go_over",
    "audience": {"agents": ["guard-general-1"]},
    "date": dt.date(2018, 2, 1),
}


def without(person: str, follow: object, engine: EngineName) -> ds.Study:
    """Run a small army of which a general goes over, and some desert, with and without a person."""
    rates = {"desert": 1, "defect": 0, "retire": 0, "shirk": 0, "plot": 0, "resume": 0}
    scenario = small_scenario(
        behaviour={
            "soldier": {"rule": "rules:steady", "parameters": rates},
            "general": {"rule": "rules:steady", "parameters": {**rates, "desert": 0}},
            "follow": follow,
            "recall": NOBODY,
        },
        people={"frailty": 1},
        acts={"leads": LEADS},
    )
    Path("small.yaml").write_text(as_yaml(scenario))
    plan = ds.load_deletion("small.yaml", f"people.{person}", replicates=3, seed=1)
    return ds.sweep(plan, engine=engine, workers=1)


def test_followers_of_a_person_are_counted_without_them(folder: Path) -> None:
    found = ds.attribute(without("guard-general-1", EVERYBODY, "reference"))
    assert found.facts["own"] == 3
    assert all(count > 3 for count in found.table["only_with"])
    assert found.table["only_without"].to_list() == [0, 0, 0]
    assert "because guard-general-1 left" in shown(found.shown)
    drawn_and_stored(found, folder)
    alone = ds.attribute(without("guard-general-1", NOBODY, "reference"))
    assert alone.table["only_with"].to_list() == [0, 0, 0]
    assert alone.found == (
        "Nobody else defected in any of 3 pairs of runs, with it or without. guard-general-1 "
        "defected in 3 of 3 pairs, and is not counted."
    )
    drawn_and_stored(alone, folder)


@pytest.mark.long
@pytest.mark.parametrize("engine", ["reference", "cohorts", "rows"])
def test_a_soldier_whom_nobody_follows_takes_nobody_along(engine: EngineName) -> None:
    study = without("army-1", EVERYBODY, engine)
    found = ds.attribute(study, status="deserted")
    assert found.table["only_with"].to_list() == found.table["only_without"].to_list() == [0, 0, 0]
    assert all(count > 10 for count in found.table["both"])
    assert found.facts["own"] == study.runs["deserted"].sum() - 2 * found.table["both"].sum()
    assert found.facts["own"] > 0


def test_what_is_no_path_is_refused() -> None:
    with pytest.raises(TypeError, match="a path, such as policies"):
        ds.load_deletion("army.yaml", None)  # type: ignore[arg-type]


def test_what_others_rest_on_is_not_taken_out_alone() -> None:
    relief = "policies.relief={lever: off_ramp, value: 0.5, effective: 2020-02-08}"
    with pytest.raises(ds.PlanError, match=r"other parts rest on policies.ramp, .*policies.relief"):
        deletion(relief)
