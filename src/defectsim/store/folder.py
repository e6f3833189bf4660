"""How a study's folder comes to be, and makes way for another of its name.

Nothing is taken away but studies: that which is replaced, and when it is complete the one that waited beside it.
"""

import shutil
from collections.abc import Collection
from pathlib import Path

from defectsim.core.errors import PlanError, StorageError, StudyDamagedError, StudyExistsError
from defectsim.store.files import NEW
from defectsim.store.journal import JOURNAL, holds_nothing
from defectsim.store.provenance import MANIFEST, read_manifest
from defectsim.store.runs import FILE
from defectsim.store.schema import TABLES

FOLDERS = (*TABLES, "figures")
"""What a study's folder has from the beginning."""
_FIRST = {*FOLDERS, *(f"{JOURNAL}{end}" for end in ("", "-journal", "-wal", "-shm"))}
_WAITS = ".replaced"
"""A file of this name says that a study waits until the one that replaces it is complete."""


def claim(root: Path, name: str, *, overwrite: bool, files: Collection[str] = ()) -> Path:
    """Make the folder of a new study; one that is there waits beside it until the new one is complete.

    Parameters
    ----------
    files
        Names of the files that are written into it before its manifest: with these alone, it was never begun.
    """
    if Path(name).name != name:
        raise PlanError(
            f"a study's name is the name of a folder, which {name!r} is not: choose another --name"
        )
    folder = root / name
    if folder.exists() and not _never_begun(folder, files):
        _make_way(folder, overwrite=overwrite)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def let_go(folder: Path) -> None:
    """Take away the study that a complete one replaces."""
    if _waits(replaced := _replaced(folder)):
        shutil.rmtree(replaced, ignore_errors=True)


def _replaced(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.replaced")


def _waits(folder: Path) -> bool:
    return (folder / _WAITS).is_file()


def _make_way(folder: Path, *, overwrite: bool) -> None:
    status, replaced = _status(folder), _replaced(folder)
    if status is None:
        raise StudyExistsError(
            f"{folder} is not a study, so it is not replaced: choose another --out or --name, or move it"
        )
    if (folder / JOURNAL).exists():
        holds_nothing(folder / JOURNAL)  # refuses where somebody is writing it
    if not overwrite:
        raise StudyExistsError(
            f"{folder} exists: go on with it by `defectsim resume {folder}`, pass --overwrite to replace it, or choose "
            "another --out or --name"
        )
    if replaced.exists() and not _waits(replaced):
        raise StudyExistsError(
            f"{folder} would wait in {replaced}, which is something else: move that, or choose --name"
        )
    if replaced.exists() and status != "complete":
        shutil.rmtree(folder)  # the last complete one goes on waiting
        return
    let_go(folder)
    (folder / _WAITS).touch()
    folder.rename(replaced)


def _status(folder: Path) -> str | None:
    """Return what a study says of itself, None where there is none."""
    if not (folder / MANIFEST).is_file():
        return None
    try:
        return str(read_manifest(folder)["status"])
    except (StudyDamagedError, StorageError):
        return "not to be read" if (folder / FILE).is_file() else None


def _never_begun(folder: Path, files: Collection[str]) -> bool:
    """Say whether all that there is was left by a writer that was killed before its study could be gone on with."""
    if not (folder / JOURNAL).is_file():
        return not any(folder.iterdir())
    written = (FILE, MANIFEST, *files)
    begun = {folder / name for name in (*_FIRST, *written, *(f"{name}{NEW}" for name in written))}
    begun.update(*((folder / file).parents for file in files))
    return all(path in begun for path in folder.rglob("*")) and holds_nothing(folder / JOURNAL)
