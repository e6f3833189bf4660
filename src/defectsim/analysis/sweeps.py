"""How an outcome hangs on what varies between the points of a study."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from defectsim.analysis.intervals import exact_interval
from defectsim.analysis.outcomes import outcome, varied
from defectsim.analysis.summaries import quantiles
from defectsim.core.errors import AnalysisError, nearest

MOST_VALUES = 12
"""A lever with more values than this is shown in bins."""
BINS = 8
"""Bins of about equally many points, where there are bins."""
UNSAID = "as in the file"
"""The value of a lever at a point that does not say it."""


def sweep(runs: pl.DataFrame, name: str, levers: Sequence[str]) -> pl.DataFrame:
    """Return how an outcome is spread over the runs at each value of one lever, or at each two values of two.

    What else varies is pooled. Runs that failed, are pending, or have no such outcome, are counted and left out.

    Parameters
    ----------
    runs
        A row a run of a study.
    name
        The outcome; see `outcomes.outcome`.
    levers
        Columns of what varies.

    Returns
    -------
    DataFrame
        A row a point, in order of the levers: the levers (see `values`), *points* of the study in it, *runs*,
        *left_out*, and the quantiles *q05*, *q25*, *q50*, *q75*, *q95* of the outcome. Of a chance, q50 is the share of
        runs, and the others bound its exact 50 and 90 % intervals, where no two runs share their draws; of points that
        are pooled, these hold the mean chance at least as often as they say (Hoeffding 1956). Null where no run is
        left.
    """
    known = varied(runs)
    if unknown := [lever for lever in levers if lever not in known]:
        said = "; ".join(
            f"{lever!r} does not vary in this study{nearest(lever, known)}" for lever in unknown
        )
        raise AnalysisError(f"{said} (what varies: {', '.join(known) or 'nothing'})")
    asked = outcome(runs, name)
    found = (
        runs.select(
            "point",
            pl.struct("seed", "replicate").alias("_draws"),
            asked.value.alias("_value"),
            *(values(runs, lever) for lever in levers),
        )
        .group_by(levers, maintain_order=True)
        .agg(
            pl.col("point").n_unique().alias("points"),
            pl.col("_value").count().alias("runs"),
            pl.col("_value").null_count().alias("left_out"),
            pl.col("_value").sum().alias("_hits"),
            pl.col("_draws").filter(pl.col("_value").is_not_null()).n_unique().alias("_draws"),
            **quantiles(pl.col("_value")),
        )
        .sort([lever for lever in levers if ordered(runs, lever)], maintain_order=True)
    )
    return (_chances(found) if asked.kind == "chance" else found).drop("_hits", "_draws")


def values(runs: pl.DataFrame, lever: str) -> pl.Series:
    """Return a lever's value in each run: a number, a date, or a word.

    Words that are all dates are dates. Numbers and dates with more than `MOST_VALUES` values come in `BINS` bins, each
    with its median as the value.
    """
    column = _typed(runs[lever])
    if not binned(runs, lever):
        return column
    number = column.to_physical().cast(pl.Float64)
    edges = np.unique(np.quantile(number.unique().to_numpy(), np.linspace(0, 1, BINS + 1)[1:-1]))
    middles = pl.DataFrame({"value": number, "bin": np.searchsorted(edges, number.to_numpy())})
    middle = middles.select(pl.col("value").unique().median().over("bin"))["value"]
    return (
        middle.round().cast(pl.Int32).cast(pl.Date).alias(lever)
        if column.dtype == pl.Date
        else middle.alias(lever)
    )


def binned(runs: pl.DataFrame, lever: str) -> bool:
    """Whether a lever has so many values that they come in bins."""
    return ordered(runs, lever) and runs[lever].n_unique() > MOST_VALUES


def ordered(runs: pl.DataFrame, lever: str) -> bool:
    """Whether a lever's values have an order: numbers and dates have, words come as the study has them."""
    return _typed(runs[lever]).dtype != pl.String


def _typed(column: pl.Series) -> pl.Series:
    if column.null_count():
        return column.cast(pl.String).fill_null(UNSAID)
    if column.dtype.is_numeric():
        return column.cast(pl.Float64)
    words = column.cast(pl.String)
    dates = words.str.to_date("%Y-%m-%d", strict=False)
    return words if dates.null_count() else dates


def _chances(found: pl.DataFrame) -> pl.DataFrame:
    """Replace quantiles by the share of runs and its intervals; runs that share their draws have none."""
    bounds = [
        (*exact_interval(int(hits), runs, 0.9), *exact_interval(int(hits), runs, 0.5))
        if 0 < runs == draws
        else (None,) * 4
        for hits, runs, draws in found.select("_hits", "runs", "_draws").rows()
    ]
    columns = pl.DataFrame(
        bounds, schema=dict.fromkeys(("q05", "q95", "q25", "q75"), pl.Float64), orient="row"
    )
    share = pl.when(pl.col("runs") > 0).then(pl.col("_hits") / pl.col("runs"))
    return found.with_columns(share.alias("q50"), *columns)
