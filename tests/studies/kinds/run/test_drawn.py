"""Runs whose parameters are drawn: replicate r has the values of draw r, and is keyed as ever."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import defectsim as ds
from command_line import defectsim
from defectsim.studies.runner import rerun
from known_outcomes import study, write
from stopped_studies import StopAfter, files
from sweep_scenario import SCENARIO

X, Y = "people.attributes.x", "people.attributes.y"
DRAWS = pl.DataFrame({X: [0.25, 0.75, 0.25, 1.0, 0.5], Y: [0.0, 0.5, 0.0, 1.0, 1e-5]})
BANK = (
    "design: {kind: bank, points: 128}\nscenario: known.yaml\nover: ranges\nreplicates: 1\n"
    "targets: {seen: {outcome: total, observed: 2.0, error: 0.3}}"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    return tmp_path


def run(plan: ds.Plan, **options: object) -> ds.Study:
    return ds.sweep(plan, engine="reference", workers=1, **options)  # type: ignore[arg-type]


def planned(replicates: int = 4) -> ds.Plan:
    return ds.load_drawn("known.yaml", DRAWS, replicates=replicates, seed=1)


def test_each_replicate_has_the_values_and_the_outcome_of_its_draw() -> None:
    found = run(planned())
    assert found.kind == "run"
    assert found.runs.columns[:5] == ["point", "replicate", X, Y, "seed"]
    assert found.runs.select(X, Y).equals(DRAWS.head(4))
    assert found.runs["total"].to_list() == (3 * DRAWS[X] + DRAWS[Y]).head(4).to_list()
    assert found.runs["key"].n_unique() == 4
    assert (found.manifest["replicates"], found.manifest["points"]) == (4, 1)
    assert found.manifest["varies"] == [X, Y]


def test_a_replicate_has_the_draws_of_chance_of_any_run_of_its_seed() -> None:
    noise = run(planned()).runs.select(pl.col("noisy") - pl.col("total"))
    fixed = ds.run(ds.load("known.yaml"), replicates=4, seed=1, engine="reference", workers=1)
    assert noise.equals(fixed.runs.select(pl.col("noisy") - pl.col("total")))
    assert noise["noisy"].n_unique() == 4


def test_a_stopped_run_goes_on_and_is_the_same_and_is_verified() -> None:
    run(planned(), out=".", name="whole")
    stopped = run(planned(), out=".", name="stopped", progress=StopAfter(2))
    assert 0 < stopped.runs.filter(status="pending").height < 4
    assert ds.resume("stopped", workers=1).complete
    assert files(Path("stopped")) == files(Path("whole"))
    assert all(one.matches for one in rerun(Path("whole"), 4, 0, allow_code=False))


def test_an_extended_run_takes_the_next_draws_as_far_as_there_are_any() -> None:
    run(planned(2), out=".", name="short")
    extended = ds.resume("short", replicates=5, workers=1)
    assert extended.runs.select(X, Y).equals(DRAWS)
    run(planned(5), out=".", name="long")
    assert files(Path("short")) == files(Path("long"))
    with pytest.raises(ds.PlanError, match="there are 5: ask for 5 replicates at most"):
        ds.resume("short", replicates=6)


def test_draws_that_are_not_kept_in_memory_are_made_when_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = run(planned()).runs
    monkeypatch.setattr("defectsim.studies.kinds.run.drawn.KEPT", 1)
    plan = planned()
    assert [one.validated is not None for one in plan.drawn] == [True, False, True, False, False]
    assert run(plan).runs.equals(kept)


@pytest.mark.long
def test_the_table_tells_the_median_of_what_was_drawn() -> None:
    (Path("bank.yaml")).write_text(f"name: bank\nquestion: Which?\n{BANK}\n")
    assert defectsim(Path(), "calibrate", "bank.yaml", "--seed", "1").returncode == 0
    done = defectsim(
        Path(), "run", "known.yaml", "--draw-parameters", "results/bank", "--seed", "1",
        "--replicates", "200", "--engine", "reference", "--workers", "1",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Parameters drawn: median [90 % interval]" in done.stdout
    found = ds.Study.open("results/known")
    median = found.runs[X].median()
    assert f"{median:,.6g} [" in done.stdout
    stored = json.loads(Path("results/bank/readings/calibrate.json").read_text())["draws"]
    assert found.runs[X].to_list() == stored[X][:200]
    assert found.runs["total"].mean() == pytest.approx(2.0, abs=0.15)  # the posterior predictive
    assert np.std(found.runs["total"].to_numpy()) == pytest.approx(0.3, abs=0.1)


def test_draws_are_read_from_a_file() -> None:
    DRAWS.write_csv("draws.csv")
    assert run(ds.load_drawn("known.yaml", "draws.csv", replicates=4, seed=1)).runs.equals(
        run(planned()).runs
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("conditions.surveillance\n0.5\n7\n", r"draws\.csv:3: conditions\.surveillance"),
        ("replicates\n3\n", "replicates would be drawn without effect"),
    ],
)
def test_what_a_file_cannot_draw_is_told_with_its_place(text: str, told: str) -> None:
    Path("draws.csv").write_text(text)
    with pytest.raises(ds.UserError, match=told):
        ds.load_drawn("known.yaml", "draws.csv")
    with pytest.raises(ds.UserError, match=r"nothing\.csv"):
        ds.load_drawn("known.yaml", "nothing.csv")


def test_the_figure_and_the_summary_are_those_of_a_run() -> None:
    Path("small.yaml").write_text(SCENARIO)
    draws = pl.DataFrame({"conditions.surveillance": [0.2, 0.4, 0.6]})
    found = run(ds.load_drawn("small.yaml", draws, replicates=3, seed=1), out=".")
    assert found.path is not None
    assert (found.path / "figures/cascade.png").is_file()
    assert found.summary().done == 3
    assert set(found.series["replicate"]) == {0, 1, 2}


def test_whole_numbers_are_drawn_as_whole_numbers(folder: Path) -> None:
    text = (folder / "known.yaml").read_text().replace("strength: 3", "strength: SIZE")
    size = '{value: 6, range: [3, 9], source: "a report"}'
    (folder / "known.yaml").write_text(text.replace("SIZE", size))
    (folder / "bank.yaml").write_text(f"name: bank\nquestion: Which?\n{BANK}\n")
    bank = study(folder, BANK)
    drawn = ds.calibrate(bank).facts["draws"]["forces.branches.army.strength"]
    assert {one % 1 for one in drawn} == {0.0}
    assert len({*drawn}) > 3
    assert min(drawn) >= 3
    plan = ds.load_drawn("known.yaml", pl.DataFrame(ds.calibrate(bank).facts["draws"]), seed=1)
    assert run(plan).runs["strength"].to_list() == drawn[: plan.replicates]


@pytest.mark.parametrize(
    ("draws", "overrides", "fault"),
    [
        ({"people.attributes.z": [0.5]}, [], r"known has no people.attributes.z, which would be"),
        ({X: [0.5]}, [f"{X}=0.3"], "this has no effect, for it is drawn: leave it out"),
        ({X: [0.5]}, [f"{X}.value=0.3"], "this has no effect, for it is drawn: leave it out"),
        ({"conditions.surveillance": [0.5, 7.0]}, [], r"draw 1: conditions.surveillance.*1"),
        ({X: []}, [], "there is nothing to draw"),
        ({X: ["a"]}, [], "there is nothing to draw"),
        ({X: [0.5]}, [], "there are 1: ask for 1 replicates at most"),
    ],
)
def test_draws_that_do_not_fit_are_refused_in_a_sentence(
    draws: dict[str, list[object]], overrides: list[str], fault: str
) -> None:
    with pytest.raises(ds.UserError, match=fault):
        ds.load_drawn("known.yaml", pl.DataFrame(draws), overrides, replicates=2, seed=1)


def test_a_study_without_a_calibration_is_refused_with_what_to_do(folder: Path) -> None:
    run(planned(), out=".", name="other")
    with pytest.raises(
        ds.AnalysisError, match="give the folder of a bank that defectsim calibrate has read"
    ):
        ds.load_drawn("known.yaml", "other")
    (folder / "other/readings").mkdir()
    for text in ("{}", "[", '{"draws": {"a": ["b"]}}', '{"draws": 3}'):
        (folder / "other/readings/calibrate.json").write_text(text)
        with pytest.raises(ds.StudyDamagedError, match="make it again by defectsim calibrate"):
            ds.load_drawn("known.yaml", "other")
    with pytest.raises(ds.StudyNotFoundError):
        ds.load_drawn("known.yaml", "nowhere")


def test_draws_are_for_one_scenario_alone() -> None:
    plan = planned()
    with pytest.raises(ValueError, match="for one scenario alone"):
        replace(plan, points=(*plan.points, *plan.points))


def test_a_run_does_not_replace_the_study_that_it_draws_from(folder: Path) -> None:
    (folder / "bank.yaml").write_text(f"name: bank\nquestion: Which?\n{BANK}\n")
    assert defectsim(folder, "calibrate", "bank.yaml", "--seed", "1").returncode == 0
    options = ("--draw-parameters", "results/bank", "--name", "bank", "--overwrite")
    done = defectsim(folder, "run", "known.yaml", *options, "--replicates", "2")
    assert done.returncode == 2
    assert "would replace the study that it draws from" in " ".join(done.stderr.split())
    assert (folder / "results/bank/readings/calibrate.json").is_file()
