"""A study is the same byte for byte for any order of runs and any kills of its writer."""

import contextlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defectsim.core.errors import StudyBusyError, StudyDamagedError
from defectsim.engine.records.payload import pack
from defectsim.store import StoredStudy, StudyWriter, parts
from defectsim.store.journal import Journal
from defectsim.store.provenance import changed_files
from stored_runs import FAILS, RUNS, begin_study, hashes, planned, run, write_study


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "RUNS_PER_PART", 4)
    monkeypatch.setattr(parts, "ROWS_PER_GROUP", 3)


@cache
def straight() -> dict[str, str]:
    """Return the hashes of the tables of a study that nobody disturbs."""
    with TemporaryDirectory() as folder:
        write_study(Path(folder))
        return hashes(Path(folder))


def finished(root: Path) -> dict[str, str]:
    """Run what is pending, and return the hashes of the tables."""
    with StudyWriter.open(root / "study") as writer:
        for number in writer.pending:
            writer.add(number, run(number))
    return hashes(root)


def test_a_study_has_a_row_for_every_planned_run(tmp_path: Path) -> None:
    with begin_study(tmp_path) as writer:
        writer.add(3, run(3))
        writer.add(FAILS, run(FAILS))
    study = StoredStudy.open(tmp_path / "study")
    assert not study.complete
    assert study.runs["status"].to_list() == [
        {3: "done", FAILS: "failed"}.get(n, "pending") for n in range(RUNS)
    ]
    assert study.runs["x"].to_list() == [0.0, 0.5] * 5
    assert study.runs["error"][FAILS] == "boom"


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(RUNS)), st.lists(st.integers(0, RUNS - 1), max_size=3))
def test_order_of_runs_and_kills_of_the_writer_change_no_byte(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], deaths: list[int]
) -> None:
    root = tmp_path_factory.mktemp("orders")
    writer = begin_study(root)
    for place, number in enumerate(order):
        if place in deaths:
            writer._journal.close()  # what the system does for a process that is killed
            writer = StudyWriter.open(root / "study")
        writer.add(number, run(number))
    with writer:
        pass
    assert hashes(root) == straight()


def test_an_extended_study_is_the_one_that_was_planned_longer(tmp_path: Path) -> None:
    write_study(tmp_path / "short", 6)
    with StudyWriter.open(tmp_path / "short" / "study") as writer:
        writer.extend(planned(RUNS))
        assert writer.pending == list(range(6, RUNS))
    assert finished(tmp_path / "short") == straight()


def seconds(root: Path) -> list[float | None]:
    """Return how long each run took, as the manifest of a complete study says."""
    return StoredStudy.open(root / "study").manifest["circumstances"]["seconds"]


def test_the_duration_of_each_run_is_kept_across_writers(tmp_path: Path) -> None:
    with begin_study(tmp_path, 4) as writer:
        writer.add(2, replace(run(2), seconds=2.0))
    writer = StudyWriter.open(tmp_path / "study")
    writer.add(3, replace(run(3), seconds=3.0))
    writer._journal.close()  # what the system does for a process that is killed
    finished(tmp_path)
    assert seconds(tmp_path) == [0.1, 0.1, 2.0, 3.0]
    with StudyWriter.open(tmp_path / "study") as writer:
        writer.extend(planned(RUNS))
        writer.add(9, replace(run(9), seconds=9.0))
    finished(tmp_path)
    assert seconds(tmp_path) == [0.1, 0.1, 2.0, 3.0, 0.1, 0.1, 0.1, 0.1, 0.1, 9.0]
    finished(tmp_path)
    assert seconds(tmp_path)[-1] == 9.0


def test_a_study_has_the_hashes_of_its_files_while_it_is_made(tmp_path: Path) -> None:
    with begin_study(tmp_path) as writer:
        _add_all(writer, range(5))
    study = StoredStudy.open(tmp_path / "study", check=True)
    assert not study.complete
    names = {str(path.relative_to(tmp_path / "study")) for path in tmp_path.rglob("*.parquet")}
    assert "series/part-00000.parquet" in names
    assert study.manifest["files"].keys() == {*names, "scenario.yaml"}
    assert "replaced" not in study.manifest


@pytest.mark.parametrize("stage", ["announced", "replaced"])
@pytest.mark.parametrize("name", ["runs.parquet", "series/part-00000.parquet", "manifest.json"])
def test_a_writer_that_is_killed_while_it_replaces_a_file_leaves_a_study_as_it_wrote_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, stage: str
) -> None:
    """Killed before the new file has its name, or before the manifest forgets the old one."""

    class Killed(BaseException):
        pass

    writer = begin_study(tmp_path)
    _add_all(writer, range(3))
    writer.save()
    replace = os.replace

    def replaced(source: str, target: str, **folders: int) -> None:
        if target != Path(name).name:
            return replace(source, target, **folders)
        if stage == "replaced":
            replace(source, target, **folders)
        raise Killed

    monkeypatch.setattr(os, "replace", replaced)
    with contextlib.suppress(Killed):
        _add_all(writer, [3])
        writer.save()
    monkeypatch.undo()
    monkeypatch.setattr(parts, "RUNS_PER_PART", 4)
    monkeypatch.setattr(parts, "ROWS_PER_GROUP", 3)
    writer._journal.close()
    assert changed_files(tmp_path / "study") == []
    with StudyWriter.open(tmp_path / "study") as writer:
        assert writer.pending == [*range(4, RUNS)]
    assert finished(tmp_path) == straight()


@pytest.mark.parametrize("complete", [True, False])
def test_runs_whose_part_was_lost_are_run_again(tmp_path: Path, complete: bool) -> None:
    with begin_study(tmp_path / "lost") as writer:
        _add_all(writer, range(RUNS if complete else RUNS - 1))
    (tmp_path / "lost/study/series/part-00001.parquet").unlink()
    with StudyWriter.open(tmp_path / "lost/study") as writer:
        assert writer.pending == [4, 6, 7, *([] if complete else [RUNS - 1])]  # the fifth failed
    log = [
        json.loads(line) for line in (tmp_path / "lost/study/log.jsonl").read_text().splitlines()
    ]
    lost = ["series/part-00001.parquet"]
    assert [(line["event"], line["files"], line["runs"]) for line in log] == [("lost", lost, 3)]
    assert finished(tmp_path / "lost") == straight()


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "a bit": lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
    "the end": lambda data: data[:-50],
    "all": lambda _: b"PAR1",
}


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize("change", CHANGES)
def test_a_table_that_is_not_as_written_is_lost_and_made_again(
    tmp_path: Path, complete: bool, change: str
) -> None:
    with begin_study(tmp_path) as writer:
        _add_all(writer, range(RUNS if complete else RUNS - 1))
    path = tmp_path / "study/series/part-00000.parquet"
    path.write_bytes(CHANGES[change](path.read_bytes()))
    assert changed_files(tmp_path / "study") == ["series/part-00000.parquet"]
    with pytest.raises(StudyDamagedError, match=r"series/part-00000\.parquet: not as the study"):
        StoredStudy.open(tmp_path / "study", check=True)
    with StudyWriter.open(tmp_path / "study") as writer:
        assert writer.pending == [*range(4), *([] if complete else [RUNS - 1])]
    assert finished(tmp_path) == straight()
    assert changed_files(tmp_path / "study") == []


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize("change", ["a bit", "gone", "one more", "no hashes"])
def test_what_cannot_be_made_again_is_refused(tmp_path: Path, complete: bool, change: str) -> None:
    with begin_study(tmp_path) as writer:
        _add_all(writer, range(RUNS if complete else RUNS - 1))
    study = tmp_path / "study"
    name = "runs.parquet"
    if change == "a bit":
        (study / name).write_bytes(CHANGES[change]((study / name).read_bytes()))
    elif change == "gone":
        (study / name).unlink()
    elif change == "one more":
        name = "series/part-00009.parquet"
        (study / name).write_bytes((study / "series/part-00000.parquet").read_bytes())
    else:
        name = "manifest.json"
        manifest = json.loads((study / name).read_text())
        del manifest["files"]
        (study / name).write_text(json.dumps(manifest))
    with pytest.raises(StudyDamagedError, match=name):
        StudyWriter.open(study)


JOURNALS = {
    "a row": "UPDATE runs SET row = replace(row, 'done', 'done ') WHERE run = 8",
    "rows": "UPDATE tables SET rows = zeroblob(9) WHERE run = 8 AND name = 'series'",
    "no rows": "DELETE FROM tables WHERE run = 8 AND name = 'series'",
}


@pytest.mark.parametrize("change", JOURNALS)
def test_a_result_that_is_not_as_added_is_lost(tmp_path: Path, change: str) -> None:
    with begin_study(tmp_path) as writer:
        _add_all(writer, range(RUNS - 1))
    with closing(sqlite3.connect(tmp_path / "study/journal.db")) as database, database:
        database.execute(JOURNALS[change])
    with StudyWriter.open(tmp_path / "study") as writer:
        assert writer.pending == [8, 9]
    assert finished(tmp_path) == straight()


FOREIGN = {
    "another table": "CREATE TABLE more (x)",
    "another column": "ALTER TABLE runs ADD COLUMN x",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM tables; END",
    "runs without a number": "UPDATE tables SET run = 'one' WHERE run = 8",
    "runs that nobody planned": "UPDATE runs SET run = run + 99",
    "rows of another form": f"UPDATE runs SET row = '[]', hash = '{sha256(b'[]').hexdigest()}'",
}


@pytest.mark.parametrize("change", FOREIGN)
def test_the_journal_of_something_else_is_refused(tmp_path: Path, change: str) -> None:
    with begin_study(tmp_path) as writer:
        _add_all(writer, range(RUNS - 1))
    with closing(sqlite3.connect(tmp_path / "study/journal.db")) as database, database:
        database.execute(FOREIGN[change])
        if change == "runs that nobody planned":
            database.execute("UPDATE tables SET run = run + 99")
    with pytest.raises(StudyDamagedError, match=r"journal.* move"):
        StudyWriter.open(tmp_path / "study")


def test_bands_that_are_not_as_written_are_refused_since_their_series_are_gone(
    tmp_path: Path,
) -> None:
    with begin_study(tmp_path) as writer:
        for number in range(RUNS):
            tables = {"banded": run(number).tables["series"]} if number != FAILS else {}
            row = {**run(4).row, "status": "done"} if number == FAILS else run(number).row
            writer.add(number, replace(run(number), row=row, tables=tables))
    path = tmp_path / "study/bands/part-00000.parquet"
    path.write_bytes(CHANGES["a bit"](path.read_bytes()))
    with pytest.raises(StudyDamagedError, match=r"bands/part-00000\.parquet: not as the study"):
        StudyWriter.open(tmp_path / "study")


def test_the_journal_drops_tables_once_their_part_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []

    def flushed(handle: int) -> None:
        path = Path(f"/proc/self/fd/{handle}").readlink()
        written = sorted(at.name for at in path.glob("*.parquet")) if path.is_dir() else []
        happened.append(" ".join([path.name, *written]))

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Journal, "clear", lambda *_: happened.append("forgotten"))
    writer = begin_study(tmp_path)
    happened.clear()
    _add_all(writer, range(1, 4))
    assert not happened
    _add_all(writer, [0])
    new, part = "part-00000.parquet.new", "part-00000.parquet"
    announced = ["manifest.json.new", "study runs.parquet"]
    wanted = [[new, *announced, f"{table} {part}"] for table in ("series", "events")]
    assert happened == [*wanted[0], *wanted[1], "forgotten"]


def test_failed_runs_can_be_run_again(tmp_path: Path) -> None:
    write_study(tmp_path)
    with StudyWriter.open(tmp_path / "study") as writer:
        assert writer.failed == [FAILS]
        writer.retry()
        assert writer.pending == [FAILS]
        writer.add(FAILS, pack("done", dict(run(4).row), {}, 0.1))
    assert set(StoredStudy.open(tmp_path / "study").runs["status"]) == {"done"}


def test_two_writers_cannot_share_a_study(tmp_path: Path) -> None:
    with begin_study(tmp_path) as writer:
        with pytest.raises(StudyBusyError, match="another process"):
            StudyWriter.open(tmp_path / "study")
        _add_all(writer, range(RUNS))


def _add_all(writer: StudyWriter, numbers: Iterable[int]) -> None:
    for number in numbers:
        writer.add(number, run(number))
