"""One measurement, in a process of its own: ``python -m benchmarks.contestant LETTER SOLDIERS``, JSON on stdout."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from benchmarks.plan import SCENARIO, SEED, Task
from benchmarks.process import pin

if TYPE_CHECKING:
    from defectsim.scenario.schema import Scenario

AT_LEAST = 0.5
"""Seconds; a faster engine takes several runs."""


@dataclass
class Measured:
    """Times of a contestant.

    Attributes
    ----------
    setup
        Seconds of each part of the set-up, from the loaded scenario to an army that is ready to step.
    stepping
        CPU seconds of all steps.
    runs
        How often the steps were taken.
    compiled
        How many functions were compiled, not loaded from the cache.
    compiling
        Seconds that this took, within those of the set-up.
    left
        People who had deserted and defected at the end of the first run.
    core
        The core that all ran on, or None where the system chose.
    """

    people: int = 0
    setup: dict[str, float] = field(default_factory=dict)
    stepping: float = 0.0
    runs: int = 1
    compiled: int = 0
    compiling: float = 0.0
    left: list[int] = field(default_factory=list)
    core: int | None = None

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time a part of the set-up."""
        began = time.perf_counter()
        yield
        self.setup[name] = time.perf_counter() - began

    @contextmanager
    def steps(self) -> Iterator[None]:
        """Time steps, by the processor, since others may use the machine."""
        began = time.process_time()
        yield
        self.stepping += time.process_time() - began


def idiomatic(scenario: "Scenario", steps: int) -> Measured:
    """Measure Mesa's idiom."""
    from benchmarks.idiomatic import Army

    measured = Measured()
    with measured.part("people and agents"):
        model = Army(scenario, SEED, 0)
    with measured.steps():
        for _ in range(steps):
            model.step()
    measured.people, measured.left = model.people, list(model.gone)
    return measured


def reference(scenario: "Scenario", steps: int) -> Measured:
    """Measure the reference engine."""
    from defectsim.engine.model import DefectionModel

    measured = Measured()
    with measured.part("people and agents"):
        model = DefectionModel(scenario, SEED, engine="reference")
    with measured.steps():
        model.run(steps)
    measured.people = len(model.population)
    measured.left = left_by(model.engine.counts[steps].sum(axis=(0, 1)).tolist())
    return measured


def compiled(scenario: "Scenario", steps: int) -> Measured:
    """Measure the compiled engine; it draws what people will do before the first step, which counts as stepping."""
    from numba.core.event import RecordingListener, install_listener, install_timer

    from defectsim.engine.compiled.engine import CompiledEngine
    from defectsim.engine.run import Run
    from defectsim.engine.setup import StudySetup

    measured, setup = Measured(runs=0), StudySetup(scenario, SEED)
    compilations, seconds = RecordingListener(), [0.0]  # type: ignore[no-untyped-call]
    with (
        install_listener("numba:compile", compilations),
        install_timer("numba:compile", seconds.append),
    ):
        with measured.part("units"):
            measured.people = len(setup.population)
        with measured.part("people"):
            inputs = setup.inputs(0)
        with measured.part("cohorts"):
            _ = setup.grouping().army
        with measured.part("compiled rules"):
            CompiledEngine(inputs, setup.grouping()).advance(0, 0)
    measured.compiled, measured.compiling = len(compilations.buffer) // 2, sum(seconds)
    while measured.stepping < AT_LEAST:
        inputs = setup.inputs(measured.runs)
        with measured.steps():
            engine = Run(setup, measured.runs, inputs=inputs).run(steps).engine
        if measured.runs == 0:
            measured.left = left_by(engine.counts[steps].sum(axis=(0, 1)).tolist())
        measured.runs += 1
    return measured


def left_by(statuses: list[int]) -> list[int]:
    """Return who deserted and who defected, of people by status."""
    from defectsim.model.transitions import Status

    return [statuses[Status.DESERTED], statuses[Status.DEFECTED]]


ENGINES: dict[str, Callable[["Scenario", int], Measured]] = {
    "idiomatic": idiomatic,
    "reference": reference,
    "compiled": compiled,
}


def main(letter: str, soldiers: str) -> None:
    """Measure on one core; chosen first, for libraries count the cores when they are imported."""
    core = pin()
    from defectsim.scenario.load import load

    task = Task(letter, int(soldiers))
    measured = ENGINES[task.contestant.engine](load(SCENARIO, task.overrides), task.steps)
    measured.core = core
    print(json.dumps(asdict(measured)))


if __name__ == "__main__":
    main(*sys.argv[1:])
