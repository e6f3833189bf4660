"""Errors of the disk, told with the path and what to do about them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from defectsim.core.errors import StorageError, StudyDamagedError
from defectsim.store.journal import JOURNAL

_DISK_ERRORS = (OSError, sqlite3.OperationalError)


@contextmanager
def creation_errors(folder: Path) -> Iterator[None]:
    """Explain why a study cannot be created in a folder."""
    try:
        yield
    except _DISK_ERRORS as error:
        raise StorageError(
            f"{folder} cannot be created ({error}): make room on the disk, or choose another "
            "--out or --name"
        ) from error


@contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Explain why a study cannot be written on, and how to continue it."""
    try:
        yield
    except _DISK_ERRORS as error:
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
