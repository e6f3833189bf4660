"""Two thousand runs of 10,000 people over 260 weeks: on one worker, on two, by Mesa, and without executor and store."""

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from sysconfig import get_path

from benchmarks.plan import ROOT, ROUNDS, SCENARIO, SEED, SIZES, sized
from benchmarks.process import run
from benchmarks.rounds import Spread, spread

RUNS, BARE, MESA = 2_000, 400, 6
"""Runs of defectsim, runs without a study, and runs of Mesa: few, since its speed is reported per run."""


@dataclass(frozen=True)
class Round:
    """Times of many runs of the smallest army, all measured after each other.

    Attributes
    ----------
    one, two
        Seconds from before the first run until all tables are written, on one worker and on two, processes that have
        to begin included.
    mesa
        Seconds a run by `mesa.batch_run` with two processes.
    bare, tables
        Seconds of a bare run, and of one with its tables.
    """

    one: float
    two: float
    mesa: float
    bare: float
    tables: float


@dataclass(frozen=True)
class ManyRuns:
    """Rounds of some runs each, reported as the spread of ratios within a round."""

    runs: int
    rounds: Sequence[Round]

    @property
    def scaling(self) -> Spread:
        """Speed of two workers, as a multiple of one."""
        return spread(one.one / one.two for one in self.rounds)

    @property
    def against_mesa(self) -> Spread:
        """Speed of two workers, as a multiple of Mesa's."""
        return spread(one.mesa * self.runs / one.two for one in self.rounds)

    @property
    def overhead(self) -> Spread:
        """Cost of executor and store, in percent of the bare kernel with its recorder."""
        return spread(100 * (one.one / self.runs / one.tables - 1) for one in self.rounds)


def many_runs(
    environment: Mapping[str, str],
    runs: int = RUNS,
    bare: int = BARE,
    mesa: int = MESA,
    rounds: int = ROUNDS,
) -> ManyRuns:
    """Measure; rules that the cache of `environment` has are not compiled again."""
    return ManyRuns(runs, [_round(environment, runs, bare, mesa) for _ in range(rounds)])


def _round(environment: Mapping[str, str], runs: int, bare: int, mesa: int) -> Round:
    bare, tables = map(float, _module("benchmarks.kernel", bare, environment).split())
    one, two = (_study(workers, runs, environment) for workers in (1, 2))
    seconds = float(_module("benchmarks.batch", mesa, environment))
    return Round(one, two, seconds / mesa, bare, tables)


def _module(name: str, count: int, environment: Mapping[str, str]) -> str:
    return run(
        [sys.executable, "-W", "ignore", "-m", name, str(count)], environment
    ).output.splitlines()[-1]


def _study(workers: int, runs: int, environment: Mapping[str, str]) -> float:
    """Run a study, and return the seconds between the beginning and the last table."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            str(Path(get_path("scripts")) / "defectsim"),
            "run",
            str(SCENARIO),
            "--allow-code",
            "--out",
            folder,
        ]
        laid = [part for text in sized(SIZES[0]) for part in ("--set", text)]
        options = ["--seed", str(SEED), "--workers", str(workers), "--replicates", str(runs)]
        run([*command, *laid, *options], {**environment, "PYTHONPATH": str(ROOT)})
        (log,) = Path(folder).glob("*/log.jsonl")
        lines = map(json.loads, log.read_text().splitlines())
        times = {line["event"]: datetime.fromisoformat(line["time"]) for line in lines}
    return (times["complete"] - times["begins"]).total_seconds()
