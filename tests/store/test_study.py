from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from defectsim.core.errors import StudyError
from defectsim.store import Study, StudyWriter

type Result = Callable[[int], tuple[dict[str, object], pl.DataFrame, pl.DataFrame]]


def test_a_folder_that_is_no_study_is_said_with_those_near(tmp_path: Path, facts: dict[str, Any]) -> None:
    with StudyWriter(tmp_path, "there", {}, {**facts, "replicates": 0}):
        pass
    with pytest.raises(StudyError, match=r"nowhere is not a study.*near there: there$"):
        Study.open(tmp_path / "nowhere")


def test_a_study_that_did_not_end_well_is_pointed_at(tmp_path: Path, facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="never added"), StudyWriter(tmp_path, "study", {}, facts):
        pass
    with pytest.raises(StudyError, match=r"study\.incomplete is what"):
        Study.open(tmp_path / "study")


@pytest.mark.parametrize("text", ["{", "[]", "{}", "\xff"])
def test_a_broken_manifest_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="latin-1")
    with pytest.raises(StudyError, match=r"manifest\.json"):
        Study.open(tmp_path)


def test_a_table_cut_off_is_said(tmp_path: Path, facts: dict[str, Any]) -> None:
    with StudyWriter(tmp_path, "study", {}, {**facts, "replicates": 0}) as writer:
        pass
    (writer.folder / "events.parquet").write_bytes(b"PAR1")
    (writer.folder / "series.parquet").unlink()
    study = Study.open(writer.folder)
    with pytest.raises(StudyError, match=r"events\.parquet cannot be read"):
        _ = study.events
    with pytest.raises(StudyError, match=r"series\.parquet cannot be read"):
        _ = study.series


def test_a_study_in_memory_equals_the_stored_one(tmp_path: Path, facts: dict[str, Any], result: Result) -> None:
    with StudyWriter(tmp_path, "study", {}, {**facts, "replicates": 2}) as writer:
        for replicate in range(2):
            writer.add(replicate, *result(replicate))
    stored = Study.open(writer.folder)
    results = [result(0), result(1)]
    runs = pl.DataFrame([{"replicate": replicate, **run} for replicate, (run, _) in enumerate(results)])
    tables = {name: pl.concat(tables[name] for _, tables in results) for name in ("series", "events")}
    study = Study.of(facts, {"runs": runs, **tables})
    assert study.complete
    assert study.path is None
    assert "in memory" in repr(study)
    assert study.runs.equals(stored.runs)
    assert study.series.equals(stored.series)
    assert study.events.equals(stored.events)
