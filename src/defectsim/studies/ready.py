"""A study that can be run: its engine is chosen, and its first runs say what the others will take."""

import io
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile

import pyarrow.parquet as pq

from defectsim.engine.packed import Packed, unpacked
from defectsim.engine.start import EngineName, Start, known_engine
from defectsim.execution.executors import Executor
from defectsim.execution.lives import Lives
from defectsim.execution.tasks import tasks
from defectsim.execution.work import Outcome
from defectsim.store.schema import TABLES
from defectsim.studies.sweep import Sweep
from defectsim.studies.watch import Estimate

PILOT = 4
"""How many runs are lived to see what the others take."""


class Ready:
    """Some runs of a sweep, about to be lived.

    Parameters
    ----------
    pending
        Numbers of the runs that are to be lived; all where nothing is said.
    engine
        That which is asked for, or None; see `engine.start.Start.prepare`.
    fork
        Whether points that have a common past live it once.

    Attributes
    ----------
    estimate
        What it seems to take.
    engine
        Which engine lives them.
    """

    def __init__(
        self,
        sweep: Sweep,
        executor: Executor,
        *,
        engine: EngineName | None = None,
        fork: bool = True,
        pending: Sequence[int] | None = None,
    ) -> None:
        known_engine(engine)
        start = Start(sweep.base.scenario, sweep.seed)
        self.engine = _engine(sweep, start, engine)
        self._executor = executor
        self._pending = range(len(sweep.points) * sweep.replicates) if pending is None else pending
        self._lives = Lives(sweep.work(self.engine, fork=fork), start)
        self._first = [one for run in self._pending[:PILOT] for one in self._lives.lived((run,))]
        self.estimate = self._estimate(sweep)

    def outcomes(self, stopped: Callable[[], bool]) -> Iterator[Outcome]:
        """Live the runs, and yield what comes of each; begin no further one when stopped."""
        yield from self._first
        known = {outcome.run for outcome in self._first}
        left = [run for run in self._pending if run not in known]
        cut = tasks(self._lives.work, left, self.estimate.seconds)
        going = takewhile(lambda _: not stopped(), cut)
        yield from self._executor.live(self._lives, going, len(left) * self.estimate.seconds)

    def _estimate(self, sweep: Sweep) -> Estimate:
        kept = [outcome.packed for outcome in self._first[1:] or self._first]  # the first is slower than others
        return Estimate(
            points=len(sweep.points),
            replicates=sweep.replicates,
            runs=len(self._pending),
            seconds=sum(one.seconds for one in kept) / max(len(kept), 1),
            bytes=sum(map(_size, kept)) // max(len(kept), 1),
            workers=self._executor.count,
        )


def _engine(sweep: Sweep, start: Start, asked: EngineName | None) -> EngineName:
    """Return the engine that lives all points, whichever rules they have."""
    others: dict[tuple[str, ...], int] = {}
    for number, point in enumerate(sweep.points):
        rules = tuple(text for text in point.overrides if text.startswith("behaviour") and ".parameters" not in text)
        if rules:
            others.setdefault(rules, number)
    starts = [start, *(Start(sweep.scenario(number), sweep.seed).like(start) for number in others.values())]
    engines = [one.prepare(asked) for one in starts]
    return "reference" if "reference" in engines else "column"


def _size(packed: Packed) -> int:
    """Return how many bytes the tables of a run take in files."""
    total = 0
    for stream in (packed.tables[name] for name in TABLES if name in packed.tables):
        file = io.BytesIO()
        pq.write_table(unpacked(stream), file, compression="zstd")
        total += file.tell()
    return total
