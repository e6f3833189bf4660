"""The fate of the regime over runs: by when it fell, and how runs ended, with exact intervals."""

import datetime as dt

import polars as pl

from defectsim.analysis.intervals import exact_interval, upper_bound


def falls_by_date(runs: pl.DataFrame, start: dt.date, end: dt.date) -> pl.DataFrame:
    """Return the share of runs in which the regime has fallen, date by date.

    Parameters
    ----------
    runs
        Of one scenario, that ended well.

    Returns
    -------
    DataFrame
        A row a date of a fall, the start and the end: *date*, *fallen*, *runs*, *share* and its
        exact 90 % interval *low* to *high* (Clopper and Pearson 1934), at that date alone.
    """
    fell = runs["fell"].drop_nulls().sort()
    dates = [start, *fell.unique().sort(), end]
    counts = [int((fell <= date).sum()) for date in dates]
    rows = [
        {"date": date, "fallen": count, "runs": runs.height, **_interval(count, runs.height)}
        for date, count in zip(dates, counts, strict=True)
    ]
    return pl.DataFrame(rows)


def endings(runs: pl.DataFrame, known: list[str]) -> pl.DataFrame:
    """Return the share of runs with each outcome for the regime.

    Returns
    -------
    DataFrame
        A row an outcome of `known`: *outcome*, *count*, *runs*, *share*, its exact 90 % interval
        *low* to *high*, and *at_most*, the 95 % bound of its chance.
    """
    fates = runs["outcome"].cast(pl.String)
    counts = {name: int((fates == name).sum()) for name in known}
    rows = [
        {
            "outcome": name,
            "count": count,
            "runs": runs.height,
            **_interval(count, runs.height),
            "at_most": upper_bound(count, runs.height),
        }
        for name, count in counts.items()
    ]
    return pl.DataFrame(rows)


def _interval(count: int, runs: int) -> dict[str, float]:
    low, high = exact_interval(count, runs)
    return {"share": count / runs, "low": low, "high": high}
