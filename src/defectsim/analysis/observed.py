"""What a scenario's observers saw, across replicates."""

import polars as pl

from defectsim.analysis.shares import quantiles
from defectsim.core.quantiles import BAND


def observed(observations: pl.DataFrame) -> pl.DataFrame:
    """Return the quantiles, across replicates, of each observed number at the last date, and of its highest value.

    Columns: observer, name, end_q05, end_q50, end_q95, peak_q05, peak_q50, peak_q95.
    """
    what = ["observer", "name"]
    value = pl.col("value")
    lives = (
        observations.with_columns(pl.col(what).cast(pl.String))
        .sort("date", maintain_order=True)
        .group_by("replicate", *what, maintain_order=True)
        .agg(end=value.last(), peak=value.max())
    )
    return lives.group_by(what, maintain_order=True).agg(
        *(one.alias(f"{part}_{q}") for part in ("end", "peak") for q, one in quantiles(pl.col(part), BAND).items())
    )
