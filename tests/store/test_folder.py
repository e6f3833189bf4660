"""A study's folder makes way for another one of its name only where nothing is lost by it."""

from pathlib import Path

import pytest

from defectsim.core.errors import StudyError
from defectsim.store.folder import claim
from defectsim.store.journal import JOURNAL, Journal
from defectsim.store.study import Study
from defectsim.store.writer import StudyWriter
from stored import begun, run


def lived(writer: StudyWriter) -> None:
    with writer:
        for number in writer.pending:
            writer.add(number, run(number))


def test_what_was_killed_before_it_began_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    assert claim(tmp_path, "study", overwrite=False) == tmp_path / "study"
    Journal(tmp_path / "study" / JOURNAL).close()
    (tmp_path / "study/scenario.yaml").write_text("half")
    claim(tmp_path, "study", overwrite=False)
    assert not any((tmp_path / "study").iterdir())


def test_what_is_no_study_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study/thesis.txt").touch()
    with pytest.raises(StudyError, match="is not a study, so it is not replaced"):
        claim(tmp_path, "study", overwrite=True)
    assert (tmp_path / "study/thesis.txt").exists()


def test_nobody_takes_the_folder_of_somebody_who_is_writing(tmp_path: Path) -> None:
    with begun(tmp_path), pytest.raises(StudyError, match="is being written by another process"):
        begun(tmp_path, overwrite=True)


def test_a_complete_study_waits_until_another_is_complete_however_often_that_is_begun(tmp_path: Path) -> None:
    lived(begun(tmp_path))
    for _ in range(2):
        with begun(tmp_path, overwrite=True) as writer:
            writer.add(0, run(0))
        assert not Study.open(tmp_path / "study").complete
        assert Study.open(tmp_path / "study.replaced").complete
    lived(begun(tmp_path, overwrite=True))
    assert Study.open(tmp_path / "study").complete
    assert not (tmp_path / "study.replaced").exists()
