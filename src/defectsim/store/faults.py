"""What stands in the way of writing, in words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from defectsim.core.errors import StudyError
from defectsim.store.journal import JOURNAL


@contextmanager
def beginning(folder: Path) -> Iterator[None]:
    """Say of a place where no study can be begun what to do about it."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        raise StudyError(
            f"{folder} cannot be begun ({error}): make room on the disk, or choose another --out or --name"
        ) from error


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say of a disk that is full, or broken, what to do about it."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        raise StudyError(
            f"{folder} cannot be written ({error}): no run that had ended is lost; make room on the disk, and go on by "
            f"`defectsim resume {folder}`"
        ) from error
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:  # the others are mistakes of ours
            raise
        raise StudyError(
            f"{folder / JOURNAL} is damaged ({error}): move it away, and `defectsim resume {folder}` lives its runs "
            "again"
        ) from error
