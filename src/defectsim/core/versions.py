"""Versions of the code and packages on which the results of a run depend."""

import hashlib
import platform
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

_ROOMS = ("core", "model", "population", "rules", "policies", "scenario", "engine")
_PACKAGES = ("defectsim", "numpy", "scipy", "numba", "mesa")


@cache
def package_fingerprint() -> str:
    """Return a hash of the rooms on which the results of a run depend."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(path for room in _ROOMS for path in (root / room).rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Return everything that must agree for two processes to compute the same bits."""
    return {
        "Python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "processor": platform.machine(),
        **{package: version(package) for package in _PACKAGES},
        "code of defectsim": package_fingerprint()[:12],
    }


def version_differences(found: Mapping[str, object], expected: Mapping[str, object]) -> list[str]:
    """Return a sentence for each version that is not the expected one."""
    return [
        f"{name} is {one}, not {expected.get(name)}"
        for name, one in found.items()
        if one != expected.get(name)
    ]
