"""Recorded against true: desertions that an army has struck off its rolls, and all there are."""

import polars as pl

from defectsim.analysis.shares import expect_one_point, quantiles
from defectsim.model.transitions import RECORDED, Status

TRUE = str(Status.DESERTED)
SHARE = "share"
"""Recorded deserters as a share of the true ones."""


def recorded_course(series: pl.DataFrame) -> pl.DataFrame:
    """Return deserters, those on record, and the share on record, at each date.

    Parameters
    ----------
    series
        Of one scenario.

    Returns
    -------
    DataFrame
        A row a quantity (``deserted``, ``recorded``, ``share``) and date: *counted*, *date*, *runs*,
        and the quantiles *q05* to *q95* across runs; a share only of runs with a deserter.
    """
    expect_one_point(series, "records")
    people = series.group_by("replicate", "date").agg(pl.col(TRUE, RECORDED).sum())
    some = pl.when(pl.col(TRUE) > 0).then(pl.col(RECORDED) / pl.col(TRUE))
    return (
        people.with_columns(pl.col(TRUE, RECORDED).cast(pl.Float64), some.alias(SHARE))
        .unpivot([TRUE, RECORDED, SHARE], index=["replicate", "date"], variable_name="counted")
        .drop_nulls("value")
        .group_by("counted", "date")
        .agg(pl.len().alias("runs"), *quantiles(pl.col("value")))
        .sort("counted", "date")
    )
