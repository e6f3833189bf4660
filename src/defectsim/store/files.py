"""Atomic writing: a reader finds the old file or the new one, even after a power failure."""

import datetime as dt
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from defectsim.core.errors import StorageError, StudyDamagedError
from defectsim.store.journal import JOURNAL

UNFINISHED = ".new"
"""Ending of the name of a file that is being written."""


@contextmanager
def atomic_write(target: Path) -> Iterator[Path]:
    """Yield a temporary path, and replace the target by what was written there."""
    temporary = target.with_name(target.name + UNFINISHED)
    try:
        yield temporary
        if temporary.exists():
            _flush(temporary)
            temporary.replace(target)
            _flush(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(target: Path, text: str) -> None:
    """Write a text file atomically."""
    with atomic_write(target) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, have reached the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def storage_errors(folder: Path, *, creating: bool = False) -> Iterator[None]:
    """Explain why a study cannot be created, or cannot be written on and how to continue it."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        if creating:
            raise StorageError(
                f"{folder} cannot be created ({error}): make room on the disk, or choose another "
                "--out or --name"
            ) from error
        raise StorageError(
            f"{folder} cannot be written ({error}): no finished run is lost; make room on the "
            f"disk, and continue with `defectsim resume {folder}`"
        ) from error
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:  # its subclasses are mistakes of ours
            raise
        raise StudyDamagedError(
            f"{folder / JOURNAL} is damaged ({error}): move it away, and "
            f"`defectsim resume {folder}` runs again what was in it"
        ) from error


def append_to_log(folder: Path, event: str, /, **facts: object) -> None:
    """Append an event, with the time, to the log of the study in a folder."""
    time = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
    line = json.dumps({"time": time, "event": event, **facts}, ensure_ascii=False, default=str)
    with storage_errors(folder), (folder / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
