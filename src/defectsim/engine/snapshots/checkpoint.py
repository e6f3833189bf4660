"""Checkpoints: snapshots in files, from which anybody who has the scenario can continue a run.

A checkpoint is one `.npz` file of plain arrays, with a header in JSON that identifies its run.
Nothing in it is code, and nothing is unpickled; a hash over all of it shows damage. It may come
from a stranger: what names people, units, events, steps or policies that do not exist is refused.
"""

import datetime as dt
import hashlib
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydantic import BaseModel, ValidationError

from defectsim.core.errors import CheckpointError, file_errors
from defectsim.core.files import atomic_write, is_file, user_path
from defectsim.core.section import faults_of
from defectsim.core.versions import version_differences, versions
from defectsim.engine.events import EVENT, AttemptMemory, Event
from defectsim.engine.institutions.state import STRICT, Whole
from defectsim.engine.setup import StudySetup
from defectsim.engine.snapshots.fork import Prefix
from defectsim.engine.snapshots.snapshot import EngineState, RunState, Snapshot
from defectsim.model.person import Array
from defectsim.model.rule import Rates
from defectsim.model.transitions import CAUSES, STATUSES, TRANSITIONS
from defectsim.population.population import Population
from defectsim.population.units import NOBODY

FORMAT = 5
"""The format of the files that are written and read."""
_HEADER = "header"
_COLUMN = "column."

type Arrays = Mapping[str, Array]


class Header(BaseModel):
    """The plain data of a checkpoint.

    Validated with a context of limits, it also refuses people, units, events and steps beyond them.
    """

    model_config = STRICT

    format: int
    versions: dict[str, str]
    """Code, packages and processor; see `core.versions.versions`."""
    scenario: str
    date: dt.date
    """The date on which the step begins."""
    prefix: dict[str, str | float | int | bool]
    """The scenario before the step; see `Prefix.fingerprint`."""
    step: Whole
    run: RunState


def save(snapshot: Snapshot, path: str | Path, setup: StudySetup) -> Path:
    """Write a snapshot to a file, which appears when it is complete."""
    file = user_path(path)
    header = Header(
        format=FORMAT,
        versions=versions(),
        scenario=setup.scenario.name,
        date=setup.scenario.clock.date(snapshot.step),
        prefix=Prefix(setup.scenario).fingerprint(snapshot.step),
        step=snapshot.step,
        run=snapshot.run,
    ).model_dump(mode="json")
    arrays = snapshot.engine._asdict()
    del arrays["step"]
    arrays["attempt_memory"] = np.array(snapshot.engine.attempt_memory)
    arrays["events"] = snapshot.engine.events.view(np.int32).reshape(-1, len(Event._fields))
    arrays.update({_COLUMN + name: column for name, column in snapshot.columns.items()})
    text = json.dumps({**header, "sha256": _hash(header, arrays)})
    content: dict[str, Any] = {_HEADER: np.frombuffer(text.encode(), np.uint8), **arrays}
    target = Path(os.path.realpath(file.parent), file.name)
    with file_errors(file), atomic_write(target) as opened:
        np.savez(opened, **content)
    return file


def load(path: str | Path, setup: StudySetup) -> Snapshot:
    """Read a snapshot from which one of a setup's runs can go on.

    Raises
    ------
    CheckpointError
        Where there is no such file, where it is no checkpoint or a damaged one, where other code or
        versions saved it, or where it is of another run: of another seed, or of a scenario that
        differs before the step.
    """
    file = user_path(path)
    header, arrays = _read(file)
    scenario, date = setup.scenario, header.date
    if header.run.seed != setup.seed:
        raise _refusal(file, f"is of seed {header.run.seed}, not of {setup.seed}: give that seed")
    if header.step > scenario.clock.steps:
        raise _refusal(file, f"is of {date}, and the clock ends before that: let it end later")
    if path_of := _first_difference(header.prefix, Prefix(scenario).fingerprint(header.step)):
        why = f"has another past: {path_of} is not what it was when saved"
        raise _refusal(file, f"{why}; only what comes after {date} may change")
    if wrong := _misfits(header, arrays, setup):
        raise _refusal(file, f"does not fit the army ({', '.join(wrong)}): save it anew")
    written = [name for name in arrays if name.startswith(_COLUMN)]
    columns = {name.removeprefix(_COLUMN): arrays.pop(name) for name in written}
    state: dict[str, Any] = {**arrays}
    state["attempt_memory"] = AttemptMemory(*arrays["attempt_memory"].tolist())
    state["events"] = np.ascontiguousarray(arrays["events"]).view(EVENT).ravel()
    return Snapshot(header.run, EngineState(step=header.step, **state), columns)


def seed_of(path: str | Path) -> int:
    """Return the seed of the run that a checkpoint is of."""
    return _read(user_path(path))[0].run.seed


def _read(file: Path) -> tuple[Header, dict[str, Array]]:
    """Return header and arrays of a checkpoint that is as saved."""
    header, arrays = _opened(file)
    if not isinstance(header.get("format"), int):
        raise _refusal(file, "is no checkpoint: it has no header that says so")
    if header["format"] != FORMAT:
        why = f"has format {header['format']}, and this defectsim reads format {FORMAT}"
        raise _refusal(file, f"{why}: save it anew")
    if not _as_saved(header, arrays):
        raise _refusal(file, "is damaged: what it holds is not what was saved; save it anew")
    saved_by = header.get("versions")
    if others := version_differences(versions(), saved_by if isinstance(saved_by, dict) else {}):
        why = f"was saved by other code or versions: {', '.join(others)}"
        raise _refusal(file, f"{why}; install what it was saved by, or save it anew")
    try:
        return Header.model_validate_json(json.dumps(header)), arrays
    except ValidationError as error:
        why = f"has a header that no run has ({faults_of(error)}): save it anew"
        raise _refusal(file, why) from error


def _as_saved(header: dict[str, Any], arrays: Arrays) -> bool:
    try:
        return bool(header.pop("sha256", None) == _hash(header, arrays))
    except RecursionError:  # nothing is nested so deeply
        return False


def _opened(file: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the header and the arrays of a file; nothing of it is decompressed."""
    if not is_file(file):
        why = "there is no such file: save a checkpoint first, or give the path of one"
        raise _refusal(file, why)
    with file_errors(file, "read"):
        file.open("rb").close()
    if not zipfile.is_zipfile(file):
        raise _refusal(file, "is no checkpoint, or only the beginning of one: save it anew")
    try:
        _refuse_compressed(file)
        with np.load(file, allow_pickle=False) as opened:
            arrays = {name: _numbers(opened[name]) for name in opened.files}
        header = json.loads(arrays.pop(_HEADER).tobytes()) if _HEADER in arrays else {}
        return header if isinstance(header, dict) else {}, arrays
    except Exception as error:  # zipfile, numpy and json report damage in many ways
        why = f"is damaged ({type(error).__name__}: {error}): save it anew"
        raise _refusal(file, why) from error


def _refuse_compressed(file: Path) -> None:
    """Refuse a file whose members are compressed, or overlap."""
    with zipfile.ZipFile(file) as whole:
        members = whole.infolist()
    if any(one.compress_type != zipfile.ZIP_STORED for one in members):
        raise ValueError("it is compressed, as no checkpoint is")
    if sum(one.file_size for one in members) > file.stat().st_size:
        raise ValueError("it claims to hold more than it does")


def _numbers(member: Any) -> Array:
    """Return a member of a file if it is a plain array of numbers."""
    if not isinstance(member, np.ndarray) or member.dtype.kind not in "biuf":
        raise ValueError("it holds something that is no array of numbers")
    return member


def _misfits(header: Header, arrays: Arrays, setup: StudySetup) -> list[str]:
    """Return the parts of a checkpoint that cannot be of an army, each by its path."""
    population, events = setup.population, np.size(arrays.get("events", ())) // len(Event._fields)
    if wrong := [*_misfit_arrays(arrays, header.step, events, population)]:
        return wrong
    people, units = len(population), len(population.units.level)
    limits = {"person": people, "unit": units, "event": events + 1, "step": header.step + 1}
    untriggered = sorted(header.run.triggered.keys() - {*setup.calendar.waiting})
    wrong = [f"run.triggered.{name}" for name in untriggered]
    try:
        Header.model_validate_json(json.dumps(header.model_dump(mode="json")), context=limits)
    except ValidationError as error:
        wrong.append(faults_of(error))
    return wrong


class _Form(NamedTuple):
    """The type and shape of an array, and bounds of its values, the upper not included."""

    dtype: type[Any]
    shape: tuple[int, ...]
    low: float | tuple[int, ...] | None = None
    high: float | tuple[int, ...] | None = None

    def holds(self, array: Array) -> bool:
        if array.dtype != self.dtype or array.shape != self.shape:
            return False
        return self.low is None or bool(((array >= self.low) & (array < self.high)).all())


def _misfit_arrays(arrays: Arrays, step: int, events: int, population: Population) -> Iterator[str]:
    """Yield the names of arrays that do not fit an army, or are missing.

    Compiled steps look people and units up by them, and would reach beyond the army.
    """
    people, units, statuses = len(population), len(population.units.level), len(STATUSES)
    counted = (step + 1, *population.strength.shape)
    least = (0, 0, 0, 0, 0, NOBODY)
    limits = (step, people, len(TRANSITIONS), len(CAUSES), statuses, people)
    forms = {
        "status": _Form(np.int8, (people,), 0, statuses),
        "remaining_threshold": _Form(np.int64, (people, len(Rates._fields))),
        "belief": _Form(np.float64, (people,), 0, np.nextafter(1, 2)),
        "leads": _Form(np.int32, (people,), NOBODY, units),
        "commander": _Form(np.int32, (units,), NOBODY, people),
        "unit_counts": _Form(np.int32, (statuses, units), 0, people + 1),
        "attempt_memory": _Form(np.float64, (len(AttemptMemory._fields),), 0, np.inf),
        "counts": _Form(np.int32, (*counted, statuses), 0, people + 1),
        "doubting": _Form(np.int32, counted, 0, people + 1),
        "events": _Form(np.int32, (events, len(Event._fields)), least, limits),
        "hazards": _Form(np.float64, (2, *counted[1:], len(Rates._fields))),
    }
    yield from sorted(forms.keys() - arrays.keys())
    forms |= {_COLUMN + name: _Form(np.float64, (people,)) for name in population.specs}
    for name, array in arrays.items():
        if name not in forms or not forms[name].holds(array):
            yield name


def _first_difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    """Return the first path at which two prefixes differ."""
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
