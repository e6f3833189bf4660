"""How a study's folder comes to be, and makes way for another of its name."""

import shutil
from pathlib import Path

from defectsim.core.errors import StudyError
from defectsim.store.provenance import MANIFEST


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
    if not overwrite:
        raise StudyError(
            f"{folder} exists: go on with it by `defectsim resume {folder}`, pass --overwrite to replace it, or choose "
            "another --out or --name"
        )
    if not (folder / MANIFEST).is_file():
        raise StudyError(f"{folder} is not a study, so it is not replaced: choose another --out or --name")
    let_go(folder)
    folder.rename(_replaced(folder))
