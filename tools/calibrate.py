"""Find the base rates of the Venezuelan scenarios: two searches in one dimension each, by Brent's method.

Targets (see the scenarios for the sources):

1. `base_desertion` of soldiers, so that the median over replicates of the guard's deserters below the rank of officer
   up to the order of 21 December 2018 is the 4,300 whom the order struck off;
2. `base_defection` of generals, so that the mean number of generals who defect by their own decision up to 5 February
   2019 is 1.5. One was known; as a Poisson count 1.5 gives at least one with 78 % and at most three with 93 %.

Both are searched on a logarithmic scale over the range that the scenario declares, on common random numbers. Prints
what it found; the values are copied into the scenario, rounded to three digits.

    python tools/calibrate.py scenarios/venezuela-2019.yaml
"""

import datetime as dt
import math
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

from scipy.optimize import brentq

from defectsim.core.clock import Clock
from defectsim.core.statuses import Cause, Rank, Status
from defectsim.engine.live import live
from defectsim.engine.setting import Engine
from defectsim.engine.start import Start
from defectsim.scenario.load import load

SEED, REPLICATES = 2019, 24
STRUCK_OFF, ORDER = 4_300, dt.date(2018, 12, 21)
GENERALS_OVER, KNOWN = 1.5, dt.date(2019, 2, 5)


def steps_until(clock: Clock, date: dt.date) -> int:
    """Return how many whole steps end on `date` or before."""
    return (date - clock.start).days // int(clock.step_days)


def guard_deserters(engine: Engine) -> float:
    """Count the guard's deserters below the rank of officer at the date of the order."""
    guard = engine.setting.population.branches.index("guard")
    counts = engine.counts[steps_until(engine.setting.clock, ORDER), guard]
    return float(counts[[Rank.ENLISTED, Rank.NCO], Status.DESERTED].sum())


def generals_over(engine: Engine) -> float:
    """Count the generals who defected by their own decision until the date of what is known."""
    events = engine.events
    general = engine.setting.population.rank[events.row] == Rank.GENERAL
    early = events.step < steps_until(engine.setting.clock, KNOWN)
    return float((general & early & (events.way == 1) & (events.cause == Cause.DECISION)).sum())


def search(
    file: Path,
    parameter: str,
    fixed: list[str],
    observe: Callable[[Engine], float],
    middle: Callable[[list[float]], float],
    target: float,
) -> float:
    """Find the value of `parameter`, a path in the scenario, at which the middle of what is observed is `target`."""
    who, name = parameter.split(".")[1], parameter.split(".")[-1]
    span = getattr(load(file).behaviour, who).parameters[name].range

    def miss(log_value: float) -> float:
        value = min(max(math.exp(log_value), span[0]), span[1])
        start = Start(load(file, [*fixed, f"{parameter}={value!r}"]), SEED)
        start.prepare("column")
        found = middle([observe(live(start, replicate)) for replicate in range(REPLICATES)])
        print(f"  {name} = {value:.4g}: {found:.4g} where {target:g} is wanted", flush=True)
        return math.log(max(found, 1e-3) / target)

    return math.exp(brentq(miss, math.log(span[0]), math.log(span[1]), xtol=0.005))


def main(file: Path) -> None:
    """Run both searches; the second at the value that the first has found."""
    desertion, defection = "behaviour.soldier.parameters.base_desertion", "behaviour.general.parameters.base_defection"
    first = search(file, desertion, [], guard_deserters, statistics.median, STRUCK_OFF)
    second = search(file, defection, [f"{desertion}={first!r}"], generals_over, statistics.fmean, GENERALS_OVER)
    print(f"{desertion}: {first:.3g}\n{defection}: {second:.3g}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
