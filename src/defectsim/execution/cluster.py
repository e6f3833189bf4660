"""Dask clusters: any number of machines.

The simulator travels once to each worker, as a value on which all tasks depend: Dask makes it anew
when the worker that has it dies, gives it to workers that join, and drops it when the study ends.
All that the scheduler sees is bytes, so it needs no defectsim.

When a worker dies, Dask gives its batches to others. Batches with which several died are repeated
run by run, with nothing else in hand; a run whose workers die again has failed.
"""

import json
import logging
import pickle
import signal
import socket
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from operator import methodcaller
from uuid import uuid4

import dask
from distributed import Client, KilledWorker, LocalCluster
from distributed.client import ClosedClientError
from distributed.comm.addressing import resolve_address
from distributed.utils import silence_logging_cmgr

from defectsim.core.errors import ClusterError
from defectsim.core.files import is_file, user_path
from defectsim.core.versions import version_differences, versions
from defectsim.execution.batches import LOOK, Running, in_hand, simulate_all
from defectsim.execution.simulator import LOCAL, Batch, RunResult, Simulator, simulated

WITHOUT_WORKERS = 120.0
"""Seconds for which a scheduler may have no worker."""
_PATIENCE = 30.0
"""Seconds to wait for the results of a batch before the next look at the workers."""
_EACH = 2
"""Batches in hand of each thread of a worker: one to simulate, and the next."""


def on_cluster(
    simulator: Simulator, batches: Iterable[Batch], address: str, workers: int
) -> Iterator[RunResult]:
    """Simulate batches on the workers of a Dask scheduler, and yield the result of each run.

    Parameters
    ----------
    address
        Of the scheduler, or path of its file, or `LOCAL`.
    workers
        Number of processes of a `LOCAL` cluster.

    Raises
    ------
    ClusterError
        When no scheduler answers, or none any more, or it has no worker for two minutes, or
        workers have other versions.
    """
    with _connected(address, workers) as client:
        attempt = _Workers(client, simulator).attempt
        yield from simulate_all(batches, attempt, alone=attempt)


def threads(address: str) -> int:
    """Return the number of runs that the workers of a scheduler simulate at a time."""
    with _connected(address, 1) as client:
        found: dict[str, int] = client.nthreads()
        return max(1, sum(found.values()))


class WorkerState:
    """The simulator of a worker, whose threads share it; sent on to another, it is bytes again.

    Parameters
    ----------
    packed
        The simulator, pickled.
    expected
        Versions in the process that the study was begun in; see `core.versions.versions`.
    """

    def __init__(self, packed: bytes, expected: Mapping[str, str]) -> None:
        self._sent = (packed, expected)
        self._lock = threading.Lock()
        self._simulator: Simulator | None = None

    def __reduce__(self) -> tuple[type["WorkerState"], tuple[bytes, Mapping[str, str]]]:
        return WorkerState, self._sent

    def simulate(self, batch: Batch) -> list[RunResult]:
        """Simulate a batch.

        Raises
        ------
        ClusterError
            When runs could differ here from those where the study was begun.
        """
        with self._lock:
            if self._simulator is None:
                packed, expected = self._sent
                _refuse_others({socket.gethostname(): versions()}, expected)
                self._simulator = pickle.loads(packed)
        return simulated(self._simulator, batch)


class _Workers:
    """The workers of a scheduler, which simulate batches; new ones are checked."""

    def __init__(self, client: Client, simulator: Simulator) -> None:
        self._client = client
        self._expected = versions()
        state = pickle.dumps(WorkerState(pickle.dumps(simulator), self._expected))
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}):
            self._state = client.submit(pickle.loads, state, key=f"study-{uuid4().hex}")
        self._threads: dict[str, int] = {}
        self._checked: set[str] = set()
        self._looked = -LOOK
        self._seen = time.monotonic()

    def attempt(self, waiting: Iterator[Batch]) -> Generator[RunResult, None, list[Batch]]:
        """Simulate batches until Dask gives one up, with which several workers died."""
        return in_hand(waiting, self._submit, self._capacity, self._results, KilledWorker)

    def _capacity(self) -> int:
        """Return how many batches may be in hand; at least one, for clusters that grow on demand."""
        now = time.monotonic()
        if self._threads:
            self._seen = now
        if now - self._looked > LOOK:
            self._threads, self._looked = self._client.nthreads(), now
            if new := self._threads.keys() - self._checked:
                self._checked |= checked(self._client, new, self._expected)
        if not self._threads and now - self._seen > WITHOUT_WORKERS:
            raise ClusterError(
                f"the scheduler has had no worker for {WITHOUT_WORKERS:.0f} s: start some, as in "
                "dask worker ADDRESS; finished runs are kept, and defectsim resume continues the study"
            )
        return max(1, _EACH * sum(self._threads.values()))

    def _submit(self, batch: Batch) -> Running:
        task = methodcaller("simulate", batch)
        theirs = self._client.submit(task, self._state, key=f"simulate-{uuid4().hex}")
        ended: Running = Future()
        theirs.add_done_callback(ended.set_result)
        return ended

    def _results(self, ended: Running) -> list[RunResult]:
        """Return the results of a batch, which is repeated if the worker that has them dies."""
        while True:
            with suppress(TimeoutError):
                results: list[RunResult] = ended.result().result(timeout=_PATIENCE)
                return results
            self._capacity()


def checked(client: Client, workers: Iterable[str], expected: Mapping[str, str]) -> set[str]:
    """Refuse workers with other versions, naming all; return those that answer."""
    answers = client.run(versions, workers=list(workers), on_error="return")
    without = [
        worker
        for worker, answer in answers.items()
        if isinstance(answer, Exception) and not isinstance(answer, OSError)
    ]
    if without:
        raise ClusterError(
            f"no defectsim like this one is installed on {', '.join(without)}: "
            'pip install "defectsim[cluster]"'
        )
    found = {worker: answer for worker, answer in answers.items() if isinstance(answer, dict)}
    _refuse_others(found, expected)
    return set(found)


def _refuse_others(found: Mapping[str, Mapping[str, str]], expected: Mapping[str, str]) -> None:
    """Refuse workers whose versions, by worker, are not those that are expected."""
    others = {worker: version_differences(theirs, expected) for worker, theirs in found.items()}
    lines = [f"{worker}: {', '.join(all_)}" for worker, all_ in others.items() if all_]
    if lines:
        raise ClusterError(
            "runs on these workers could differ from runs in this process; install the same on "
            "both, or begin the study where the workers are:\n" + "\n".join(lines)
        )


@contextmanager
def _connected(address: str, workers: int) -> Iterator[Client]:
    """Connect to a scheduler, or to one of this machine; its log is silent, errors are raised."""
    with silence_logging_cmgr(logging.CRITICAL), ExitStack() as open_until_left:
        if address == LOCAL:
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                memory_limit=None,
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
                scheduler_kwargs={"allowed_failures": 1},  # two die of one batch at most
            )
            open_until_left.enter_context(cluster)
            client = open_until_left.enter_context(Client(cluster, set_as_default=False))
            # Ctrl-C is left to this process, which finishes what is in hand
            ignore = partial(signal.signal, signal.SIGINT, signal.SIG_IGN)
            client.register_worker_callbacks(setup=ignore)
        else:
            client = open_until_left.enter_context(_client(address))
        try:
            yield client
        except (OSError, CancelledError, ClosedClientError) as error:
            raise ClusterError(
                "the Dask scheduler cannot be reached any more; finished runs are kept: once it, "
                "or another, answers, defectsim resume continues the study"
            ) from error


def _client(address: str) -> Client:
    known, file = address, user_path(address)
    if is_file(file):
        try:
            known = str(json.loads(file.read_text(encoding="utf-8"))["address"])
        except (ValueError, KeyError, TypeError) as error:
            raise ClusterError(
                f"{file} is no file of a Dask scheduler, as dask scheduler --scheduler-file "
                "writes it"
            ) from error
    try:
        resolve_address(known)  # a client that cannot read it is never closed
        return Client(known, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        raise ClusterError(
            f"{address}: no Dask scheduler answers there ({error}); start one by dask scheduler, "
            "and give its address, as in tcp://host:8786, or the file that it writes, or local"
        ) from error
