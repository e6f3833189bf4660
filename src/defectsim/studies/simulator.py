"""The simulation of batches of a plan's runs, in this process."""

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any

from defectsim.core.choices import EngineName
from defectsim.core.code.shipped import PREFIX, library
from defectsim.engine.begin import simulate
from defectsim.engine.protocol import Engine
from defectsim.engine.records.payload import RunPayload, pack
from defectsim.engine.records.record import record
from defectsim.engine.setup import StudySetup
from defectsim.engine.snapshots.fork import ForkedRuns
from defectsim.execution.simulator import Batch, RunResult
from defectsim.scenario.schema import Scenario
from defectsim.studies.plan import Plan

_IN_HAND = 3
"""Number of groups of points that are kept set up, and of populations."""
_PACKAGE = Path(__file__).parents[2]


class PlanSimulator:
    """Simulate runs of a plan; several threads may ask at once.

    Populations, cohorts and compiled rules are made once for all points that have them in common.

    Attributes
    ----------
    fork
        Whether points that have a common past simulate it once.
    setups
        The latest setups, whose populations others share.
    """

    def __init__(self, plan: Plan, engine: EngineName, fork: bool = True) -> None:
        self.plan, self.engine, self.fork = plan, engine, fork
        self.setups: deque[StudySetup] = deque(maxlen=_IN_HAND)
        self._lock = threading.Lock()
        self._forked = lru_cache(_IN_HAND)(self._forked_runs)

    def __reduce__(self) -> tuple[type["PlanSimulator"], tuple[Any, ...]]:
        return PlanSimulator, (self.plan, self.engine, self.fork)

    @property
    def portable(self) -> bool:
        """True if other processes find the code that the scenarios name."""
        return not any(name.startswith("__main__") for name in self.plan.code)

    def simulate(self, batch: Batch) -> Iterator[RunResult]:
        """Simulate runs, and yield the result of each as it ends."""
        count = len(self.plan.points)
        for replicate, alike in groupby(batch, lambda run: run // count):
            runs = tuple(alike)
            with self._lock:
                forked = self._forked(tuple(map(self.plan.variant_of, runs)))
            for place, run in forked.runs(replicate):
                payload = self._payload(forked.setups[place], replicate, run)
                yield RunResult(runs[place], payload)

    def setup(self, variant: int) -> StudySetup:
        """Return the setup of a scenario, which shares with others what is the same."""
        setup = StudySetup(self.plan.scenario(variant), self.plan.seed_of(variant))
        known = next((one for one in self.setups if one.army == setup.army), None)
        alike = known or next((one for one in self.setups if one.order == setup.order), setup)
        found = setup.like(alike)
        if known is None:
            self.setups.append(found)
        return found

    @property
    def plan_name(self) -> str:
        """Plan of the first setup: ``"cohorts"``, or ``"rows"`` as the reference engine."""
        if self.engine == "reference":
            return "rows"
        return self.setups[0].grouping(self.engine).plan

    def _forked_runs(self, variants: Sequence[int]) -> ForkedRuns:
        forked = ForkedRuns([self.setup(one) for one in variants], self.engine, fork=self.fork)
        with suppress(Exception):  # each run meets it again
            for setup in forked.setups:
                _ = setup.population if self.engine == "reference" else setup.grouping(self.engine)
        return forked

    def _payload(self, setup: StudySetup, replicate: int, run: Callable[[], Engine]) -> RunPayload:
        """Return the payload of a run.

        One that fails is repeated and shares nothing, so that its traceback is always the same. Code
        that asks the program to end fails too: Ctrl-C never arrives here, see `Executor.execute`.
        """
        began = time.perf_counter()
        for simulated in (run, partial(simulate, setup, replicate, self.engine)):
            try:
                found = record(simulated(), replicate)
                return pack("done", found.run, found.tables, time.perf_counter() - began)
            except BaseException:  # whatever code of the scenario does, the other runs go on
                error = _traceback(setup.scenario)
        return pack("failed", {"error": error}, {}, time.perf_counter() - began)


def _traceback(scenario: Scenario) -> str:
    """Return the traceback of the error at hand, without the folders of this machine."""
    try:
        text = traceback.format_exc()
    except Exception as error:  # an exception of the scenario's own may be hard to show
        text = f"an error that cannot be shown: {type(error).__name__}"
    text = text.encode(errors="backslashreplace").decode()
    text = text.replace(f"{library()}/", PREFIX).replace(f"{_PACKAGE}/", "")
    for code in scenario.code.values():
        if code.file:
            main = str(code.names["__file__"])
            folder = main.removesuffix(code.file)
            for name in (code.file, *code.helpers.beside):
                text = text.replace(f"{folder}{name}", name)
    return text
