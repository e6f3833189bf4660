"""Re-runs match what is stored, or those that do not are named."""

import hashlib
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


def forged(folder: Path, name: str, table: pl.DataFrame) -> None:
    """Replace a table and its hash, as a stranger may."""
    table.write_parquet(folder / name)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_rows_are_compared_where_the_hashes_are_forged(folder: Path) -> None:
    name = "series/part-00000.parquet"
    series = pl.read_parquet(folder / name)
    one = (pl.col("point") == 0) & (pl.col("replicate") == 1) & (pl.col("rank") == "nco")
    forged(folder, name, series.with_columns(loyal=pl.col("loyal") + one.cast(pl.Int32)))
    runs = pl.read_parquet(folder / "runs.parquet")
    wrong = pl.col("deserted") + pl.Series([0, 0, 0, 0, 0, 1])
    forged(folder, "runs.parquet", runs.with_columns(deserted=wrong))
    assert changed_files(folder) == []
    differ = [one for one in rerun(folder, 99, 0, allow_code=False) if not one.matches]
    assert [(one.point, one.replicate, one.differences) for one in differ] == [
        (0, 1, ("series",)),
        (1, 2, ("deserted in runs.parquet",)),
    ]


@pytest.mark.parametrize("column", ["key", "seed", "policies.rise.value"])
def test_runs_of_another_plan_are_refused(folder: Path, column: str) -> None:
    runs = pl.read_parquet(folder / "runs.parquet")
    forged(folder, "runs.parquet", runs.with_columns(pl.col(column).reverse().alias(column)))
    if column == "seed":  # common seeds are all the same
        forged(folder, "runs.parquet", runs.with_columns(seed=pl.lit("7")))
    with pytest.raises(ds.StudyDamagedError, match=r"runs\.parquet has other runs than"):
        list(rerun(folder, 1, 0, allow_code=False))
    with pytest.raises(ds.StudyDamagedError, match=r"runs\.parquet has other runs than"):
        ds.resume(folder)


def test_runs_that_wait_for_their_part_are_compared_by_their_row(folder: Path) -> None:
    class Stopped(ProgressCallback):
        done = 0

        def on_result(self, result: object) -> None:
            self.done += 1

        def should_stop(self) -> bool:
            return self.done >= 2

    study = ds.resume(folder, replicates=5, progress=Stopped(), workers=1)
    assert study.runs.filter(status="done").height > 6
    assert study.series["replicate"].max() == 2
    assert all(one.matches for one in rerun(folder, 99, 0, allow_code=False))


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
