"""Comparisons of scenarios on common seeds."""

from pathlib import Path

import polars as pl
import pytest

import defectsim as ds
from sweeping import SCENARIO


@pytest.fixture
def scenarios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, ds.Scenario]:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SCENARIO)
    return {name: ds.load("small.yaml", said) for name, said in (("plain", []), ("richer", ["policies.rise.value=4"]))}


def test_the_same_lives_are_lived_in_each_scenario(scenarios: dict[str, ds.Scenario]) -> None:
    study = ds.compare(scenarios, replicates=5, seed=2)
    assert study.runs["scenario"].to_list() == ["plain", "richer"] * 5
    for name, scenario in scenarios.items():
        alone = ds.run(scenario, replicates=5, seed=2).runs
        assert study.runs.filter(scenario=name)["hash"].to_list() == alone["hash"].to_list()


def test_it_says_who_does_otherwise_and_by_how_much(scenarios: dict[str, ds.Scenario]) -> None:
    study = ds.compare(scenarios, replicates=12, seed=2, out=".")
    found = study.paired(["deserted"])
    assert found.select("baseline", "scenario", "pairs").rows() == [("plain", "richer", 12)]
    assert found["mean"].item() < 0
    people = study.otherwise()["richer"]
    assert people.pairs == 12
    assert people.people.filter(branch="all", rank="all")["acted_q95"].item() > 0
    assert study.path is not None
    assert (study.path / "figures/differences.png").is_file()
    assert study.path.name == "plain-vs-richer"


def test_where_no_events_were_kept_nothing_is_said_of_people(scenarios: dict[str, ds.Scenario]) -> None:
    quiet = {name: ds.load("small.yaml", ["record.events=false"]) for name in scenarios}
    assert ds.compare(quiet, replicates=2, seed=0).otherwise() == {}


@pytest.mark.parametrize("silent", ["plain", "richer"])
def test_who_does_otherwise_is_told_of_those_alone_who_keep_events_as_the_baseline_does(
    scenarios: dict[str, ds.Scenario], silent: str
) -> None:
    scenarios["same"] = ds.load("small.yaml", ["name=same"])
    scenarios[silent] = ds.load("small.yaml", ["record.events=false"])
    found = ds.compare(scenarios, replicates=3, seed=2).otherwise()
    assert [*found] == ([] if silent == "plain" else ["same"])
    assert all(one.same == one.pairs == 3 for one in found.values())


def test_where_nobody_does_anything_in_either_all_pairs_are_the_same(scenarios: dict[str, ds.Scenario]) -> None:
    short = {name: ds.load("small.yaml", ["clock.end=2018-01-08"]) for name in scenarios}
    study = ds.compare(short, replicates=1, seed=1)
    assert study.events.is_empty()
    assert study.otherwise()["richer"].same == 1


def test_replicates_are_added_until_the_difference_is_as_exact_as_asked(scenarios: dict[str, ds.Scenario]) -> None:
    study = ds.compare(scenarios, precision="0.25", outcome="deserted", seed=2, at_most=200)
    found = study.paired(["deserted"])
    count = study.manifest["replicates"]
    assert 40 < count <= 200
    assert count == 200 or max(found["high"] - found["mean"]) <= 0.25
    assert study.path is None
    assert study.runs.filter(pl.col("status") == "done").height == 2 * count


@pytest.mark.parametrize(
    ("precision", "outcome", "said"),
    [
        ("0.5pp", "deserted", "deserted is a count, which has no percentage points"),
        ("half", "deserted", "'half' is no half-width"),
        ("2", "desertd", "'desertd' is no outcome of a run; did you mean 'deserted'"),
    ],
)
def test_a_precision_that_cannot_be_is_refused_before_anything_is_run(
    scenarios: dict[str, ds.Scenario], precision: str, outcome: str, said: str
) -> None:
    with pytest.raises(ds.StudyError, match=said):
        ds.compare(scenarios, precision=precision, outcome=outcome, seed=2, out=".")
    assert not Path("plain-vs-richer").exists()


def test_a_comparison_shows_itself_and_has_no_summary(scenarios: dict[str, ds.Scenario]) -> None:
    study = ds.compare(scenarios, replicates=6, seed=2)
    shown = study._repr_html_()
    assert "richer, against plain" in shown
    assert "<img" in shown
    with pytest.raises(ds.StudyError, match="a summary is that of one scenario"):
        study.summary()
    with pytest.raises(ds.StudyError, match="is no comparison of scenarios"):
        ds.run(scenarios["plain"], replicates=1, seed=0).paired()


def test_one_scenario_is_no_comparison(scenarios: dict[str, ds.Scenario]) -> None:
    with pytest.raises(ds.StudyError, match="give two scenarios or more"):
        ds.compare({"plain": scenarios["plain"]})


def test_scenarios_with_other_clocks_are_refused_with_all_that_differs(scenarios: dict[str, ds.Scenario]) -> None:
    scenarios["later"] = ds.load("small.yaml", ["clock.start=2018-01-02", "clock.end=2018-08-01"])
    scenarios["daily"] = ds.load("small.yaml", ["clock.step_days=1"])
    with pytest.raises(ds.StudyError) as refused:
        ds.compare(scenarios, replicates=2, out=".")
    assert refused.value.exit_code == 2
    assert str(refused.value) == (
        "clock.start is 2018-01-02 in later and 2018-01-01 in plain; clock.end is 2018-08-01 in later and 2018-07-01 "
        "in plain; clock.step_days is 1 in daily and 7 in plain: scenarios are compared date by date, so give them the "
        "same clock"
    )
    assert not Path("plain-vs-richer-vs-later-vs-daily").exists()


def test_files_of_one_name_and_another_content_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = {}
    for name in ("a", "b"):
        Path(name).mkdir()
        Path(name, "seen.py").write_text(f"def see(view):\n    return {{'n': {ord(name)}.0}}\n")
        Path(name, "small.yaml").write_text(f'{SCENARIO}observers: {{n: "seen.py:see"}}\n')
        found[name] = ds.load(Path(name, "small.yaml"))
    with pytest.raises(ds.StudyError, match=r"two scenarios name a file seen.py, and they are not the same"):
        ds.compare(found, replicates=2)
