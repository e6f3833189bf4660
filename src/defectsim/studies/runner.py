"""The runner of a plan: it chooses the engine, and estimates by its first runs what all take."""

import io
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from itertools import takewhile
from typing import Self

import pyarrow.parquet as pq

from defectsim.core.choices import EngineName
from defectsim.engine.records.payload import RunPayload, unpack
from defectsim.engine.setup import StudySetup, known_engine
from defectsim.execution.executors import Executor
from defectsim.execution.simulator import Batch, RunResult
from defectsim.store.schema import TABLES
from defectsim.studies.batches import batches
from defectsim.studies.options import RunOptions
from defectsim.studies.plan import Plan
from defectsim.studies.progress import Estimate
from defectsim.studies.simulator import PlanSimulator

PILOT = 4
"""Number of runs that the estimate rests on."""


class Runner:
    """Run a plan.

    Attributes
    ----------
    executor
        Where the runs are executed.
    engine
        Name of the engine of all points; its first step is compiled by now.
    """

    def __init__(self, plan: Plan, options: RunOptions) -> None:
        known_engine(options.engine)
        self.plan, self.options = plan, options
        self.executor = Executor(options.workers, options.executor, options.dask)
        setup = StudySetup(plan.base.scenario, plan.seed)
        self.engine = _engine(plan, setup, options.engine)
        self._simulator = PlanSimulator(plan, self.engine, options.fork, setup)

    def of(self, plan: Plan) -> Self:
        """Return the runner of the same plan with another number of replicates."""
        other = copy(self)
        other.plan = plan
        return other

    def results(self, pending: Sequence[int]) -> Iterator[RunResult]:
        """Simulate runs by number, and yield their results, until the callback stops it.

        The first runs are simulated one after the other; the estimate rests on them.
        """
        pilot: list[RunPayload] = []
        for result in self._execute([(run,) for run in pending[:PILOT]], 0.0, at_once=1):
            pilot.append(result.payload)
            yield result
        if not pilot:
            return
        estimate = self._estimate(pilot, len(pending))
        self.options.progress.on_start(estimate)
        rest = pending[PILOT:]
        cut = batches(self.plan, rest, estimate.seconds)
        yield from self._execute(cut, len(rest) * estimate.seconds)

    def _execute(
        self, batches: Iterable[Batch], seconds: float, at_once: int | None = None
    ) -> Iterator[RunResult]:
        stop = self.options.progress.should_stop
        wanted = takewhile(lambda _: not stop(), batches)
        return self.executor.execute(self._simulator, wanted, seconds, at_once)

    def _estimate(self, pilot: Sequence[RunPayload], runs: int) -> Estimate:
        typical = pilot[1:] or pilot  # the first is slower than others
        return Estimate(
            points=len(self.plan.points),
            replicates=self.plan.replicates,
            runs=runs,
            seconds=sum(one.seconds for one in typical) / len(typical),
            bytes=sum(map(_size, typical)) // len(typical),
            workers=self.executor.count,
        )


def _engine(plan: Plan, setup: StudySetup, asked: EngineName | None) -> EngineName:
    """Return the engine that runs all points, whichever rules they have."""
    others: dict[tuple[str, ...], int] = {}
    for number, point in enumerate(plan.points):
        rules = tuple(
            text
            for text in point.overrides
            if text.startswith("behaviour") and ".parameters" not in text
        )
        if rules:
            others.setdefault(rules, number)
    setups = [StudySetup(plan.scenario(number), plan.seed) for number in others.values()]
    engines = [one.prepare(asked) for one in (setup, *(other.like(setup) for other in setups))]
    return "reference" if "reference" in engines else "compiled"


def _size(payload: RunPayload) -> int:
    """Return the bytes that the tables of a run take in files."""
    total = 0
    for stream in (payload.tables[name] for name in TABLES if name in payload.tables):
        file = io.BytesIO()
        pq.write_table(unpack(stream), file, compression="zstd")
        total += file.tell()
    return total
