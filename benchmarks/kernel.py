"""The bare kernel: ``python -m benchmarks.kernel RUNS`` prints seconds a run, and a run with its tables.

It has one core. Nothing is sent, stored or compared: the rest of a study's time is the cost of executor and store.
"""

import sys
import time

from benchmarks.plan import SCENARIO, SEED, SIZES, sized
from benchmarks.process import pin
from defectsim import load
from defectsim.engine.begin import simulate
from defectsim.engine.records.record import record
from defectsim.engine.setup import StudySetup

WARM = 20
"""Runs before the first that is timed."""


def main() -> None:
    """Time some runs of the smallest army, and the making of their tables."""
    runs = int(sys.argv[1])
    pin()
    setup = StudySetup(load(SCENARIO, sized(SIZES[0]), allow_code=True), SEED)
    setup.prepare("compiled")
    for replicate in range(WARM):
        record(simulate(setup, replicate), replicate)
    stepping = recording = 0.0
    for replicate in range(runs):
        began = time.perf_counter()
        engine = simulate(setup, replicate)
        then = time.perf_counter()
        record(engine, replicate)
        stepping, recording = stepping + then - began, recording + time.perf_counter() - then
    print(stepping / runs, (stepping + recording) / runs)


if __name__ == "__main__":
    main()
