"""Threads of this process.

Compiled steps release Python's lock, and threads share the population, its cohorts and the compiled
rules, which every process has to make for itself. So studies of some seconds are soonest done here.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice

from defectsim.execution.simulator import Batch, RunResult, Simulator


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
