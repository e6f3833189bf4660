"""Search for the parameters that all scenarios share, so that all patterns of `tools.patterns` are met at once.

1. The values as they stand, and a scrambled Sobol design over the ranges that scenarios/behaviour/default.yaml declares
   for the parameters in `SEARCHED`, on a logarithmic scale where a range spans a factor of 10 or more.
2. Differential evolution (Storn and Price 1997) from the best of them and neighbours at a tenth of the ranges.

What is made small is the sum over patterns of their mean miss, each at most 1 (`Pattern.miss`), in a few lives of each
scenario on common random numbers. In each point the two base rates that set how many leave in Venezuela are not
searched for but scaled: desertion so that the order of 21 December 2018 strikes off 4,300, generals' defection so that
1.5 are expected over by 5 February 2019 (of a Poisson count, at least one with 78 % and at most three with 93 %).

    python -m tools.calibrate 64 8      # points of the design, generations

prints every improvement, and in the end the values, both base rates scaled once more in the median of 24 lives. They
are copied into the file, rounded to three digits.

The shipped values were found in three runs, each from what the one before had found: 32 points and the first
generations of evolution (the best was the 55th point tried), 16 points (none was better), and evolution alone, of which
the best was the 38th point tried. All were stopped by the clock, not by convergence.
"""

import math
import statistics
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import differential_evolution
from scipy.stats import qmc
from tools.patterns import PATTERNS, SEED, TROOPS, branch

from defectsim.behaviour.rule import Rates
from defectsim.core.statuses import Rank, Status
from defectsim.engine.column import ColumnEngine
from defectsim.engine.fixed import UNIT
from defectsim.engine.live import live
from defectsim.engine.recorded import struck_off
from defectsim.engine.start import Start
from defectsim.scenario.load import load

DESERTION, DEFECTION = "soldier.base_desertion", "general.base_defection"
SEARCHED = (
    "soldier.base_defection",
    "belief.confidence",
    "belief.protest",
    "belief.declared",
    "belief.attempt",
    "general.reward",
    "general.punishment_defection",
    "general.conscience",
    "general.example_ties",
    "general.commander_defected",
    "follow.base",
    "follow.cohesion",
    "follow.disbelief",
    "stand.decisive",
    "stand.disbelief",
)
LIVES = {
    "venezuela-2019": 1,
    "syria-2011": 2,
    "yemen-2011": 3,
    "tunisia-2011": 4,
    "philippines-1986": 2,
    "crimea-2014": 3,
}
STRUCK_OFF, GENERALS_OVER = 4_300.0, 1.5
POPULATION, NEAR, LAST = 12, 0.1, 24


@cache
def first(name: str) -> Start:
    """Return a scenario as it stands, whose army all points share."""
    end = ["clock.end=2019-02-11"] if name.startswith("venezuela") else []
    start = Start(load(f"scenarios/{name}.yaml", end), SEED)
    start.prepare("column")
    return start


def start_at(name: str, values: dict[str, float]) -> Start:
    """Return a scenario with other values of the shared parameters."""
    known = first(name)
    overrides = [f"behaviour.{p.replace('.', '.parameters.')}={value!r}" for p, value in values.items()]
    end = [f"clock.end={known.scenario.clock.end}"]
    start = Start(load(f"scenarios/{name}.yaml", [*overrides, *end]), SEED)
    start.__dict__.update(population=known.population, cells=known.cells)
    return start


def span(parameter: str) -> tuple[float, float]:
    """Return the range that is declared for a parameter."""
    who, name = parameter.split(".")
    return getattr(first("venezuela-2019").scenario.behaviour, who).parameters[name].range


def scaled(values: dict[str, float], name: str = "venezuela-2019", lives: int = 1) -> dict[str, float]:
    """Return the values with both base rates such that Venezuela meets its two targets, in the median of some lives."""
    for _ in range(2):
        start = start_at(name, values)
        lived = [live(start, replicate) for replicate in range(lives)]
        found = statistics.median(guard_struck_off(life, replicate) for replicate, life in enumerate(lived))
        expected = statistics.median(generals_expected(life) for life in lived)
        desertion = values[DESERTION] * STRUCK_OFF / max(found, 1.0)
        defection = values[DEFECTION] * GENERALS_OVER / max(expected, 1e-9)
        values = {**values, DESERTION: _within(DESERTION, desertion), DEFECTION: _within(DEFECTION, defection)}
    return values


def guard_struck_off(life: Any, replicate: int) -> float:
    """Return how many of the guard below the officers the order strikes off."""
    recorded = struck_off(life, life.events, replicate, life.setting.clock.steps)
    return float(recorded[-1, branch(life, "guard"), TROOPS].sum())


def generals_expected(life: Any) -> float:
    """Return how many generals are expected to go over by their own decision: their hazards, added up."""
    assert isinstance(life, ColumnEngine)
    army, state, way = life.army, life.life, Rates._fields.index("defect")
    generals = np.flatnonzero((army.rank == Rank.GENERAL) & (state.status == Status.LOYAL))
    cell = army.cell[generals]
    steps = life.setting.clock.steps - state.since[cell]
    hazard = (state.clock[cell, way] + state.increment[cell, way] * steps.astype(np.float64)) / UNIT
    return float((hazard * state.frailty[generals]).sum())


def _within(parameter: str, value: float) -> float:
    low, high = span(parameter)
    return min(max(value, low), high)


def misses(values: dict[str, float], pool: ThreadPoolExecutor) -> dict[str, float]:
    """Return by how much each pattern is missed."""

    def lived(job: tuple[str, int]) -> list[float]:
        life = live(start_at(job[0], values), job[1])
        return [min(one.miss(one.observe(life)), 1.0) for one in PATTERNS if one.scenario == job[0]]

    found: dict[str, float] = {}
    jobs = [(name, life) for name, lives in LIVES.items() for life in range(lives)]
    for job, mine in zip(jobs, pool.map(lived, jobs), strict=True):
        for one, miss in zip([one for one in PATTERNS if one.scenario == job[0]], mine, strict=True):
            key = f"{one.scenario}: {one.name}"
            found[key] = found.get(key, 0.0) + miss / LIVES[job[0]]
    return found


class Search:
    """What has been found so far."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self.pool, self.best, self.values, self.count = pool, math.inf, {}, 0
        spans = [span(parameter) for parameter in SEARCHED]
        self.logarithmic = np.array([low > 0 and high / low >= 10 for low, high in spans])
        self.low, self.high = (np.where(self.logarithmic, np.log(np.maximum(e, 1e-12)), e) for e in np.array(spans).T)

    def values_at(self, point: NDArray[np.float64]) -> dict[str, float]:
        """Return parameters from a point of the unit cube."""
        at = self.low + point * (self.high - self.low)
        shared = dict(zip(SEARCHED, np.where(self.logarithmic, np.exp(at), at).tolist(), strict=True))
        behaviour = first("venezuela-2019").scenario.behaviour
        base = {
            p: getattr(behaviour, p.split(".")[0]).parameters[p.split(".")[1]].value for p in (DESERTION, DEFECTION)
        }
        return {**base, **shared}

    @property
    def present(self) -> NDArray[np.float64]:
        """The point at which the scenario's values stand."""
        behaviour = first("venezuela-2019").scenario.behaviour
        values = [getattr(behaviour, who).parameters[name].value for who, name in (p.split(".") for p in SEARCHED)]
        at = np.where(self.logarithmic, np.log(np.maximum(values, 1e-12)), values)
        return (at - self.low) / (self.high - self.low)

    def loss(self, point: NDArray[np.float64]) -> float:
        """Return how much is missed at a point."""
        values = scaled(self.values_at(point))
        found = misses(values, self.pool)
        total, self.count = sum(found.values()), self.count + 1
        if total < self.best:
            self.best, self.values = total, values
            missed = {key: round(miss, 2) for key, miss in found.items() if miss > 0}
            print(f"{self.count}: {total:.3f}", {k: float(f"{v:.3g}") for k, v in values.items()}, missed, flush=True)
        return total


def main(points: int, generations: int) -> None:
    """Search, and print what was found."""
    with ThreadPoolExecutor(2) as pool:
        search = Search(pool)
        spread = qmc.Sobol(len(SEARCHED), scramble=True, seed=SEED)
        design = np.vstack([search.present, *([spread.random(points)] if points else [])])
        best = design[np.argmin([search.loss(point) for point in design])]
        near = np.random.default_rng(SEED).normal(best, NEAR, (POPULATION - 1, len(SEARCHED)))
        bounds = [(0.0, 1.0)] * len(SEARCHED)
        differential_evolution(
            search.loss,
            bounds,
            init=np.vstack([best, near.clip(0, 1)]),
            maxiter=generations,
            mutation=(0.2, 0.7),
            seed=SEED,
            polish=False,
        )
    print(f"after {search.count} points, {search.best:.3f} is missed")
    found = scaled(search.values, lives=LAST)
    for parameter, value in found.items():
        print(f"{parameter}: {value:.3g}")
    print(f"{DESERTION}, guard of 23,000: {scaled(found, 'venezuela-2019-guard-23000', LAST)[DESERTION]:.3g}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
