"""The runner of a plan: it chooses the engine, and estimates by its first runs what all take."""

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import groupby, takewhile

import pyarrow.parquet as pq

from defectsim.core.choices import EngineName
from defectsim.engine.records.payload import RunPayload, unpack
from defectsim.engine.setup import StudySetup, known_engine
from defectsim.execution.executors import Executor
from defectsim.execution.simulator import Batch, RunResult
from defectsim.store.schema import TABLES
from defectsim.studies.options import Estimate, ProgressCallback, RunOptions
from defectsim.studies.plan import Plan
from defectsim.studies.simulator import PlanSimulator

TOGETHER = 16
"""Largest number of points in a batch."""
SECONDS = 0.2
"""Time of a batch: long enough to be worth sending, short enough to be waited for."""


def batches(plan: Plan, pending: Sequence[int], seconds: float) -> list[Batch]:
    """Cut runs into batches.

    Points of one population are together, replicate by replicate, since they may share a past;
    where they are few, and a run takes few seconds, several replicates make a batch. All replicates
    of a population follow each other, so that few populations are in hand.
    """
    points, groups = len(plan.points), _groups(plan)
    most = max(1, int(SECONDS / max(seconds, 1e-9)))
    found: list[Batch] = []
    last = None
    by_group = sorted(pending, key=lambda run: (groups[run % points], run))
    for (group, _), replicate in groupby(
        by_group, lambda run: (groups[run % points], run // points)
    ):
        runs = tuple(replicate)
        if group == last and len(found[-1]) + len(runs) <= most:
            found[-1] += runs
        else:
            found.append(runs)
        last = group
    return found


def _groups(plan: Plan) -> list[int]:
    """Return the first point of the group of each point: neighbours among those of one population."""
    populations: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    firsts = []
    for number, point in enumerate(plan.points):
        own = (text for text in point.overrides if text.startswith(("forces", "people")))
        population = populations[str(plan.seed_of(number)), *own]
        population.append(number)
        firsts.append(population[(len(population) - 1) // TOGETHER * TOGETHER])
    return firsts


PILOT = 4
"""Number of runs that the estimate rests on."""


class Runner:
    """Runs a plan, which may be replaced by one with more replicates."""

    def __init__(self, plan: Plan, options: RunOptions) -> None:
        if unknown := options.keys() - RunOptions.__annotations__.keys():
            raise TypeError(f"a study has no option {', '.join(sorted(unknown))}")
        known_engine(options.get("engine"))
        self.plan, self.options = plan, options
        self.progress = options.get("progress") or ProgressCallback()
        self.executor = Executor(
            options.get("workers"), options.get("executor"), options.get("dask")
        )

    @cached_property
    def _simulator(self) -> PlanSimulator:
        setup = StudySetup(self.plan.base.scenario, self.plan.seed)
        engine = _engine(self.plan, setup, self.options.get("engine"))
        simulator = PlanSimulator(self.plan, engine, self.options.get("fork", True))
        simulator.setups.append(setup)
        return simulator

    @property
    def engine(self) -> EngineName:
        """Name of the engine of all points; its first step is compiled by now."""
        return self._simulator.engine

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
        typical = pilot[1:] or pilot  # the first is slower than others
        estimate = Estimate(
            points=len(self.plan.points),
            replicates=self.plan.replicates,
            runs=len(pending),
            seconds=sum(one.seconds for one in typical) / len(typical),
            bytes=sum(map(_size, typical)) // len(typical),
            workers=self.executor.count,
        )
        self.progress.on_start(estimate)
        rest = pending[PILOT:]
        cut = batches(self.plan, rest, estimate.seconds)
        yield from self._execute(cut, len(rest) * estimate.seconds)

    def _execute(
        self, batches: Iterable[Batch], seconds: float, at_once: int | None = None
    ) -> Iterator[RunResult]:
        stop = self.progress.should_stop
        wanted = takewhile(lambda _: not stop(), batches)
        return self.executor.execute(self._simulator, wanted, seconds, at_once)


def _engine(plan: Plan, setup: StudySetup, asked: EngineName | None) -> EngineName:
    """Return the engine that runs all points, whichever rules they have."""
    setups: dict[tuple[str, ...], StudySetup] = {(): setup}
    for number, point in enumerate(plan.points):
        rules = tuple(
            text
            for text in point.overrides
            if text.startswith("behaviour") and ".parameters" not in text
        )
        if rules not in setups:
            setups[rules] = StudySetup(plan.scenario(number), plan.seed).like(setup)
    engines = {one.prepare(asked) for one in setups.values()}
    return "reference" if "reference" in engines else "compiled"


def _size(payload: RunPayload) -> int:
    """Return the bytes that the tables of a run take in files."""
    total = 0
    for stream in (payload.tables[name] for name in TABLES if name in payload.tables):
        file = io.BytesIO()
        pq.write_table(unpack(stream), file, compression="zstd")
        total += file.tell()
    return total
