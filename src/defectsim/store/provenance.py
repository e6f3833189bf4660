"""The manifest of a study: what made it, under which circumstances, and the hashes of its files."""

import datetime as dt
import json
import platform
import shutil
import subprocess
from collections.abc import Callable, Collection, Mapping
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from defectsim.core.choices import EngineName
from defectsim.core.errors import StorageError, StudyDamagedError, StudyNotFoundError
from defectsim.core.files import irregular, sha256, write_text
from defectsim.core.section import faults_of, refuse
from defectsim.core.study_folder import MANIFEST
from defectsim.store.schema import READ

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


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not name.isprintable():
        raise refuse("must be the name of a file in the folder of the study")
    return name


def _date(text: str) -> str:
    dt.date.fromisoformat(text)
    return text


def _printed(text: str) -> str:
    text.encode()  # lone surrogates have no bytes
    return text


_Text = Annotated[str, AfterValidator(_printed)]
_FileName = Annotated[str, AfterValidator(_inside)]
_Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
_Whole = Annotated[int, Field(ge=0, lt=2**63)]
_Date = Annotated[str, AfterValidator(_date)]


class _Part(BaseModel):
    """A part of a manifest; later versions of defectsim may add keys."""

    model_config = ConfigDict(strict=True, extra="allow")


class _Design(_Part):
    kind: str = "run"


class _Circumstances(_Part):
    seconds: list[float | None] = []


class _StoredManifest(_Part):
    """The form of a manifest, by which those of strangers are checked."""

    status: Literal["incomplete", "complete"]
    scenario: _Text = ""
    scenario_hash: str = ""
    seed: Annotated[str, Field(pattern=r"^\d{1,1000}$")] = "0"
    replicates: _Whole = 0
    failed: _Whole = 0
    points: _Whole = 0
    engine: EngineName = "compiled"
    question: _Text = ""
    policies: dict[_Text, _Date] = {}
    varies: list[_Text] = []
    design: _Design = _Design()
    code: dict[str, str] = {}
    versions: dict[str, str] = {}
    circumstances: _Circumstances = _Circumstances()
    files: dict[_FileName, _Hash] = {}
    replaced: dict[_FileName, _Hash | None] = {}


def write_manifest(content: Mapping[str, Any], path: Path) -> None:
    """Write a manifest atomically."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of the study in a folder.

    Raises
    ------
    StudyNotFoundError
        When the folder has no manifest.
    StudyDamagedError
        When it is no manifest, or a link or device is in the folder or below it.
    """
    path = folder / MANIFEST
    try:
        refuse_links(folder)
        if not path.is_file():
            raise StudyNotFoundError(
                f"{folder} is not a study: it has no {MANIFEST}{_studies_near(folder)}"
            )
        content = json.loads(path.read_text(encoding="utf-8"))
        _StoredManifest.model_validate(content)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be read ({error}): check the path and who may read it"
        ) from error
    except ValidationError as error:
        raise StudyDamagedError(
            f"{path} is not the manifest of a study ({faults_of(error)}): run the study again with "
            "--overwrite"
        ) from error
    except (ValueError, RecursionError) as error:
        raise StudyDamagedError(
            f"{path} cannot be read ({error}): run the study again with --overwrite"
        ) from error
    manifest: Manifest = content
    return manifest


def refuse_links(folder: Path) -> None:
    """Refuse a folder in which a link, a pipe or a device is, or below which one is."""
    if folder.is_dir() and (found := next(irregular(folder), None)):
        path, kind = found
        raise StudyDamagedError(
            f"{path} is {kind}, and a study holds files and folders only: put what it leads to in "
            "its place, or remove it"
        )


def changed_files(folder: Path, wanted: Callable[[str], bool] = bool) -> list[str]:
    """Return the names of a study's files that differ from what its manifest says.

    So do tables that the manifest names and that are missing, or that it does not name.

    Parameters
    ----------
    wanted
        Tells by their names which files to look at; default: all.

    Raises
    ------
    StudyDamagedError
        When the manifest says nothing of them.
    """
    manifest = read_manifest(folder)
    if "files" not in manifest:
        raise StudyDamagedError(
            f"{folder / MANIFEST} has no hashes of the study's files, so nothing says whether they "
            "are what was run: run the study again with --overwrite"
        )
    known: dict[str, str] = manifest["files"]
    former: dict[str, str | None] = manifest.get("replaced", {})
    changed = []
    for name in filter(wanted, known):
        found = stored_hash(folder, name)
        if found != known[name] and (name not in former or found != former[name]):
            changed.append(name)
    for table in READ:
        there = (f"{table}/{path.name}" for path in (folder / table).glob("*.parquet"))
        changed += sorted(name for name in there if name not in known and wanted(name))
    return changed


def refuse_changed(folder: Path, names: Collection[str]) -> None:
    """Refuse a study of which files are changed, if any are."""
    if names:
        raise StudyDamagedError(
            f"{folder}: {', '.join(names)}: not as the study wrote it: put back what was there, or "
            "run the study again with --overwrite"
        )


def stored_hash(folder: Path, name: str) -> str | None:
    """Return the SHA-256 hash of a study's file; None if it is missing."""
    path = folder / name
    return sha256(path) if path.is_file() else None


def stored_parts(folder: Path, manifest: Mapping[str, Any], table: str) -> list[str]:
    """Return the names of the parts of a table, in order; those still to be written are left out.

    Studies of earlier versions of defectsim say nothing of their parts until they are complete.
    """
    if "files" not in manifest:
        return sorted(f"{table}/{path.name}" for path in (folder / table).glob("part-*.parquet"))
    new = {name for name, former in manifest.get("replaced", {}).items() if former is None}
    parts = sorted(name for name in manifest["files"] if name.startswith(f"{table}/"))
    return [name for name in parts if name not in new or (folder / name).exists()]


def _studies_near(folder: Path) -> str:
    found = (*folder.glob(f"*/{MANIFEST}"), *folder.parent.glob(f"*/{MANIFEST}"))
    near = sorted(path.parent.name for path in found)
    return f"; studies near there: {', '.join(near)}" if near else ""
