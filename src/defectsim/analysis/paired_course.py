"""Paired differences of scenarios at each date, on common random numbers."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl

from defectsim.analysis.intervals import Numbers, chance_interval, mean_interval, upper_bound
from defectsim.analysis.outcomes import ASKED, FALLS
from defectsim.analysis.responses import SCENARIO
from defectsim.core.formatting import BAND, QUANTILE_METHOD, QUANTILES
from defectsim.model.transitions import Rank, Status

_BY_RANK = {f"{rank}s_{status}": (rank, status) for rank in Rank for status in Status}
"""Counts of one rank, such as ``generals_defected``."""
_COLUMNS = pl.Schema(
    {
        **dict.fromkeys(("baseline", "scenario", "outcome", "kind"), pl.String()),
        "date": pl.Date(),
        **dict.fromkeys(("pairs", "differ"), pl.Int64()),
        **dict.fromkeys(("differ_most", "base_mean", "other_mean", "mean"), pl.Float64()),
        **dict.fromkeys(("low", "high", *BAND), pl.Float64()),
    }
)


def paired_course(
    series: pl.DataFrame, runs: pl.DataFrame, outcomes: Sequence[str] = ASKED
) -> pl.DataFrame:
    """Compare each scenario with the first, replicate by replicate, at each date.

    Parameters
    ----------
    series
        Of a comparison: a row a point, replicate, date, branch and rank.
    runs
        A row a run, with the scenario of each point.
    outcomes
        Statuses, or other counts of the series; those of one rank, as ``generals_defected``; and
        ``falls``, whether the regime has fallen.

    Returns
    -------
    DataFrame
        A row a scenario, outcome and date: *baseline*, *scenario*, *outcome*, *kind*, *date*,
        *pairs* and how many *differ*, a share of at most *differ_most*; the means of both; and of
        the differences the *mean*, its 95 % interval *low* to *high* (null if all are the same),
        and the quantiles *q05*, *q50*, *q95*.
    """
    done = runs.filter(pl.col("status").cast(pl.String) == "done")
    points = runs.unique("point").sort("point").select("point", SCENARIO)
    people = _people(series, outcomes)
    if FALLS in outcomes:
        fell = done.select("point", "replicate", "fell")
        fallen = (pl.col("fell") <= pl.col("date")).fill_null(False).cast(pl.Float64).alias(FALLS)
        people = people.join(fell, on=["point", "replicate"]).with_columns(fallen).drop("fell")
    base, *others = (people.filter(point=point).drop("point") for point in points["point"])
    names = points[SCENARIO].cast(pl.String).to_list()
    rows = [
        {"baseline": names[0], "scenario": name, **row}
        for name, other in zip(names[1:], others, strict=True)
        for row in _rows(base, other, outcomes)
    ]
    return pl.DataFrame(rows, schema=_COLUMNS)


def _people(series: pl.DataFrame, outcomes: Sequence[str]) -> pl.DataFrame:
    """Return the counts of each run at each date."""
    counts = []
    for name in outcomes:
        if name in series.columns:
            counts.append(pl.col(name).sum().cast(pl.Float64))
        elif name in _BY_RANK:
            rank, status = map(str, _BY_RANK[name])
            of_rank = pl.col(status).filter(pl.col("rank").cast(pl.String) == rank)
            counts.append(of_rank.sum().cast(pl.Float64).alias(name))
    return series.group_by("point", "replicate", "date").agg(counts)


def _rows(
    base: pl.DataFrame, other: pl.DataFrame, outcomes: Sequence[str]
) -> Iterator[dict[str, Any]]:
    both = base.join(other, on=["replicate", "date"], suffix=" other").sort("date", "replicate")
    for (date,), pairs in both.group_by("date", maintain_order=True):
        for name in outcomes:
            values = pairs.select(name, f"{name} other").to_numpy()
            kind = "chance" if name == FALLS else "count"
            yield {"outcome": name, "kind": kind, "date": date, **_compared(values, kind)}


def _compared(values: Numbers, kind: str) -> dict[str, Any]:
    base, other = values.T
    gained = other - base
    interval = chance_interval(gained) if kind == "chance" else mean_interval(gained)
    low, high = interval or (None, None)
    differ = int(np.count_nonzero(gained))
    levels = [QUANTILES[name] for name in BAND]
    spread = np.quantile(gained, levels, method=QUANTILE_METHOD).tolist()
    return {
        "pairs": len(gained),
        "differ": differ,
        "differ_most": upper_bound(differ, len(gained)),
        "base_mean": float(base.mean()),
        "other_mean": float(other.mean()),
        "mean": float(gained.mean()),
        "low": low,
        "high": high,
        **dict(zip(BAND, spread, strict=True)),
    }
