"""Annual rates of desertion, per person-year at risk."""

import datetime as dt
from collections.abc import Sequence
from typing import Literal

import polars as pl

from defectsim.core.clock import DAYS_PER_YEAR
from defectsim.core.errors import AnalysisError, nearest
from defectsim.model.transitions import TRANSITIONS

AT_RISK = [str(status) for status in TRANSITIONS["desert"].origins]
"""Statuses from which people desert."""


def attrition(
    series: pl.DataFrame,
    start: dt.date,
    end: dt.date,
    branch: str | None = None,
    ranks: Sequence[str] | None = None,
    count: Literal["deserted", "recorded"] = "deserted",
) -> pl.DataFrame:
    """Return the annual desertion rate of each replicate in a window of time.

    The rate is exact, not annualised from a share: deserters over person-years at risk, those who
    are loyal or shirk at the start of each step times its length.

    Parameters
    ----------
    start, end
        The window, of which whole steps count.
    branch, ranks
        Groups to look at; default: everyone.
    count
        All desertions, or those ``recorded``, struck off the rolls within the window: compare these
        with what an army has published. Person-years at risk are the true ones in both.

    Returns
    -------
    DataFrame
        A row a replicate: replicate, deserters, person_years, rate.
    """
    people = _only(_only(series, "branch", None if branch is None else [branch]), "rank", ranks)
    length = (pl.col("date").shift(-1) - pl.col("date")).dt.total_days().over("replicate")
    steps = (
        people.filter(pl.col("date").is_between(start, end))
        .group_by("replicate", "date")
        .agg(at_risk=pl.sum_horizontal(AT_RISK).sum(), gone=pl.col(count).sum())
        .sort("replicate", "date")
        .with_columns(days=length)
    )
    if steps["days"].null_count() == steps.height:
        dates = series["date"].unique().sort()
        raise AnalysisError(
            f"no step lies between {start} and {end}: choose a window within {dates[0]} to {dates[-1]}"
        )
    return (
        steps.group_by("replicate", maintain_order=True)
        .agg(
            deserters=pl.col("gone").last() - pl.col("gone").first(),
            person_years=(pl.col("at_risk") * pl.col("days")).sum() / DAYS_PER_YEAR,
        )
        .with_columns(rate=pl.col("deserters") / pl.col("person_years"))
    )


def _only(series: pl.DataFrame, column: str, words: Sequence[str] | None) -> pl.DataFrame:
    if words is None:
        return series
    known = series[column].unique(maintain_order=True).cast(pl.String).to_list()
    if unknown := [word for word in words if word not in known]:
        said = "; ".join(f"{word!r} is no {column} here{nearest(word, known)}" for word in unknown)
        raise AnalysisError(f"{said} (there are {', '.join(known)})")
    return series.filter(pl.col(column).cast(pl.String).is_in(words))
