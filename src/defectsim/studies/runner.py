"""The runner of a plan: it chooses the engine, and estimates by its first runs what all take."""

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from itertools import groupby, takewhile
from typing import Self

import pyarrow.parquet as pq

from defectsim.core.choices import EngineName
from defectsim.engine.records.payload import RunPayload, unpack
from defectsim.engine.setup import StudySetup, known_engine
from defectsim.execution.executors import Executor
from defectsim.execution.simulator import Batch, RunResult
from defectsim.store.schema import TABLES
from defectsim.studies.options import Estimate, RunOptions
from defectsim.studies.plan import Plan
from defectsim.studies.simulator import PlanSimulator

TOGETHER = 16
"""Largest number of points in a batch."""
SECONDS = 0.2
"""Time of a batch: long enough to be worth sending, short enough to be waited for."""


def batches(plan: Plan, pending: Sequence[int], seconds: float) -> list[Batch]:
    """Cut runs into batches.

    Points of one population are together, replicate by replicate, since they may share a past;
    where they are few, several replicates make a batch. All replicates of a population follow each
    other, so that few populations are in hand.

    Parameters
    ----------
    seconds
        Estimate of the time of a run.
    """
    points, groups = len(plan.points), _groups(plan)
    most = max(1, int(SECONDS / max(seconds, 1e-9)))
    found: list[Batch] = []
    by_group = sorted(pending, key=lambda run: (groups[run % points], run))
    for _, runs in groupby(by_group, lambda run: groups[run % points]):
        batch: Batch = ()
        for _, replicate in groupby(runs, lambda run: run // points):
            more = tuple(replicate)
            if batch and len(batch) + len(more) > most:
                found.append(batch)
                batch = ()
            batch += more
        found.append(batch)
    return found


def _groups(plan: Plan) -> list[int]:
    """Return the group of each point: neighbours among those of one population."""
    seen: Counter[tuple[str, ...]] = Counter()
    numbers: dict[tuple[tuple[str, ...], int], int] = {}
    groups = []
    for number, point in enumerate(plan.points):
        own = (text for text in point.overrides if text.startswith(("forces", "people")))
        population = (str(plan.seed_of(number)), *own)
        group = (population, seen[population] // TOGETHER)
        groups.append(numbers.setdefault(group, len(numbers)))
        seen[population] += 1
    return groups


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
