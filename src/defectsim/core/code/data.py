"""Data files beside code that a scenario names, and the reads of other files while it is imported.

A name in a call of `data_file` is found in the text, so studies take the file along.
"""

import os
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path, PurePosixPath
from types import FrameType
from typing import Any

from defectsim.core.errors import RuleError, UnkeptFileWarning, nearest
from defectsim.core.files import beside, is_file

DATA = "__data__"
"""Global of a module that a scenario names: the paths of data files by their names in its text."""


def data_file(name: str) -> Path:
    """Return the path of a data file beside the code that asks for it.

    Studies take the file along, and its text is part of the fingerprint of the code, if the name is
    written out in the call and the file is UTF-8 text.

    Parameters
    ----------
    name
        Relative to the file with the code, as ``"casualties.csv"``.

    Raises
    ------
    RuleError
        If there is no such file, or studies could not take it along.
    """
    if fault := name_fault(name):
        raise RuleError(fault)
    asking = sys._getframe(1).f_globals
    folder = Path(asking.get("__file__", "")).parent
    known: Mapping[str, Path] | None = asking.get(DATA)
    if known is not None and name in known:
        return known[name]
    path = folder / name
    if not is_file(path):
        others = (str(other.relative_to(folder)) for other in beside(path))
        raise RuleError(f"there is no file {name} beside the code{nearest(name, others)}")
    if known is not None:
        raise RuleError(
            f"studies could not take {name} along: write its name out in the call, as in "
            f"data_file({path.name!r}), keep it in the folder of the scenario, and save it as UTF-8 text"
        )
    return path


def name_fault(name: object) -> str | None:
    """Return what is wrong with the name of a data file, whatever files there are."""
    if not isinstance(name, str):
        return (
            f"give data_file the name of a file as text, as in data_file('rates.csv'), not {name!r}"
        )
    if not name.strip() or not name.isprintable():
        return f"{name!r} is no name of a file: write one, as in data_file('rates.csv')"
    if name.startswith("~") or PurePosixPath(name).is_absolute():
        return f"name the file {name} relative to the code, not from the root or a home folder"
    if ".." in PurePosixPath(name).parts:
        return (
            f"{name} leads up by '..': move the file into the folder of the code, "
            "and name it from there"
        )
    if "\\" in name:
        return f"{name} has a backslash: write folders with /, as in data/rates.csv"
    return None


_watching = threading.local()


@contextmanager
def told_of_reads(path: Path, beside: Mapping[str, Any], folder: Path) -> Iterator[None]:
    """Warn of files that a module reads while it is run, and that studies do not take along."""
    _listen()
    outer, _watching.reads = getattr(_watching, "reads", None), {}
    _watching.path = str(path)
    try:
        yield
    finally:
        reads, _watching.reads = _watching.reads, outer
    known = {os.path.realpath(folder / name) for name in beside}
    for file, line in reads.items():
        if os.path.realpath(file) not in known:
            warnings.warn(
                f"{path}:{line}: {file} is read here, and studies do not take it along: put it "
                "beside the code, and open it by defectsim.data_file",
                UnkeptFileWarning,
                stacklevel=2,
            )


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    """Note the file that a module which is being run opens to be read, and the line of the module."""
    if event != "open" or getattr(_watching, "reads", None) is None:
        return
    file, mode, flags = arguments
    writes = set(mode or "") & set("wxa+") or (flags or 0) & (os.O_WRONLY | os.O_RDWR)
    if isinstance(file, str) and not writes and (line := _line_of_module(sys._getframe(1))):
        _watching.reads.setdefault(file, line)


def _line_of_module(frame: FrameType | None) -> int | None:
    """Return the line of the module from which something is opened; None while it imports others."""
    while frame is not None:
        name = frame.f_code.co_filename
        if name == _watching.path:
            return frame.f_lineno
        if name.startswith("<frozen importlib"):
            return None
        frame = frame.f_back
    return None


@cache
def _listen() -> None:
    """Listen to what this process opens, from now on: such a hook cannot be taken away."""
    sys.addaudithook(_note)
