"""The loop of all executors: a few batches in hand, and runs alone where a worker dies."""

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from itertools import chain, islice
from typing import Any

from defectsim.execution.simulator import Batch, RunResult, died

LOOK = 2.0
"""Seconds after which the loop asks for the capacity again, even if no batch has ended."""

type Running = Future[Any]
"""A batch in hand of a worker."""
type BatchLoop = Callable[[Iterator[Batch]], Generator[RunResult, None, list[Batch]]]
"""Simulates batches until none is left or a worker dies; returns those that died with workers."""


def simulate_all(
    batches: Iterable[Batch], together: BatchLoop, alone: BatchLoop
) -> Iterator[RunResult]:
    """Simulate batches, and yield the result of each run.

    Runs whose worker died are repeated one by one by `alone`, with nothing else in hand; a run
    whose worker dies again has failed.
    """
    waiting = iter(batches)
    while killers := (yield from together(waiting)):
        for run in sorted(chain.from_iterable(killers)):
            if (yield from alone(iter([(run,)]))):
                yield died(run)


def in_hand(
    waiting: Iterator[Batch],
    submit: Callable[[Batch], Running],
    capacity: Callable[[], int],
    results: Callable[[Running], list[RunResult]] = Future.result,
    death: type[Exception] = BrokenExecutor,
) -> Generator[RunResult, None, list[Batch]]:
    """Keep batches in hand of workers, and yield results, as a `BatchLoop` does.

    Parameters
    ----------
    capacity
        Number of batches that may be in hand: few, so memory is bounded.
    results
        Returns the results of a batch that has ended.
    death
        Error of a batch whose worker died.
    """
    running: dict[Running, Batch] = {}
    killers: list[Batch] = []
    while True:
        room = max(capacity() - len(running), 0)  # asked for in any case: workers may be missing
        for batch in islice(waiting, 0 if killers else room):
            try:
                running[submit(batch)] = batch
            except death:
                killers.append(batch)
                break
        if not running:
            return killers
        for future in wait(running, LOOK, FIRST_COMPLETED).done:
            batch = running.pop(future)
            try:
                yield from results(future)
            except death:
                killers.append(batch)
