"""Files are replaced whole and in their own folder; folders of killed processes are removed."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from defectsim.core import files
from defectsim.core.errors import StorageError
from defectsim.core.files import (
    TemporaryFolder,
    append_line,
    atomic_write,
    beside,
    is_file,
    remove_orphans,
    user_path,
    write_new,
    write_text,
)


def test_the_home_folder_is_put_in_place_of_a_tilde_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", f"{tmp_path}/~")
    assert user_path("~/out") == tmp_path / "~" / "out"
    assert user_path(Path("a/~")) == Path("a/~")
    assert user_path("~nobody-of-that-name/x") == Path("~nobody-of-that-name/x")


@pytest.mark.parametrize("name", ["a" * 300, "there/a", f"{'a' * 300}/b", "a\0b"])
def test_there_is_no_file_under_what_can_be_no_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "there").touch()
    assert is_file(tmp_path / "there")
    assert not is_file(tmp_path / name)
    assert beside(tmp_path / name) in ([], [tmp_path / "there"])


def test_files_that_a_user_asks_for_are_written_all_or_none(tmp_path: Path) -> None:
    long, link = tmp_path / ("a" * 300), tmp_path / "link"
    link.symlink_to(tmp_path / "nowhere")
    for wrong, said in ((long, "its name is too long"), (link, "already there")):
        with pytest.raises(StorageError, match=said):
            write_new({tmp_path / "fine": "x", wrong: "x"})
    assert [*tmp_path.iterdir()] == [link]


@pytest.mark.parametrize("name", ["file", "file.new"])
def test_nothing_is_written_through_a_link(tmp_path: Path, name: str) -> None:
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / name).symlink_to(tmp_path / "mine")
    write_text(tmp_path / "study/file", "new")
    assert (tmp_path / "mine").read_text() == "mine"
    assert not (tmp_path / "study/file").is_symlink()
    assert [path.name for path in (tmp_path / "study").iterdir()] == ["file"]
    (tmp_path / "linked").symlink_to(tmp_path / "study")
    with pytest.raises(NotADirectoryError):
        write_text(tmp_path / "linked/file", "newer")
    assert (tmp_path / "study/file").read_text() == "new"


def test_a_file_that_is_not_completed_replaces_nothing(tmp_path: Path) -> None:
    write_text(tmp_path / "file", "old")
    with pytest.raises(KeyError), atomic_write(tmp_path / "file") as file:
        file.write(b"half")
        raise KeyError
    assert (tmp_path / "file").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_log_is_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    (tmp_path / "second").hardlink_to(tmp_path / "mine")
    for name in ("pipe", "link", "second"):
        with pytest.raises(OSError):  # noqa: PT011  # which of its kinds depends on the system
            append_line(tmp_path / name, "x")
    assert (tmp_path / "mine").read_text() == ""
    append_line(tmp_path / "log", "a lone \udc80")
    assert (tmp_path / "log").read_text() == "a lone \\udc80\n"


LEAVES = """
import os, signal
from defectsim.core.files import TemporaryFolder
folder = TemporaryFolder()
(folder.path / "file").touch()
print(folder.path, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_temporary_folder_of_a_killed_process_is_removed_and_of_a_living_one_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    living = TemporaryFolder()
    killed = subprocess.run(
        [sys.executable, "-c", LEAVES],
        env={"TMPDIR": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    left = Path(killed.stdout.strip())
    assert left.parent == tmp_path
    remove_orphans()
    assert left.exists()  # somebody could be about to lock it
    monkeypatch.setattr(files, "_SETTLED", -1.0)
    (tmp_path / "defectsim-link").symlink_to(tmp_path)
    (tmp_path / "defectsim-file").touch()
    remove_orphans()
    assert not left.exists()
    assert living.path.exists()
    assert (tmp_path / "defectsim-file").exists()
    living.remove()
    assert not living.path.exists()
