"""Compare the parameters that all scenarios share with the patterns of six armies.

Each pattern is observed in one run of one scenario of scenarios/calibration, as a number with the least and the
largest accepted value; docs/explanation/scenarios.md gives their sources. `python -m tools.patterns` runs 200
replicates of each scenario at full size and writes docs/explanation/patterns.md.
"""

import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from tools.markdown import filled, table

import defectsim as ds
from defectsim.analysis.intervals import Numbers

SEED, REPLICATES = 2019, 200
FOLDER = Path("scenarios/calibration")
PAGE = Path("docs/explanation/patterns.md")


@dataclass(frozen=True)
class Pattern:
    """Accepted interval of a number of a run.

    Attributes
    ----------
    observed
        Number of each run, from the columns of its study.
    low, high
        Accepted interval of one run, ends included.
    share
        Share of runs that must lie in it.
    """

    scenario: str
    name: str
    observed: pl.Expr
    low: float
    high: float
    share: float = 0.5

    def accepts(self, values: Numbers) -> bool:
        """Return whether enough runs lie in the accepted interval."""
        accepted = self.accepted(values)
        return accepted > self.share or accepted == 1.0

    def accepted(self, values: Numbers) -> float:
        """Return the share of runs in the accepted interval."""
        return float(np.mean((values >= self.low) & (values <= self.high)))


def _outcome(*accepted: str) -> pl.Expr:
    return pl.col("outcome").is_in(accepted).cast(float)


def _days(start: str) -> pl.Expr:
    """Return the day on which the high command abandons the ruler; a year if it does not."""
    day = (pl.col("fell") - pl.lit(start).str.to_date()).dt.total_days()
    return pl.when(pl.col("outcome") == "negotiated exit").then(day).otherwise(365).cast(float)


_V, _S, _Y = "venezuela-2019-observed", "syria-2011-observed", "yemen-2011-observed"
_T, _P, _C = "tunisia-2011-observed", "philippines-1986-observed", "crimea-2014-observed"
_US = "united-states-2004"
_IN_TIME, _BEFORE = pl.col("generals_in_time"), pl.col("generals_before")

PATTERNS = [
    Pattern(
        _V, "guard, recorded desertions in % a year, 2014-2018", pl.col("guard_rate"), 0.9, 1.6
    ),
    Pattern(_V, "share of them enlisted or non-commissioned", pl.col("guard_troops"), 0.99, 1.0),
    Pattern(_V, "generals over between 23 Jan and 5 Feb 2019", _IN_TIME, 1, 3),
    Pattern(_V, "generals over before, when there was nobody to go over to", _BEFORE, 0, 0, 0.9),
    Pattern(_V, "share of the forces defected by 5 Feb 2019", pl.col("share_defected"), 0, 0.01),
    Pattern(_V, "arrested by 23 Jan 2019", pl.col("jailed"), 100, 220),
    Pattern(
        _V,
        "doubters from below 5 % to above 90 % within four weeks",
        pl.col("doubt_swings").cast(float),
        0,
        0,
        0.95,
    ),
    Pattern(_S, "gone by 1 Apr 2012", pl.col("gone_by_spring"), 45_000, 75_000),
    Pattern(_S, "generals defected by 14 Sep 2011", pl.col("generals_by_autumn"), 0, 0),
    Pattern(_S, "the last 13 weeks' leavers, of the most in 13", pl.col("wave_left"), 0, 0.5),
    Pattern(_S, "the regime survives", _outcome("survives"), 1, 1),
    Pattern(_Y, "north_west defected two weeks later", pl.col("north_west"), 0.6, 1),
    Pattern(_Y, "republican_guard defected", pl.col("guard_defected"), 0, 0.05),
    Pattern(_Y, "the army splits", _outcome("split"), 1, 1),
    Pattern(_T, "day on which the high command abandons the ruler", _days("2010-12-17"), 14, 35),
    Pattern(_T, "enlisted deserted by then", pl.col("troops_deserted"), 0, 0.02),
    Pattern(_P, "defected by 21 Feb 1986", pl.col("before_the_mutiny"), 0, 0.01),
    Pattern(_P, "defected by 27 Feb 1986", pl.col("after_four_days"), 0.75, 0.98),
    Pattern(_P, "the regime falls", _outcome("coup", "collapse", "negotiated exit"), 1, 1),
    Pattern(_C, "officers loyal", pl.col("officers_loyal"), 0.26, 0.46),
    Pattern(_C, "enlisted and non-commissioned loyal", pl.col("troops_loyal"), 0.17, 0.37),
    Pattern(
        _C,
        "officers' share less theirs",
        pl.col("officers_loyal") - pl.col("troops_loyal"),
        0,
        1,
    ),
    Pattern(
        _US, "enlisted and non-commissioned who desert, in % a year", pl.col("deserting"), 0.2, 0.9
    ),
]
"""All patterns, with accepted intervals that were written before anything was searched for."""

BAN = Pattern(
    _V,
    "desertions that the travel ban prevents to 5 Feb 2019",
    pl.col("prevented"),
    1,
    math.inf,
    0.95,
)
"""Observed pair by pair, against the same run without the ban."""


def runs(name: str, replicates: int, *overrides: str) -> pl.DataFrame:
    """Run a scenario of the calibration, and return its runs."""
    scenario = ds.load(FOLDER / f"{name}.yaml", overrides, allow_code=True)
    return ds.run(scenario, replicates=replicates, seed=SEED).runs


def observed(pattern: Pattern, found: pl.DataFrame) -> Numbers:
    """Return the number of each run that a pattern is about."""
    return found.select(pattern.observed.alias("seen"))["seen"].to_numpy().astype(float)


def row(pattern: Pattern, values: Numbers) -> tuple[str, ...]:
    """Return a row of the table: what was accepted, and what was obtained."""
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    most = f" to {pattern.high:g}" if math.isfinite(pattern.high) else " or more"
    return (
        pattern.scenario.removesuffix("-observed"),
        pattern.name,
        f"{pattern.low:g}{most}",
        f"{pattern.share:.0%}",
        f"{middle:.4g} [{low:.4g}, {high:.4g}]",
        f"{pattern.accepted(values):.0%}",
        "yes" if pattern.accepts(values) else "**no**",
    )


def main(replicates: int) -> None:
    """Run everything, and write the page."""
    rows = []
    for name in dict.fromkeys(pattern.scenario for pattern in PATTERNS):
        found = runs(name, replicates)
        if name == _V:
            free = runs(name, replicates, "policies.travel_ban.value={value: 0, range: [0, 1]}")
            pairs = found.with_columns(prevented=free["deserted"] - found["deserted"])
            rows.append(row(BAN, observed(BAN, pairs)))
        mine = [pattern for pattern in PATTERNS if pattern.scenario == name]
        rows += [row(pattern, observed(pattern, found)) for pattern in mine]
        print(*rows[-len(mine) :], sep="\n", flush=True)
    seen = f"median [90 %] of {replicates} runs"
    head = ("scenario", "pattern", "accepted", "in at least", seen, "accepted in", "met")
    page = filled(
        PAGE.read_text(encoding="utf-8"), {"patterns": lambda: table(head, rows)}, "result"
    )
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else REPLICATES)
