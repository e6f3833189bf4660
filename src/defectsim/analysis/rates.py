"""How fast people leave, per year at risk."""

import datetime as dt
from collections.abc import Sequence

import polars as pl

from defectsim.core.clock import DAYS_PER_YEAR
from defectsim.core.errors import StudyError, nearest


def attrition(
    series: pl.DataFrame,
    start: dt.date,
    end: dt.date,
    branch: str | None = None,
    ranks: Sequence[str] | None = None,
) -> pl.DataFrame:
    """Return the annual desertion rate of each replicate in a window of time.

    The rate is exact, not annualised from a share: deserters over person-years at risk, that is the loyal
    at the start of each step times its length. Of the window, the whole steps count.

    Parameters
    ----------
    start, end
        The window.
    branch, ranks
        Whom to look at; everyone if None.

    Returns
    -------
    DataFrame
        A row a replicate: replicate, deserters, person_years, rate.
    """
    people = _only(_only(series, "branch", None if branch is None else [branch]), "rank", ranks)
    steps = (
        people.filter(pl.col("date").is_between(start, end))
        .group_by("replicate", "date")
        .agg(pl.col("loyal", "deserted").sum())
        .sort("replicate", "date")
        .with_columns(days=(pl.col("date").shift(-1) - pl.col("date")).dt.total_days().over("replicate"))
    )
    if steps["days"].null_count() == steps.height:
        dates = series["date"].unique().sort().to_list()
        raise StudyError(f"no step lies between {start} and {end}: choose a window within {dates[0]} to {dates[-1]}")
    return (
        steps.group_by("replicate", maintain_order=True)
        .agg(
            deserters=pl.col("deserted").last() - pl.col("deserted").first(),
            person_years=(pl.col("loyal") * pl.col("days")).sum() / DAYS_PER_YEAR,
        )
        .with_columns(rate=pl.col("deserters") / pl.col("person_years"))
    )


def _only(series: pl.DataFrame, column: str, words: Sequence[str] | None) -> pl.DataFrame:
    if words is None:
        return series
    known = series[column].unique(maintain_order=True).cast(pl.String).to_list()
    if unknown := [word for word in words if word not in known]:
        said = "; ".join(f"{word!r} is no {column} here{nearest(word, known)}" for word in unknown)
        raise StudyError(f"{said} (there are {', '.join(known)})")
    return series.filter(pl.col(column).cast(pl.String).is_in(words))
