"""Runs by `mesa.batch_run` with two processes: ``python -m benchmarks.batch RUNS`` prints the seconds they take."""

import sys
import time

from mesa.batchrunner import batch_run

from benchmarks.idiomatic import Army
from benchmarks.plan import SCENARIO, SEED, SIZES, sized
from defectsim import load

PROCESSES = 2
WEEKS = 260


class Life(Army):
    """The army as `batch_run` makes it, from numbers."""

    def __init__(self, soldiers: int, replicate: int, rng: object = None) -> None:  # noqa: ARG002
        super().__init__(load(SCENARIO, sized(soldiers), allow_code=True), SEED, replicate)


def main() -> None:
    """Time some runs of the smallest army."""
    runs = int(sys.argv[1])
    parameters = {"soldiers": SIZES[0], "replicate": list(range(runs))}
    began = time.perf_counter()
    rows = batch_run(
        Life, parameters, number_processes=PROCESSES, max_steps=WEEKS - 1, display_progress=False
    )
    seconds = time.perf_counter() - began
    assert len({row["RunId"] for row in rows}) == runs
    print(seconds)


if __name__ == "__main__":
    main()
