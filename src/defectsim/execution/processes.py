"""Processes of this machine: the fastest executor for studies of more than some seconds.

A process may die: the system kills one where memory is short, and a rule may call what crashes. The
runs that it had in hand are then simulated one by one, each in a process of its own, and a run
whose process dies again has failed.
"""

import os
import pickle
import signal
import sys
import threading
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as until_ready
from types import ModuleType

from defectsim.execution.simulator import Batch, RunResult, Simulator, died


@contextmanager
def shutdown[Pool: Executor](pool: Pool) -> Iterator[Pool]:
    """Wait for a pool's work in the end; abandon it after an error, such as a second Ctrl-C."""
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def simulated(simulator: Simulator, batch: Batch) -> list[RunResult]:
    """Simulate a whole batch."""
    return list(simulator.simulate(batch))


def in_threads(simulator: Simulator, batches: Iterable[Batch], workers: int) -> Iterator[RunResult]:
    """Simulate batches in so many threads, and yield the result of each run.

    At most one more batch than `workers` is in hand, so memory does not grow with their number.
    """
    waiting = iter(batches)
    with shutdown(ThreadPoolExecutor(workers)) as pool:

        def submit(count: int) -> set[Future[list[RunResult]]]:
            return {pool.submit(simulated, simulator, batch) for batch in islice(waiting, count)}

        running = submit(workers + 1)
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield from future.result()
            running |= submit(len(done))


_HERE, _THERE = "in this process", "in others"


def in_processes(
    simulator: Simulator, batches: Iterable[Batch], workers: int, *, here: bool = False
) -> Iterator[RunResult]:
    """Simulate batches in so many processes, and yield the result of each run.

    Parameters
    ----------
    workers
        Number of processes; at most one more batch for each is in hand.
    here
        Whether this process is one of them, which simulates runs while the others begin.
    """
    waiting, packed = iter(batches), pickle.dumps(simulator)
    while lost := (
        yield from _until_one_dies(packed, waiting, workers, simulator if here else None)
    ):
        for run in sorted(chain.from_iterable(lost)):
            yield _alone(packed, run)


def _until_one_dies(
    packed: bytes, waiting: Iterator[Batch], workers: int, here: Simulator | None
) -> Generator[RunResult, None, list[Batch]]:
    """Simulate batches until none is left or a process dies; return those that died with it."""
    places = Counter({_HERE: 2, _THERE: workers}) if here else Counter({_THERE: workers + 1})
    others = max(workers - places[_HERE] // 2, 1)
    running: dict[Future[list[RunResult]], tuple[Batch, str]] = {}
    lost: list[Batch] = []
    with shutdown(_pool(packed, others)) as pool, shutdown(ThreadPoolExecutor(1)) as thread:
        while True:
            taken = Counter(place for _, place in running.values())
            for place in () if lost else (places - taken).elements():
                if (batch := next(waiting, None)) is None:
                    break
                try:
                    future = (
                        thread.submit(simulated, here, batch)
                        if here and place == _HERE
                        else _submit(pool, batch)
                    )
                    running[future] = batch, place
                except BrokenProcessPool:
                    lost.append(batch)
                    break
            if not running:
                return lost
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                batch, _ = running.pop(future)
                try:
                    yield from future.result()
                except BrokenProcessPool:
                    lost.append(batch)


def _alone(packed: bytes, run: int) -> RunResult:
    with shutdown(_pool(packed, 1)) as pool:
        try:
            return _submit(pool, (run,)).result()[0]
        except BrokenProcessPool:
            return died(run)


def _pool(packed: bytes, workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, get_context("spawn"), _enter, (packed,))


def _submit(pool: ProcessPoolExecutor, batch: Batch) -> Future[list[RunResult]]:
    """Submit a batch to a pool, which may begin a process for it.

    A process begins by importing the script that began it, which would run again if it has no
    guard; no process needs anything of it.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        return pool.submit(_simulate, batch)
    finally:
        sys.modules["__main__"] = main


_packed: list[bytes] = []
"""The simulator that this process was given, once it is a worker."""


def _enter(packed: bytes) -> None:
    """Begin a worker, which leaves Ctrl-C to its parent and ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _packed.append(packed)


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    until_ready([parent.sentinel])
    os._exit(1)


@cache
def _simulator() -> Simulator:
    found: Simulator = pickle.loads(_packed[0])
    return found


def _simulate(batch: Batch) -> list[RunResult]:
    return simulated(_simulator(), batch)
