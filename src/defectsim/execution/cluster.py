"""Dask clusters: any number of machines.

The simulator travels once to each worker, as a value on which all tasks depend: Dask makes it anew
when the worker that has it dies, gives it to workers that join, and drops it when the study ends.
All that the scheduler sees is bytes, so it needs no defectsim.

When a worker dies, Dask gives its batches to others. Batches with which several died are simulated
at the end, run by run, with nothing else in hand, and a run that kills then has failed.
"""

import json
import logging
import pickle
import signal
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from itertools import chain, islice
from operator import methodcaller
from pathlib import Path
from queue import Empty, SimpleQueue
from uuid import uuid4

import dask
from distributed import Client, Future, KilledWorker, LocalCluster
from distributed.client import ClosedClientError
from distributed.comm.addressing import resolve_address
from distributed.utils import silence_logging_cmgr

from defectsim.core.errors import ClusterError
from defectsim.core.versions import version_differences, versions
from defectsim.execution.processes import simulated
from defectsim.execution.simulator import Batch, RunResult, Simulator, died

WITHOUT_WORKERS = 120.0
"""Seconds for which a scheduler may have no worker."""
_LOOK = 2.0
"""Seconds between looks at which workers there are."""
_PATIENCE = 30.0
"""Seconds to wait for the results of a batch before the next look."""
_EACH = 2
"""Batches in hand of each thread of a worker: one to simulate, and the next."""

type _Running = Future[list[RunResult]]


def on_cluster(
    simulator: Simulator, batches: Iterable[Batch], address: str | None, workers: int
) -> Iterator[RunResult]:
    """Simulate batches on the workers of a Dask scheduler, and yield the result of each run.

    Parameters
    ----------
    address
        Of the scheduler, or path of its file; None for processes of this machine.
    workers
        Number of processes of this machine; a scheduler has its own number.

    Raises
    ------
    ClusterError
        When no scheduler answers, or none any more, or it has no worker for two minutes, or
        workers have other versions.
    """
    with _connected(address, workers) as client:
        session, killers = _Session(client, simulator), list[Batch]()
        yield from session.simulate(batches, killers)
        for run in sorted(chain.from_iterable(killers)):
            killed: list[Batch] = []
            yield from session.simulate([(run,)], killed)
            if killed:
                yield died(run)


def threads(address: str) -> int:
    """Return the number of runs that the workers of a scheduler simulate at a time."""
    with _connected(address, 1) as client:
        return max(1, sum(_threads_of(client).values()))


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


class _Session:
    """Batches in hand of the workers: few, so memory is bounded; enough, so no worker waits."""

    def __init__(self, client: Client, simulator: Simulator) -> None:
        self._client = client
        self._expected = versions()
        self._state = _sent(client, WorkerState(pickle.dumps(simulator), self._expected))
        self._running: dict[_Running, Batch] = {}
        self._ended: SimpleQueue[_Running] = SimpleQueue()
        self._threads: Mapping[str, int] = {}
        self._asked: set[str] = set()
        self._looked = -_LOOK
        self._without: float | None = None

    def simulate(self, batches: Iterable[Batch], killers: list[Batch]) -> Iterator[RunResult]:
        """Simulate batches, and yield their results; append to `killers` what workers died of."""
        waiting = iter(batches)
        while True:
            for batch in islice(waiting, max(0, self._capacity() - len(self._running))):
                self._submit(batch)
            if not self._running:
                return
            for future in self._next():
                batch = self._running.pop(future)
                try:
                    results = self._fetched(future)
                except KilledWorker:
                    killers.append(batch)
                else:
                    yield from results

    def _capacity(self) -> int:
        """Return how many batches may be in hand; at least one, for clusters that grow on demand."""
        if time.monotonic() - self._looked > _LOOK:
            self._look()
        return max(1, _EACH * sum(self._threads.values()))

    def _look(self) -> None:
        """Look which workers there are, and check the new ones; wait for none for a while only."""
        self._threads = _threads_of(self._client)
        if new := self._threads.keys() - self._asked:
            self._asked |= checked(self._client, new, self._expected)
        self._looked = now = time.monotonic()
        if self._threads:
            self._without = None
        elif self._without is None:
            self._without = now
        elif now - self._without > WITHOUT_WORKERS:
            raise ClusterError(
                f"the scheduler has had no worker for {WITHOUT_WORKERS:.0f} s: start some, as in "
                "dask worker ADDRESS; finished runs are kept, and defectsim resume continues the study"
            )

    def _submit(self, batch: Batch) -> None:
        with _reached():
            future = self._client.submit(
                methodcaller("simulate", batch), self._state, key=f"simulate-{uuid4().hex}"
            )
        self._running[future] = batch
        future.add_done_callback(self._ended.put)

    def _next(self) -> list[_Running]:
        """Wait until a batch ends, and return all that have."""
        while True:
            try:
                found = [self._ended.get(timeout=_LOOK)]
            except Empty:
                self._look()
                continue
            while not self._ended.empty():
                found.append(self._ended.get())
            return found

    def _fetched(self, future: _Running) -> list[RunResult]:
        """Return the results of a batch, which is repeated if the worker that has them dies."""
        while True:
            with _reached(), suppress(TimeoutError):
                return future.result(timeout=_PATIENCE)
            self._look()


def checked(client: Client, workers: Iterable[str], expected: Mapping[str, str]) -> set[str]:
    """Refuse workers with other versions, naming all; return those that answer."""
    with _reached():
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
def _connected(address: str | None, workers: int) -> Iterator[Client]:
    """Connect to a scheduler, or to one of this machine; its log is silent, errors are raised."""
    with silence_logging_cmgr(logging.CRITICAL):
        if address is None:
            with _local(workers) as cluster, Client(cluster, set_as_default=False) as client:
                client.register_worker_callbacks(setup=_ignore_interrupts)
                yield client
        else:
            with _client(address) as client:
                yield client


def _local(workers: int) -> LocalCluster:
    """Begin processes of this machine; a batch with which two died is simulated run by run."""
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        memory_limit=None,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
        scheduler_kwargs={"allowed_failures": 1},
    )


def _ignore_interrupts() -> None:
    """Leave Ctrl-C to the process that began this worker, which finishes what is in hand."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _client(address: str) -> Client:
    known = _address_in(Path(address)) if Path(address).is_file() else address
    try:
        resolve_address(known)  # a client that cannot read it is never closed
        return Client(known, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        raise ClusterError(
            f"{address}: no Dask scheduler answers there ({error}); start one by dask scheduler, "
            "and give its address, as in tcp://host:8786, or the file that it writes, or local"
        ) from error


def _address_in(path: Path) -> str:
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["address"])
    except (ValueError, KeyError, TypeError) as error:
        raise ClusterError(
            f"{path} is no file of a Dask scheduler, as dask scheduler --scheduler-file writes it"
        ) from error


@contextmanager
def _reached() -> Iterator[None]:
    """Raise one clear error when a scheduler is gone."""
    try:
        yield
    except (OSError, CancelledError, ClosedClientError) as error:
        raise ClusterError(
            "the Dask scheduler cannot be reached any more; finished runs are kept: once it, or "
            "another, answers, defectsim resume continues the study"
        ) from error


def _threads_of(client: Client) -> dict[str, int]:
    """Return the number of threads of each worker."""
    with _reached():
        return dict(client.nthreads())


def _sent(client: Client, state: WorkerState) -> "Future[WorkerState]":
    """Send a value to whichever worker needs it, however large it is."""
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}), _reached():
        return client.submit(pickle.loads, pickle.dumps(state), key=f"study-{uuid4().hex}")
