"""Leaving what others have in hand when whoever asked for it cannot wait."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager


@contextmanager
def waited_for[Pool: Executor](pool: Pool) -> Iterator[Pool]:
    """Wait in the end for what a pool has in hand; where something goes wrong, as by a second Ctrl-C, leave it."""
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
