"""A study is replaced by another of its name only when nothing is lost."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from defectsim.core.errors import (
    PlanError,
    StorageError,
    StudyBusyError,
    StudyDamagedError,
    StudyExistsError,
    StudyNotFoundError,
)
from defectsim.core.study_folder import JOURNAL, MANIFEST
from defectsim.store.folder import claim
from defectsim.store.journal import Journal
from defectsim.store.study import StoredStudy
from defectsim.store.writer import StudyWriter
from stored_runs import MANIFEST as MADE
from stored_runs import begin_study, planned, run


def finish(writer: StudyWriter) -> None:
    with writer:
        for number in writer.pending:
            writer.add(number, run(number))


def test_a_study_killed_before_it_began_is_created_anew(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    assert claim(tmp_path, "study", overwrite=False) == tmp_path / "study"
    Journal(tmp_path / "study" / JOURNAL).close()
    (tmp_path / "study/series").mkdir()
    (tmp_path / "study/scenario.yaml").write_text("half")
    finish(begin_study(tmp_path))
    assert StoredStudy.open(tmp_path / "study").complete


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE thoughts (text TEXT)")


@pytest.mark.parametrize(
    "files", [["thesis.txt"], ["thesis.txt", JOURNAL], ["sub/thesis.txt", JOURNAL], [MANIFEST]]
)
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_that_is_no_study_is_never_replaced(
    tmp_path: Path, files: list[str], overwrite: bool
) -> None:
    for file in files:
        (tmp_path / "study" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "study" / file).write_text("{}" if file == MANIFEST else "")
    with pytest.raises(StudyExistsError, match="is not a study, so it is not replaced"):
        claim(tmp_path, "study", overwrite=overwrite)
    assert all((tmp_path / "study" / file).is_file() for file in files)


@pytest.mark.parametrize(
    "fill", [foreign, lambda path: path.write_text("dear diary")], ids=["database", "text"]
)
def test_a_foreign_journal_is_left_unchanged(
    tmp_path: Path, fill: Callable[[Path], object]
) -> None:
    (tmp_path / "study").mkdir()
    fill(tmp_path / "study" / JOURNAL)
    before = (tmp_path / "study" / JOURNAL).read_bytes()
    with pytest.raises(StudyExistsError, match="is not a study"):
        claim(tmp_path, "study", overwrite=True)
    assert (tmp_path / "study" / JOURNAL).read_bytes() == before


@pytest.mark.parametrize("killed", [False, True])
def test_runs_without_a_manifest_are_kept(tmp_path: Path, killed: bool) -> None:
    writer = begin_study(tmp_path)
    writer.add(0, run(0))
    (tmp_path / "study" / MANIFEST).unlink()
    if killed:
        shutil.copytree(
            tmp_path / "study", tmp_path / "copy/study"
        )  # with what is not yet in the database itself
    writer._journal.close()
    root = tmp_path / "copy" if killed else tmp_path
    with pytest.raises(StudyExistsError, match="is not a study"):
        claim(root, "study", overwrite=True, files=["scenario.yaml"])
    assert len(Journal(root / "study" / JOURNAL).rows()) == 1


def test_a_study_whose_manifest_is_broken_can_be_replaced(tmp_path: Path) -> None:
    finish(begin_study(tmp_path))
    (tmp_path / "study" / MANIFEST).write_text("{")
    finish(begin_study(tmp_path, overwrite=True))
    assert StoredStudy.open(tmp_path / "study").complete


def test_a_study_with_the_name_of_a_waiting_one_is_kept(tmp_path: Path) -> None:
    finish(begin_study(tmp_path))
    shutil.copytree(tmp_path / "study", tmp_path / "study.replaced")
    with StudyWriter.open(tmp_path / "study"):
        pass
    assert StoredStudy.open(tmp_path / "study.replaced").complete
    with pytest.raises(StudyExistsError, match=r"study\.replaced, which is something else"):
        begin_study(tmp_path, overwrite=True)


@pytest.mark.parametrize(("out", "name"), [("file", "study"), ("/proc", "study"), (".", "file")])
def test_a_folder_that_cannot_be_created_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    with pytest.raises(
        StorageError,
        match=f"{name} cannot be created .*can be written, or .*--out or --name",
    ):
        StudyWriter.create(Path(out), name, {}, MADE, planned(2))
    with pytest.raises(
        (StorageError, StudyNotFoundError), match=r"manifest\.json cannot be read|is not a study"
    ):
        StudyWriter.open(Path(out, name))


def test_a_study_whose_journal_is_damaged_can_be_replaced(tmp_path: Path) -> None:
    with begin_study(tmp_path):
        pass
    (tmp_path / "study" / JOURNAL).write_text("?")
    finish(begin_study(tmp_path, overwrite=True))
    assert StoredStudy.open(tmp_path / "study").complete


def test_a_folder_that_is_being_written_cannot_be_claimed(tmp_path: Path) -> None:
    with (
        begin_study(tmp_path),
        pytest.raises(StudyBusyError, match="is being written by another process"),
    ):
        begin_study(tmp_path, overwrite=True)


def test_a_complete_study_waits_until_its_replacement_is_complete_however_often_that_is_begun(
    tmp_path: Path,
) -> None:
    finish(begin_study(tmp_path))
    for _ in range(2):
        with begin_study(tmp_path, overwrite=True) as writer:
            writer.add(0, run(0))
        assert not StoredStudy.open(tmp_path / "study").complete
        assert StoredStudy.open(tmp_path / "study.replaced").complete
    finish(begin_study(tmp_path, overwrite=True))
    assert StoredStudy.open(tmp_path / "study").complete
    assert not (tmp_path / "study.replaced").exists()


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "/tmp", "a\0b", "a\nb", "\x1b[31m", "\u202eb", "\udc80", "s" * 300],
)
def test_a_name_is_that_of_one_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(PlanError, match="--name"):
        StudyWriter.create(tmp_path / "out", name, {}, MADE, planned(2), overwrite=True)
    assert [path.name for path in tmp_path.rglob("*")] == ["out"]


def test_a_study_is_not_begun_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "study").symlink_to(tmp_path / "mine")
    with pytest.raises(StudyExistsError, match="study is a link"):
        begin_study(tmp_path, overwrite=True)
    assert not list((tmp_path / "mine").iterdir())


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_of_links_is_no_study_that_was_never_begun(
    tmp_path: Path, overwrite: bool
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "study").mkdir()
    Journal(tmp_path / "study" / JOURNAL).close()
    (tmp_path / "study/series").symlink_to(tmp_path / "mine")
    with pytest.raises(StudyDamagedError, match="series is a link"):
        begin_study(tmp_path, overwrite=overwrite)
    assert not list((tmp_path / "mine").iterdir())


def test_what_waits_is_marked_by_no_link(tmp_path: Path) -> None:
    """A marker that leads elsewhere is neither followed nor taken for one."""
    finish(begin_study(tmp_path))
    (tmp_path / "study" / MANIFEST).write_text("{")
    (tmp_path / "study/.replaced").symlink_to(tmp_path / "nothing")
    with begin_study(tmp_path, overwrite=True) as writer:
        writer.add(0, run(0))
    assert not (tmp_path / "nothing").exists()
    assert (tmp_path / "study.replaced/.replaced").is_symlink()


def test_what_a_killed_writer_left_half_written_is_removed(tmp_path: Path) -> None:
    with begin_study(tmp_path) as writer:
        writer.add(0, run(0))
    left = [
        tmp_path / "study" / name for name in ("runs.parquet.new", "series/part-00007.parquet.new")
    ]
    for path in left:
        path.write_text("half")
    StudyWriter.open(tmp_path / "study")._journal.close()
    assert not any(path.exists() for path in left)
