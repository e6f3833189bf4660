"""States in files: saved when a step begins, and loaded by whoever has the scenario, to go on from.

A checkpoint is one `.npz` file of plain arrays, with a header in JSON that says whose life it is. Nothing in it is
code, and nothing is unpickled; a hash over all of it tells whether it is damaged.
"""

import hashlib
import json
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from defectsim.core.errors import CheckpointError
from defectsim.engine.checkpoint_form import Arrays, Data, misfits, put_together, taken_apart
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
        "defectsim": version("defectsim"),
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
        Where there is no such file, where it is no checkpoint or a damaged one, or where it is that of another life:
        of another seed, or of a scenario with another past.
    """
    file = Path(path)
    header, arrays = _read(file)
    step, date = header["step"], header["date"]
    if header["defectsim"] != version("defectsim"):
        there, here = header["defectsim"], version("defectsim")
        raise _refusal(file, f"was saved by defectsim {there}, and lives may be others in {here}: use {there}")
    if header["seed"] != start.seed:
        raise _refusal(file, f"is of seed {header['seed']}, not of {start.seed}: give that seed")
    if step > start.scenario.clock.steps:
        raise _refusal(file, f"is of {date}, and the clock ends before that: let it end later")
    if differs := _differs(header["past"], Past(start.scenario).said(step)):
        raise _refusal(
            file, f"has another past: {differs} is not what it was when saved; only what comes after {date} may change"
        )
    if wrong := misfits(arrays, step, start.population):
        raise _refusal(file, f"does not fit the army ({', '.join(wrong)}): save it anew")
    return put_together(header, arrays)


def seed_of(path: str | Path) -> int:
    """Return the seed of the life whose state a checkpoint is."""
    return int(_read(Path(path))[0]["seed"])


def _read(file: Path) -> tuple[Data, dict[str, Array]]:
    """Return the header and the arrays of a checkpoint that is as it was saved."""
    if not file.is_file():
        raise _refusal(file, "there is no such file: save a checkpoint first, or give the path of one")
    if not zipfile.is_zipfile(file):
        raise _refusal(file, "is no checkpoint, or only the beginning of one: save it anew")
    try:
        with np.load(file, allow_pickle=False) as opened:
            arrays = {name: opened[name] for name in opened.files}
        header = json.loads(arrays.pop(_HEADER).tobytes()) if _HEADER in arrays else {}
    except Exception as error:  # zipfile, numpy and json have many ways to say that something is not as it was written
        raise _refusal(file, f"is damaged ({type(error).__name__}: {error}): save it anew") from error
    if not isinstance(header, dict) or "format" not in header:
        raise _refusal(file, "is no checkpoint: it has no header that says so")
    if header["format"] != FORMAT:
        raise _refusal(file, f"is of form {header['format']}, and this defectsim reads form {FORMAT}: save it anew")
    if header.pop("sha256", None) != _hash(header, arrays):
        raise _refusal(file, "is damaged: what it holds is not what was saved; save it anew")
    return header, arrays


def _differs(before: Data, now: Data) -> str | None:
    """Return the first path at which two pasts differ."""
    return next((path for path in {**now, **before} if before.get(path) != now.get(path)), None)


def _hash(header: Data, arrays: Arrays) -> str:
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name in sorted(arrays):
        array: Any = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array)
    return digest.hexdigest()


def _refusal(file: Path, why: str) -> CheckpointError:
    return CheckpointError(f"{file}: {why}")
