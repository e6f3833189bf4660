"""Living what a work asks for, in this process."""

import socket
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from defectsim.core.code import Code, shipped
from defectsim.core.errors import StudyMismatchError
from defectsim.engine.inputs import Engine
from defectsim.engine.records.payload import RunPayload, pack
from defectsim.engine.records.record import record
from defectsim.engine.setup import StudySetup
from defectsim.engine.simulate import simulate
from defectsim.engine.snapshots.fork import ForkedRuns
from defectsim.execution.work import RunResult, Task, Unpacked, Work
from defectsim.rules.fingerprint import fingerprint
from defectsim.scenario.schema import Scenario

_IN_HAND = 3
"""How many groups of points are kept ready, and how many armies."""
_PACKAGE = Path(__file__).parents[2]


class Lives:
    """Lives the runs of a work; several threads may ask at once.

    Armies, cells and compiled rules are made once for all points that have them in common.

    Parameters
    ----------
    known
        A start whose army can be shared, where one is made already.
    """

    def __init__(self, work: Work, known: StudySetup | None = None) -> None:
        self.work = work
        self._unpacked = Unpacked(work.files)
        self._lock = threading.Lock()
        self._prints: dict[str, str] = {}
        self._armies: deque[StudySetup] = deque([known] if known else [], maxlen=_IN_HAND)
        self._forks = lru_cache(_IN_HAND)(self._made)

    @property
    def portable(self) -> bool:
        """Whether other processes find the code that the scenarios name."""
        return not any(name.startswith("__main__") for name in self.work.code)

    def setup(self, point: int) -> StudySetup:
        """Return what the lives of a point begin with.

        Raises
        ------
        StudyMismatchError
            Where they would be other lives than were planned.
        """
        said = self.work.points[point]
        base = self._unpacked.base
        scenario = base.with_overrides(said.overrides) if said.overrides else base.scenario
        if scenario.hash != said.scenario:
            raise StudyMismatchError(
                f"the scenario of point {point} is not the one that was planned: run the study again"
            )
        self._refuse_other_code(scenario)
        setup = StudySetup(scenario, said.seed)
        known = next((one for one in self._armies if one.army == setup.army), None)
        if known is None:
            self._armies.append(setup)
        return setup.like(known or setup)

    def _refuse_other_code(self, scenario: Scenario) -> None:
        named = {code.name: code for code in scenario.code.values() if not shipped(code.name)}
        prints = {name: self._print(code) for name, code in named.items()}
        if others := [name for name, one in prints.items() if one != self.work.code.get(name)]:
            raise StudyMismatchError(
                f"on {socket.gethostname()}, {', '.join(others)} is not what it is where the study began: install the "
                "same on both, or begin the study there"
            )

    def _print(self, code: Code) -> str:
        if code.name not in self._prints:
            self._prints[code.name] = fingerprint(code)
        return self._prints[code.name]

    def lived(self, task: Task) -> list[RunResult]:
        """Live runs, and return what comes of each."""
        return list(self.live(task))

    def live(self, task: Task) -> Iterator[RunResult]:
        """Live runs, and yield what comes of each as it ends."""
        count = len(self.work.points)
        for replicate, runs in groupby(task, lambda run: run // count):
            points = tuple(run % count for run in runs)
            with self._lock:
                forks = self._forks(points)
            for place, life in forks.runs(replicate):
                yield RunResult(
                    replicate * count + points[place],
                    self._packed(forks.setups[place], replicate, life),
                )

    def _made(self, points: Sequence[int]) -> ForkedRuns:
        forks = ForkedRuns(
            [self.setup(point) for point in points], self.work.engine, fork=self.work.fork
        )
        with suppress(Exception):  # whoever lives it meets it again
            for setup in forks.setups:
                _ = setup.cells if self.work.engine == "compiled" else setup.population
        return forks

    def _packed(self, setup: StudySetup, replicate: int, life: Callable[[], Engine]) -> RunPayload:
        began = time.perf_counter()
        try:
            kept = record(life(), replicate)
        except (
            Exception
        ):  # what went wrong is told by a life that shares nothing, so that all tell it alike
            return self._alone(setup, replicate, began)
        return pack("done", kept.run, kept.tables, time.perf_counter() - began)

    def _alone(self, setup: StudySetup, replicate: int, began: float) -> RunPayload:
        try:
            kept = record(simulate(setup, replicate, self.work.engine), replicate)
        except Exception:  # whatever a rule does wrong in one run, the others go on, and the run is a row that says it
            return pack("failed", {"error": self._told()}, {}, time.perf_counter() - began)
        return pack("done", kept.run, kept.tables, time.perf_counter() - began)

    def _told(self) -> str:
        """Return the traceback of what went wrong, without the folders of this machine."""
        text = traceback.format_exc()
        for folder in (self._unpacked.folder, _PACKAGE):
            text = text.replace(f"{folder}/", "")
        return text
