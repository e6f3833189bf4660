"""The run of a study: its engine, its batches, and where results go until no run is wanted."""

import io
import os
import shlex
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from itertools import groupby, takewhile
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pyarrow.parquet as pq

from defectsim.core.choices import EngineName
from defectsim.core.errors import (
    FigureWarning,
    NothingToDrawError,
    StorageError,
    StudyDamagedError,
    StudyIncompleteError,
    expect,
)
from defectsim.core.files import remove_orphans, user_path
from defectsim.core.randomness import generator
from defectsim.core.study_folder import FIGURES, PLAN_FILE, RUNS_FILE
from defectsim.engine.compiled.cache import compilations
from defectsim.engine.records.payload import RunPayload, unpack
from defectsim.engine.setup import StudySetup, known_engine
from defectsim.execution.executors import Executor
from defectsim.execution.simulator import DIED, Batch, RunResult
from defectsim.store import StoredStudy, StudyWriter, study_in_memory
from defectsim.store.folder import append_to_log, study_name
from defectsim.store.parts import planned_and_found
from defectsim.store.provenance import changed_files as changed_files
from defectsim.store.schema import DONE, PENDING, TABLES
from defectsim.studies.kinds.registry import kind_named
from defectsim.studies.manifest import manifest, planned_runs, resumable_plan
from defectsim.studies.options import Estimate, ProgressCallback, RunOptions
from defectsim.studies.plan import Plan
from defectsim.studies.simulator import PlanSimulator

TOGETHER = 16
"""Largest number of points in a batch."""
SECONDS = 0.2
"""Time of a batch: long enough to be worth sending, short enough to be waited for."""
PILOT = 4
"""Number of runs that the estimate rests on."""
SAVED_EVERY = 60.0
"""Seconds after which ``runs.parquet`` is written anew while a study runs, for others to read."""


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
    by_group = sorted(pending, key=lambda run: (groups[plan.variant_of(run)], run))
    for (group, _), replicate in groupby(
        by_group, lambda run: (groups[plan.variant_of(run)], run // points)
    ):
        runs = tuple(replicate)
        if group == last and len(found[-1]) + len(runs) <= most:
            found[-1] += runs
        else:
            found.append(runs)
        last = group
    return found


def _groups(plan: Plan) -> list[int]:
    """Return the first scenario of the group of each: neighbours among those of one population."""
    populations: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    firsts = []
    for number, variant in enumerate(plan.variants):
        own = (text for text in variant.overrides if text.startswith(("forces", "people")))
        population = populations[str(plan.seed_of(number)), *own]
        population.append(number)
        firsts.append(population[(len(population) - 1) // TOGETHER * TOGETHER])
    return firsts


class Runner:
    """Runs a plan, which may be replaced by one with more replicates."""

    def __init__(self, plan: Plan, options: RunOptions) -> None:
        if unknown := options.keys() - RunOptions.__annotations__.keys():
            raise TypeError(f"a study has no option {', '.join(sorted(unknown))}")
        known_engine(options.get("engine"))
        remove_orphans()
        self.plan, self.options = plan, options
        self.progress = options.get("progress") or ProgressCallback()
        expect(self.progress, ProgressCallback, "a progress below defectsim.ProgressCallback")
        self.executor = Executor(
            options.get("workers"), options.get("executor"), options.get("dask")
        )

    @cached_property
    def simulator(self) -> PlanSimulator:
        """Simulator by the engine of all points, the first step of which is compiled by now."""
        setup = StudySetup(self.plan.base.scenario, self.plan.seed)
        with compilations(self.progress.on_compile):
            engine = _engine(self.plan, setup, self.options.get("engine"))
        simulator = PlanSimulator(self.plan, engine, self.options.get("fork", True))
        simulator.setups.append(setup)
        return simulator

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
            outlook=kind_named(self.plan.design["kind"]).outlook(self.plan),
        )
        self.progress.on_start(estimate)
        rest = pending[PILOT:]
        cut = batches(self.plan, rest, estimate.seconds)
        yield from self._execute(cut, len(rest) * estimate.seconds)

    def _execute(
        self, batches: Iterable[Batch], seconds: float, at_once: int | None = None
    ) -> Iterator[RunResult]:
        wanted = takewhile(lambda _: not self.progress.should_stop(), batches)
        return self.executor.execute(self.simulator, wanted, seconds, at_once)


def _engine(plan: Plan, setup: StudySetup, asked: EngineName | None) -> EngineName:
    """Return the engine that runs all points, whichever rules they have."""
    setups: dict[tuple[str, ...], StudySetup] = {(): setup}
    for number, variant in enumerate(plan.variants):
        rules = tuple(
            text
            for text in variant.overrides
            if text.startswith("behaviour") and ".parameters" not in text
        )
        if rules not in setups:
            setups[rules] = StudySetup(plan.scenario(number), plan.seed).like(setup)
    engines = {one.prepare(asked) for one in setups.values()}
    return "reference" if "reference" in engines else asked or "compiled"


def _size(payload: RunPayload) -> int:
    """Return the bytes that the tables of a run take in files."""
    total = 0
    for stream in (payload.tables[name] for name in TABLES if name in payload.tables):
        file = io.BytesIO()
        pq.write_table(unpack(stream), file, compression="zstd")
        total += file.tell()
    return total


def run_study(plan: Plan, options: RunOptions) -> StoredStudy:
    """Run a plan, and return its study: in memory, or stored and drawn if the options have `out`."""
    runner = Runner(plan, options)
    out, name = options.get("out"), options.get("name")
    name = study_name(plan.name if name is None else name)  # before anything is compiled
    root = None if out is None else user_path(out)
    workers, command = runner.executor.count, " ".join(sys.argv)
    content = manifest(plan, runner.simulator.engine, runner.simulator.plan_name, workers, command)
    if root is None:
        return _run_in_memory(runner, content)
    planned, overwrite = planned_runs(plan), options.get("overwrite", False)
    with StudyWriter.create(
        root, name, plan.texts, content, planned, overwrite=overwrite
    ) as writer:
        run_pending(writer, runner)
    return complete(writer.folder, figures=options.get("figures", True))


def planned_study(plan: Plan) -> StoredStudy:
    """Return a study of which nothing has been run, to ask what could be read of it."""
    content = manifest(plan, "compiled", "cohorts", workers=1, command="")
    return study_in_memory(content, planned_runs(plan), {})


def _run_in_memory(runner: Runner, content: Mapping[str, Any]) -> StoredStudy:
    found: dict[int, RunPayload] = {}
    while True:
        planned = planned_runs(runner.plan)
        for result in runner.results([run for run in range(planned.height) if run not in found]):
            found[result.run] = result.payload
            runner.progress.on_result(result)
        study = study_in_memory({**content, **_growing(runner.plan)}, planned, found)
        if not study.complete or not _plan_further(runner, study):
            return study


def run_pending(writer: StudyWriter, runner: Runner, *, further: bool = True) -> None:
    """Run what a study lacks; whatever ends this, finished runs are kept.

    Parameters
    ----------
    further
        Whether to go on to further replicates, for as long as the kind of the study wants them.
    """
    while True:
        if writer.pending:
            _run(writer, runner)
        if writer.pending or not further or not _plan_further(runner, writer.finish()):
            return
        extend(writer, runner.plan)


def _plan_further(runner: Runner, study: StoredStudy) -> bool:
    """Plan the further runs that the kind of a study wants; return whether it wants any."""
    wanted = kind_named(study.kind).further(study, runner.plan)
    if wanted is not None:
        runner.plan = runner.simulator.plan = wanted
    return wanted is not None


def extend(writer: StudyWriter, plan: Plan) -> None:
    """Add the further runs of a plan, if it has any, to its study."""
    writer.extend(planned_runs(plan), {PLAN_FILE: plan.texts[PLAN_FILE]}, **_growing(plan))


def _growing(plan: Plan) -> dict[str, Any]:
    """Return what the manifest says of a plan and further runs change."""
    design = dict(plan.design)
    return {"replicates": plan.replicates, "points": len(plan.points), "design": design}


def _run(writer: StudyWriter, runner: Runner) -> None:
    log, saved = partial(append_to_log, writer.folder), time.monotonic()
    log("begins", runs=len(writer.pending), engine=runner.simulator.engine, process=os.getpid())
    try:
        for result in runner.results(writer.pending):
            writer.add(result.run, result.payload)
            if time.monotonic() - saved > SAVED_EVERY:
                writer.save()
                saved = time.monotonic()
            if error := result.payload.row.get("error"):
                log("failed", run=result.run, error=str(error).strip().splitlines()[-1])
            runner.progress.on_result(result)
    except BaseException as error:
        with suppress(StorageError):
            log("interrupted", error=type(error).__name__)
        if isinstance(error, KeyboardInterrupt):
            folder = shlex.quote(str(writer.folder))
            error.add_note(f"Finished runs are kept; to continue: defectsim resume {folder}")
        raise
    if writer.pending:
        log("stopped", pending=len(writer.pending))


def complete(folder: Path, *, figures: bool = True) -> StoredStudy:
    """Open a study that was written; draw its figure if it is complete, and warn where that fails."""
    study = StoredStudy.open(folder)
    if study.complete:
        append_to_log(folder, "complete")
    if not (figures and study.complete) or DONE not in study.runs["status"]:
        return study
    try:
        kind_named(study.kind).draw(study, folder / FIGURES)
    except NothingToDrawError:  # nothing differs, or no series was recorded
        pass
    except Exception as error:  # a study is complete without its figure
        append_to_log(folder, "not drawn", error=f"{type(error).__name__}: {error}")
        warnings.warn(
            f"{folder} is complete, but its figure could not be drawn "
            f"({type(error).__name__}: {error}); to draw it again: defectsim plot {folder}",
            FigureWarning,
            stacklevel=4,
        )
    return study


class Rerun(NamedTuple):
    """A re-run, and what of its results differs from the stored ones."""

    point: int
    replicate: int
    differences: tuple[str, ...]
    """Names of the tables, and of the columns of runs.parquet."""

    @property
    def matches(self) -> bool:
        """True if nothing differs."""
        return not self.differences


def rerun(folder: Path, sample: int, seed: int, *, allow_code: bool) -> Iterator[Rerun]:
    """Repeat a random sample of a study's runs, each from its first day, and compare all rows.

    Runs that ended the process that ran them are left out.

    Raises
    ------
    StudyDamagedError
        When the study has other runs than its plan.
    """
    study, plan = StoredStudy.open(folder), resumable_plan(folder, allow_code=allow_code)
    planned, points = planned_runs(plan), len(plan.points)
    stored = study.scan("runs").collect()  # altered or not
    if not planned.head(stored.height).equals(planned_and_found(stored)[0]):
        raise StudyDamagedError(
            f"{folder}: {RUNS_FILE} has other runs than {PLAN_FILE}: put back what was there, or run "
            "the study again with --overwrite"
        )
    runs = stored.with_row_index("run").filter(
        pl.col("status") != PENDING, pl.col("error").ne_missing(DIED)
    )
    if runs.is_empty():
        raise StudyIncompleteError(
            f"{folder} has no run that can be repeated; to run what it lacks: defectsim resume "
            f"{folder}"
        )
    chosen = generator(seed, ("verify",)).choice(
        runs.height, min(sample, runs.height), replace=False
    )
    simulator = PlanSimulator(plan, study.manifest["engine"], fork=False)
    again = [(run,) for run in runs["run"].gather(sorted(chosen))]
    for result in Executor(workers=1).execute(simulator, again, 0.0):
        differences = tuple(study.differences(stored[result.run], points, result.payload))
        yield Rerun(result.run % points, result.run // points, differences)
