"""Atomic writing: a reader finds the old file or the new one, even after a power failure."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
