"""Running replicates on the cores of one machine.

Threads, not processes: compiled steps release Python's lock, and threads share the army, its cells and the compiled
rules, which every process would have to make for itself.
"""

import os
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice

from defectsim.engine.live import live
from defectsim.engine.packed import Packed, packed
from defectsim.engine.record import record
from defectsim.engine.start import EngineName, Start


@dataclass(frozen=True)
class Outcome:
    """What came of one run: what it left, or its error."""

    run: int
    packed: Packed


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def execute(start: Start, replicates: int, workers: int, engine: EngineName) -> Iterator[Outcome]:
    """Live replicates 0, 1, 2, ... on `workers` threads, and yield each as it ends.

    A replicate that fails is an outcome like any other. At most one more than `workers` are in hand at a time, so
    memory does not grow with their number.
    """
    waiting = iter(range(replicates))
    with ThreadPoolExecutor(workers) as pool:

        def submit(count: int) -> set[Future[Outcome]]:
            return {pool.submit(_one, start, replicate, engine) for replicate in islice(waiting, count)}

        running = submit(workers + 1)
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
            running |= submit(len(done))


def _one(start: Start, replicate: int, engine: EngineName) -> Outcome:
    began = time.perf_counter()
    try:
        kept = record(live(start, replicate, engine), replicate)
        status, run, tables = "done", kept.run, kept.tables
    except Exception:  # whatever a rule does wrong in one run, the others go on, and the run is a row that says it
        status, run, tables = "failed", {"error": traceback.format_exc()}, {}
    return Outcome(replicate, packed(status, run, tables, time.perf_counter() - began))
