"""The folder of a study: how it is created, and how it replaces another one of its name.

Only studies are ever removed: the one that is replaced, once the new one is complete.
"""

import shutil
from collections.abc import Collection
from pathlib import Path

from defectsim.core.errors import PlanError, StorageError, StudyDamagedError, StudyExistsError
from defectsim.store.files import UNFINISHED
from defectsim.store.journal import JOURNAL, holds_nothing
from defectsim.store.parts import FILE
from defectsim.store.provenance import MANIFEST, read_manifest
from defectsim.store.schema import TABLES

FOLDERS = (*TABLES, "figures")
"""Folders that every study has from the beginning."""
_CREATED_FIRST = {*FOLDERS, *(f"{JOURNAL}{end}" for end in ("", "-journal", "-wal", "-shm"))}
_REPLACED = ".replaced"
"""Ending of the name of a study that waits until its replacement is complete; its marker."""


def claim(root: Path, name: str, *, overwrite: bool, files: Collection[str] = ()) -> Path:
    """Create the folder of a study; one of its name waits beside it until the new one is complete.

    Parameters
    ----------
    files
        Names of the files that are written before the manifest. A folder with nothing else holds
        a study that was never begun.
    """
    if Path(name).name != name:
        raise PlanError(
            f"a study's name is the name of a folder, which {name!r} is not: choose another --name"
        )
    folder = root / name
    if folder.exists() and not _never_begun(folder, files):
        _move_aside(folder, overwrite=overwrite)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def remove_replaced(folder: Path) -> None:
    """Remove the study that a complete one replaces."""
    replaced = _replaced_by(folder)
    if (replaced / _REPLACED).is_file():
        shutil.rmtree(replaced, ignore_errors=True)


def _replaced_by(folder: Path) -> Path:
    return folder.with_name(folder.name + _REPLACED)


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
    if replaced.exists() and not (replaced / _REPLACED).is_file():
        raise StudyExistsError(
            f"{folder} would wait in {replaced}, which is something else: move that, or choose "
            "another --name"
        )
    if replaced.exists() and status != "complete":
        shutil.rmtree(folder)  # the last complete study goes on waiting
        return
    remove_replaced(folder)
    (folder / _REPLACED).touch()
    folder.rename(replaced)


def _status(folder: Path) -> str | None:
    """Return the status in a study's manifest, None for a folder that holds no study."""
    if not (folder / MANIFEST).is_file():
        return None
    try:
        return str(read_manifest(folder)["status"])
    except (StudyDamagedError, StorageError):
        return "unreadable" if (folder / FILE).is_file() else None


def _never_begun(folder: Path, files: Collection[str]) -> bool:
    """Return whether the folder holds only what a writer left that was killed at the very start."""
    if not (folder / JOURNAL).is_file():
        return not any(folder.iterdir())
    written = (FILE, MANIFEST, *files)
    names = (*_CREATED_FIRST, *written, *(f"{name}{UNFINISHED}" for name in written))
    expected = {folder / name for name in names}
    expected.update(*((folder / file).parents for file in files))
    return expected.issuperset(folder.rglob("*")) and holds_nothing(folder / JOURNAL)
