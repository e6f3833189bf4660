from pathlib import Path

import pytest

from defectsim.core.errors import StudyDamagedError, StudyExistsError, StudyNotFoundError
from defectsim.store import StoredStudy, study_in_memory
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


@pytest.mark.parametrize("text", ["{", "[]", "{}", "\xff"])
def test_a_broken_manifest_is_explained(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="latin-1")
    with pytest.raises(StudyDamagedError, match=r"manifest\.json"):
        StoredStudy.open(tmp_path)


def test_a_truncated_table_is_explained(tmp_path: Path) -> None:
    study = write_study(tmp_path)
    (tmp_path / "study/events/part-00000.parquet").write_bytes(b"PAR1")
    (tmp_path / "study/runs.parquet").unlink()
    with pytest.raises(StudyDamagedError, match=r"events cannot be read"):
        _ = study.events
    with pytest.raises(StudyDamagedError, match=r"runs\.parquet cannot be read"):
        _ = study.runs


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
