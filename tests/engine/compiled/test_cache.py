"""What is wrong with the cache of compiled functions costs time, and nothing else."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import platformdirs
import pytest

from defectsim.engine.compiled import cache
from defectsim.engine.compiled.cache import cache_folder, compilations, compile_cached


def double(number: int) -> int:
    return 2 * number


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache._note.cache_clear()
    monkeypatch.setenv("DEFECTSIM_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def compiles() -> bool:
    """Call the function as a new process would; return whether it was compiled."""
    began: list[bool] = []
    with compilations(lambda: began.append(True)):
        assert compile_cached(double, lambda: "a key")(21) == 42
    return bool(began)


def flipped(content: bytes) -> bytes:
    return content[:-100] + bytes([content[-100] ^ 1]) + content[-99:]


@pytest.mark.parametrize(
    "damage", [lambda _: b"", lambda all_: all_[:1000], lambda _: b"garbled" * 100, flipped]
)
def test_a_damaged_file_is_made_anew_with_a_note(
    folder: Path, damage: Callable[[bytes], bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    assert compiles()
    assert not compiles()
    (file,) = folder.glob("double-*.nbc")
    file.write_bytes(damage(file.read_bytes()))
    assert compiles()
    assert f"{file} is damaged: what was in it is compiled anew" in capsys.readouterr().err
    assert not compiles()


def test_folders_where_files_should_be_are_left_and_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compiles()
    (file,) = folder.glob("double-*.nbc")
    file.unlink()
    file.mkdir()
    assert compiles()
    assert "set DEFECTSIM_CACHE_DIR to a folder that can be written" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == [file.name]


def test_a_file_where_the_folder_should_be_is_told_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.write_text("")
    assert compiles()
    assert compiles()
    assert capsys.readouterr().err.count("cannot be kept") == 1


def test_without_a_home_nothing_is_written_into_the_working_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DEFECTSIM_CACHE_DIR")
    monkeypatch.setattr(
        platformdirs, "user_cache_path", lambda name: Path("~/.cache") / name
    )  # as without a home folder
    assert compiles()
    assert list(tmp_path.iterdir()) == []
    assert "cannot be kept" in capsys.readouterr().err


def test_the_home_of_a_path_is_expanded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DEFECTSIM_CACHE_DIR", "~/kept")
    assert cache_folder() == tmp_path / "kept"


def test_several_may_compile_at_first_and_what_killed_ones_left_is_removed(folder: Path) -> None:
    folder.mkdir()
    for name, age in (("old.tmp", 2 * cache._LEFT_BEHIND), ("new.tmp", 0)):
        (folder / name).touch()
        os.utime(folder / name, times=(time.time() - age,) * 2)
    with ThreadPoolExecutor(4) as pool:
        assert any(pool.map(lambda _: compiles(), range(4)))
    assert not compiles()
    assert sorted(path.suffix for path in folder.iterdir()) == [".nbc", ".tmp"]
