"""Reaching a Dask scheduler and its workers, and saying what to do where that fails."""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager
from pathlib import Path

from distributed import Client, LocalCluster
from distributed.client import ClosedClientError
from distributed.comm.addressing import resolve_address
from distributed.utils import silence_logging_cmgr

from defectsim.core.errors import StudyError
from defectsim.core.versions import versions
from defectsim.execution.executors import LOCAL
from defectsim.execution.keeper import ignore_interrupts, refuse_others


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
        raise StudyError(
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
        worker for worker, said in answers.items() if isinstance(said, Exception) and not isinstance(said, OSError)
    ]
    if without:
        raise StudyError(
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
        raise StudyError(
            f"{address}: no Dask scheduler answers there ({error}); start one by dask scheduler, and give its address, "
            f"as in tcp://host:8786, or the file that it writes, or {LOCAL}"
        ) from error


def _address_in(path: Path) -> str:
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["address"])
    except (ValueError, KeyError, TypeError) as error:
        raise StudyError(
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
