"""Files of which a reader finds the old one or the new one, never half of one, even where the power fails."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NEW = ".new"
"""How the name of a file ends that is not whole yet."""


@contextmanager
def whole(target: Path) -> Iterator[Path]:
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
    with whole(target) as new:
        new.write_text(text, encoding="utf-8")


def _keep(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
