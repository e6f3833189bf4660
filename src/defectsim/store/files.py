"""Files of which a reader finds the old one or the new one, never half of one, even where the power fails."""

import datetime as dt
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from defectsim.core.errors import StorageError, StudyDamagedError
from defectsim.store.journal import JOURNAL

NEW = ".new"
"""How the name of a file ends that is not whole yet."""


@contextmanager
def atomic_write(target: Path) -> Iterator[Path]:
    """Give the name by which to write a file. It takes its place on the disk in the end, if it was written at all."""
    new = target.with_name(target.name + NEW)
    try:
        yield new
        if new.exists():
            _keep(new)
            new.replace(target)
            _keep(target.parent)
    finally:
        new.unlink(missing_ok=True)


def write_text(target: Path, text: str) -> None:
    """Write a file of text whole."""
    with atomic_write(target) as new:
        new.write_text(text, encoding="utf-8")


def _keep(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def creation_errors(folder: Path) -> Iterator[None]:
    """Say of a place where no study can be begun what to do about it."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        raise StorageError(
            f"{folder} cannot be begun ({error}): make room on the disk, or choose another --out or --name"
        ) from error


@contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Say of a disk that is full, or broken, what to do about it."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        raise StorageError(
            f"{folder} cannot be written ({error}): no run that had ended is lost; make room on the disk, and go on by "
            f"`defectsim resume {folder}`"
        ) from error
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:  # the others are mistakes of ours
            raise
        raise StudyDamagedError(
            f"{folder / JOURNAL} is damaged ({error}): move it away, and `defectsim resume {folder}` lives its runs "
            "again"
        ) from error


LOG = "log.jsonl"


class StudyLog:
    """The log of the study in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def append(self, event: str, **facts: object) -> None:
        """Append what happens now."""
        line = {
            "time": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
            "event": event,
            **facts,
        }
        with storage_errors(self._folder), (self._folder / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
