"""How a study's folder comes to be, and makes way for another of its name."""

import shutil
from pathlib import Path

from defectsim.core.errors import StudyError
from defectsim.store.journal import JOURNAL, Journal
from defectsim.store.provenance import MANIFEST, read_manifest


def claim(root: Path, name: str, *, overwrite: bool) -> Path:
    """Make the folder of a new study; one that is there waits beside it until the new one is complete."""
    if Path(name).name != name:
        raise StudyError(f"a study's name is the name of a folder, which {name!r} is not: choose another --name")
    folder = root / name
    if folder.exists():
        _make_way(folder, overwrite=overwrite)
    folder.mkdir(parents=True)
    return folder


def let_go(folder: Path) -> None:
    """Take away the study that a complete one replaces."""
    shutil.rmtree(_replaced(folder), ignore_errors=True)


def _replaced(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.replaced")


def _make_way(folder: Path, *, overwrite: bool) -> None:
    if (folder / JOURNAL).exists():
        Journal(folder / JOURNAL).close()  # refuses where somebody is writing it
    if _never_begun(folder):
        shutil.rmtree(folder)
        return
    if not overwrite:
        raise StudyError(
            f"{folder} exists: go on with it by `defectsim resume {folder}`, pass --overwrite to replace it, or choose "
            "another --out or --name"
        )
    if not (folder / MANIFEST).is_file():
        raise StudyError(f"{folder} is not a study, so it is not replaced: choose another --out or --name")
    if _replaced(folder).exists() and read_manifest(folder)["status"] != "complete":
        shutil.rmtree(folder)  # the last complete one goes on waiting
        return
    let_go(folder)
    folder.rename(_replaced(folder))


def _never_begun(folder: Path) -> bool:
    """Say whether a writer was killed before its study could be gone on with."""
    return not (folder / MANIFEST).is_file() and ((folder / JOURNAL).exists() or not any(folder.iterdir()))
