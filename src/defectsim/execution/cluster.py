"""Living runs on a Dask cluster: any number of machines.

The work travels once to each worker, as a thing on which all tasks depend: Dask makes it anew when the worker that has
it dies, gives it to workers that join, and drops it when the study ends or whoever asked for it dies. All that the
scheduler sees is bytes, so it needs no defectsim.

When a worker dies, Dask gives what it had in hand to others. What was in hand when several died is lived again at the
end, run by run, with nothing else in hand, and a run that kills then is one that failed.
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
from itertools import islice
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
from defectsim.execution.executors import LOCAL
from defectsim.execution.processes import lost
from defectsim.execution.runner import Lives
from defectsim.execution.work import RunResult, Task, Work


class Keeper:
    """Lives a work on a worker, whose threads share it; sent to another worker, it is a work again.

    Parameters
    ----------
    expected
        The versions where the work comes from; see `core.versions.versions`.
    """

    def __init__(self, work: Work, expected: Mapping[str, str]) -> None:
        self._said = (work, expected)
        self._lock = threading.Lock()
        self._lives: Lives | None = None

    def __reduce__(self) -> tuple[type["Keeper"], tuple[Work, Mapping[str, str]]]:
        return Keeper, self._said

    def lived(self, task: Task) -> list[RunResult]:
        """Live runs, and return what comes of each.

        Raises
        ------
        ClusterError
            Where other lives would be made here than where the work comes from.
        """
        with self._lock:
            if self._lives is None:
                self._lives = self._made()
        return self._lives.lived(task)

    def _made(self) -> Lives:
        work, expected = self._said
        refuse_others({socket.gethostname(): versions()}, expected)
        return Lives(work)


def ignore_interrupts() -> None:
    """Leave Ctrl-C to the process that asked for this worker, which finishes what is in hand."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def refuse_others(theirs: Mapping[str, Mapping[str, str]], expected: Mapping[str, str]) -> None:
    """Refuse workers that make other lives than are expected, all at once.

    Parameters
    ----------
    theirs
        By worker, its versions.
    """
    others = {worker: version_differences(said, expected) for worker, said in theirs.items()}
    told = [
        f"{worker}: {', '.join(differences)}"
        for worker, differences in others.items()
        if differences
    ]
    if told:
        raise ClusterError(
            "these workers could live otherwise than this process does; install the same on both, or begin the study "
            "where the workers are:\n" + "\n".join(told)
        )


@contextmanager
def connected(address: str, workers: int) -> Iterator[Client]:
    """Ask a scheduler, whose troubles are told by ourselves.

    Parameters
    ----------
    address
        Of the scheduler, or the path of its file, or ``"local"`` for processes of this machine.
    workers
        How many processes of this machine.
    """
    with silence_logging_cmgr(logging.CRITICAL):
        if address == LOCAL:
            with _local(workers) as cluster, Client(cluster, set_as_default=False) as client:
                client.register_worker_callbacks(setup=ignore_interrupts)
                yield client
        else:
            with _client(address) as client:
                yield client


@contextmanager
def reached() -> Iterator[None]:
    """Tell it when a scheduler that was there is gone."""
    try:
        yield
    except (OSError, CancelledError, ClosedClientError) as error:
        raise ClusterError(
            "the Dask scheduler cannot be reached any more; what is done is kept: when it is there again, or another, "
            "defectsim resume goes on with the study"
        ) from error


def threads_of(client: Client) -> dict[str, int]:
    """Return how many threads each worker has."""
    with reached():
        return dict(client.nthreads())


def asked(client: Client, workers: Iterable[str], expected: Mapping[str, str]) -> set[str]:
    """Refuse workers that could live otherwise, all at once; return those that answer: who has just died does not."""
    with reached():
        answers = client.run(versions, workers=list(workers), on_error="return")
    without = [
        worker
        for worker, said in answers.items()
        if isinstance(said, Exception) and not isinstance(said, OSError)
    ]
    if without:
        raise ClusterError(
            f'no defectsim like this one is installed on {", ".join(without)}: pip install "defectsim[cluster]"'
        )
    found = {worker: said for worker, said in answers.items() if isinstance(said, dict)}
    refuse_others(found, expected)
    return set(found)


def _client(address: str) -> Client:
    known = _address_in(Path(address)) if Path(address).is_file() else address
    try:
        resolve_address(known)  # a client that cannot read it is never closed
        return Client(known, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        raise ClusterError(
            f"{address}: no Dask scheduler answers there ({error}); start one by dask scheduler, and give its address, "
            f"as in tcp://host:8786, or the file that it writes, or {LOCAL}"
        ) from error


def _address_in(path: Path) -> str:
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["address"])
    except (ValueError, KeyError, TypeError) as error:
        raise ClusterError(
            f"{path} is no file of a Dask scheduler, as dask scheduler --scheduler-file writes it"
        ) from error


def _local(workers: int) -> LocalCluster:
    """Return processes of this machine, one thread each; what was in hand when two died is lived alone."""
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        memory_limit=None,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
        scheduler_kwargs={"allowed_failures": 1},
    )


WITHOUT_WORKERS = 120.0
"""Seconds for which a scheduler may have no worker."""
_LOOK = 2.0
"""Seconds after which it is asked again which workers there are."""
_PATIENCE = 30.0
"""Seconds to wait for what a task left, until workers are looked for again."""
_EACH = 2
"""How many tasks a thread of a worker has in hand: one to live, and one to go on with."""

type _Living = Future[list[RunResult]]


def on_cluster(
    lives: Lives, tasks: Iterable[Task], address: str, workers: int
) -> Iterator[RunResult]:
    """Live tasks on the workers of a Dask scheduler, and yield what comes of each run.

    Parameters
    ----------
    address
        Of the scheduler, or the path of its file, or ``"local"`` for processes of this machine.
    workers
        How many processes of this machine; a scheduler has as many as it has.

    Raises
    ------
    ClusterError
        Where there is no scheduler, or none any more, or it is without workers for two minutes, or workers have other
        versions.
    """
    with connected(address, workers) as client:
        hand, killers = _Hand(client, lives), list[Task]()
        yield from hand.lived(tasks, killers)
        for run in sorted(run for task in killers for run in task):
            killed: list[Task] = []
            yield from hand.lived([(run,)], killed)
            if killed:
                yield lost(run)


def threads(address: str) -> int:
    """Return how many runs the workers of a scheduler live at a time."""
    with connected(address, 1) as client:
        return max(1, sum(threads_of(client).values()))


class _Hand:
    """Tasks in hand of the workers: so few that memory stays bounded, so many that no worker waits."""

    def __init__(self, client: Client, lives: Lives) -> None:
        self._client = client
        self._expected = versions()
        self._keeper = _sent(client, Keeper(lives.work, self._expected))
        self._running: dict[_Living, Task] = {}
        self._ended: SimpleQueue[_Living] = SimpleQueue()
        self._threads: Mapping[str, int] = {}
        self._asked: set[str] = set()
        self._looked = -_LOOK
        self._without: float | None = None

    def lived(self, tasks: Iterable[Task], killers: list[Task]) -> Iterator[RunResult]:
        """Live tasks, and yield what comes of their runs; append to `killers` those with which workers died."""
        waiting = iter(tasks)
        while True:
            for task in islice(waiting, max(0, self._room() - len(self._running))):
                self._send(task)
            if not self._running:
                return
            yield from self._outcomes(self._next(), killers)

    def _room(self) -> int:
        """Return how many tasks may be in hand; at least one, for clusters that grow when there is something to do."""
        if time.monotonic() - self._looked > _LOOK:
            self._look()
        return max(1, _EACH * sum(self._threads.values()))

    def _look(self) -> None:
        """See which workers there are: ask those who have joined, and do not wait for some without end."""
        self._threads = threads_of(self._client)
        if new := self._threads.keys() - self._asked:
            self._asked |= asked(self._client, new, self._expected)
        self._looked = now = time.monotonic()
        if self._threads:
            self._without = None
        elif self._without is None:
            self._without = now
        elif now - self._without > WITHOUT_WORKERS:
            raise ClusterError(
                f"the scheduler has had no worker for {WITHOUT_WORKERS:.0f} s: start some, as in dask worker ADDRESS; "
                "what is done is kept, and defectsim resume goes on with it"
            )

    def _send(self, task: Task) -> None:
        with reached():
            future = self._client.submit(
                methodcaller("lived", task), self._keeper, key=f"live-{uuid4().hex}"
            )
        self._running[future] = task
        future.add_done_callback(self._ended.put)

    def _next(self) -> list[_Living]:
        """Wait until something ends, and return all that has."""
        while True:
            try:
                found = [self._ended.get(timeout=_LOOK)]
            except Empty:
                self._look()
                continue
            while not self._ended.empty():
                found.append(self._ended.get())
            return found

    def _outcomes(self, ended: list[_Living], killers: list[Task]) -> Iterator[RunResult]:
        for future in ended:
            task = self._running.pop(future)
            try:
                results = self._fetched(future)
            except KilledWorker:
                killers.append(task)
            else:
                yield from results

    def _fetched(self, future: _Living) -> list[RunResult]:
        """Return what a task left, which is lived again if the worker that has it dies before."""
        while True:
            with reached(), suppress(TimeoutError):
                return future.result(timeout=_PATIENCE)
            self._look()


def _sent(client: Client, keeper: Keeper) -> "Future[Keeper]":
    """Send something to whichever worker needs it, however large it is."""
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}), reached():
        return client.submit(pickle.loads, pickle.dumps(keeper), key=f"study-{uuid4().hex}")
