"""Comparisons of scenarios on common random numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import defectsim as ds
from command_line import defectsim
from defectsim.analysis.precision import PrecisionTarget
from defectsim.core.formatting import difference
from defectsim.execution.simulator import RunResult
from defectsim.studies.kinds.comparison.kind import shortfall
from sweep_scenario import SCENARIO


@pytest.fixture
def scenarios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, ds.Scenario]:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SCENARIO)
    return {
        name: ds.load("small.yaml", overrides)
        for name, overrides in (("plain", []), ("richer", ["policies.rise.value=4"]))
    }


def test_the_same_replicates_are_run_in_each_scenario(scenarios: dict[str, ds.Scenario]) -> None:
    study = ds.compare(scenarios, replicates=5, seed=2)
    assert study.runs["scenario"].to_list() == ["plain", "richer"] * 5
    for name, scenario in scenarios.items():
        alone = ds.run(scenario, replicates=5, seed=2).runs
        assert study.runs.filter(scenario=name)["hash"].to_list() == alone["hash"].to_list()


def test_people_who_behave_differently_are_counted(scenarios: dict[str, ds.Scenario]) -> None:
    study = ds.compare(scenarios, replicates=12, seed=2, out=".")
    found = study.paired(["deserted"])
    assert found.select("baseline", "scenario", "pairs").rows() == [("plain", "richer", 12)]
    assert found["mean"].item() < 0
    people = study.divergence()["richer"]
    assert people.pairs == 12
    assert people.people.filter(branch="all", rank="all")["acted_q95"].item() > 0
    assert study.path is not None
    assert (study.path / "figures/differences.png").is_file()
    assert study.path.name == "plain-vs-richer"


def test_without_events_there_is_no_divergence(
    scenarios: dict[str, ds.Scenario],
) -> None:
    quiet = {name: ds.load("small.yaml", ["record.events=false"]) for name in scenarios}
    assert ds.compare(quiet, replicates=2, seed=0).divergence() == {}


@pytest.mark.parametrize("silent", ["plain", "richer"])
def test_divergence_is_that_of_scenarios_that_record_events_as_the_baseline_does(
    scenarios: dict[str, ds.Scenario], silent: str
) -> None:
    scenarios["same"] = ds.load("small.yaml", ["name=same"])
    scenarios[silent] = ds.load("small.yaml", ["record.events=false"])
    found = ds.compare(scenarios, replicates=3, seed=2).divergence()
    assert [*found] == ([] if silent == "plain" else ["same"])
    assert all(one.same == one.pairs == 3 for one in found.values())


def test_where_nobody_does_anything_in_either_all_pairs_are_the_same(
    scenarios: dict[str, ds.Scenario],
) -> None:
    short = {name: ds.load("small.yaml", ["clock.end=2018-01-08"]) for name in scenarios}
    study = ds.compare(short, replicates=1, seed=1)
    assert study.events.is_empty()
    assert study.divergence()["richer"].same == 1


def test_replicates_are_added_until_the_difference_is_as_exact_as_asked(
    scenarios: dict[str, ds.Scenario],
) -> None:
    study = ds.compare(scenarios, precision="0.25", outcome="deserted", seed=2, at_most=200)
    found = study.paired(["deserted"])
    count = study.manifest["replicates"]
    assert 40 < count <= 200
    assert count == 200 or max(found["high"] - found["mean"]) <= 0.25
    assert study.path is None
    assert study.runs.filter(pl.col("status") == "done").height == 2 * count


def test_a_precision_that_is_not_reached_is_a_warning_with_what_was_reached(
    scenarios: dict[str, ds.Scenario],
) -> None:
    with pytest.warns(ds.ImpreciseWarning) as warned:
        study = ds.compare(scenarios, precision="0.01", outcome="deserted", seed=2, at_most=60)
    reach = (found := study.paired(["deserted"]))["high"].item() - found["mean"].item()
    reach = max(reach, found["mean"].item() - found["low"].item())
    assert str(warned[0].message) == (
        "60 replicates do not reach the precision of 0.01 for deserted in richer: the "
        f"interval reaches {reach:.3g} in 60 pairs"
    )


def test_no_more_than_at_most_are_run(scenarios: dict[str, ds.Scenario]) -> None:
    with pytest.warns(ds.ImpreciseWarning, match="in richer: 6 pairs, and the first look takes 40"):
        study = ds.compare(scenarios, precision="1", outcome="deserted", seed=2, at_most=6)
    assert study.manifest["replicates"] == 6


def test_a_shortfall_names_pairs_that_do_not_differ_or_hardly_count() -> None:
    asked = PrecisionTarget("deserted", "count", 1.0)
    assert shortfall(asked, asked.verdict(np.zeros(50))) == "none of 50 pairs differs from another"
    few = shortfall(asked, asked.verdict(np.append(np.zeros(48), [1.0, 1.0])))
    assert few.endswith("in 50 pairs, of which 2.0 count, where it takes 10")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"precision": "0.5pp", "outcome": "deserted"},
            "deserted is a count, which has no percentage points",
        ),
        ({"precision": "half"}, "'half' is no half-width"),
        (
            {"precision": "2", "outcome": "desertd"},
            "'desertd' is no outcome of a run; did you mean 'deserted'",
        ),
        (
            {"outcome": "deserted"},
            "outcome without a precision: give precision too",
        ),
        (
            {"outcome": "deserted", "at_most": 9},
            "outcome and at_most without a precision",
        ),
        (
            {"precision": "2pp", "method": "bca"},
            "to Student's intervals, guarded, not to those of bca: ask for one of the",
        ),
        (
            {"precision": "2pp", "replicates": 9, "at_most": 8},
            "9 replicates to begin with are more than at_most, 8",
        ),
    ],
)
def test_a_precision_that_cannot_be_is_refused_before_anything_is_run(
    scenarios: dict[str, ds.Scenario], asked: dict[str, Any], message: str
) -> None:
    with pytest.raises((ds.PlanError, ds.UnknownOutcomeError), match=message):
        ds.compare(scenarios, seed=2, out=".", **asked)
    assert not Path("plain-vs-richer").exists()


def test_with_quantiles_alone_a_precision_is_refused_with_all_else_that_is_wrong(
    scenarios: dict[str, ds.Scenario],
) -> None:
    scenarios["richer"] = ds.load("small.yaml", ["record.series=quantiles"])
    with pytest.raises(
        ds.PlanError,
        match=r"those of bca.*; richer: with quantiles of the series alone",
    ):
        ds.compare(scenarios, precision="2pp", method="bca", out=".")
    assert not Path("plain-vs-richer").exists()


class Stopped(ds.ProgressCallback):
    """Stops a study after some runs."""

    def __init__(self, runs: int) -> None:
        self.left = runs

    def on_result(self, result: RunResult) -> None:
        self.left -= 1

    def should_stop(self) -> bool:
        return self.left <= 0


@pytest.mark.parametrize("after", [20, 100])
def test_a_comparison_that_was_stopped_goes_on_to_the_precision_that_was_asked(
    scenarios: dict[str, ds.Scenario], after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "defectsim.studies.runner.SECONDS", 0
    )  # a fast machine would run all pairs in one batch
    asked: dict[str, Any] = {"precision": "0.25", "outcome": "deserted", "seed": 2, "at_most": 300}
    stopped = ds.compare(
        scenarios, **asked, out=".", progress=Stopped(after), executor="threads", workers=1
    )
    assert not stopped.complete
    done = defectsim(Path(), "resume", "plain-vs-richer")
    assert done.returncode == 0, done.stderr
    assert ds.Study.open("plain-vs-richer").runs.equals(ds.compare(scenarios, **asked).runs)


def test_a_bootstrap_is_chosen_once_and_is_in_tables_and_figures_ever_after(
    scenarios: dict[str, ds.Scenario],
) -> None:
    study = ds.compare(scenarios, replicates=12, seed=2, method="bca")
    (row,) = study.paired(["deserted"]).to_dicts()
    assert row["method"] == "BCa bootstrap"
    assert study.paired(["deserted"], method="t")["low"].item() != row["low"]
    interval = difference("count", row["low"], row["mean"], row["high"])
    assert interval != difference(
        "count", *study.paired(["deserted"], method="t").select("low", "mean", "high").row(0)
    )
    assert any(interval in text.get_text() for text in study.figure("deserted").axes[0].texts)
    assert "of means, BCa bootstrap" in study._repr_html_()


def test_a_comparison_shows_itself_and_has_no_summary(scenarios: dict[str, ds.Scenario]) -> None:
    study = ds.compare(scenarios, replicates=6, seed=2)
    shown = study._repr_html_()
    assert "richer, against plain" in shown
    assert "<img" in shown
    with pytest.raises(
        ds.AnalysisError, match=r"is a comparison of scenarios: ask it for paired\(\)"
    ):
        study.summary()
    with pytest.raises(ds.AnalysisError, match=r"one scenario: .* paired\(\) needs a comparison"):
        ds.run(scenarios["plain"], replicates=1, seed=0).paired()


def test_one_scenario_is_no_comparison(scenarios: dict[str, ds.Scenario]) -> None:
    with pytest.raises(ds.PlanError, match="give two scenarios or more"):
        ds.compare({"plain": scenarios["plain"]})


def test_scenarios_with_other_clocks_are_refused_with_all_that_differs(
    scenarios: dict[str, ds.Scenario],
) -> None:
    scenarios["later"] = ds.load("small.yaml", ["clock.start=2018-01-02", "clock.end=2018-08-01"])
    scenarios["daily"] = ds.load("small.yaml", ["clock.step_days=1"])
    with pytest.raises(ds.PlanError) as refused:
        ds.compare(scenarios, replicates=2, out=".")
    assert refused.value.exit_code == 2
    assert str(refused.value) == (
        "clock.start is 2018-01-02 in later and 2018-01-01 in plain; clock.end is 2018-08-01 in later and 2018-07-01 "
        "in plain; clock.step_days is 1 in daily and 7 in plain: scenarios are compared date by date, so give them the "
        "same clock"
    )
    assert not Path("plain-vs-richer-vs-later-vs-daily").exists()


def test_files_of_one_name_and_another_content_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = {}
    for name in ("a", "b"):
        Path(name).mkdir()
        Path(name, "seen.py").write_text(f"def see(view):\n    return {{'n': {ord(name)}.0}}\n")
        Path(name, "small.yaml").write_text(f'{SCENARIO}observers: {{n: "seen.py:see"}}\n')
        found[name] = ds.load(Path(name, "small.yaml"))
    with pytest.raises(
        ds.PlanError, match=r"two scenarios name a file seen.py, and they are not the same"
    ):
        ds.compare(found, replicates=2)
