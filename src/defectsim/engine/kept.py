"""Modules to be compiled, written once to a cache folder and imported from there.

Numba keeps what it compiles beside a module, and looks at the age of that one file only; so a module's name must change
with everything that it is compiled of.
"""

import os
import sys
import tempfile
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import platformdirs

_LOCK = threading.RLock()


def cache_folder() -> Path:
    """Return where compiled rules are kept between processes; `DEFECTSIM_CACHE_DIR` moves it."""
    return Path(os.environ.get("DEFECTSIM_CACHE_DIR") or platformdirs.user_cache_path("defectsim"))


def kept(name: str, text: str, names: Mapping[str, Any]) -> ModuleType:
    """Import a module, given `names` beside what its text defines; threads that ask at once get it when it is whole.

    A cache folder that cannot be written is replaced by one that lasts as long as the process.
    """
    with _LOCK:
        return sys.modules.get(name) or _imported(name, text, names)


def _imported(name: str, text: str, names: Mapping[str, Any]) -> ModuleType:
    try:
        path = _written(cache_folder(), name, text)
    except OSError as error:
        print(f"compiled rules cannot be kept ({error}): each process compiles them anew", file=sys.stderr)
        path = _written(Path(_folder_of_this_process().name), name, text)
    module = ModuleType(name)
    module.__file__ = str(path)
    module.__dict__.update(names)
    sys.modules[name] = module
    exec(compile(text, str(path), "exec"), module.__dict__)
    return module


@cache
def _folder_of_this_process() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="defectsim-")


def _written(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.py"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".tmp", delete=False) as file:
            file.write(text)
        Path(file.name).replace(path)
    return path
