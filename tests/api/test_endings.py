"""Code of a scenario that ends, interrupts or breaks a run fails that run, and no other."""

import signal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import defectsim as ds
from builders import small_scenario
from defectsim.scenario.overrides import as_yaml

CODE = """
import os
import signal
import sys
import time
from pathlib import Path

class Unspeakable(Exception):
    __module__ = None
    def __str__(self):
        raise ValueError("no words")

class Own(BaseException):
    pass

def deep(n):
    return deep(n + 1)

def exit():
    sys.exit(0)

def interrupt():
    raise KeyboardInterrupt

def memory():
    bytearray(10**15)

def recursion():
    deep(0)

def unspeakable():
    raise Unspeakable

def own():
    raise Own("mine")

def surrogate():
    raise ValueError("bad file \\udcff name")

def press():
    log = Path(FOLDER) / "small/log.jsonl"  # a run in hand goes on, perhaps in another test's folder
    if "interrupted" not in log.read_text():  # an interrupt that meets a finalizer is lost
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(100):
            time.sleep(0.1)
            if "interrupted" in log.read_text():
                break

def observe(view):
    if view.date.month == 3 and round(1e6 * view.column("exposure")[-1]) % 2 == PARITY:
        ENDS()
    return {"x": 1.0}
"""
ENDINGS = {
    "exit": "SystemExit: 0",
    "interrupt": "KeyboardInterrupt",
    "memory": "MemoryError",
    "recursion": "RecursionError: maximum recursion depth exceeded",
    "unspeakable": "Unspeakable: <exception str() failed>",
    "own": "Own: mine",
    "surrogate": r"ValueError: bad file \udcff name",
}


def scenario(folder: Path, ending: str) -> ds.Scenario:
    """Return a scenario whose observer ends about every second run."""
    code = CODE.replace("ENDS", ending).replace("PARITY", "0").replace("FOLDER", repr(str(folder)))
    (folder / f"{ending}.py").write_text(code)
    text = as_yaml(small_scenario())
    observed = f'observers: {{o: "{ending}.py:observe"}}'
    (folder / "small.yaml").write_text(text.replace("observers: {}", observed))
    return ds.load(folder / "small.yaml")


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.filterwarnings("ignore::defectsim.FailedRunsWarning")
def test_it_is_a_failed_row_and_the_other_runs_go_on(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    how: dict[str, Any] = {"replicates": 8, "seed": 1, "out": tmp_path, "figures": False}
    study = ds.run(scenario(tmp_path, ending), workers=1, **how)
    counts = dict(study.runs["status"].cast(str).value_counts().iter_rows())
    assert study.complete
    assert set(counts) == {"done", "failed"}
    assert ENDINGS[ending] in str(study.runs["error"].drop_nulls()[0])
    resumed = ds.resume(tmp_path / "small", retry_failed=True, workers=2)
    assert resumed.runs.equals(study.runs)


@pytest.mark.parametrize("executor", [{"executor": "processes"}, {"dask": "local"}])
@pytest.mark.filterwarnings("ignore::defectsim.FailedRunsWarning")
def test_it_is_the_same_row_wherever_it_is_run(
    executor: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ending = "interrupt" if "dask" in executor else "exit"
    army = scenario(tmp_path, ending)
    here = ds.run(army, replicates=4, seed=1, workers=2).runs
    assert ds.run(army, replicates=4, seed=1, workers=2, **executor).runs.equals(here)
    assert "failed" in here["status"]


@pytest.mark.filterwarnings("ignore::defectsim.FailedRunsWarning")
def test_ctrl_c_is_no_error_of_a_run_and_the_study_goes_on_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # others may have left theirs
    request.addfinalizer(partial(signal.signal, signal.SIGINT, before))
    army = scenario(tmp_path, "press")
    how: dict[str, Any] = {"replicates": 8, "seed": 1, "out": tmp_path, "figures": False}
    with pytest.raises(KeyboardInterrupt) as interrupted:
        ds.run(army, workers=1, **how)
    assert "defectsim resume" in interrupted.value.__notes__[0]
    assert "failed" not in ds.Study.open(tmp_path / "small").runs["status"]
    resumed = ds.resume(tmp_path / "small", figures=False)
    assert set(resumed.runs["status"]) == {"done"}
