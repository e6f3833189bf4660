"""Living runs on a Dask cluster: any number of machines.

The work travels once to each worker, as a thing on which all tasks depend: Dask makes it anew when the worker that has
it dies, gives it to workers that join, and drops it when the study ends or whoever asked for it dies. All that the
scheduler sees is bytes, so it needs no defectsim.

When a worker dies, Dask gives what it had in hand to others. Whatever was in hand when several died is lived again at
the end, run by run, with nothing else in hand, and a run that kills then is one that failed.
"""

import json
import pickle
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from itertools import islice
from operator import methodcaller
from pathlib import Path
from queue import Empty, SimpleQueue
from uuid import uuid4

import dask
from distributed import Client, Future, KilledWorker, LocalCluster
from distributed.client import ClosedClientError

from defectsim.core.errors import StudyError
from defectsim.core.versions import versions
from defectsim.execution.executors import LOCAL
from defectsim.execution.keeper import Keeper, made_by, refuse_others
from defectsim.execution.lives import Lives
from defectsim.execution.processes import lost
from defectsim.execution.work import Outcome, Task

WITHOUT_WORKERS = 120.0
"""Seconds for which a scheduler may have no worker."""
_LOOK = 2.0
"""Seconds after which it is asked again how many workers there are."""
_EACH = 2
"""How many tasks a thread of a worker has in hand: one to live, and one to go on with."""

type _Living = Future[list[Outcome]]


def on_cluster(lives: Lives, tasks: Iterable[Task], address: str, workers: int) -> Iterator[Outcome]:
    """Live tasks on the workers of a Dask scheduler, and yield what comes of each run.

    Parameters
    ----------
    address
        Of the scheduler, or the path of its file, or ``"local"`` for processes of this machine.
    workers
        How many processes of this machine; a scheduler has as many as it has.

    Raises
    ------
    StudyError
        Where there is no scheduler, or none any more, or it is without workers for two minutes, or workers have other
        versions.
    """
    with _connected(address, workers) as client:
        expected = made_by(lives)
        _refuse_others(client, expected)
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}), _reached():
            packed = pickle.dumps(Keeper(lives.work, expected))
            keeper = client.submit(pickle.loads, packed, key=f"study-{uuid4().hex}")
        hand, killers = _Hand(client, keeper), list[Task]()
        yield from hand.lived(tasks, killers)
        for run in sorted(run for task in killers for run in task):
            killed: list[Task] = []
            yield from hand.lived([(run,)], killed)
            if killed:
                yield lost(run)


def threads(address: str) -> int:
    """Return how many runs the workers of a scheduler live at a time."""
    with _connected(address, 1) as client:
        return max(1, _threads(client))


def _threads(client: Client) -> int:
    """Return how many threads all workers have."""
    with _reached():
        return sum(map(int, client.nthreads().values()))


class _Hand:
    """Tasks in hand of the workers: so few that memory stays bounded, so many that no worker waits."""

    def __init__(self, client: Client, keeper: "Future[Keeper]") -> None:
        self._client, self._keeper = client, keeper
        self._running: dict[_Living, Task] = {}
        self._ended: SimpleQueue[_Living] = SimpleQueue()
        self._threads = 0
        self._looked = -_LOOK
        self._without: float | None = None

    def lived(self, tasks: Iterable[Task], killers: list[Task]) -> Iterator[Outcome]:
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
        return max(1, _EACH * self._threads)

    def _look(self) -> None:
        """See how many workers there are, and do not wait for them without end."""
        self._threads = _threads(self._client)
        self._looked = now = time.monotonic()
        if self._threads:
            self._without = None
        elif self._without is None:
            self._without = now
        elif now - self._without > WITHOUT_WORKERS:
            raise StudyError(
                f"the scheduler has had no worker for {WITHOUT_WORKERS:.0f} s: start some, as in dask worker ADDRESS; "
                "what is done is kept, and defectsim resume goes on with it"
            )

    def _send(self, task: Task) -> None:
        with _reached():
            future = self._client.submit(methodcaller("lived", task), self._keeper, key=f"live-{uuid4().hex}")
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

    def _outcomes(self, ended: list[_Living], killers: list[Task]) -> Iterator[Outcome]:
        tasks = [self._running.pop(future) for future in ended]
        went = [future for future in ended if future.status != "error"]
        with _reached():
            found = self._client.gather(went)
        for outcomes in found:
            yield from outcomes
        for task, future in zip(tasks, ended, strict=True):
            if future.status == "error":
                error = future.exception()
                if not isinstance(error, KilledWorker):
                    raise error
                killers.append(task)


@contextmanager
def _connected(address: str, workers: int) -> Iterator[Client]:
    if address == LOCAL:
        with _local(workers) as cluster, Client(cluster, set_as_default=False) as client:
            yield client
        return
    known = _address_in(Path(address)) if Path(address).is_file() else address
    try:
        client = Client(known, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        raise StudyError(
            f"{address}: no Dask scheduler answers there ({error}); start one by dask scheduler, and give its address, "
            f"as in tcp://host:8786, or the file that it writes, or {LOCAL}"
        ) from error
    with client:
        yield client


def _local(workers: int) -> LocalCluster:
    """Return processes of this machine, one thread each; what was in hand when two died is lived alone."""
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        memory_limit=None,
        dashboard_address="127.0.0.1:0",
        silence_logs="CRITICAL",
        scheduler_kwargs={"allowed_failures": 1},
    )


def _address_in(path: Path) -> str:
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["address"])
    except (ValueError, KeyError, TypeError) as error:
        raise StudyError(
            f"{path} is no file of a Dask scheduler, as dask scheduler --scheduler-file writes it"
        ) from error


def _refuse_others(client: Client, expected: dict[str, str]) -> None:
    """Refuse workers that could live otherwise, all at once; those that join later see to it themselves."""
    with _reached():
        found = client.run(versions, on_error="return")
    without = [worker for worker, said in found.items() if isinstance(said, Exception)]
    if without:
        raise StudyError(
            f'no defectsim like this one is installed on {", ".join(without)}: pip install "defectsim[cluster]"'
        )
    refuse_others(found, expected)


@contextmanager
def _reached() -> Iterator[None]:
    """Tell it when the scheduler is gone."""
    try:
        yield
    except (OSError, CancelledError, ClosedClientError) as error:
        raise StudyError(
            "the Dask scheduler cannot be reached any more; what is done is kept: when it is there again, or another, "
            "defectsim resume goes on with the study"
        ) from error
