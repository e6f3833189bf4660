"""All executors give the same, and lose nothing when one of them dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from defectsim.core.errors import PlanError
from defectsim.execution import executors
from defectsim.execution.executors import Executor
from defectsim.execution.processes import in_processes, in_threads
from defectsim.execution.simulator import DIED, Batch
from defectsim.studies.runner import batches
from plans import hashes, simulator
from stub_simulator import StubSimulator


def test_threads_and_processes_give_the_same() -> None:
    three = simulator(3)
    expected = hashes(three.simulate(tuple(range(15))))
    cut = batches(three.plan, range(15), 0.1)
    assert len(cut) > 2
    assert hashes(Executor(1).execute(simulator(3), cut, 1.0)) == expected
    assert hashes(in_threads(simulator(3), cut, 3)) == expected
    assert hashes(in_processes(three, cut, 2, here=True)) == expected


def test_a_run_that_kills_its_process_fails_and_the_others_do_not(tmp_path: Path) -> None:
    """One kills whoever runs it, another only the first process that does."""
    deadly = StubSimulator(kills_once=1, kills=2, token=tmp_path / "token")
    found = list(in_processes(deadly, [(run,) for run in range(8)], 2))
    rows = {one.run: one.payload.row for one in found}
    assert rows.pop(2)["error"] == DIED
    assert {run: row["number"] for run, row in rows.items()} == {n: n for n in range(8) if n != 2}
    assert len(found) == 8


def test_no_more_than_one_batch_above_the_workers_is_in_hand() -> None:
    hand, most = set[int](), [0]

    def taken() -> Iterator[Batch]:
        for run in range(30):
            hand.add(run)
            most[0] = max(most[0], len(hand))
            yield (run,)

    for result in in_threads(simulator(), taken(), 2):
        hand.remove(result.run)
    assert most[0] == 3


PARENT = """
import sys
from pathlib import Path
sys.path[:0] = [PATH]
from stub_simulator import StubSimulator
from defectsim.execution.processes import in_processes
found = in_processes(StubSimulator(), ((run,) for run in range(100_000)), 2)
next(found)
print("running", flush=True)
for _ in found:
    pass
"""


def test_processes_end_with_their_parent_even_a_script_without_a_guard(
    tmp_path: Path,
) -> None:
    here = Path(__file__).parent
    script = tmp_path / "parent.py"
    script.write_text(PARENT.replace("PATH", repr(str(here.parent / "support"))))
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "running\n"
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        assert len(children) >= 2
        os.kill(parent.pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < deadline, "a process goes on without its parent"
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("seconds", "asked", "used"),
    [
        (1.0, {}, "threads"),
        (100.0, {}, "processes"),
        (100.0, {"workers": 1}, "threads"),
        (1.0, {"name": "processes"}, "processes"),
    ],
)
@pytest.mark.parametrize("daemon", [False, True])
def test_long_studies_are_run_in_processes_unless_this_one_may_have_none(
    monkeypatch: pytest.MonkeyPatch, seconds: float, asked: dict[str, Any], used: str, daemon: bool
) -> None:
    monkeypatch.setattr(executors, "current_process", lambda: SimpleNamespace(daemon=daemon))
    for name in ("threads", "processes"):
        monkeypatch.setattr(executors, f"in_{name}", lambda *_, name=name, **__: iter([name]))
    monkeypatch.setattr(executors, "cores", lambda: 4)
    assert list(Executor(**asked).execute(simulator(), [], seconds)) == (
        ["threads" if daemon else used]
    )


@pytest.mark.parametrize(
    "twice", [{"dask": "local", "name": "threads"}, {"dask": "tcp://host:8786", "workers": 2}]
)
def test_the_executor_is_given_once(twice: dict[str, Any]) -> None:
    with pytest.raises(PlanError, match="not for both"):
        Executor(**twice)


def test_a_local_cluster_of_a_process_that_may_have_no_others_is_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(executors, "current_process", lambda: SimpleNamespace(daemon=True))
    monkeypatch.setattr(executors, "in_threads", lambda *_: iter(["threads"]))
    assert list(Executor(dask="local").execute(simulator(), [], 1.0)) == ["threads"]


def test_a_machine_that_allows_no_further_thread_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def start(_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("threading.Thread.start", start)
    with pytest.raises(PlanError, match=r"allows no further thread or process .* fewer workers"):
        list(in_threads(simulator(), [(0,)], 2))


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"name": "clouds"}])
def test_what_is_no_executor_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"workers|clouds"):
        Executor(**wrong)
