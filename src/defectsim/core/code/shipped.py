"""Scenarios that ship with defectsim, named in any folder as ``defectsim:venezuela-2019``."""

from functools import cache
from pathlib import Path

from defectsim.core.errors import nearest

PREFIX = "defectsim:"
"""Beginning of the names of shipped scenarios, and of the files beside them."""


@cache
def library() -> Path:
    """Return the folder of the shipped scenarios: in the installed package, or in the project."""
    package = Path(__file__).parents[2]
    installed = package / "shipped"
    return installed if installed.is_dir() else package.parents[1] / "scenarios"


@cache
def shipped_scenarios() -> dict[str, Path]:
    """Return the files of shipped scenarios by name, in order; sweeps are not among them."""
    files = library().rglob("*.yaml")
    return {file.stem: file for file in sorted(files) if file.parent.name != "sweeps"}


def shipped_scenario(name: str) -> tuple[Path | None, str]:
    """Find the file of ``defectsim:NAME``; if there is none, return None and what is wrong."""
    known = shipped_scenarios()
    wanted = name.removeprefix(PREFIX)
    if wanted in known:
        return known[wanted], ""
    hint = nearest(wanted, known) or f"; there are {', '.join(known)}"
    return None, f"no scenario that ships is called {wanted!r}{hint}"


def shipped_name(file: Path) -> str:
    """Return the name by which any folder names a file of the library, scenario or not."""
    if file.suffix == ".yaml":
        return PREFIX + file.stem
    return PREFIX + file.relative_to(library()).as_posix()
