"""Threads, and processes of this machine: the fastest executor for studies of some seconds.

A process may die: the system kills one where memory is short, and a rule may call what crashes. The
runs that it had in hand are then simulated one by one, each in a process of its own, and a run
whose process dies again has failed.
"""

import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as until_ready
from types import ModuleType

from defectsim.core.errors import PlanError
from defectsim.execution.batches import Running, in_hand, simulate_all
from defectsim.execution.simulator import Batch, RunResult, Simulator, simulated


@contextmanager
def _begun() -> Iterator[None]:
    """Explain that the system has no room for a thread or process that work needs."""
    try:
        yield
    except (OSError, RuntimeError, MemoryError) as error:
        if isinstance(error, BrokenExecutor):
            raise
        raise PlanError(
            f"the system allows no further thread or process ({error or 'no memory'}): ask for fewer "
            "workers, or raise the limit (ulimit -u, -v); finished runs are kept"
        ) from error


@contextmanager
def shutdown[Pool: Executor](pool: Pool) -> Iterator[Pool]:
    """Wait for a pool's work in the end; abandon it after an error, such as a second Ctrl-C."""
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def in_threads(simulator: Simulator, batches: Iterable[Batch], workers: int) -> Iterator[RunResult]:
    """Simulate batches in so many threads, and yield the result of each run.

    At most one more batch than `workers` is in hand, so memory does not grow with their number.
    """
    with shutdown(ThreadPoolExecutor(workers)) as pool:

        def submit(batch: Batch) -> Running:
            with _begun():
                return pool.submit(simulated, simulator, batch)

        yield from in_hand(iter(batches), submit, lambda: workers + 1)


def in_processes(
    simulator: Simulator, batches: Iterable[Batch], workers: int, *, here: bool = False
) -> Iterator[RunResult]:
    """Simulate batches in so many processes, and yield the result of each run.

    Parameters
    ----------
    workers
        Number of processes; at most two more batches are in hand.
    here
        Whether this process is one of them, which simulates runs while the others begin.
    """
    packed = pickle.dumps(simulator)
    together = partial(_in_pool, packed, workers, simulator if here else None)
    yield from simulate_all(batches, together, alone=partial(_in_pool, packed, 1, None))


def _in_pool(
    packed: bytes, workers: int, here: Simulator | None, waiting: Iterator[Batch]
) -> Generator[RunResult, None, list[Batch]]:
    others = max(workers - 1, 1) if here else workers
    processes = ProcessPoolExecutor(others, get_context("spawn"), _enter, (packed,))
    with shutdown(processes), shutdown(ThreadPoolExecutor(1)) as thread:
        ours: deque[Running] = deque(maxlen=2)

        def submit(batch: Batch) -> Running:
            if here and (len(ours) < 2 or ours[0].done()):  # one to simulate, and the next
                ours.append(thread.submit(simulated, here, batch))
                return ours[-1]
            return _submit(processes, batch)

        return (yield from in_hand(waiting, submit, lambda: workers + (2 if here else 1)))


def _submit(pool: ProcessPoolExecutor, batch: Batch) -> Running:
    """Submit a batch to a pool, which may begin a process for it.

    A process begins by importing the script that began it, which would run again if it has no
    guard; no process needs anything of it.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        with _begun():
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
