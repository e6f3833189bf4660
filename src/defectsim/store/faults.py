"""What stands in the way of writing, in words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from defectsim.core.errors import StudyError


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
