"""Living runs in processes of this machine: the fastest for studies of more than some seconds.

A process may die: the system kills one where memory is short, and a rule may call what crashes. What it had in hand is
then lived run by run in processes of their own, and a run whose process dies again is one that failed.
"""

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as until_ready
from types import ModuleType

from defectsim.engine.records.payload import pack
from defectsim.execution.runner import Lives
from defectsim.execution.threads import waited_for
from defectsim.execution.work import RunResult, Task, Work

DIED = (
    "every process that lived this run died, the last one with nothing else in hand: it was killed, or crashed, or "
    "memory was short"
)

_HERE, _THERE = "in this process", "in others"

_works: list[Work] = []
_lives: list[Lives] = []
"""What a process was given, and what it makes of it when it is first asked."""


def in_processes(
    work: Work, tasks: Iterable[Task], workers: int, here: Lives | None = None
) -> Iterator[RunResult]:
    """Live tasks in so many processes, and yield what comes of each run.

    Parameters
    ----------
    workers
        How many run at a time; at most one more task for each is in hand.
    here
        Where it is given, this process is one of them, and lives runs while the others begin.
    """
    waiting = iter(tasks)
    while True:
        lost: list[Task] = []
        yield from _until_one_dies(work, waiting, workers, here, lost)
        if not lost:
            return
        for run in sorted(run for task in lost for run in task):
            yield _alone(work, run)


def lost(run: int) -> RunResult:
    """Return the outcome of a run that killed those who lived it."""
    return RunResult(run, pack("failed", {"error": DIED}, {}, 0.0))


def _until_one_dies(
    work: Work, waiting: Iterator[Task], workers: int, here: Lives | None, lost: list[Task]
) -> Iterator[RunResult]:
    """Live tasks until there are none, or a process dies; append to `lost` what was then in hand."""
    places = (
        Counter({_THERE: workers + 1}) if here is None else Counter({_HERE: 2, _THERE: workers})
    )
    others = max(workers - places[_HERE] // 2, 1)
    with waited_for(_pool(work, others)) as pool, waited_for(ThreadPoolExecutor(1)) as thread:
        running: dict[Future[list[RunResult]], tuple[Task, str]] = {}
        while True:
            taken = Counter(place for _, place in running.values())
            for place in () if lost else (places - taken).elements():
                if (task := next(waiting, None)) is None:
                    break
                try:
                    future = (
                        thread.submit(here.lived, task)
                        if here and place == _HERE
                        else _asked(pool, task)
                    )
                    running[future] = task, place
                except BrokenProcessPool:
                    lost.append(task)
                    break
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                task, _ = running.pop(future)
                try:
                    yield from future.result()
                except BrokenProcessPool:
                    lost.append(task)


def _alone(work: Work, run: int) -> RunResult:
    with waited_for(_pool(work, 1)) as pool:
        try:
            return _asked(pool, (run,)).result()[0]
        except BrokenProcessPool:
            return lost(run)


def _pool(work: Work, workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, get_context("spawn"), _enter, (work,))


def _asked(pool: ProcessPoolExecutor, task: Task) -> Future[list[RunResult]]:
    """Ask a pool, which may begin a process for it.

    A process begins by importing the script that asks for it, which would run again there if it has no guard; nothing
    of it is needed.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        return pool.submit(_live, task)
    finally:
        sys.modules["__main__"] = main


def _enter(work: Work) -> None:
    """Begin a process: Ctrl-C is for the one that asked for it, and with that one this ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _works.append(work)


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    until_ready([parent.sentinel])
    os._exit(1)


def _live(task: Task) -> list[RunResult]:
    if not _lives:
        _lives.append(Lives(_works[0]))
    return _lives[0].lived(task)
