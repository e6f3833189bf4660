import json
import os
import shutil
from pathlib import Path

import polars as pl
import pytest

from defectsim.core.errors import StudyDamagedError, StudyExistsError, StudyNotFoundError
from defectsim.store import StoredStudy, StudyWriter, study_in_memory
from stored_runs import MANIFEST, RUNS, begin_study, planned, run, write_study


def test_a_folder_that_is_no_study_is_refused_with_studies_near_it(tmp_path: Path) -> None:
    write_study(tmp_path)
    with pytest.raises(StudyNotFoundError, match=r"nowhere is not a study.*near there: study$"):
        StoredStudy.open(tmp_path / "nowhere")


def test_an_existing_study_is_replaced_only_when_asked(tmp_path: Path) -> None:
    write_study(tmp_path)
    with pytest.raises(StudyExistsError, match=r"defectsim resume .*study"):
        begin_study(tmp_path)
    with begin_study(tmp_path, overwrite=True):
        assert (tmp_path / "study.replaced").is_dir()
    assert not StoredStudy.open(tmp_path / "study").complete


@pytest.mark.parametrize(
    "text",
    [
        *("{", "[]", "{}", "\xff", "[" * 100_000, '{"status": "done"}'),
        '{"status": "complete", "seed": 1}',
        '{"status": "complete", "replicates": 1e30}',
        '{"status": "complete", "question": "\\ud800"}',
        '{"status": "complete", "policies": {"x": "2019-02-30"}}',
        '{"status": "complete", "design": []}',
        '{"status": "complete", "design": {"kind": ["run"]}}',
        '{"status": "complete", "circumstances": {"seconds": 3}}',
        f'{{"status": "complete", "files": {{"../x": "{"0" * 64}"}}}}',
        f'{{"status": "complete", "files": {{"/etc/hostname": "{"0" * 64}"}}}}',
        '{"status": "complete", "files": {"x": "0"}}',
    ],
)
def test_a_broken_manifest_is_explained(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="latin-1")
    with pytest.raises(StudyDamagedError, match=r"manifest\.json"):
        StoredStudy.open(tmp_path)


def test_a_truncated_table_is_explained(tmp_path: Path) -> None:
    study = write_study(tmp_path)
    (tmp_path / "study/events/part-00000.parquet").write_bytes(b"PAR1")
    (tmp_path / "study/runs.parquet").unlink()
    with pytest.raises(StudyDamagedError, match=r"events/part-00000\.parquet: not as the study"):
        _ = study.events
    with pytest.raises(StudyDamagedError, match=r"runs\.parquet: not as the study"):
        _ = study.runs
    with pytest.raises(StudyDamagedError, match=r"runs\.parquet cannot be read"):
        study.scan("runs")


def test_a_truncated_table_without_a_hash_is_explained(tmp_path: Path) -> None:
    """So are studies of earlier versions."""
    study = write_study(tmp_path)
    (tmp_path / "study/manifest.json").write_text('{"status": "incomplete"}')
    (tmp_path / "study/events/part-00000.parquet").write_bytes(b"PAR1")
    study = StoredStudy.open(tmp_path / "study")
    assert study.series.equals(study.scan("series").collect())
    with pytest.raises(StudyDamagedError, match=r"events of .*study cannot be read"):
        _ = study.events


def test_a_study_in_memory_equals_the_stored_one(tmp_path: Path) -> None:
    stored = write_study(tmp_path)
    study = study_in_memory(
        MANIFEST, planned(RUNS), {number: run(number) for number in range(RUNS)}
    )
    assert study.complete
    assert study.path is None
    assert "in memory" in repr(study)
    for name, table in study.tables.items():
        assert table.equals(stored.tables[name])
    assert not study.events.is_empty()


def test_a_study_in_memory_with_pending_runs_is_not_complete() -> None:
    study = study_in_memory(MANIFEST, planned(RUNS), {number: run(number) for number in range(3)})
    assert not study.complete
    assert study.runs["status"].to_list() == ["done"] * 3 + ["pending"] * (RUNS - 3)
    assert set(study.series["replicate"]) == {0, 1}


@pytest.mark.parametrize("name", ["manifest.json", "log.jsonl", "series", "figures/x.png", "notes"])
@pytest.mark.parametrize("kind", ["file", "nothing", "folder", "pipe"])
def test_a_study_with_a_link_in_it_is_not_opened(tmp_path: Path, name: str, kind: str) -> None:
    write_study(tmp_path)
    path = tmp_path / "study" / name
    path.parent.mkdir(exist_ok=True)
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    (tmp_path / "file").touch()
    os.mkfifo(path) if kind == "pipe" else path.symlink_to(
        {"file": tmp_path / "file", "nothing": tmp_path / "none", "folder": tmp_path}[kind]
    )
    for open_ in (StoredStudy.open, StudyWriter.open):
        with pytest.raises(StudyDamagedError, match=f"{name} is a (link|pipe), and a study holds"):
            open_(tmp_path / "study")


@pytest.mark.parametrize("columns", [["key"], ["status"], ["x"]])
def test_the_table_of_something_else_is_explained(tmp_path: Path, columns: list[str]) -> None:
    write_study(tmp_path)
    manifest = json.loads((tmp_path / "study/manifest.json").read_text())
    del manifest["files"]
    (tmp_path / "study/manifest.json").write_text(json.dumps({**manifest, "varies": ["x"]}))
    runs = tmp_path / "study/runs.parquet"
    pl.read_parquet(runs).drop(columns).write_parquet(runs)
    with pytest.raises(StudyDamagedError, match="cannot be read as the runs of a study"):
        _ = StoredStudy.open(tmp_path / "study").runs
