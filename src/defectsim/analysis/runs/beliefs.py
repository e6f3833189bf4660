"""Belief against truth: who privately doubts that the regime survives, and when it falls."""

import polars as pl

from defectsim.analysis.intervals import exact_interval
from defectsim.analysis.shares import expect_one_point, quantiles
from defectsim.model.transitions import SERVING

FALLS, SURVIVES = "falls", "survives"
"""Fates of the regime by which runs are told apart."""


def doubts(series: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    """Return the share of those who serve that doubt, by rank, fate of the regime and date.

    A person doubts who holds the survival of the regime to be less likely than not.

    Parameters
    ----------
    series, runs
        Of one scenario.

    Returns
    -------
    DataFrame
        A row a rank, fate (``falls`` or ``survives``, at the end of the run) and date: *rank*,
        *fate*, *date*, *runs*, and the quantiles *q05* to *q95* of the share across runs.
    """
    expect_one_point(runs, "belief and truth")
    fate = pl.when(pl.col("fell").is_null()).then(pl.lit(SURVIVES)).otherwise(pl.lit(FALLS))
    fates = runs.select("replicate", fate.alias("fate"))
    serving = pl.sum_horizontal([str(status) for status in SERVING])
    return (
        series.group_by("replicate", "rank", "date")
        .agg(pl.col("doubting").sum(), serving.sum().alias("serving"))
        .filter(pl.col("serving") > 0)
        .with_columns(share=pl.col("doubting") / pl.col("serving"))
        .join(fates, on="replicate")
        .group_by("rank", "fate", "date")
        .agg(pl.len().alias("runs"), *quantiles(pl.col("share")))
        .sort("rank", "fate", "date")
    )


def falls(runs: pl.DataFrame, dates: pl.Series) -> pl.DataFrame:
    """Return the share of runs in which the regime has fallen by each date.

    Returns
    -------
    DataFrame
        A row a date: *date*, *runs*, *share*, and its exact 90 % interval *low* to *high*.
    """
    expect_one_point(runs, "belief and truth")
    done = runs.filter(pl.col("status").cast(pl.String) == "done")
    rows = []
    for date in dates.unique().sort():
        hits = int((done["fell"] <= date).sum())
        low, high = exact_interval(hits, done.height)
        rows.append((date, done.height, hits / done.height, low, high))
    columns = {"date": pl.Date, "runs": pl.Int64}
    shares = dict.fromkeys(("share", "low", "high"), pl.Float64)
    return pl.DataFrame(rows, schema={**columns, **shares}, orient="row")
