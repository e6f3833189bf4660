"""A run with everything that a snapshot can have, and checkpoints of it that somebody has changed."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from builders import laid_over, small_scenario
from defectsim.core.errors import CheckpointError
from defectsim.engine.setup import StudySetup
from defectsim.engine.snapshots import checkpoint
from eventful_scenarios import ACTS, CALMER

STEP = 12
EVENTFUL: dict[str, Any] = {
    "behaviour": laid_over(CALMER, {"soldier": {"parameters": {"plot": 3}}}),
    "plots": {"quorum": 1, "days": 10},
    "acts": {
        "cut": {**ACTS["cut"], "date": dt.date(2018, 2, 5)},
        "rise": {**ACTS["rise"], "date": dt.date(2018, 2, 12)},
        "again": {
            **ACTS["rise"],
            "date": dt.date(2018, 3, 19),
            "audience": {"rank": ["officer"], "branch": ["guard"]},
        },
    },
    "observers": {"one": "example_scripts:observe"},
    "policies": {
        "ban": {
            "lever": "travel_ban",
            "value": 0.5,
            "effective": dt.date(2018, 1, 8),
            "when": "deserted >= 0",
        }
    },
}
"""Columns written, an attempt failed, another under way, plots, a policy that waited: all that a snapshot can have."""


def setup(seed: int = 3, **said: Any) -> StudySetup:
    return StudySetup(small_scenario(**{**EVENTFUL, **said}), seed)


def refused(path: Path, by: StudySetup | None = None) -> str:
    with pytest.raises(CheckpointError) as caught:
        checkpoint.load(path, by or setup())
    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    return text.removeprefix(f"{path}: ")


def header_of(path: Path) -> dict[str, Any]:
    with np.load(path) as opened:
        said: dict[str, Any] = json.loads(opened["header"].tobytes())
    return said


def replaced(there: Any, key: Any, value: Any) -> Any:
    """Return a list or a mapping with another value at a place."""
    items = dict(enumerate(there) if isinstance(there, list) else there.items())
    items[key] = value
    return list(items.values()) if isinstance(there, list) else items


def changed_at(said: Any, path: Sequence[Any], change: Callable[[Any], Any]) -> Any:
    """Return a header with something else at a path."""
    if not path:
        return change(said)
    return replaced(said, path[0], changed_at(said[path[0]], path[1:], change))


def rewritten(path: Path, header: dict[str, Any], signed: bool = True, **arrays: Any) -> Path:
    """Rewrite a checkpoint with other entries in its header, or other arrays, and perhaps a new hash."""
    with np.load(path) as opened:
        content = {name: opened[name] for name in opened.files}
    said = {**json.loads(content.pop("header").tobytes()), **header}
    content.update(arrays)
    if signed:
        del said["sha256"]
        said["sha256"] = checkpoint._hash(said, content)
    np.savez(path, header=np.frombuffer(json.dumps(said).encode(), np.uint8), **content)
    return path
