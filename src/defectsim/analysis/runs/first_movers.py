"""First movers: when somebody of each group first took a status, and how many followed."""

import datetime as dt

import polars as pl

FOLLOWED_DAYS = 182
"""Days after the first move in which others are counted as having followed: half a year."""


def first_movers(events: pl.DataFrame, status: str, by: str) -> pl.DataFrame:
    """Return when a group's first people took a status in each run, and how many did after them.

    Parameters
    ----------
    events
        Of one scenario.
    status
        Such as ``defected``; the first time of each person counts.
    by
        Column that makes groups: ``rank`` or ``branch``.

    Returns
    -------
    DataFrame
        A row a run and group of whom anybody took it: *replicate*, *group*, *date*, the names
        *agents* of the first, and the numbers of people of all groups who had taken it *before*, and
        who *followed* within `FOLLOWED_DAYS`: at the date or after it, without the first themselves.
    """
    taken = (
        events.lazy()
        .filter(pl.col("status_to").cast(pl.String) == status)
        .select("replicate", "date", pl.col("agent").cast(pl.String), group=pl.col(by))
        .cast({"group": pl.String})
        .sort("replicate", "date", "agent")
        .unique(["replicate", "agent"], keep="first", maintain_order=True)
        .collect()
    )
    firsts = (
        taken.filter(pl.col("date") == pl.col("date").min().over("replicate", "group"))
        .group_by("replicate", "group", maintain_order=True)
        .agg(pl.col("date").first(), agents=pl.col("agent"))
    )
    days = pl.col("date_other") - pl.col("date")
    counted = (
        firsts.drop("agents")
        .join(taken.select("replicate", "date"), on="replicate", suffix="_other")
        .group_by("replicate", "group", maintain_order=True)
        .agg(
            before=(days < dt.timedelta()).sum(),
            followed=days.is_between(dt.timedelta(), dt.timedelta(FOLLOWED_DAYS)).sum(),
        )
    )
    own = pl.col("agents").list.len()
    return firsts.join(counted, on=["replicate", "group"], maintain_order="left").with_columns(
        pl.col("followed").cast(pl.Int64) - own.cast(pl.Int64), pl.col("before").cast(pl.Int64)
    )


def most_frequent(firsts: pl.DataFrame) -> pl.DataFrame:
    """Return by group the person who was most often among the first, and in how many runs."""
    counted = firsts.explode("agents").group_by("group", "agents").agg(pl.len().alias("runs"))
    ordered = counted.sort("runs", "agents", descending=[True, False])
    return ordered.unique("group", keep="first", maintain_order=True)
