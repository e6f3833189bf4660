"""States in files: saved when a step begins, and loaded by whoever has the scenario, to go on from.

A checkpoint is one `.npz` file of plain arrays, with a header in JSON that says whose life it is. Nothing in it is
code, and nothing is unpickled; a hash over all of it tells whether it is damaged.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydantic import ValidationError

from defectsim.core.errors import CheckpointError
from defectsim.core.versions import version_differences, versions
from defectsim.engine.inputs import Observation
from defectsim.engine.institutions.state import Attempt
from defectsim.engine.setup import StudySetup
from defectsim.engine.snapshots.checkpoint_schema import Header, told
from defectsim.engine.snapshots.prefix import Prefix
from defectsim.engine.snapshots.snapshot import EngineState
from defectsim.engine.snapshots.state import Snapshot
from defectsim.model.person import Array
from defectsim.model.rule import Rates
from defectsim.model.transitions import CAUSES, STATUSES, TRANSITIONS
from defectsim.population.population import Population
from defectsim.population.units import NOBODY

_COLUMN = "column."

type Arrays = Mapping[str, Array]


def split(snapshot: Snapshot) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return what of a state is plain data, and its arrays by name."""
    lived = snapshot.lived._asdict()
    data = {
        "seed": snapshot.seed,
        "replicate": snapshot.replicate,
        "step": lived.pop("step"),
        "attempts": snapshot.attempts,
        "observations": [(one.date.isoformat(), *one[1:]) for one in snapshot.observations],
        "started": {name: date.isoformat() for name, date in snapshot.started.items()},
        "institutions": snapshot.institutions,
        "leaving": snapshot.leaving,
    }
    return data, {**lived, **{_COLUMN + name: column for name, column in snapshot.columns.items()}}


def joined(header: Header, arrays: Arrays) -> Snapshot:
    """Return the state that was taken apart so."""
    columns = {
        name.removeprefix(_COLUMN): array
        for name, array in arrays.items()
        if name.startswith(_COLUMN)
    }
    lived = {name: array for name, array in arrays.items() if not name.startswith(_COLUMN)}
    return Snapshot(
        seed=header.seed,
        replicate=header.replicate,
        lived=EngineState(step=header.step, **lived),
        columns=columns,
        attempts=tuple(Attempt(*one) for one in header.attempts),
        observations=tuple(Observation(*one) for one in header.observations),
        started=header.started,
        institutions=header.institutions.model_dump(),
        leaving=header.leaving,
    )


class _Form(NamedTuple):
    """What an array must be: its type, its shape, and bounds of what is in it, the upper not included."""

    kind: type[Any]
    shape: tuple[int, ...]
    low: float | None = None
    high: float | tuple[int, ...] | None = None

    def holds(self, array: Array) -> bool:
        if array.dtype != self.kind or array.shape != self.shape:
            return False
        return self.low is None or bool(
            ((array >= self.low) & (array < np.asarray(self.high))).all()
        )


def misfits(arrays: Arrays, step: int, population: Population) -> list[str]:
    """Return the names of arrays that cannot be those of an army when a step begins, or are missing.

    Compiled steps look people and units up by them, and would reach beyond the army.
    """
    forms = _forms(population, step, np.size(arrays.get("events", ())) // 5)
    own = {_COLUMN + name: _Form(np.float64, (len(population),)) for name in population.specs}
    known = {**forms, **own}
    wrong = [
        name for name, array in arrays.items() if name not in known or not known[name].holds(array)
    ]
    return [*wrong, *(name for name in forms if name not in arrays)]


def _forms(population: Population, step: int, events: int) -> dict[str, _Form]:
    people, units, counted = (
        len(population),
        len(population.units.level),
        (step + 1, *population.strength.shape),
    )
    return {
        "status": _Form(np.int8, (people,), 0, len(STATUSES)),
        "left": _Form(np.int64, (people, len(Rates._fields))),
        "belief": _Form(np.float64, (people,), 0, np.nextafter(1, 2)),
        "leads": _Form(np.int32, (people,), NOBODY, units),
        "ties_gone": _Form(np.int32, (people,), 0, len(population.ties.indices) + 1),
        "commander": _Form(np.int32, (units,), NOBODY, people),
        "stands": _Form(np.int32, (len(STATUSES), units), 0, people + 1),
        "memory": _Form(np.float64, (4,), 0, np.inf),
        "counts": _Form(np.int32, (*counted, len(STATUSES)), 0, people + 1),
        "doubting": _Form(np.int32, counted, 0, people + 1),
        "events": _Form(
            np.int32, (events, 5), 0, (step, people, len(TRANSITIONS), len(CAUSES), len(STATUSES))
        ),
    }


FORMAT = 1
"""The form of the files that are written and read; another form has another number."""
_HEADER = "header"


def save(snapshot: Snapshot, path: str | Path, setup: StudySetup) -> Path:
    """Write the state of one of a start's lives to a file, which appears when all of it is written."""
    file = Path(path)
    data, arrays = split(snapshot)
    header = {
        "format": FORMAT,
        "lived_by": versions(),
        "scenario": setup.scenario.name,
        "date": setup.scenario.clock.date(snapshot.step).isoformat(),
        "past": Prefix(setup.scenario).said(snapshot.step),
        **data,
    }
    text = json.dumps({**header, "sha256": _hash(header, arrays)})
    content: dict[str, Any] = {_HEADER: np.frombuffer(text.encode(), np.uint8), **arrays}
    new = file.with_name(f"{file.name}.new")
    with new.open("wb") as opened:
        np.savez(opened, **content)
    new.replace(file)
    return file


def load(path: str | Path, setup: StudySetup) -> Snapshot:
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
    if header.seed != setup.seed:
        raise _refusal(file, f"is of seed {header.seed}, not of {setup.seed}: give that seed")
    if step > setup.scenario.clock.steps:
        raise _refusal(file, f"is of {date}, and the clock ends before that: let it end later")
    if differs := _differs(header.past, Prefix(setup.scenario).said(step)):
        raise _refusal(
            file,
            f"has another past: {differs} is not what it was when saved; only what comes after {date} may change",
        )
    wrong = misfits(arrays, step, setup.population) or header.strays(
        setup.population, len(arrays["events"]), {*setup.calendar.waiting}
    )
    if wrong:
        raise _refusal(file, f"does not fit the army ({', '.join(wrong)}): save it anew")
    return joined(header, arrays)


def seed_of(path: str | Path) -> int:
    """Return the seed of the life whose state a checkpoint is."""
    return _read(Path(path))[0].seed


def _read(file: Path) -> tuple[Header, dict[str, Array]]:
    """Return the header and the arrays of a checkpoint that is as it was saved, and can be gone on from here."""
    said, arrays, hashed = _opened(file)
    if "format" not in said:
        raise _refusal(file, "is no checkpoint: it has no header that says so")
    if said["format"] != FORMAT:
        raise _refusal(
            file,
            f"is of form {said['format']}, and this defectsim reads form {FORMAT}: save it anew",
        )
    if said.pop("sha256", None) != hashed:
        raise _refusal(file, "is damaged: what it holds is not what was saved; save it anew")
    lived_by = said.get("lived_by")
    if others := version_differences(versions(), lived_by if isinstance(lived_by, dict) else {}):
        raise _refusal(
            file,
            f"was saved where lives could be others than here: {', '.join(others)}; install what it was saved by, or "
            "save it anew",
        )
    try:
        return Header.model_validate_json(json.dumps(said)), arrays
    except ValidationError as error:
        raise _refusal(
            file, f"has a header that is none of a life ({told(error)}): save it anew"
        ) from error


def _opened(file: Path) -> tuple[dict[str, Any], dict[str, Array], str]:
    """Return what the header of a file says, its arrays, and the hash of both; nothing of it is decompressed."""
    if not file.is_file():
        raise _refusal(
            file, "there is no such file: save a checkpoint first, or give the path of one"
        )
    if not zipfile.is_zipfile(file):
        raise _refusal(file, "is no checkpoint, or only the beginning of one: save it anew")
    try:
        _refuse_packed(file)
        with np.load(file, allow_pickle=False) as opened:
            arrays = {name: _array(opened[name]) for name in opened.files}
        header = json.loads(arrays.pop(_HEADER).tobytes()) if _HEADER in arrays else {}
        said = header if isinstance(header, dict) else {}
        return (
            said,
            arrays,
            _hash({name: one for name, one in said.items() if name != "sha256"}, arrays),
        )
    except Exception as error:  # zipfile, numpy and json have many ways to say that something is not as it was written
        raise _refusal(
            file, f"is damaged ({type(error).__name__}: {error}): save it anew"
        ) from error


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
