"""The patterns that one set of parameters must give at once, with intervals written before anything was searched for.

Each is observed in one run of one scenario, as a number with the least and the largest accepted value;
docs/explanation/scenarios.md gives their sources. `python -m tools.patterns` runs 200 replicates of each scenario at
full size and writes docs/explanation/patterns.md.
"""

import datetime as dt
import math
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tools.markdown import table

from defectsim.core.clock import DAYS_PER_YEAR
from defectsim.engine.begin import simulate
from defectsim.engine.protocol import Engine
from defectsim.engine.records.outcome import brigade_defected, regime_ending, struck_off
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import SERVING, Rank, Status
from defectsim.scenario.load import load

SEED, REPLICATES = 2019, 200
PAGE = Path("docs/explanation/patterns.md")
BEGIN, END = "<!-- what was obtained -->", "<!-- end -->"
TROOPS = [Rank.ENLISTED, Rank.NCO]
GONE = [Status.DESERTED, Status.DEFECTED]


@dataclass(frozen=True)
class Pattern:
    """One pattern.

    Attributes
    ----------
    low, high
        Accepted interval of one run, ends included.
    share
        Share of runs that must lie in it.
    scale
        A miss by as much counts 1 in a search.
    """

    scenario: str
    name: str
    observe: Callable[[Engine], float]
    low: float
    high: float
    scale: float
    share: float = 0.5

    def miss(self, value: float) -> float:
        """Return by how many scales a value misses what is accepted."""
        return max(self.low - value, value - self.high, 0.0) / self.scale


def step_on(engine: Engine, date: dt.date) -> int:
    """Return the last step of a run that begins no later than a date."""
    clock = engine.inputs.clock
    return min((date - clock.start).days // int(clock.step_days), clock.steps)


def branch(engine: Engine, name: str) -> int:
    """Return the code of a branch."""
    return engine.inputs.population.branches.index(name)


def _recorded(engine: Engine) -> np.ndarray:
    events = engine.events
    return struck_off(engine, events, 0, engine.inputs.clock.steps)[-1, branch(engine, "guard")]


def guard_rate(engine: Engine) -> float:
    """Return the guard's recorded desertions below the officers, in % of person-years from 2014 to 2018."""
    last = step_on(engine, dt.date(2018, 12, 21))
    serving = engine.counts[:last, branch(engine, "guard")][:, TROOPS][:, :, list(SERVING)].sum()
    years = serving * int(engine.inputs.clock.step_days) / DAYS_PER_YEAR
    return 100.0 * float(_recorded(engine)[TROOPS].sum() / years)


def guard_troops(engine: Engine) -> float:
    """Return the share of the guard's recorded deserters who are enlisted or non-commissioned."""
    recorded = _recorded(engine)
    return float(recorded[TROOPS].sum() / max(recorded.sum(), 1))


def defected(engine: Engine, date: dt.date, rank: Rank | None = None) -> float:
    """Return the number of defectors on a date."""
    counts = engine.counts[step_on(engine, date), :, :, Status.DEFECTED]
    return float(counts.sum() if rank is None else counts[:, rank].sum())


def share_defected(engine: Engine, date: dt.date, name: str | None = None) -> float:
    """Return the share of all, or of a branch, that has defected on a date."""
    rows = slice(None) if name is None else branch(engine, name)
    step = step_on(engine, date)
    return float(
        engine.counts[step, rows, ..., Status.DEFECTED].sum() / engine.counts[0, rows].sum()
    )


def gone(engine: Engine, date: dt.date) -> float:
    """Return the number of deserters and defectors on a date."""
    return float(engine.counts[step_on(engine, date)][..., GONE].sum())


def brigade(engine: Engine, date: dt.date, name: str) -> float:
    """Return the largest share of defectors in a brigade of a branch on a date."""
    population, events = engine.inputs.population, engine.events
    status = np.zeros(len(population), np.int8)
    for row, end in zip(
        *(column[events.step < step_on(engine, date)] for column in (events.row, events.end)),
        strict=True,
    ):
        status[row] = end
    return brigade_defected(
        population, np.arange(len(population.branches)) == branch(engine, name), status
    )


def wave(engine: Engine) -> float:
    """Return departures of the last 13 weeks, as a share of the largest number in 13 weeks."""
    left = engine.counts[..., GONE].sum(axis=(1, 2, 3))
    span = 13 * 7 // int(engine.inputs.clock.step_days)
    leaving = left[span:] - left[:-span]
    return float(leaving[-1] / max(leaving.max(), 1))


def outcome(*accepted: str) -> Callable[[Engine], float]:
    """Return an observation that is 1 if a run ends in one of some outcomes, else 0."""
    return lambda engine: float(regime_ending(engine, engine.events).outcome in accepted)


def abandoned(engine: Engine) -> float:
    """Return the day on which the high command abandons the ruler; a year if it does not."""
    end = regime_ending(engine, engine.events)
    fell = end.fell is not None and end.outcome == "negotiated exit"
    return float(end.fell * int(engine.inputs.clock.step_days)) if fell and end.fell else 365.0


def enlisted_deserted(engine: Engine) -> float:
    """Return the share of the enlisted who have deserted by the 35th day."""
    step = step_on(engine, engine.inputs.clock.start + dt.timedelta(days=35))
    enlisted = engine.counts[:, :, Rank.ENLISTED]
    return float(enlisted[step, :, Status.DESERTED].sum() / enlisted[0].sum())


def loyal(engine: Engine, *ranks: Rank) -> float:
    """Return the share of some ranks that serves at the end."""
    counts = engine.counts[:, :, list(ranks)]
    return float(counts[-1][..., list(SERVING)].sum() / counts[0].sum())


_V, _S, _Y = "venezuela-2019", "syria-2011", "yemen-2011"
_T, _P, _C = "tunisia-2011", "philippines-1986", "crimea-2014"
_FEB = dt.date(2019, 2, 5)

PATTERNS = [
    Pattern(_V, "guard, recorded desertions in % a year, 2014-2018", guard_rate, 0.9, 1.6, 0.5),
    Pattern(_V, "share of them enlisted or non-commissioned", guard_troops, 0.99, 1.0, 0.02),
    Pattern(
        _V,
        "generals defected by 5 Feb 2019, not many",
        lambda e: defected(e, _FEB, Rank.GENERAL),
        0,
        3,
        3,
        0.8,
    ),
    Pattern(
        _V,
        "generals defected by 5 Feb 2019, some",
        lambda e: defected(e, _FEB, Rank.GENERAL),
        1,
        math.inf,
        2,
    ),
    Pattern(
        _V,
        "share of the forces defected by 5 Feb 2019",
        lambda e: share_defected(e, _FEB),
        0,
        0.01,
        0.01,
        0.95,
    ),
    Pattern(
        _S, "gone by 1 Apr 2012", lambda e: gone(e, dt.date(2012, 4, 1)), 45_000, 75_000, 15_000
    ),
    Pattern(
        _S,
        "generals defected by 14 Sep 2011",
        lambda e: defected(e, dt.date(2011, 9, 14), Rank.GENERAL),
        0,
        0,
        2,
    ),
    Pattern(_S, "the last 13 weeks' leavers, of the most in 13", wave, 0, 0.5, 0.3),
    Pattern(_S, "the regime survives", outcome("survives"), 1, 1, 1),
    Pattern(
        _Y,
        "north_west defected two weeks later",
        lambda e: share_defected(e, dt.date(2011, 4, 4), "north_west"),
        0.6,
        1,
        0.3,
    ),
    Pattern(
        _Y,
        "and of its brigade where most are",
        lambda e: brigade(e, dt.date(2011, 4, 4), "north_west"),
        0.8,
        1,
        0.3,
    ),
    Pattern(
        _Y,
        "republican_guard defected",
        lambda e: share_defected(e, dt.date(2011, 6, 6), "republican_guard"),
        0,
        0.05,
        0.1,
    ),
    Pattern(_Y, "the army splits", outcome("split"), 1, 1, 1),
    Pattern(_T, "day on which the high command abandons the ruler", abandoned, 14, 35, 60),
    Pattern(_T, "enlisted deserted by then", enlisted_deserted, 0, 0.02, 0.02),
    Pattern(
        _P,
        "defected by 21 Feb 1986",
        lambda e: share_defected(e, dt.date(1986, 2, 21)),
        0,
        0.01,
        0.1,
    ),
    Pattern(
        _P,
        "defected by 27 Feb 1986",
        lambda e: share_defected(e, dt.date(1986, 2, 27)),
        0.75,
        0.98,
        0.3,
    ),
    Pattern(_P, "the regime falls", outcome("coup", "collapse", "negotiated exit"), 1, 1, 1),
    Pattern(_C, "officers loyal", lambda e: loyal(e, Rank.OFFICER), 0.26, 0.46, 0.2),
    Pattern(
        _C, "enlisted and non-commissioned loyal", lambda e: loyal(e, *TROOPS), 0.17, 0.37, 0.2
    ),
    Pattern(
        _C,
        "officers' share less theirs",
        lambda e: loyal(e, Rank.OFFICER) - loyal(e, *TROOPS),
        0,
        1,
        0.1,
    ),
]


BAN = Pattern(
    _V,
    "desertions that the travel ban prevents to 5 Feb 2019",
    lambda _: 0.0,
    1,
    math.inf,
    100,
    0.95,
)
"""Observed pair by pair, against the same run without the ban."""


def prevented(replicates: int) -> np.ndarray:
    """Return the desertions that the ban prevents from 13 Nov 2018 to 5 Feb 2019, run by run."""
    gone_by = []
    for overrides in ([], ["policies.travel_ban.value={value: 0, range: [0, 1]}"]):
        setup = StudySetup(load(f"scenarios/{_V}.yaml", ["clock.end=2019-02-11", *overrides]), SEED)
        setup.prepare("compiled")
        gone_by.append(
            observed(
                setup,
                replicates,
                lambda e: [e.counts[step_on(e, _FEB), ..., Status.DESERTED].sum()],
            )
        )
    return np.subtract(gone_by[1], gone_by[0])[:, 0]


def observed(
    setup: StudySetup, replicates: int, observe: Callable[[Engine], list[float]]
) -> np.ndarray:
    """Return the observations of each run; shape (replicates, numbers)."""
    with ThreadPoolExecutor(2) as pool:
        return np.array(
            list(pool.map(lambda replicate: observe(simulate(setup, replicate)), range(replicates)))
        )


def main(replicates: int) -> None:
    """Run everything, and write the page."""
    rows = [_row(BAN, prevented(replicates))]
    print(*rows[-1], sep=" | ", flush=True)
    for name in dict.fromkeys(pattern.scenario for pattern in PATTERNS):
        setup = StudySetup(load(f"scenarios/{name}.yaml"), SEED)
        setup.prepare("compiled")
        mine = [pattern for pattern in PATTERNS if pattern.scenario == name]
        seen = observed(
            setup, replicates, lambda run, of=mine: [pattern.observe(run) for pattern in of]
        )
        for pattern, values in zip(mine, seen.T, strict=True):
            rows.append(_row(pattern, values))
            print(*rows[-1], sep=" | ", flush=True)
    seen = f"median [90 %] of {replicates} runs"
    head = ("scenario", "pattern", "accepted", "in at least", seen, "accepted in", "met")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(
        f"{before}{BEGIN}\n\n{table(head, rows)}\n{END}{rest.partition(END)[2]}", encoding="utf-8"
    )


def _row(pattern: Pattern, values: np.ndarray) -> tuple[str, ...]:
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    accepted = float(np.mean([pattern.miss(value) == 0.0 for value in values]))
    span = (
        f"{pattern.low:g} to {pattern.high:g}"
        if math.isfinite(pattern.high)
        else f"at least {pattern.low:g}"
    )
    met = "yes" if accepted > pattern.share or accepted == 1.0 else "**no**"
    spread = f"{middle:.4g} [{low:.4g}, {high:.4g}]"
    return (
        pattern.scenario,
        pattern.name,
        span,
        f"{pattern.share:.0%}",
        spread,
        f"{accepted:.0%}",
        met,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else REPLICATES)
