"""What a replicate costs by size and length: ``python -m benchmarks.scale KIND SOLDIERS WEEKS`` prints JSON.

Nothing is sent or stored: a replicate here is its draws, its steps and the making of its tables, on one core.
"""

import datetime as dt
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.plan import FULL, ROOT, SCENARIO, SEED, UNLIKE, sized
from benchmarks.process import pin, run

AT_LEAST, AT_MOST = 1.0, 20
"""CPU seconds of the steps of all replicates, and replicates; whichever comes first."""
LENGTHS = (52, 260, 1_040)
WEEKS = 260
SIZES = (10_000, 100_000, FULL, 1_000_000)
LARGEST = 10_000_000
DEFAULT = Path("scenarios/venezuela-2019.yaml")


@dataclass(frozen=True)
class Kind:
    """A kind of army.

    Attributes
    ----------
    scaled
        Whether its size and length can be laid over the scenario.
    """

    title: str
    scenario: Path
    overrides: tuple[str, ...] = ()
    scaled: bool = True


KINDS = {
    "alike": Kind("alike within a unit and rank", SCENARIO),
    "unlike": Kind("all unlike", SCENARIO, (UNLIKE,)),
    "default": Kind("default scenario", ROOT / DEFAULT, scaled=False),
}


@dataclass(frozen=True)
class Case:
    """One measurement: a kind of army, by its name, soldiers and weeks; the last two are 0 where it is not scaled."""

    kind: str
    soldiers: int = 0
    weeks: int = 0

    @property
    def overrides(self) -> list[str]:
        """Overrides of the scenario."""
        kind = KINDS[self.kind]
        if not kind.scaled:
            return list(kind.overrides)
        end = dt.date(2014, 1, 6) + dt.timedelta(weeks=self.weeks)
        return [*sized(self.soldiers), f"clock.end={end}", *kind.overrides]


@dataclass
class Measured:
    """Replicates of a case.

    Attributes
    ----------
    draws, steps, tables
        CPU seconds of each replicate: all before the first step, the steps, and the record.
    setup
        CPU seconds of units and cohorts, which replicates share.
    """

    people: int = 0
    weeks: int = 0
    cohorts: int = 0
    left: int = 0
    setup: float = 0.0
    draws: list[float] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)
    tables: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Cost:
    """What a replicate of a case costs."""

    case: Case
    measured: Measured
    peak_mib: float

    @property
    def seconds(self) -> float:
        """CPU seconds of a replicate."""
        return median(
            map(
                sum,
                zip(self.measured.draws, self.measured.steps, self.measured.tables, strict=True),
            )
        )

    @property
    def speed(self) -> float:
        """Agent-steps per CPU second of a replicate."""
        return self.measured.people * self.measured.weeks / self.seconds

    def data(self) -> dict[str, Any]:
        """Return the measurement as plain data."""
        return {
            **asdict(self.case),
            "title": KINDS[self.case.kind].title,
            "seconds": self.seconds,
            "agent_steps_per_second": round(self.speed),
            "peak_mib": self.peak_mib,
            **asdict(self.measured),
        }


def cases(*, largest: bool) -> Iterator[Case]:
    """Return the measurements of a run; the largest army takes minutes."""
    yield Case("default")
    for kind in ("alike", "unlike"):
        for soldiers in (*SIZES, *([LARGEST] if largest else [])):
            yield Case(kind, soldiers, WEEKS)
        for weeks in LENGTHS:
            if weeks != WEEKS:
                yield Case(kind, SIZES[1], weeks)


def too_large(case: Case, costs: Iterable[Cost]) -> bool:
    """Return whether a case would need more than half of the memory, in proportion to those of its kind."""
    per_soldier = [
        one.peak_mib / one.case.soldiers
        for one in costs
        if one.case.kind == case.kind and one.case.soldiers
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20
    return case.soldiers * min(per_soldier, default=0.0) > memory / 2


def cost(case: Case, environment: Mapping[str, str]) -> Cost:
    """Measure once, in a process of its own."""
    ran = run(
        [
            *(sys.executable, "-W", "ignore", "-m", "benchmarks.scale"),
            *(case.kind, str(case.soldiers), str(case.weeks)),
        ],
        environment,
    )
    return Cost(case, Measured(**ran.printed), ran.peak_mib)


def measure(case: Case) -> Measured:
    """Time replicates in this process."""
    from defectsim import load
    from defectsim.engine.records.record import record
    from defectsim.engine.run import Run
    from defectsim.engine.setup import StudySetup
    from defectsim.model.transitions import SERVING

    scenario = load(KINDS[case.kind].scenario, case.overrides, allow_code=True)
    began = time.process_time()
    setup = StudySetup(scenario, SEED)
    measured = Measured(
        len(setup.population), scenario.clock.steps, len(setup.grouping().army.first) - 1
    )
    measured.setup = time.process_time() - began
    setup.prepare("compiled")
    while sum(measured.steps) < AT_LEAST and (runs := len(measured.steps)) < AT_MOST:
        times = [time.process_time()]
        run = Run(setup, runs)
        times.append(time.process_time())
        engine = run.run().engine
        times.append(time.process_time())
        record(engine, runs)
        times.append(time.process_time())
        for name, seconds in zip(
            ("draws", "steps", "tables"),
            (after - before for before, after in pairwise(times)),
            strict=True,
        ):
            getattr(measured, name).append(seconds)
    serving = engine.counts[-1][..., list(SERVING)].sum()
    measured.left = measured.people - int(serving)
    return measured


def main(kind: str, soldiers: str, weeks: str) -> None:
    """Measure on one core."""
    pin()
    print(json.dumps(asdict(measure(Case(kind, int(soldiers), int(weeks))))))


if __name__ == "__main__":
    main(*sys.argv[1:])
