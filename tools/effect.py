"""What one scenario does that another does not: both on the same seed, compared life by life.

python -m tools.effect scenarios/venezuela-2019-no-off-ramp.yaml scenarios/venezuela-2019.yaml 200
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table
from scipy import stats

from defectsim.engine.live import live
from defectsim.engine.record import record
from defectsim.engine.start import Start
from defectsim.scenario.load import load

SEED = 1
SHOWN = ("generals over", "officers over", "enlisted and nco over", "deserted", "arrested", "loyal, in % of strength")


def lives(file: Path, replicates: int) -> pl.DataFrame:
    """Return a row a life, with what is compared."""
    start = Start(load(file), SEED)
    start.prepare("column")
    with ThreadPoolExecutor(2) as pool:
        return pl.concat(pool.map(lambda replicate: _row(start, replicate), range(replicates)))


def _row(start: Start, replicate: int) -> pl.DataFrame:
    kept = record(live(start, replicate), replicate)
    end = kept.series.filter(pl.col("date") == pl.col("date").max())
    over = {
        rank: int(end.filter(pl.col("rank") == rank)["defected"].sum())
        for rank in ("general", "officer", "nco", "enlisted")
    }
    run = kept.run
    values = (
        over["general"],
        over["officer"],
        over["nco"] + over["enlisted"],
        run["deserted"],
        run["arrested"],
        100.0 * float(str(run["loyal_share"])),
    )
    return pl.DataFrame({**dict(zip(SHOWN, map(float, values), strict=True)), "outcome": str(run["outcome"])})


def main(without: Path, with_it: Path, replicates: int) -> None:
    """Print both, and the difference with its interval."""
    one, two = lives(without, replicates), lives(with_it, replicates)
    title = f"{with_it.stem}, less {without.stem}: {replicates} pairs of lives, seed {SEED}"
    caption = "medians [90 % of lives]; mean difference [95 % interval]; lives that differ (95 % bound)"
    shown = Table(title=title, caption=caption, title_justify="left", caption_justify="left")
    for name in ("", "without", "with", "difference", "differs in"):
        shown.add_column(name, justify="right" if name else "left")
    for name in SHOWN:
        gained = (two[name] - one[name]).to_numpy()
        differs = int(np.count_nonzero(gained))
        most = stats.binomtest(differs, replicates).proportion_ci(0.9, "exact").high
        shown.add_row(name, band(one[name]), band(two[name]), mean(gained), f"{differs} (< {most:.1%})")
    Console().print(shown)
    for frame, name in ((one, "without"), (two, "with")):
        counted = frame["outcome"].value_counts(sort=True).rows()
        Console().print(f"{name}: " + ", ".join(f"{outcome} {count}" for outcome, count in counted))


def band(values: pl.Series) -> str:
    """Return the median and the interval of 90 % of lives."""
    low, middle, high = np.quantile(values.to_numpy(), (0.05, 0.5, 0.95))
    return f"{middle:,.5g} [{low:,.5g}, {high:,.5g}]"


def mean(gained: np.ndarray) -> str:
    """Return the mean of what was gained, with its 95 % interval by Student's t."""
    if not gained.any():
        return "0"
    interval = stats.ttest_1samp(gained, 0.0).confidence_interval(0.95)
    return f"{_signed(gained.mean())} [{_signed(interval.low)}, {_signed(interval.high)}]"


def _signed(value: float) -> str:
    return f"{value:+,.0f}" if abs(value) >= 100 else f"{value:+.3g}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
