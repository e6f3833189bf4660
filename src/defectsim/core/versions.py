"""Which code, and which versions of it, lives are made by."""

import hashlib
import platform
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

_LIVING = ("core", "model", "population", "rules", "policies", "scenario", "engine")
"""The rooms on which it depends what comes of a run."""
_PACKAGES = ("defectsim", "numpy", "scipy", "numba", "mesa")


@cache
def package_fingerprint() -> str:
    """Return a hash of the part of defectsim on which it depends what comes of a run."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(path for room in _LIVING for path in (root / room).rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Return, by name, all that must be the same in two processes for their lives to be the same to the bit."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    packages = {package: version(package) for package in _PACKAGES}
    return {
        "Python": python,
        "processor": platform.machine(),
        **packages,
        "code of defectsim": package_fingerprint()[:12],
    }


def version_differences(said: Mapping[str, object], expected: Mapping[str, object]) -> list[str]:
    """Say what of all that lives are made by is not what it is expected to be."""
    return [
        f"{name} is {one}, not {expected.get(name)}"
        for name, one in said.items()
        if one != expected.get(name)
    ]
