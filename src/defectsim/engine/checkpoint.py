"""States in files: saved when a step begins, and loaded by whoever has the scenario, to go on from.

A checkpoint is one `.npz` file of plain arrays, with a header in JSON that says whose life it is. Nothing in it is
code, and nothing is unpickled; a hash over all of it tells whether it is damaged.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from defectsim.core.errors import CheckpointError
from defectsim.core.versions import unlike, versions
from defectsim.engine.checkpoint_form import Arrays, misfits, put_together, taken_apart
from defectsim.engine.checkpoint_header import Header, told
from defectsim.engine.start import Start
from defectsim.engine.state import State
from defectsim.population.columns import Array
from defectsim.scenario.past import Past

FORMAT = 1
"""The form of the files that are written and read; another form has another number."""
_HEADER = "header"


def save(state: State, path: str | Path, start: Start) -> Path:
    """Write the state of one of a start's lives to a file, which appears when all of it is written."""
    file = Path(path)
    data, arrays = taken_apart(state)
    header = {
        "format": FORMAT,
        "lived_by": versions(),
        "scenario": start.scenario.name,
        "date": start.scenario.clock.date(state.step).isoformat(),
        "past": Past(start.scenario).said(state.step),
        **data,
    }
    text = json.dumps({**header, "sha256": _hash(header, arrays)})
    content: dict[str, Any] = {_HEADER: np.frombuffer(text.encode(), np.uint8), **arrays}
    new = file.with_name(f"{file.name}.new")
    with new.open("wb") as opened:
        np.savez(opened, **content)
    new.replace(file)
    return file


def load(path: str | Path, start: Start) -> State:
    """Read the state of a life that can go on as one of a start's.

    Raises
    ------
    CheckpointError
        Where there is no such file, where it is no checkpoint or a damaged one, where it was saved by other versions or
        other code, or where it is that of another life: of another seed, or of a scenario with another past.
    """
    file = Path(path)
    header, arrays = _read(file)
    step, date = header.step, header.date
    if header.seed != start.seed:
        raise _refusal(file, f"is of seed {header.seed}, not of {start.seed}: give that seed")
    if step > start.scenario.clock.steps:
        raise _refusal(file, f"is of {date}, and the clock ends before that: let it end later")
    if differs := _differs(header.past, Past(start.scenario).said(step)):
        raise _refusal(
            file, f"has another past: {differs} is not what it was when saved; only what comes after {date} may change"
        )
    wrong = misfits(arrays, step, start.population) or header.strays(
        start.population, len(arrays["events"]), {*start.calendar.waiting}
    )
    if wrong:
        raise _refusal(file, f"does not fit the army ({', '.join(wrong)}): save it anew")
    return put_together(header, arrays)


def seed_of(path: str | Path) -> int:
    """Return the seed of the life whose state a checkpoint is."""
    return _read(Path(path))[0].seed


def _read(file: Path) -> tuple[Header, dict[str, Array]]:
    """Return the header and the arrays of a checkpoint that is as it was saved, and can be gone on from here."""
    said, arrays, hashed = _opened(file)
    if "format" not in said:
        raise _refusal(file, "is no checkpoint: it has no header that says so")
    if said["format"] != FORMAT:
        raise _refusal(file, f"is of form {said['format']}, and this defectsim reads form {FORMAT}: save it anew")
    if said.pop("sha256", None) != hashed:
        raise _refusal(file, "is damaged: what it holds is not what was saved; save it anew")
    lived_by = said.get("lived_by")
    if others := unlike(versions(), lived_by if isinstance(lived_by, dict) else {}):
        raise _refusal(
            file,
            f"was saved where lives could be others than here: {', '.join(others)}; install what it was saved by, or "
            "save it anew",
        )
    try:
        return Header.model_validate_json(json.dumps(said)), arrays
    except ValidationError as error:
        raise _refusal(file, f"has a header that is none of a life ({told(error)}): save it anew") from error


def _opened(file: Path) -> tuple[dict[str, Any], dict[str, Array], str]:
    """Return what the header of a file says, its arrays, and the hash of both; nothing of it is decompressed."""
    if not file.is_file():
        raise _refusal(file, "there is no such file: save a checkpoint first, or give the path of one")
    if not zipfile.is_zipfile(file):
        raise _refusal(file, "is no checkpoint, or only the beginning of one: save it anew")
    try:
        _refuse_packed(file)
        with np.load(file, allow_pickle=False) as opened:
            arrays = {name: _array(opened[name]) for name in opened.files}
        header = json.loads(arrays.pop(_HEADER).tobytes()) if _HEADER in arrays else {}
        said = header if isinstance(header, dict) else {}
        return said, arrays, _hash({name: one for name, one in said.items() if name != "sha256"}, arrays)
    except Exception as error:  # zipfile, numpy and json have many ways to say that something is not as it was written
        raise _refusal(file, f"is damaged ({type(error).__name__}: {error}): save it anew") from error


def _refuse_packed(file: Path) -> None:
    """Refuse a file whose members are compressed, or overlap, as none of those that `save` writes do."""
    with zipfile.ZipFile(file) as whole:
        members = whole.infolist()
    if any(one.compress_type != zipfile.ZIP_STORED for one in members):
        raise ValueError("it is compressed, as no checkpoint is")
    if sum(one.file_size for one in members) > file.stat().st_size:
        raise ValueError("it claims to hold more than it does")


def _array(member: Any) -> Array:
    """Return a member of a file if it is a plain array of numbers, which can be hashed."""
    if not isinstance(member, np.ndarray) or member.dtype.kind not in "biuf":
        raise ValueError("it holds something that is no array of numbers")
    return member


def _differs(before: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    """Return the first path at which two pasts differ."""
    return next((path for path in {**now, **before} if before.get(path) != now.get(path)), None)


def _hash(header: Mapping[str, Any], arrays: Arrays) -> str:
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name in sorted(arrays):
        array: Any = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array)
    return digest.hexdigest()


def _refusal(file: Path, why: str) -> CheckpointError:
    return CheckpointError(f"{file}: {why}")
