"""Readings of studies find what is known of a tiny army, through the whole way from file to finding."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import defectsim as ds
from known_outcomes import study, write

OVER = "scenario: known.yaml\nover: ranges\nreplicates: 1"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    return tmp_path


def test_shares_of_the_variance_are_those_of_a_sum(folder: Path) -> None:
    found = ds.sensitivity(
        study(folder, f"design: {{kind: saltelli, points: 128}}\n{OVER}"), outcome="noisy"
    )
    total = dict(zip(found.table["name"], found.table["total"], strict=True))
    variance = {"people.attributes.x": 9, "people.attributes.y": 1, "chance": 9}
    for name, share in variance.items():
        assert total[name] == pytest.approx(share / sum(variance.values()), abs=0.1)
    assert found.table.filter(name="people.attributes.x")["grade"].item() == "assumed"
    assert "people.attributes.x" in found.found


def test_screening_ranks_by_the_effect_over_the_whole_range(folder: Path) -> None:
    found = ds.sensitivity(
        study(folder, f"design: {{kind: morris, points: 12}}\n{OVER}"), outcome="total"
    )
    assert found.table["name"].to_list() == ["people.attributes.x", "people.attributes.y"]
    assert found.table["mu_star"].to_numpy() == pytest.approx(np.array([3.0, 1.0]), rel=1e-3)


def test_the_effect_of_a_scenario_has_no_chance_where_draws_are_common(folder: Path) -> None:
    write(folder, "shifted", shift=2.0)
    both = f"design: {{kind: saltelli, points: 16}}\nscenarios: [known.yaml, shifted.yaml]\n{OVER}"
    found = ds.sensitivity(
        study(folder, both.replace("scenario: known.yaml\n", "")), outcome="noisy"
    )
    assert found.table.is_empty()
    assert "is 2 in all runs" in found.found


def test_a_threshold_is_found_seed_by_seed(folder: Path) -> None:
    found = ds.tipping(
        study(
            folder,
            "design: {kind: bisect, points: 12}\nscenario: known.yaml\n"
            "vary: {people.attributes.x: null}\noutcome: {name: passes}",
        )
    )
    low, high = found.facts["interval"]
    assert low < 0.3 < high
    assert (found.table["above"] >= 0.2).all()
    assert (found.table["below"] <= 0.4).all()
    assert found.facts["runs"] < 12 * 12


def test_a_flat_lever_has_no_tipping_point(folder: Path) -> None:
    found = ds.tipping(
        study(
            folder,
            "design: {kind: bisect, points: 6}\nscenario: known.yaml\n"
            "vary: {people.attributes.y: null}\noutcome: {name: passes}",
        )
    )
    assert found.facts["value"] is None
    assert "no tipping point" in found.found


def test_two_levers_give_a_boundary(folder: Path) -> None:
    found = ds.tipping(
        study(
            folder,
            "design: {kind: bisect, points: 6}\nscenario: known.yaml\n"
            "vary: {people.attributes.x: null, people.attributes.y: [0, 1]}\n"
            "outcome: {name: total, above: 2.5}",
        )
    )
    assert found.table["value"].to_list() == pytest.approx([2.5 / 3, 0.5], abs=0.004)


def test_a_box_is_found_where_there_is_one(folder: Path) -> None:
    bank = study(folder, f"design: {{kind: bank, points: 128}}\n{OVER}")
    found = ds.discover(bank, outcome="total", above=3.0)
    low, high = found.facts["box"]["people.attributes.x"]
    assert low == pytest.approx(0.75, abs=0.1)
    assert high > 0.95
    assert found.files["box.yaml"].startswith('extends: "scenario.yaml"\nname: "known-box"\n')


def test_the_box_is_a_scenario_of_the_study(folder: Path) -> None:
    (folder / "sweep.yaml").write_text(
        f"name: s\nquestion: Which?\ndesign: {{kind: bank, points: 128}}\n{OVER}\n"
    )
    plan = ds.load_sweep("sweep.yaml")
    bank = ds.sweep(plan, seed=1, engine="reference", workers=1, out="results", figures=False)
    found = ds.discover(bank, outcome="total", above=2.0)
    assert bank.path is not None
    found.save(bank.path)
    box = ds.load(bank.path / "box.yaml")
    assert box.name == "known-box"
    assert json.loads((bank.path / "readings/discover.json").read_text())["found"] == found.found
    assert pl.read_parquet(bank.path / "readings/discover.parquet").equals(found.table)
    assert (bank.path / "figures/discover.png").is_file()


def test_policies_are_compared_world_by_world(folder: Path) -> None:
    write(folder, "shifted", shift=2.0)
    both = study(
        folder,
        "design: {kind: sobol, points: 32}\nscenarios: [known.yaml, shifted.yaml]\n"
        "over: ranges\nreplicates: 1",
    )
    found = ds.robust(both, "more", outcome="total")
    regret = dict(zip(found.table["policy"], found.table["regret_max"], strict=True))
    assert regret == pytest.approx({"known": 2.0, "shifted": 0.0})
    assert set(found.facts["criteria"][0]["policy"].split()) == {"shifted"}


def test_nothing_is_optimised_that_harms_people(folder: Path) -> None:
    write(folder, "watched")
    text = (folder / "watched.yaml").read_text()
    (folder / "watched.yaml").write_text(f"{text}conditions: {{surveillance: 0.9}}\n")
    both = study(
        folder,
        "design: {kind: sobol, points: 2}\nscenarios: [known.yaml, watched.yaml]\n"
        "over: ranges\nreplicates: 1",
    )
    with pytest.raises(ds.AnalysisError, match="may be inputs, never what is chosen"):
        ds.robust(both, "more", outcome="total")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"inputs": 3}, "no design of a sweep"),
        ({"inputs": {"people.attributes.x": {"low": "a"}}}, "no design of a sweep"),
        ({"points": None}, "no design of a sweep"),
        ({"inputs": None}, "no design of a sweep"),
    ],
)
def test_an_odd_design_is_told_to_be_damaged(
    folder: Path, change: dict[str, object], fault: str
) -> None:
    known = study(folder, f"design: {{kind: morris, points: 10}}\n{OVER}")
    design = {**known.manifest["design"], **change}
    odd = ds.Study.of({**known.manifest, "design": design}, known.tables)
    with pytest.raises(ds.StudyDamagedError, match=fault):
        ds.sensitivity(odd)
    del design[next(iter(change))]
    lacking = ds.Study.of({**known.manifest, "design": design}, known.tables)
    with pytest.raises(ds.StudyDamagedError, match="a design without"):
        ds.sensitivity(lacking)


def test_a_figure_that_cannot_be_drawn_costs_nothing_else(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = study(folder, f"design: {{kind: morris, points: 10}}\n{OVER}")
    monkeypatch.setattr("defectsim.plots.save", lambda *_: 1 / 0)
    with pytest.warns(ds.FigureWarning, match="could not be drawn"):
        ds.sensitivity(known, outcome="total").save(folder)
    assert (folder / "readings/sensitivity.json").is_file()


@pytest.mark.parametrize(
    ("reading", "needs"),
    [(ds.sensitivity, "saltelli"), (ds.tipping, "bisect"), (ds.discover, "bank")],
)
def test_another_design_is_refused_in_a_sentence(folder: Path, reading: object, needs: str) -> None:
    grid = study(folder, "scenario: known.yaml\nvary: {people.attributes.x: [0, 1]}\nreplicates: 1")
    assert callable(reading)
    with pytest.raises(ds.AnalysisError, match=f"needs a sweep whose design is .*{needs}"):
        reading(grid)


def test_targets_narrow_what_they_tell_of_and_name_what_they_do_not(folder: Path) -> None:
    bank = study(
        folder,
        f"design: {{kind: bank, points: 256}}\n{OVER}\n"
        "targets: {seen: {outcome: total, observed: 2.0, error: 0.3, source: a report}}",
    )
    found = ds.calibrate(bank)
    told = dict(zip(found.table["parameter"], found.table["informed"], strict=True))
    assert told["people.attributes.x"]
    x = found.table.filter(parameter="people.attributes.x").row(0, named=True)
    assert x["q05"] < 0.5 < x["q95"]
    assert x["q95"] - x["q05"] < 0.75
    assert len(found.facts["draws"]["people.attributes.x"]) == 1000
    other = ds.calibrate(bank, {"low": {"outcome": "total", "observed": 0.6, "error": 0.3}})
    assert other.table.filter(parameter="people.attributes.x")["q50"].item() < x["q50"]


@pytest.mark.parametrize(
    ("targets", "fault"),
    [
        (None, "there is nothing to calibrate against"),
        ({"a": {"outcome": "totl", "observed": 1}}, "'totl' is no outcome of a run"),
        ({"a": {"outcome": "total"}}, "targets: a.observed"),
        ({"a": {"outcome": "total", "observed": 1, "scenario": "x"}}, "no scenario 'x'"),
        (
            {"a": {"outcome": "deserted", "observed": 1, "date": "2030-01-01"}},
            "no count of 2030-01-01 is stored",
        ),
        (
            {"a": {"outcome": "total", "observed": 1, "date": "2020-01-08"}},
            "only counts have a date",
        ),
    ],
)
def test_a_target_that_cannot_be_read_is_refused(
    folder: Path, targets: dict[str, dict[str, object]] | None, fault: str
) -> None:
    bank = study(folder, f"design: {{kind: bank, points: 2}}\n{OVER}")
    with pytest.raises(ds.UserError, match=fault):
        ds.calibrate(bank, targets)
