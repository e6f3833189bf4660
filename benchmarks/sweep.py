"""Two thousand runs of 10,000 people over 260 weeks: on one worker, on two, by Mesa, and without executor and store."""

import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from sysconfig import get_path

from benchmarks.plan import ROOT, SCENARIO, SEED, SIZES, sized
from benchmarks.process import run

RUNS, BARE, MESA = 2_000, 400, 6
"""Runs of defectsim, lives without a study, and runs of Mesa: few, since its speed is told per run."""


@dataclass(frozen=True)
class ManyRuns:
    """What many runs of the smallest army take.

    Attributes
    ----------
    one, two
        Seconds from the first run to the last, on one worker and on two, processes that have to begin included.
    mesa
        Seconds a run by `mesa.batch_run` with two processes.
    life, tables
        Seconds a life takes bare, and with its tables made.
    """

    runs: int
    one: float
    two: float
    mesa: float
    life: float
    tables: float

    @property
    def scaling(self) -> float:
        """How many times faster two workers are."""
        return self.one / self.two

    @property
    def against_mesa(self) -> float:
        """How many times the runs of Mesa two workers live in the same time."""
        return self.mesa * self.runs / self.two

    @property
    def overhead(self) -> float:
        """What executor and store cost over the bare kernel with its recorder, as a share of that."""
        return self.one / self.runs / self.tables - 1


def many_runs(environment: Mapping[str, str], runs: int = RUNS, bare: int = BARE, mesa: int = MESA) -> ManyRuns:
    """Measure; rules that the cache of `environment` has are not compiled again."""
    life, tables = map(float, _module("benchmarks.kernel", bare, environment).split())
    one, two = (_study(workers, runs, environment) for workers in (1, 2))
    seconds = float(_module("benchmarks.batch", mesa, environment))
    return ManyRuns(runs, one, two, seconds / mesa, life, tables)


def _module(name: str, count: int, environment: Mapping[str, str]) -> str:
    return run([sys.executable, "-W", "ignore", "-m", name, str(count)], environment).output.splitlines()[-1]


def _study(workers: int, runs: int, environment: Mapping[str, str]) -> float:
    """Run a study, and return the seconds between the first and the last line of its log."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(Path(get_path("scripts")) / "defectsim"), "run", str(SCENARIO), "--allow-code", "--out", folder]
        laid = [part for text in sized(SIZES[0]) for part in ("--set", text)]
        options = ["--seed", str(SEED), "--workers", str(workers), "--replicates", str(runs)]
        run([*command, *laid, *options], {**environment, "PYTHONPATH": str(ROOT)})
        (log,) = Path(folder).glob("*/log.jsonl")
        times = [datetime.fromisoformat(json.loads(line)["time"]) for line in log.read_text().splitlines()]
    return (times[-1] - times[0]).total_seconds()
