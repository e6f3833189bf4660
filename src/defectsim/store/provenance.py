"""The manifest of a study: what made it, and under which circumstances."""

import hashlib
import json
import platform
import shutil
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from defectsim.core.errors import StorageError, StudyDamagedError, StudyNotFoundError
from defectsim.store.files import write_text

MANIFEST = "manifest.json"

type Manifest = dict[str, Any]

_PACKAGES = ("defectsim", "numpy", "numba", "scipy", "mesa", "polars", "pyarrow")


def software() -> dict[str, str | None]:
    """Return the versions of the code, of Python, of the platform and of the main packages."""
    return {
        "commit": code_commit(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        **{package: version(package) for package in _PACKAGES},
    }


def code_commit() -> str | None:
    """Return the commit of the running code, `-dirty` if changed since; None outside a checkout."""
    git = shutil.which("git")
    if git is None or _git(git, "ls-files", "--error-unmatch", Path(__file__).name) is None:
        return None
    return _git(git, "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty")


def _git(git: str, *arguments: str) -> str | None:
    command = [git, "-C", str(Path(__file__).parent), *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout.strip() if answer.returncode == 0 else None


def sha256(path: Path) -> str:
    """Return the SHA-256 hash of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(content: Mapping[str, Any], path: Path) -> None:
    """Write a manifest atomically."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of the study in a folder."""
    path = folder / MANIFEST
    try:
        if not path.is_file():
            raise StudyNotFoundError(
                f"{folder} is not a study: it has no {MANIFEST}{_studies_near(folder)}"
            )
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StorageError(
            f"{path} cannot be read ({error}): check the path and who may read it"
        ) from error
    except ValueError as error:
        raise StudyDamagedError(
            f"{path} cannot be read ({error}): run the study again with --overwrite"
        ) from error
    if not isinstance(content, dict) or "status" not in content:
        raise StudyDamagedError(f"{path} is not the manifest of a study: it has no status")
    return content


def _studies_near(folder: Path) -> str:
    found = (*folder.glob(f"*/{MANIFEST}"), *folder.parent.glob(f"*/{MANIFEST}"))
    near = sorted(path.parent.name for path in found)
    return f"; studies near there: {', '.join(near)}" if near else ""
