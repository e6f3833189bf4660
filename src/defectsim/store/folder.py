"""The folder of a study: how it is created, replaces another one of its name, and is written.

Only studies are ever removed: the one that is replaced, once the new one is complete.
"""

import datetime as dt
import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa
from polars.exceptions import PanicException, PolarsError

from defectsim.core.errors import (
    PlanError,
    StorageError,
    StudyDamagedError,
    StudyExistsError,
    expect,
)
from defectsim.core.files import UNFINISHED, append_line
from defectsim.core.study_folder import (
    FIGURES,
    JOURNAL,
    JOURNAL_FILES,
    LOG,
    MANIFEST,
    REPLACED,
    RUNS_FILE,
)
from defectsim.store.journal import holds_nothing
from defectsim.store.provenance import read_manifest, refuse_links
from defectsim.store.schema import READ, TABLES

FOLDERS = (*TABLES, FIGURES)
"""Folders that every study has from the beginning."""
_CREATED_FIRST = {*FOLDERS, *JOURNAL_FILES}
_MAX_BYTES = 255 - len(REPLACED)
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_WRITABLE = "see that this folder can be written"
_WRITE_FAILED = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}


def study_name(name: str) -> str:
    """Return a study's name, which must be one of a folder in the folder of studies."""
    expect(name, str, "the name of a study as text")
    if name in ("", ".", "..") or "/" in name or not name.isprintable():
        raise PlanError(
            f"a study's name is the name of one folder, which {name!r} is not: choose another --name"
        )
    if len(os.fsencode(name)) > _MAX_BYTES:
        raise PlanError(
            f"{name[:20]}... is longer than the name of a folder may be: choose a shorter --name"
        )
    return name


def claim(root: Path, name: str, *, overwrite: bool, files: Collection[str] = ()) -> Path:
    """Create the folder of a study; one of its name waits beside it until the new one is complete.

    Parameters
    ----------
    files
        Names of the files that are written before the manifest. A folder with nothing else holds
        a study that was never begun.
    """
    folder = root / study_name(name)
    if folder.is_symlink():
        raise StudyExistsError(f"{folder} is a link: choose another --out or --name, or remove it")
    if folder.exists() and not _never_begun(folder, files):
        _move_aside(folder, overwrite=overwrite)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def remove_replaced(folder: Path) -> None:
    """Remove the study that a complete one replaces."""
    replaced = _replaced_by(folder)
    if _waits(replaced):
        shutil.rmtree(replaced, ignore_errors=True)


def _waits(replaced: Path) -> bool:
    marker = replaced / REPLACED
    return not replaced.is_symlink() and marker.is_file() and not marker.is_symlink()


def _replaced_by(folder: Path) -> Path:
    return folder.with_name(folder.name + REPLACED)


def _move_aside(folder: Path, *, overwrite: bool) -> None:
    status, replaced = _status(folder), _replaced_by(folder)
    if status is None:
        raise StudyExistsError(
            f"{folder} is not a study, so it is not replaced: choose another --out or --name, "
            "or move it"
        )
    if (folder / JOURNAL).exists():
        holds_nothing(folder / JOURNAL)  # raises StudyBusyError
    if not overwrite:
        raise StudyExistsError(
            f"{folder} exists: continue it with `defectsim resume {folder}`, pass --overwrite to "
            "replace it, or choose another --out or --name"
        )
    if replaced.exists() and not _waits(replaced):
        raise StudyExistsError(
            f"{folder} would wait in {replaced}, which is something else: move that, or choose "
            "another --name"
        )
    if replaced.exists() and status != "complete":
        shutil.rmtree(folder)  # the last complete study goes on waiting
        return
    remove_replaced(folder)
    with suppress(FileExistsError):
        os.close(os.open(folder / REPLACED, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW))
    folder.rename(replaced)


def _status(folder: Path) -> str | None:
    """Return the status in a study's manifest, None for a folder that holds no study."""
    if not (folder / MANIFEST).is_file():
        return None
    try:
        return str(read_manifest(folder)["status"])
    except (StudyDamagedError, StorageError):
        return "unreadable" if (folder / RUNS_FILE).is_file() else None


def _never_begun(folder: Path, files: Collection[str]) -> bool:
    """Return whether the folder holds only what a writer left that was killed at the very start."""
    if not (folder / JOURNAL).is_file():
        return not any(folder.iterdir())
    refuse_links(folder)
    written = (RUNS_FILE, MANIFEST, *files)
    names = (*_CREATED_FIRST, *written, *(f"{name}{UNFINISHED}" for name in written))
    expected = {folder / name for name in names}
    expected.update(*((folder / file).parents for file in files))
    return expected.issuperset(folder.rglob("*")) and holds_nothing(folder / JOURNAL)


def remove_unfinished(folder: Path) -> None:
    """Remove what a killed writer left half written."""
    for inner in (folder, *(folder / name for name in (*READ, FIGURES))):
        for path in inner.glob(f"*{UNFINISHED}"):
            if not path.is_dir():
                path.unlink()


@contextmanager
def storage_errors(folder: Path, *, creating: bool = False) -> Iterator[None]:
    """Explain why a study cannot be created, or cannot be written on and how to continue it."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        if creating:
            raise StorageError(
                f"{folder} cannot be created ({error}): {_advice(error)}, or choose another --out "
                "or --name"
            ) from error
        raise StorageError(
            f"{folder} cannot be written ({error}): no finished run is lost; {_advice(error)}, and "
            f"continue with `defectsim resume {folder}`"
        ) from error
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:  # its subclasses are mistakes of ours
            raise
        raise StudyDamagedError(
            f"{folder / JOURNAL} is damaged ({error}): move it away, and "
            f"`defectsim resume {folder}` runs again what was in it"
        ) from error
    except (PolarsError, PanicException, pa.ArrowException) as error:
        raise StudyDamagedError(
            f"{folder} holds tables that are none of a study ({_first_line(error)}): run the study "
            "again with --overwrite"
        ) from error


def _advice(error: OSError | sqlite3.OperationalError) -> str:
    if isinstance(error, OSError) and error.errno not in _NO_ROOM:
        return _WRITABLE
    if isinstance(error, sqlite3.Error) and error.sqlite_errorcode & 0xFF not in _WRITE_FAILED:
        return _WRITABLE
    return "make room on the disk"


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def writer_died(folder: Path) -> bool:
    """Return whether the process that wrote a study last ended without a word, as its log tells."""
    try:
        last = json.loads((folder / LOG).read_bytes().splitlines()[-1])["event"]
    except (OSError, ValueError, LookupError, TypeError):
        return False
    return last in ("begins", "failed", "lost")


def append_to_log(folder: Path, event: str, /, **facts: object) -> None:
    """Append an event, with the time, to the log of the study in a folder."""
    time = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
    line = json.dumps({"time": time, "event": event, **facts}, ensure_ascii=False, default=str)
    with storage_errors(folder):
        append_line(folder / LOG, line)
