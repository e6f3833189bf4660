"""Courses of runs: people by status over time, and who is gone, run by run."""

import datetime as dt
from collections.abc import Sequence

import polars as pl

from defectsim.analysis.shares import quantiles, shares
from defectsim.core.formatting import BAND
from defectsim.model.transitions import STATUSES, Status

LOYAL = str(Status.LOYAL)
NOT_LOYAL = "not loyal"
"""Everybody whose status is not `LOYAL`, counted as one."""


def status_shares(series: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """Return the mean share of each status over runs, which sum to 1, and its 90 % band.

    Parameters
    ----------
    series
        Of one scenario.
    by
        Columns that make groups: ``branch`` or ``rank``.

    Returns
    -------
    DataFrame
        A row a group, date and status, and one of `NOT_LOYAL`: the columns of *by*, *date*,
        *counted*, *runs*, *mean*, *q05*, *q50*, *q95*, as shares of the strength at the start.
    """
    whole = series.with_columns(
        pl.sum_horizontal(set(STATUSES) - {LOYAL}).cast(pl.Int32).alias(NOT_LOYAL)
    )
    found = shares(whole, by, [*STATUSES, NOT_LOYAL])
    share = pl.col("share")
    return found.group_by("date", *by, "counted", maintain_order=True).agg(
        pl.len().alias("runs"), share.mean().alias("mean"), *quantiles(share, BAND)
    )


def endings_of(runs: pl.DataFrame) -> pl.DataFrame:
    """Return how each run ended: *replicate*, and *ending* as text.

    Runs in which the regime falls are told from the others if there are both; else runs are told
    apart by the outcome for the regime. All end alike where none has an outcome.
    """
    fell = pl.col("fell").is_not_null()
    two_kinds = runs["fell"].null_count() not in (0, runs.height)
    if two_kinds:
        ending = pl.when(fell).then(pl.lit("regime falls")).otherwise(pl.lit("regime stands"))
    else:
        ending = pl.col("outcome").cast(pl.String).fill_null("")
    return runs.select("replicate", ending=ending)


def spread_runs(ends: pl.DataFrame, most: int) -> list[int]:
    """Return replicates that span the distribution of a value at the end.

    Parameters
    ----------
    ends
        A row a run: *replicate*, *share*.
    most
        Number of runs: evenly spaced by order from the lowest to the highest.
    """
    ordered = ends.sort("share", "replicate")["replicate"].to_list()
    if len(ordered) <= most:
        return ordered
    steps = [round(place * (len(ordered) - 1) / (most - 1)) for place in range(most)]
    return [ordered[step] for step in steps]


_STILL = 0.01
"""Share of the highest value up to which a course counts as still."""
_BEFORE = 0.1


def moving_since(frame: pl.DataFrame) -> dt.date:
    """Return the date from which on a figure need show courses: shortly before any of them moves.

    Parameters
    ----------
    frame
        A row a course and date: *date*, *share*.
    """
    dates = frame["date"].unique().sort()
    moved = frame.filter(pl.col("share") > _STILL * pl.col("share").max())
    first: dt.date = moved["date"].sort()[0] if moved.height else dates[0]
    earlier = dates.filter(dates <= first - _BEFORE * (dates[-1] - first))
    since: dt.date = earlier[-1] if len(earlier) else dates[0]
    return since
