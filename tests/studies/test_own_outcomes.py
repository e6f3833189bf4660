"""Outcomes of a scenario's own: recorded, summarised, compared, swept, and refused where wrong."""

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

import defectsim as ds
from builders import NOBODY, small_scenario
from command_line import defectsim
from defectsim.core.section import faults_of
from defectsim.model.outcomes import RUN_COLUMNS
from defectsim.scenario.overrides import as_yaml
from defectsim.store.schema import FOUND, PLANNED

OWN: dict[str, Any] = {
    "falls": {"when": "share_deserted >= 0.1 and seen.gone > 2"},
    "peak": "own_outcomes:peak",
    "many": {"function": "own_outcomes:many"},
    "never": "own_outcomes:never",
}
STEADY = {"soldier": "rules:steady", "general": "rules:steady", "follow": NOBODY}
FAST = {"rule": "rules:steady", "parameters": {"desert": 3.0}}
NO_GENERALS = {"forces": {"branches": {"army": {"generals": 0}, "guard": {"generals": 0}}}}
ONLY_CONTAGION = {**NO_GENERALS, "behaviour": {"soldier": "rules:contagion"}}
ACT, ONCE = "defectsim.policies.government", {"date": dt.date(2018, 3, 1)}


def scenario(outcomes: dict[str, Any] = OWN, **changes: Any) -> ds.Scenario:
    given = {"behaviour": STEADY, "observers": {"seen": "own_outcomes:watch"}, "outcomes": outcomes}
    return small_scenario(**{**given, **changes})


def run(one: ds.Scenario, replicates: int = 3) -> ds.Study:
    return ds.run(one, replicates=replicates, seed=1, engine="reference", workers=1)


@pytest.fixture(scope="module")
def study() -> ds.Study:
    return run(scenario())


def test_they_are_columns_of_runs(study: ds.Study) -> None:
    runs = study.runs
    assert runs.columns[-4:] == [*OWN]
    gone = study.series.group_by("replicate", "date").agg(pl.col("deserted").sum())
    peaks = gone.group_by("replicate").agg(pl.col("deserted").max()).sort("replicate")["deserted"]
    assert runs["peak"].to_list() == [peak / 2 for peak in peaks]
    least = max(runs["strength"][0] / 10, 3)
    assert runs["falls"].to_list() == [peak >= least for peak in peaks]
    assert runs["many"].dtype == pl.Boolean()
    assert runs["never"].null_count() == 3


def test_they_are_summarised_and_falls_takes_the_place_of_the_fall(study: ds.Study) -> None:
    summary = study.summary()
    assert {*summary.chances} == {"falls", "many"}
    assert summary.numbers.keys() == {"peak"}
    assert summary.outcomes == {}
    shown = study._repr_html_()
    assert "What happened" in shown
    assert "What became of the regime" not in shown


def test_they_are_stored_extended_and_verified(tmp_path: Path, study: ds.Study) -> None:
    text = as_yaml(scenario())
    (tmp_path / "small.yaml").write_text(text, encoding="utf-8")
    options = ("--engine", "reference", "--seed", "1", "--no-figures", "--workers", "1")
    done = defectsim(tmp_path, "run", "small.yaml", "--replicates", "2", *options)
    assert done.returncode == 0, done.stderr
    done = defectsim(tmp_path, "extend", "results/small", "--replicates", "3", "--no-figures")
    assert done.returncode == 0, done.stderr
    assert ds.Study.open(tmp_path / "results/small").runs.equals(study.runs)
    done = defectsim(tmp_path, "verify", "results/small", "--sample", "1")
    assert "1 of 1 re-runs match" in done.stdout


def test_they_are_compared_and_can_be_what_is_to_be_precise() -> None:
    faster = scenario(behaviour={**STEADY, "soldier": FAST}, outcomes={**OWN, "other": OWN["peak"]})
    study = ds.compare(
        {"one": scenario(), "two": faster},
        precision="90pp",
        outcome="falls",
        seed=1,
        engine="reference",
        workers=1,
    )
    paired = study.paired()
    kinds = dict(paired.select("outcome", "kind").iter_rows())
    assert {name: kinds[name] for name in ("falls", "many", "peak")} == {
        "falls": "chance",
        "many": "chance",
        "peak": "number",
    }
    peak = study.runs.pivot("scenario", index="replicate", values="peak")
    gained = (peak["two"] - peak["one"]).mean()
    assert study.paired(["peak"])["mean"].item() == pytest.approx(gained)
    assert study.paired(["other"])["pairs"].item() == 0
    assert "What happens, in % of runs" in study._repr_html_()


def test_an_outcome_that_is_no_number_is_a_failed_run_with_a_sentence() -> None:
    with pytest.warns(ds.FailedRunsWarning):
        runs = run(scenario({"wrong": "own_outcomes:wrong"}), 1).runs
    assert "own_outcomes:wrong: must return a number, or None, not 'much'" in runs["error"][0]
    with pytest.warns(ds.FailedRunsWarning):
        runs = run(scenario({"wrong": {"when": "seen.gon > 1"}}), 1).runs
    assert "nobody counts 'seen.gon'; did you mean 'seen.gone'?" in runs["error"][0]


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ({"coup": OWN["falls"]}, "every run has an outcome of this name; choose another"),
        ({"deserted": OWN["falls"]}, "every run has an outcome of this name; choose another"),
        ({"x": {"when": "deserted"}}, "'deserted' is a number: compare it"),
        ({"x": {"when": "sen.gone > 1"}}, "there is no observer 'sen'; did you mean 'seen'?"),
        ({"x": {"whn": "deserted > 1"}}, "unknown key; did you mean 'when'?"),
        (
            {"x": {"when": "deserted > 1", "function": "own_outcomes:worst_week"}},
            "has when and function: give either when or function",
        ),
        ({"x": "own_outcomes:peek"}, "peek is not in that module; did you mean 'peak'?"),
        ({"x": "rules:steady"}, "an outcome must be a function outcome(counts)"),
    ],
)
def test_what_is_no_outcome_is_refused(outcomes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as error:
        scenario(outcomes)
    assert said in faults_of(error.value)


def test_a_chance_and_a_number_of_one_name_are_not_compared() -> None:
    number = scenario({"x": OWN["peak"]})
    with pytest.raises(
        ds.PlanError, match="the outcome x is a chance in one scenario and a number"
    ):
        ds.compare({"one": scenario({"x": OWN["falls"]}), "two": number})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, True),
        ({"record": {"regime": False}}, False),
        ({"outcomes": {"falls": OWN["falls"]}}, False),
        (NO_GENERALS, True),
        (ONLY_CONTAGION, False),
        ({**NO_GENERALS, "behaviour": {"soldier": "rules:reads_everything"}}, True),
        ({**ONLY_CONTAGION, "acts": {"it": {**ONCE, "act": f"{ACT}:rise"}}}, True),
        ({**ONLY_CONTAGION, "acts": {"it": {**ONCE, "act": f"{ACT}:delist"}}}, False),
        (
            {**ONLY_CONTAGION, "record": {"regime": True}},
            True,
        ),
    ],
)
def test_it_is_told_what_became_of_the_regime_if_anything_can_change_that(
    changes: dict[str, Any], told: bool
) -> None:
    observers = {"seen": "own_outcomes:watch"}
    people = {"attributes": {"seed": 0}}
    assert small_scenario(observers=observers, people=people, **changes).tells_regime == told


def test_names_of_the_table_of_runs_are_taken() -> None:
    assert {*RUN_COLUMNS} >= {*PLANNED, *FOUND}
