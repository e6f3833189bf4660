"""What is to be lived, as texts: all that any process needs that has defectsim."""

import hashlib
import json
import shutil
import tempfile
import weakref
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from defectsim.engine.records.payload import RunPayload
from defectsim.engine.setup import EngineName
from defectsim.scenario.load import ScenarioDocument

SCENARIO = "scenario.yaml"
"""What the file of the resolved scenario is called."""

type Task = tuple[int, ...]
"""Numbers of runs that one worker lives in one go."""


@dataclass(frozen=True)
class RunResult:
    """The result of one run: its tables, or its error."""

    run: int
    payload: RunPayload


class PointWork(NamedTuple):
    """What is to be known of a point to live it.

    Attributes
    ----------
    overrides
        What makes its scenario of the one that is written, each as ``PATH=VALUE``.
    scenario
        The hash of that scenario.
    seed
        The seed of its lives.
    """

    overrides: tuple[str, ...]
    scenario: str
    seed: int


@dataclass(frozen=True)
class Work:
    """Scenarios, and how they are lived. Run number n is replicate ``n // len(points)`` of point ``n % len(points)``.

    Attributes
    ----------
    files
        Texts by name: the resolved scenario, and the code that it and its points name.
    code
        By the name of each piece of code that they name, a hash of what it does; see `rules.fingerprint`.
    points
        What makes each point of it.
    engine
        Which engine lives them.
    fork
        Whether points that have a common past live it once.
    """

    files: Mapping[str, str]
    code: Mapping[str, str]
    points: tuple[PointWork, ...]
    engine: EngineName
    fork: bool

    @property
    def armies(self) -> list[tuple[str, ...]]:
        """Of each point, what tells its army from that of others."""
        own = ("forces", "people")
        return [
            (str(point.seed), *(text for text in point.overrides if text.startswith(own)))
            for point in self.points
        ]

    @cached_property
    def key(self) -> str:
        """A hash of it all, by which processes know it."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


class Unpacked:
    """The files of a work in a folder, for as long as this object lives, and the scenario that they say."""

    def __init__(self, files: Mapping[str, str]) -> None:
        folder = Path(tempfile.mkdtemp(prefix="defectsim-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.folder = folder
        self.base = ScenarioDocument.read(folder / SCENARIO, allow_code=True)
