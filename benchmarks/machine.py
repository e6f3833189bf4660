"""The machine and the software of the measurements."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from defectsim.store.provenance import code_commit

PACKAGES = ("defectsim", "mesa", "numpy", "numba", "llvmlite", "scipy", "polars")


def machine() -> dict[str, str | int | float | None]:
    """Return the processor, its cores, the memory and the system."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
    }


def processor() -> str:
    """Return the processor's name, where the system tells it."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def versions() -> dict[str, str | None]:
    """Return the versions of what was measured."""
    packages = {package: version(package) for package in PACKAGES}
    return {"commit": code_commit(), "python": platform.python_version(), **packages}
