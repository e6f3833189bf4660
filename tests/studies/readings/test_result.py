"""Findings are stored, and designs that cannot be read are refused."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import defectsim as ds
from defectsim.studies.readings.result import ReadingResult
from defectsim.studies.runner import planned_study
from known_outcomes import OVER, study


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


def test_what_is_no_finite_number_is_null_in_json() -> None:
    table = pl.DataFrame({"high": [float("nan"), float("inf"), 1.5]})
    facts = {"interval": (float("-inf"), 2.0), "date": dt.date(2020, 1, 1)}
    found = ReadingResult("try", "Found.", table, facts, shown="")
    assert json.loads(found.json, parse_constant=pytest.fail) == {
        "reading": "try",
        "found": "Found.",
        "interval": [None, 2.0],
        "date": "2020-01-01",
        "rows": [{"high": None}, {"high": None}, {"high": 1.5}],
    }


@pytest.mark.parametrize(
    "reading", [ds.sensitivity, ds.tipping, ds.discover, ds.calibrate, ds.attribute]
)
def test_only_studies_are_read(reading: Callable[[object], object]) -> None:
    with pytest.raises(TypeError, match=r"give a study, as defectsim\.sweep and .* not 'results'"):
        reading("results")


def test_a_study_that_lacks_runs_is_not_read(folder: Path) -> None:
    study(folder, f"design: {{kind: morris, points: 10}}\n{OVER}")
    lacking = planned_study(ds.load_sweep(folder / "sweep.yaml"))
    with pytest.raises(ds.StudyIncompleteError, match="known is incomplete: run what it lacks"):
        ds.sensitivity(lacking, outcome="total")


def test_a_finding_that_cannot_be_stored_names_what_is_in_its_way(folder: Path) -> None:
    known = study(folder, f"design: {{kind: morris, points: 10}}\n{OVER}")
    (folder / "readings/sensitivity.json").mkdir(parents=True)
    with pytest.raises(ds.StorageError, match=r"sensitivity\.json cannot be written"):
        ds.sensitivity(known, outcome="total").save(folder)
