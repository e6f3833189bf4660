"""A study that can be run: its engine is chosen, and its first runs say what all will take."""

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

import pyarrow.parquet as pq

from defectsim.engine.records.payload import RunPayload, unpack
from defectsim.engine.setup import EngineName, StudySetup, known_engine
from defectsim.execution.executors import Executor
from defectsim.execution.runner import Lives
from defectsim.execution.tasks import tasks
from defectsim.execution.work import RunResult, Task
from defectsim.store.schema import TABLES
from defectsim.studies.plan import Plan
from defectsim.studies.progress import Estimate, ProgressCallback

PILOT = 4
"""How many runs are lived to see what the others take."""


class Ready:
    """Some runs of a sweep, about to be lived.

    Parameters
    ----------
    pending
        Numbers of the runs that are to be lived; all where nothing is said.
    engine
        That which is asked for, or None; see `engine.setup.StudySetup.prepare`.
    fork
        Whether points that have a common past live it once.

    Attributes
    ----------
    engine
        Which engine lives them.
    pending
        Numbers of the runs.
    """

    def __init__(
        self,
        sweep: Plan,
        executor: Executor,
        *,
        engine: EngineName | None = None,
        fork: bool = True,
        pending: Sequence[int] | None = None,
    ) -> None:
        known_engine(engine)
        setup = StudySetup(sweep.base.scenario, sweep.seed)
        self.engine = _engine(sweep, setup, engine)
        self.pending = range(len(sweep.points) * sweep.replicates) if pending is None else pending
        self._executor = executor
        self._sweep = sweep
        self._lives = Lives(sweep.work(self.engine, fork=fork), setup)

    def results(self, progress: ProgressCallback) -> Iterator[RunResult]:
        """Live the runs, and yield what comes of each; begin no further one when `watch` has it stopped.

        The first are lived one after the other, as those who live all would; `watch` then hears what all seem to take.
        """
        first: list[RunPayload] = []
        for result in self._live(
            [(run,) for run in self.pending[:PILOT]], 0.0, progress, at_once=1
        ):
            first.append(result.payload)
            yield result
        if not first:
            return
        estimate = self._estimate(first)
        progress.on_start(estimate)
        left = self.pending[PILOT:]
        cut = tasks(self._lives.work, left, estimate.seconds)
        yield from self._live(cut, len(left) * estimate.seconds, progress)

    def _live(
        self,
        cut: Iterable[Task],
        seconds: float,
        progress: ProgressCallback,
        at_once: int | None = None,
    ) -> Iterator[RunResult]:
        going = takewhile(lambda _: not progress.should_stop(), cut)
        return self._executor.live(self._lives, going, seconds, at_once)

    def _estimate(self, first: Sequence[RunPayload]) -> Estimate:
        kept = first[1:] or first  # the first is slower than others
        return Estimate(
            points=len(self._sweep.points),
            replicates=self._sweep.replicates,
            runs=len(self.pending),
            seconds=sum(one.seconds for one in kept) / max(len(kept), 1),
            bytes=sum(map(_size, kept)) // max(len(kept), 1),
            workers=self._executor.count,
        )


def _engine(sweep: Plan, setup: StudySetup, asked: EngineName | None) -> EngineName:
    """Return the engine that lives all points, whichever rules they have."""
    others: dict[tuple[str, ...], int] = {}
    for number, point in enumerate(sweep.points):
        rules = tuple(
            text
            for text in point.overrides
            if text.startswith("behaviour") and ".parameters" not in text
        )
        if rules:
            others.setdefault(rules, number)
    setups = [
        setup,
        *(StudySetup(sweep.scenario(number), sweep.seed).like(setup) for number in others.values()),
    ]
    engines = [one.prepare(asked) for one in setups]
    return "reference" if "reference" in engines else "compiled"


def _size(payload: RunPayload) -> int:
    """Return how many bytes the tables of a run take in files."""
    total = 0
    for stream in (payload.tables[name] for name in TABLES if name in payload.tables):
        file = io.BytesIO()
        pq.write_table(unpack(stream), file, compression="zstd")
        total += file.tell()
    return total
