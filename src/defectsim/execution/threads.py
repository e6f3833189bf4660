"""Living runs in threads of this process.

Compiled steps release Python's lock, and threads share the army, its cells and the compiled rules, which every process
has to make for itself. So they are soonest done with a study that takes seconds.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice

from defectsim.execution.runner import Lives
from defectsim.execution.work import RunResult, Task


@contextmanager
def waited_for[Pool: Executor](pool: Pool) -> Iterator[Pool]:
    """Wait in the end for what a pool has in hand; where something goes wrong, as by a second Ctrl-C, leave it."""
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def in_threads(lives: Lives, tasks: Iterable[Task], workers: int) -> Iterator[RunResult]:
    """Live tasks on so many threads, and yield what comes of each run.

    At most one more task than `workers` is in hand at a time, so memory does not grow with their number. One worker is
    the thread that asks, which then waits for no other.
    """
    waiting = iter(tasks)
    if workers == 1:
        for task in waiting:
            yield from lives.live(task)
        return
    with waited_for(ThreadPoolExecutor(workers)) as pool:

        def submit(count: int) -> set[Future[list[RunResult]]]:
            return {pool.submit(lives.lived, task) for task in islice(waiting, count)}

        running = submit(workers + 1)
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield from future.result()
            running |= submit(len(done))
