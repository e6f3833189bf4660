"""Living runs in processes of this machine: the fastest for studies of more than some seconds.

A process may die: the system kills one where memory is short, and a rule may call what crashes. What it had in hand is
then lived run by run in processes of their own, and a run whose process dies again is one that failed.
"""

import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as until_ready

from defectsim.engine.packed import packed
from defectsim.execution.lives import Lives
from defectsim.execution.work import Outcome, Task, Work

DIED = (
    "every process that lived this run died, the last one with nothing else in hand: it was killed, or crashed, or "
    "memory was short"
)

_works: list[Work] = []
_lives: list[Lives] = []
"""What a process was given, and what it makes of it when it is first asked."""


def in_processes(work: Work, tasks: Iterable[Task], workers: int) -> Iterator[Outcome]:
    """Live tasks in so many processes, and yield what comes of each run.

    At most one more task than `workers` is in hand at a time.
    """
    waiting = iter(tasks)
    while True:
        lost: list[Task] = []
        yield from _until_one_dies(work, waiting, workers, lost)
        if not lost:
            return
        for run in sorted(run for task in lost for run in task):
            yield _alone(work, run)


def lost(run: int) -> Outcome:
    """Return the outcome of a run that killed those who lived it."""
    return Outcome(run, packed("failed", {"error": DIED}, {}, 0.0))


def _until_one_dies(work: Work, waiting: Iterator[Task], workers: int, lost: list[Task]) -> Iterator[Outcome]:
    """Live tasks until there are none, or a process dies; append to `lost` what was then in hand."""
    with _pool(work, workers) as pool:
        running: dict[Future[list[Outcome]], Task] = {}
        while True:
            for task in islice(waiting, 0 if lost else workers + 1 - len(running)):
                try:
                    running[pool.submit(_live, task)] = task
                except BrokenProcessPool:
                    lost.append(task)
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                task = running.pop(future)
                try:
                    yield from future.result()
                except BrokenProcessPool:
                    lost.append(task)


def _alone(work: Work, run: int) -> Outcome:
    with _pool(work, 1) as pool:
        try:
            return pool.submit(_live, (run,)).result()[0]
        except BrokenProcessPool:
            return lost(run)


def _pool(work: Work, workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, get_context("spawn"), _enter, (work,))


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


def _live(task: Task) -> list[Outcome]:
    if not _lives:
        _lives.append(Lives(_works[0]))
    return _lives[0].lived(task)
