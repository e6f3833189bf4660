"""Re-runs match what is stored, or those that do not are named."""

import json
from pathlib import Path

import polars as pl
import pytest

import defectsim as ds
from defectsim.studies.options import ProgressCallback
from defectsim.studies.runner import changed_files, rerun
from sweep_scenario import Load


@pytest.fixture
def folder(load: Load) -> Path:
    ds.sweep(load("vary: {policies.rise.value: [1, 3]}\nseed: 5\nreplicates: 3"), out=".")
    return Path("try")


def test_all_that_is_stored_is_found_again(folder: Path) -> None:
    checked = list(rerun(folder, 99, 0, allow_code=False))
    assert [(one.replicate, one.point) for one in checked] == [
        (r, p) for r in range(3) for p in range(2)
    ]
    assert all(one.matches for one in checked)
    assert len(list(rerun(folder, 2, 0, allow_code=False))) == 2
    assert changed_files(folder) == []


def test_what_was_changed_is_found(folder: Path) -> None:
    runs = pl.read_parquet(folder / "runs.parquet")
    wrong = pl.when(point=1, replicate=2).then(pl.lit("0" * 64)).otherwise("hash").alias("hash")
    runs.with_columns(wrong).write_parquet(folder / "runs.parquet")
    assert [
        (one.point, one.replicate)
        for one in rerun(folder, 99, 0, allow_code=False)
        if not one.matches
    ] == [(1, 2)]
    assert changed_files(folder) == ["runs.parquet"]


def test_a_study_that_is_extended_and_stopped_has_no_changed_file(folder: Path) -> None:
    class Stopped(ProgressCallback):
        def should_stop(self) -> bool:
            return True

    study = ds.resume(folder, replicates=9, progress=Stopped())
    assert not study.complete
    assert changed_files(folder) == []
    assert all(one.matches for one in rerun(folder, 99, 0, allow_code=False))


def test_a_study_without_finished_runs_cannot_be_verified(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "status": "incomplete"}))
    runs = pl.read_parquet(folder / "runs.parquet")
    runs.with_columns(pl.lit("pending").alias("status")).write_parquet(folder / "runs.parquet")
    with pytest.raises(ds.StudyIncompleteError, match="no run that can be repeated"):
        list(rerun(folder, 1, 0, allow_code=False))
