"""A cluster gives what threads give, whoever of it dies, and says what it lacks."""

import json
import os
import pickle
import signal
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Future
from dataclasses import replace
from pathlib import Path
from threading import Timer
from types import SimpleNamespace
from unittest.mock import MagicMock

import dask
import pytest
from distributed import Client, LocalCluster

from defectsim.core.errors import ClusterError, MissingExtraError, PlanError, StudyMismatchError
from defectsim.core.versions import versions
from defectsim.execution import batches as batches_in_hand
from defectsim.execution import cluster as module
from defectsim.execution import executors
from defectsim.execution.batches import in_hand
from defectsim.execution.cluster import WorkerState, on_cluster, threads
from defectsim.execution.executors import Executor
from defectsim.execution.processes import in_threads
from defectsim.execution.simulator import DIED, RunResult
from defectsim.studies.runner import batches
from defectsim.studies.simulator import PlanSimulator
from plans import hashes, ruled, ruled_by_a_file, simulator, small_plan
from stub_simulator import StubSimulator

QUIET = {"dashboard_address": "127.0.0.1:0", "silence_logs": "CRITICAL"}
ONE_EACH = {"threads_per_worker": 1, "memory_limit": None}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """Two workers in a folder of their own, of which a task may kill both."""
    folder = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("elsewhere"))  # workers stay where they begin
    try:
        begun = LocalCluster(
            n_workers=2, scheduler_kwargs={"allowed_failures": 1}, **ONE_EACH, **QUIET
        )
    finally:
        os.chdir(folder)
    with begun:
        yield begun


@pytest.fixture
def impatient() -> Iterator[None]:
    with dask.config.set({"distributed.comm.timeouts.connect": "500ms"}):
        yield


def test_it_gives_what_threads_give_and_asks_for_few_batches_at_a_time(
    cluster: LocalCluster,
) -> None:
    three = simulator(3)
    runs = [(run,) for run in range(40)]
    asked = 0

    def counted() -> Iterator[tuple[int, ...]]:
        nonlocal asked
        for batch in runs:
            asked += 1
            yield batch

    found, ahead = [], 0
    for result in on_cluster(three, counted(), cluster.scheduler_address, 1):
        found.append(result)
        ahead = max(ahead, asked - len(found))
    assert hashes(found) == hashes(in_threads(three, runs, 2))
    assert ahead <= module._EACH * 2


def test_leaving_it_early_leaves_nothing_on_the_workers(cluster: LocalCluster) -> None:
    found = on_cluster(simulator(), [(run,) for run in range(1000)], cluster.scheduler_address, 1)
    assert next(found).payload.row["status"] == "done"
    found.close()
    with Client(cluster, set_as_default=False) as client:
        assert not client.has_what() or not any(client.has_what().values())


def test_workers_with_other_versions_are_refused_all_at_once(
    cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = module.checked
    monkeypatch.setattr(
        module,
        "checked",
        lambda client, new, expected: checked(client, new, {**expected, "numba": "0.1"}),
    )
    with pytest.raises(
        ClusterError,
        match=r"could differ from runs in this process(.*\n.*: numba is [\d.]+, not 0\.1){2}",
    ):
        next(on_cluster(simulator(), [(0,)], cluster.scheduler_address, 1))


def test_an_error_of_the_plan_is_raised_as_it_is(cluster: LocalCluster) -> None:
    plan = small_plan()
    other = replace(plan.points[0], scenario="other", validated=None)
    wrong = PlanSimulator(replace(plan, points=(other,)), "compiled")
    with pytest.raises(StudyMismatchError, match="not the one that was planned"):
        next(on_cluster(wrong, [(0,)], cluster.scheduler_address, 1))


def test_nothing_is_lost_or_doubled_when_a_worker_is_killed_though_none_sees_the_rules_file(
    cluster: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rule's file is gone when the workers are asked; the address stands in a file."""
    monkeypatch.chdir(tmp_path)
    four = ruled_by_a_file(tmp_path)
    Path("gone.py").unlink()
    file = tmp_path / "scheduler.json"
    file.write_text(json.dumps({"address": cluster.scheduler_address}))
    with Client(cluster, set_as_default=False) as client:
        victim = next(iter(client.run(os.getpid).values()))
    found = []
    for result in on_cluster(four, batches(four.plan, range(16), 1.0), str(file), 1):
        if not found:
            os.kill(victim, signal.SIGKILL)
        found.append(result)
    with Client(cluster, set_as_default=False) as client:
        assert victim not in client.run(os.getpid).values()
    assert hashes(found) == hashes(four.simulate(tuple(range(16))))


def test_a_run_that_kills_fails_and_the_others_do_not(
    cluster: LocalCluster, tmp_path: Path
) -> None:
    deadly = StubSimulator(kills_once=1, kills=2, token=tmp_path / "token")
    runs = [(run,) for run in range(8)]
    found = list(on_cluster(deadly, runs, cluster.scheduler_address, 1))
    rows = {one.run: one.payload.row for one in found}
    assert rows.pop(2)["error"] == DIED
    assert {run: row["number"] for run, row in rows.items()} == {n: n for n in range(8) if n != 2}
    assert len(found) == 8


def test_a_worker_that_joins_later_sees_to_it_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ClusterError, match=r"numba is .*, not 0\.1"):
        WorkerState(b"", {**versions(), "numba": "0.1"}).simulate((0,))


def test_code_in_a_module_must_be_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where only another point than the first names it."""
    ours = ruled(tmp_path, monkeypatch, "0.1")
    ruled(tmp_path, monkeypatch, "0.2")
    assert ours.points[0].overrides == ()
    with pytest.raises(
        StudyMismatchError, match="rules_of_mine:decide is not what it is where the study began"
    ):
        pickle.loads(pickle.dumps(ours)).scenario(1)


def test_a_missing_scheduler_is_an_error(impatient: None, tmp_path: Path) -> None:
    for address in ("tcp://127.0.0.1:1", "nonsense", "a" * 300):
        with pytest.raises(ClusterError, match=f"{address}: no Dask scheduler answers there"):
            threads(address)
    (tmp_path / "s.json").write_text("{}")
    with pytest.raises(ClusterError, match=r"s\.json is no file of a Dask scheduler"):
        threads(str(tmp_path / "s.json"))


def test_a_scheduler_without_workers_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "WITHOUT_WORKERS", 0.5)
    monkeypatch.setattr(module, "LOOK", 0.1)
    monkeypatch.setattr(batches_in_hand, "LOOK", 0.1)
    with LocalCluster(n_workers=0, **QUIET) as empty:
        assert threads(empty.scheduler_address) == 1
        with pytest.raises(ClusterError, match="no worker for"):
            next(on_cluster(simulator(), [(0,)], empty.scheduler_address, 1))


def test_workers_are_waited_for_from_the_look_that_finds_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever takes the results may have paused for long, and the workers may have left."""
    client, now = MagicMock(), [0.0]
    client.run.side_effect = lambda function, workers, on_error: {
        one: function() for one in workers
    }
    client.nthreads.side_effect = [{"one": 3}, {}, {}, {}]
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    workers = module._Workers(client, StubSimulator())
    for now[0], capacity in ((1.0, 6), (900.0, 1), (1000.0, 1)):
        assert workers._capacity() == capacity
    now[0] = 1021.0
    with pytest.raises(ClusterError, match="no worker for 120 s"):
        workers._capacity()


def test_workers_are_missed_while_batches_end_after_a_death(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last worker dies of one batch, and the other waits for a worker that never comes."""
    monkeypatch.setattr(batches_in_hand, "LOOK", 0.01)
    looks = iter([2, 2])
    dead, waits = Future[list[RunResult]](), Future[list[RunResult]]()
    dead.set_exception(BrokenExecutor())
    submitted = iter([dead, waits])

    def capacity() -> int:
        try:
            return next(looks)
        except StopIteration:
            raise ClusterError("no worker") from None

    given_up = Timer(10.0, waits.set_result, [[]])
    given_up.start()
    with pytest.raises(ClusterError, match="no worker"):
        list(in_hand(iter([(0,), (1,)]), lambda _: next(submitted), capacity))
    given_up.cancel()


def test_a_scheduler_that_goes_is_an_error(impatient: None) -> None:
    with LocalCluster(
        n_workers=1,
        processes=False,
        **ONE_EACH,
        dashboard_address="127.0.0.1:0",
        silence_logs="CRITICAL",
    ) as short:
        found = on_cluster(simulator(), [(run,) for run in range(1000)], short.scheduler_address, 1)
        next(found)
        short.close()
        with pytest.raises(
            ClusterError, match="cannot be reached any more; finished runs are kept"
        ):
            list(found)


def test_processes_of_this_machine_are_a_flag_away() -> None:
    executor = Executor(workers=1, dask="local")
    assert executor.count == 1
    found = executor.execute(StubSimulator(), [(0,), (1,)], 1.0)
    assert hashes(found) == hashes(StubSimulator().simulate((0, 1)))


def test_the_extra_must_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"defectsim\[cluster\]"):
        Executor(dask="local")


@pytest.mark.parametrize("elsewhere", [Executor(dask="local"), Executor(name="processes")])
def test_code_of_a_notebook_cannot_travel(
    monkeypatch: pytest.MonkeyPatch, elsewhere: Executor
) -> None:
    monkeypatch.setattr(PlanSimulator, "portable", False)
    with pytest.raises(PlanError, match="put it in a file"):
        elsewhere.execute(simulator(), [(0,)], 1.0)
