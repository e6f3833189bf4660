"""Measure the off-ramp's effect on generals: at the centre, over the posterior and over all ranges.

    python -m tools.off_ramp        # some 10 minutes on two cores; writes docs/explanation/answers.md

Effects are by cumulative hazards, which leave out the chance of who passes a threshold.
"""

from pathlib import Path

import numpy as np
import polars as pl
from tools.markdown import filled, table

import defectsim as ds
from defectsim.analysis.intervals import Numbers

WITHOUT, WITH = (
    Path(f"scenarios/{name}.yaml") for name in ("venezuela-2019-no-off-ramp", "venezuela-2019")
)
POSTERIOR = Path("scenarios/calibration/posterior.csv")
RANGES = Path("scenarios/sweeps/off-ramp-over-ranges.yaml")
PAGE = Path("docs/explanation/answers.md")
PAIRS, SEED = 200, 1
SMALL = ["record.series=none", "record.events=false", "record.hazards=true"]


def hazards(study: ds.Study) -> pl.DataFrame:
    """Return generals' cumulative hazard of defecting in each run."""
    rows = (
        pl.col("rank").cast(pl.String) == "general",
        pl.col("transition").cast(pl.String) == "defect",
    )
    key = ["point", "replicate"]
    found = study.hazards.filter(*rows).group_by(key).agg(pl.col("hazard").sum())
    done = study.runs.filter(status="done").select(*key)
    return done.join(found, on=key, how="left").with_columns(pl.col("hazard").fill_null(0.0))


def centre() -> pl.DataFrame:
    """Run the pairs at the values that ship: columns *without* and *with*."""
    scenarios = {file.stem: ds.load(file, SMALL) for file in (WITHOUT, WITH)}
    found = hazards(ds.compare(scenarios, replicates=PAIRS, seed=SEED))
    return _paired(*(found.filter(point=point) for point in range(2)), on="replicate")


def posterior() -> pl.DataFrame:
    """Run the pairs with draws of the posterior, the same in both worlds of a pair."""
    worlds = (
        hazards(ds.sweep(ds.load_drawn(file, POSTERIOR, SMALL, replicates=PAIRS, seed=SEED)))
        for file in (WITHOUT, WITH)
    )
    return _paired(*worlds, on="replicate")


def ranges() -> pl.DataFrame:
    """Run the pairs over all ranges."""
    found = hazards(ds.sweep(ds.load_sweep(RANGES), seed=SEED))
    worlds = (
        found.filter(pl.col("point") % 2 == place).with_columns(pl.col("point") // 2)
        for place in range(2)
    )
    return _paired(*worlds, on="point")


def _paired(without: pl.DataFrame, offered: pl.DataFrame, *, on: str) -> pl.DataFrame:
    both = without.join(offered, on=on, suffix="_with").sort(on)
    return both.select(pl.col("hazard").alias("without"), pl.col("hazard_with").alias("with"))


def row(name: str, pairs: pl.DataFrame) -> tuple[str, ...]:
    """Return a row of the table: the level, and the effect's median, spread and extremes."""
    without, offered = (pairs[column].to_numpy() for column in ("without", "with"))
    effect = offered - without
    ratio = offered.sum() / without.sum()
    return (
        name,
        f"{len(effect)}",
        _spread(without),
        _spread(effect),
        f"{effect.mean():.3g}",
        f"{ratio:.3g}",
        f"{float(np.mean(effect >= 1)):.0%}",
    )


def _spread(values: Numbers) -> str:
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return f"{middle:.3g} [{low:.3g}, {high:.3g}]"


def main() -> None:
    """Run everything, and write the table."""
    rows = [
        row("the values that ship", centre()),
        row("draws of the posterior", posterior()),
        row("all ranges", ranges()),
    ]
    print(*rows, sep="\n")
    head = (
        "over",
        "pairs",
        "expected to defect without it: median [90 %]",
        "more with it: median [90 %]",
        "mean",
        "ratio of means",
        "one general or more",
    )
    tables = {"off-ramp": lambda: table(head, rows)}
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), tables, "result"), encoding="utf-8")


if __name__ == "__main__":
    main()
