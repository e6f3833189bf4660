"""Links, pipes and devices in the place of a study's files."""

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

type Plant = Callable[[str, Path, Path, random.Random], object]


def _cleared(study: Path, name: str) -> Path:
    """Return a path in a study, with nothing there."""
    path = study / name
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    return path


def to_a_file(name: str, study: Path, elsewhere: Path, _: random.Random) -> None:
    """Link to somebody's file, which is what stood there: only the link is wrong."""
    there = study / name
    target = elsewhere / "file"
    target.write_bytes(there.read_bytes() if there.is_file() else b"mine")
    _cleared(study, name).symlink_to(target)


def to_nothing(name: str, study: Path, elsewhere: Path, _: random.Random) -> None:
    """Link to where there is nothing."""
    _cleared(study, name).symlink_to(elsewhere / "nothing")


def to_a_folder(name: str, study: Path, elsewhere: Path, _: random.Random) -> None:
    """Link to somebody's folder, which has what stood there."""
    target = elsewhere / "folder"
    if (study / name).is_dir():
        shutil.copytree(study / name, target)
    else:
        target.mkdir()
    _cleared(study, name).symlink_to(target)


def to_a_device(name: str, study: Path, _: Path, __: random.Random) -> None:
    """Link to what gives zeros without an end."""
    _cleared(study, name).symlink_to("/dev/zero")


def a_pipe(name: str, study: Path, _: Path, __: random.Random) -> None:
    """Put a pipe, which waits for a writer."""
    os.mkfifo(_cleared(study, name))


def a_second_name(name: str, study: Path, elsewhere: Path, _: random.Random) -> None:
    """Put a second name of somebody's file, which is what stood there."""
    there = study / name
    target = elsewhere / "file"
    target.write_bytes(there.read_bytes() if there.is_file() else b"mine")
    _cleared(study, name).hardlink_to(target)


KINDS: dict[str, Plant] = {
    "a link to a file": to_a_file,
    "a link to nothing": to_nothing,
    "a link to a folder": to_a_folder,
    "a link to a device": to_a_device,
    "a pipe": a_pipe,
    "a second name": a_second_name,
}
