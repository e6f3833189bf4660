"""How a study's folder is claimed by one writer, and how it takes its place in one step."""

import os
import shutil
import sys
from pathlib import Path

from defectsim.core.errors import StudyError

if sys.platform != "win32":
    import fcntl

MANIFEST = "manifest.json"
_LOCK = ".lock"


def incomplete(folder: Path) -> Path:
    """Return where a study is written until it is complete."""
    return folder.with_name(f"{folder.name}.incomplete")


def _replaced(folder: Path) -> Path:
    """Return where an old study waits while the new one takes its place."""
    return folder.with_name(f"{folder.name}.replaced")


def check_free(folder: Path, *, overwrite: bool) -> None:
    """Refuse to write a study where something else is; one that was cut off from its place returns to it first."""
    if _replaced(folder).exists() and not folder.exists():
        _replaced(folder).rename(folder)
    if not folder.exists():
        return
    if not overwrite:
        raise StudyError(f"{folder} exists: pass --overwrite to replace it, or choose another --out or --name")
    if not (folder / MANIFEST).is_file():
        raise StudyError(f"{folder} is not a study, so it is not replaced: choose another --out or --name")


def claim(folder: Path) -> int:
    """Make an empty folder for this process alone and return the lock; what a dead writer left there goes."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    if not _take(lock):
        os.close(lock)
        raise StudyError(f"{folder} is being written by another process: wait for it, or choose another --name")
    for left in folder.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        elif left.name != _LOCK:
            left.unlink()
    return lock


def _take(lock: int) -> bool:
    if sys.platform == "win32":
        return True  # no flock there: two writers of one study are not told apart
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def publish(written: Path, folder: Path) -> None:
    """Put a finished folder in its place; a study that was there goes only when the new one stands."""
    _sync(written)
    replaced = _replaced(folder)
    if replaced.exists():
        shutil.rmtree(replaced)
    if folder.exists():
        folder.rename(replaced)
    written.rename(folder)
    (folder / _LOCK).unlink()
    _sync_one(folder.parent)
    if replaced.exists():
        shutil.rmtree(replaced)


def _sync(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        _sync_one(path)


def _sync_one(path: Path) -> None:
    if path.is_dir() and sys.platform == "win32":
        return  # folders cannot be opened there
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
