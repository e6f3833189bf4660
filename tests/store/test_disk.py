"""A full disk or a killed process loses no finished run."""

import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from defectsim.core.errors import StorageError, StudyDamagedError
from defectsim.store import StoredStudy, StudyWriter, parts
from defectsim.store.folder import append_to_log
from stored_runs import begin_study, hashes, run, write_study

MANY = 60


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "RUNS_PER_PART", 20)


@cache
def straight() -> dict[str, str]:
    """Return the hashes of the tables of a study that nobody disturbs."""
    with TemporaryDirectory() as folder:
        write_study(Path(folder), MANY)
        return hashes(Path(folder))


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Let no file grow beyond a size: writing then fails as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def write(writer: StudyWriter, kept: list[int]) -> None:
    with writer:
        for number in writer.pending:
            writer.add(number, run(number))
            kept.append(number)


@pytest.mark.parametrize("size", [3_000, 6_000, 10_000, 50_000, 100_000, 200_000])
def test_a_full_disk_is_explained_and_loses_nothing(tmp_path: Path, size: int) -> None:
    kept: list[int] = []
    writer = begin_study(tmp_path, MANY)
    with (
        files_up_to(size),
        pytest.raises(StorageError, match=r"no finished run is lost.*defectsim resume"),
    ):
        write(writer, kept)
    assert not list(tmp_path.rglob("*.new"))
    with StudyWriter.open(tmp_path / "study") as writer:
        assert not {*kept} & {*writer.pending}
    write(StudyWriter.open(tmp_path / "study"), kept)
    assert StoredStudy.open(tmp_path / "study").complete
    assert hashes(tmp_path) == straight()


@pytest.mark.parametrize("size", [0, 100, 3_000, 6_000])
def test_a_study_without_room_can_be_created_when_there_is_room(tmp_path: Path, size: int) -> None:
    with (
        files_up_to(size),
        pytest.raises(StorageError, match=r"study cannot be created .*make room on the disk"),
    ):
        begin_study(tmp_path, MANY)
    write(begin_study(tmp_path, MANY), [])
    assert StoredStudy.open(tmp_path / "study").complete


def test_a_log_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    with files_up_to(10), pytest.raises(StorageError, match="no finished run is lost"):
        append_to_log(tmp_path, "began")


def test_a_damaged_journal_is_explained_and_its_runs_can_be_run_again(tmp_path: Path) -> None:
    with begin_study(tmp_path, MANY) as writer:
        for number in range(50):
            writer.add(number, run(number))
    journal = tmp_path / "study/journal.db"
    journal.write_bytes(b"?" * 10_000)
    with pytest.raises(StudyDamagedError, match=r"journal\.db is damaged .*move it away"):
        StudyWriter.open(tmp_path / "study")
    journal.unlink()
    write(StudyWriter.open(tmp_path / "study"), [])
    assert hashes(tmp_path) == straight()


KILLED = """
from pathlib import Path
from stored_runs import begin_study, run
from defectsim.store import parts
parts.RUNS_PER_PART = 20
writer = begin_study(Path({root!r}), 60)
for number in range(60):
    writer.add(number, run(number))
    if number in (5, 33):
        print(number, flush=True)
        input()
"""


def test_a_run_that_was_added_outlives_its_process(tmp_path: Path) -> None:
    """Its folder is copied before there is a part, as a process killed then would leave it."""
    with subprocess.Popen(
        [sys.executable, "-c", KILLED.format(root=str(tmp_path))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "5\n"
        shutil.copytree(tmp_path / "study", tmp_path / "early")
        print(file=child.stdin, flush=True)
        assert child.stdout.readline() == "33\n"
        child.send_signal(signal.SIGKILL)
    for name, added in {"early": 5, "study": 33}.items():
        with StudyWriter.open(tmp_path / name) as writer:
            assert writer.pending == [*range(added + 1, MANY)]


def test_a_study_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    with begin_study(tmp_path, MANY) as writer:
        for number in range(50):
            writer.add(number, run(number))
        study = StoredStudy.open(tmp_path / "study")
        assert not study.complete
        assert study.series["replicate"].n_unique() == 20
        writer.save()
        assert StoredStudy.open(tmp_path / "study").runs["status"].value_counts(sort=True).rows()[
            0
        ] == (
            "done",
            49,
        )
        for number in range(50, MANY):
            writer.add(number, run(number))
