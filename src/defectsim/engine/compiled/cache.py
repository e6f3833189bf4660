"""Compiled functions on disk, under a hash of all that they are compiled of.

Each file begins with the hash of the rest: machine code of which a byte is wrong would end the
process, so what is damaged is compiled anew.
"""

import hashlib
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import platformdirs
from numba.core import event
from numba.core.caching import _Cache
from numba.core.compiler import CompileResult
from numba.core.runtime.nrt import rtsys
from numba.core.serialize import dumps

from defectsim.core.files import user_path
from defectsim.core.formatting import plain
from defectsim.rules.compile import CompiledFunction

_SOURCES = (
    "core/functions.py",
    "engine",
    "engine/compiled",
    "model/rule.py",
    "model/transitions.py",
    "rules/compile.py",
    "rules/intervals.py",
    "rules/intrinsics.py",
    "rules/text.py",
)


_DIGEST = hashlib.sha256().digest_size
_UNFINISHED = ".tmp"
_LEFT_BEHIND = 3600.0
"""Seconds after which an unfinished file is one that a killed process left."""


def cache_folder() -> Path:
    """Return where compiled code is kept between processes; `DEFECTSIM_CACHE_DIR` moves it.

    Without a home folder there is no such place, and what is returned can hold nothing.
    """
    if given := os.environ.get("DEFECTSIM_CACHE_DIR"):
        return user_path(given)
    folder = platformdirs.user_cache_path("defectsim")
    return Path(os.devnull, "no home folder") if folder.parts[0] == "~" else folder


@cache
def engine_fingerprint() -> str:
    """Return a hash of the engine's own code and of what compiles it."""
    root = Path(__file__).parents[2]
    files = [
        file for name in _SOURCES for file in sorted([root / name, *(root / name).glob("*.py")])
    ]
    parts = [file.read_text(encoding="utf-8") for file in files if file.suffix == ".py"]
    versions = [version(package) for package in ("defectsim", "numba", "llvmlite", "numpy")]
    return hashlib.sha256("\x1f".join([*parts, *versions]).encode()).hexdigest()


class DiskCache(_Cache):
    """The compiled versions of one function, one file for each signature."""

    def __init__(self, function: Callable[..., Any], key: Callable[[], str]) -> None:
        self._name, self._key = function.__name__, key

    @property
    def cache_path(self) -> str:
        """The folder."""
        return str(cache_folder())

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        """Return the function compiled for a signature, where it is kept."""
        rtsys.initialize(target_context)  # `refresh` would import all that Numba can compile
        path = self._path(cache_folder(), signature, target_context.codegen())
        try:
            stored = path.read_bytes()
        except OSError:
            return None
        digest, payload = stored[:_DIGEST], stored[_DIGEST:]
        if hashlib.sha256(payload).digest() != digest:
            _note(f"{path} is damaged: what was in it is compiled anew")
            return None
        return CompileResult._rebuild(target_context, *pickle.loads(payload))

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keep the function compiled for a signature; warn where the folder cannot be written."""
        path = self._path(cache_folder(), signature, compiled.codegen)
        payload = dumps(compiled._reduce())
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _remove_unfinished(path.parent)
            handle, name = tempfile.mkstemp(_UNFINISHED, dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(hashlib.sha256(payload).digest() + payload)
                Path(name).replace(path)
            finally:
                Path(name).unlink(missing_ok=True)
        except OSError as error:
            _note(
                f"compiled rules cannot be kept ({error.strerror}: {path.parent}): each process "
                "compiles them anew; set DEFECTSIM_CACHE_DIR to a folder that can be written"
            )

    def _path(self, folder: Path, signature: Any, codegen: Any) -> Path:
        parts = [self._key(), repr(signature), repr(codegen.magic_tuple())]
        name = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
        return folder / f"{self._name}-{name}.nbc"

    def enable(self) -> None:
        """Do nothing: the cache is always in use."""

    disable = flush = enable


class _Compilations(event.Listener):
    """Calls a function when the first of several compilations begins."""

    def __init__(self, begun: Callable[[], None]) -> None:
        self._begun: Callable[[], None] | None = begun

    def on_start(self, _: event.Event) -> None:
        begun, self._begun = self._begun, None
        if begun:
            begun()

    def on_end(self, _: event.Event) -> None:
        pass


def compilations(begun: Callable[[], None]) -> AbstractContextManager[None]:
    """Call a function, once, if anything is compiled in a context, as nothing that is stored is."""
    return event.install_listener("numba:compile", _Compilations(begun))


def _remove_unfinished(folder: Path) -> None:
    """Remove the files that killed processes left while they wrote them."""
    for path in folder.glob(f"*{_UNFINISHED}"):
        if time.time() - path.stat().st_mtime > _LEFT_BEHIND:
            path.unlink(missing_ok=True)


@cache
def _note(message: str) -> None:
    """Print a message once, though many functions meet its cause."""
    print(plain(message), file=sys.stderr)


def compile_cached(function: Callable[..., Any], key: Callable[[], str], **options: Any) -> Any:
    """Compile a function, and store it on disk under a key.

    The key differs wherever the function would be compiled otherwise.
    """
    found: Any = CompiledFunction(function, _nrt=False, **options)
    found._cache = DiskCache(function, key)
    found.inner._cache = DiskCache(function, lambda: f"{key()} inner")
    return found


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function of the engine's own; without an error where Python divides by zero."""
    return compile_cached(function, engine_fingerprint, error_model="numpy")


def inlined(function: Callable[..., Any]) -> CompiledFunction:
    """Inline a function that is called often; it takes single arrays, which costs less in a loop."""
    return CompiledFunction(function, _nrt=False, error_model="numpy", forceinline=True)
