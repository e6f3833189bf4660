"""Files that are replaced whole, and folders in which no link leads elsewhere.

A reader finds the old file or the new one, even after a power failure. What is written goes into
a new file of the folder at hand, whatever stands there under its name.
"""

import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO

from defectsim.core.errors import StorageError, expect, expect_target, file_errors

UNFINISHED = ".new"
"""Ending of the name of a file that is being written."""
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_APPENDED = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def user_path(path: str | Path) -> Path:
    """Return a path that a user named, with the home folder in place of ``~``."""
    expect(path, str | os.PathLike, "a path, as text or a pathlib.Path")
    return Path(os.path.expanduser(path))  # noqa: PTH111  # Path.expanduser raises for ~nobody


def is_file(path: Path) -> bool:
    """Return whether there is a file, whatever a user took for a path."""
    return os.path.isfile(path)  # noqa: PTH113  # Path.is_file raises if the name is too long


def beside(path: Path) -> list[Path]:
    """Return the files beside a path that end alike, of which one may have been meant."""
    folder = path.parent
    there = os.path.isdir(folder)  # noqa: PTH112  # as in `is_file`
    return [*folder.glob(f"*{path.suffix}")] if there else []


@contextmanager
def atomic_write(
    target: Path, announce: Callable[[str], object] | None = None
) -> Iterator[BinaryIO]:
    """Yield a new file, which replaces the target once it is complete and on the disk.

    Parameters
    ----------
    target
        No link is followed: neither to it, nor to its folder.
    announce
        Called with the SHA-256 hash of the new file before it replaces the target.
    """
    folder = os.open(target.parent, _FOLDER)
    name = target.name + UNFINISHED
    try:
        _discard(name, folder)
        with os.fdopen(os.open(name, _NEW, 0o666, dir_fd=folder), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if announce is not None:
                announce(_digest(file))
        os.replace(name, target.name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
    finally:
        _discard(name, folder)
        os.close(folder)


def _discard(name: str, folder: int) -> None:
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)


def write_text(target: Path, text: str, announce: Callable[[str], object] | None = None) -> None:
    """Write a text file atomically; see `atomic_write`."""
    with atomic_write(target, announce) as file:
        file.write(text.encode(errors="backslashreplace"))


def write_new(texts: Mapping[Path, str]) -> None:
    """Write text files that a user asked for, all in one folder: all of them, or none.

    Raises
    ------
    StorageError
        When a file could not be written, or one of them is there already.
    """
    for file in texts:
        expect_target(file)
    if there := [str(file) for file in texts if os.path.lexists(file)]:
        raise StorageError(
            f"{', '.join(there)}: already there, and not overwritten; choose another name"
        )
    for file, text in texts.items():
        with file_errors(file):
            file.write_text(text, encoding="utf-8")


def append_line(target: Path, line: str) -> None:
    """Append a line to a text file, which is made if need be; no link is followed."""
    with os.fdopen(
        os.open(target, _APPENDED, 0o666), "a", encoding="utf-8", errors="backslashreplace"
    ) as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode) or about.st_nlink != 1:
            raise OSError(f"{target} is no file of its own")
        file.write(f"{line}\n")


def sha256(path: Path) -> str:
    """Return the SHA-256 hash of a file, in hexadecimal."""
    with path.open("rb") as file:
        return _digest(file)


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # IO lacks readinto()


def irregular(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield what is neither file nor folder in a folder or below it, and what it is."""
    with os.scandir(folder) as entries:
        for entry in entries:
            about = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(about.st_mode):
                yield from irregular(folder / entry.name)
            elif not stat.S_ISREG(about.st_mode):
                yield folder / entry.name, _KINDS.get(stat.S_IFMT(about.st_mode), "no file")


_TEMPORARY = "defectsim-"
"""Beginning of the names of temporary folders."""
_SETTLED = 60.0
"""Seconds after which a temporary folder without a lock is one that nobody is about to lock."""


class TemporaryFolder:
    """A folder of this process, locked for as long as the process lives.

    Attributes
    ----------
    path
        Path of the folder.
    """

    def __init__(self) -> None:
        remove_orphans()
        self.path = Path(tempfile.mkdtemp(prefix=_TEMPORARY))
        self._lock = os.open(self.path, _FOLDER)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def remove(self) -> None:
        """Remove the folder and what is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def remove_orphans() -> None:
    """Remove the temporary folders that killed processes of this user left."""
    for path in Path(tempfile.gettempdir()).glob(f"{_TEMPORARY}*"):
        with suppress(OSError):  # another process removes it, or it is another user's
            handle = os.open(path, _FOLDER)
            try:
                about = os.fstat(handle)
                if about.st_uid == os.getuid() and time.time() - about.st_mtime > _SETTLED:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(handle)
