"""Shares of the force that are gone: cumulative incidence by group, across replicates."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Literal

import polars as pl

from defectsim.core.clock import DAYS_PER_YEAR
from defectsim.core.errors import AnalysisError, nearest
from defectsim.core.formatting import BAND, EVERYONE, QUANTILES
from defectsim.model.transitions import GONE, STATUSES, TRANSITIONS


def quantiles(value: pl.Expr, names: Iterable[str] = QUANTILES) -> list[pl.Expr]:
    """Return the named quantiles of a value, as `core.formatting.QUANTILE_METHOD` says."""
    ordered, last = value.drop_nulls().sort(), value.count().cast(pl.Int64) - 1
    found = []
    for name in names:
        place = ((last + 2) * QUANTILES[name] - 1).clip(0, last)
        below = place.floor().cast(pl.Int64)
        low = ordered.get(below, null_on_oob=True)
        high = ordered.get((below + 1).clip(0, last), null_on_oob=True)
        found.append((low + (high - low) * (place - below)).alias(name))
    return found


def bands(**values: pl.Expr) -> list[pl.Expr]:
    """Return the median and 90 % interval of each value, such as ``acted_q50`` of *acted*."""
    return [
        quantile.name.prefix(f"{name}_")
        for name, value in values.items()
        for quantile in quantiles(value, BAND)
    ]


def expect_one_point(frame: pl.DataFrame, what: str) -> None:
    """Refuse runs or series of several points for what is told of one scenario.

    Raises
    ------
    AnalysisError
        Which says what cannot be told.
    """
    if "point" in frame.columns and frame["point"].n_unique() > 1:
        raise AnalysisError(
            f"{what} of several points cannot be told together: choose one point of the study"
        )


def with_totals(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the rows again for ranks, branches and everybody together, which are called ``all``."""
    everyone = pl.lit(EVERYONE)
    words = frame.cast({"branch": pl.String, "rank": pl.String})
    both = pl.concat([words, words.with_columns(rank=everyone)])
    return pl.concat([both, both.with_columns(branch=everyone)])


def shares(
    series: pl.DataFrame, by: Sequence[str] = ("rank",), counted: Sequence[str] = GONE
) -> pl.DataFrame:
    """Return the share of each group's initial strength that is gone, by replicate and date.

    Parameters
    ----------
    by
        Columns that make groups: ``branch``, ``rank``, both or none. Groups without people are left
        out.
    counted
        Statuses, or ``recorded``: deserters struck off the rolls.

    Returns
    -------
    DataFrame
        replicate, date, those of `by`, counted, strength (people at the first date), people, share.
    """
    groups = ["replicate", *by]
    return (
        series.sort("date", maintain_order=True)
        .group_by("date", *groups, maintain_order=True)
        .agg(pl.col({*STATUSES, *counted}).sum())
        .with_columns(strength=pl.sum_horizontal(STATUSES).first().over(groups))
        .filter(pl.col("strength") > 0)
        .unpivot(
            counted,
            index=["replicate", "date", *by, "strength"],
            variable_name="counted",
            value_name="people",
        )
        .with_columns(share=pl.col("people") / pl.col("strength"))
    )


def cascade(
    series: pl.DataFrame,
    by: Sequence[str] = ("rank",),
    counted: Sequence[str] = GONE,
    *,
    totals: bool = False,
) -> pl.DataFrame:
    """Return quantiles, across replicates, of the `shares` of each group at every date.

    The series are those of a study or, if it keeps only these, the quantiles of one point. Columns:
    date, those of `by`, counted, runs, strength (median across runs), q05, q25, q50, q75, q95.
    `totals` adds those of branches, of ranks and of everybody to groups by both.
    """
    if "counted" not in series.columns:
        people = with_totals(series) if totals else series
        found = shares(people, by, counted).group_by("date", *by, "counted", maintain_order=True)
        strength = pl.col("strength").median().round().cast(pl.Int64)
        return found.agg(pl.len().alias("runs"), strength, *quantiles(pl.col("share")))
    if not totals:
        for name in ("branch", "rank"):
            series = series.filter((pl.col(name) == EVERYONE) != (name in by))
    return _of_quantiles(series, by, counted)


def _of_quantiles(found: pl.DataFrame, by: Sequence[str], counted: Sequence[str]) -> pl.DataFrame:
    """Return the same from quantiles of numbers of people; the medians at the first date are all."""
    if found["point"].n_unique() > 1:
        raise AnalysisError(
            "quantiles of several points make no quantiles of all: choose one point of the study"
        )
    first, statuses = (
        pl.col("date") == pl.col("date").min(),
        pl.col("counted").cast(pl.String).is_in(STATUSES),
    )
    strength = pl.col("q50").filter(first & statuses).sum().over("point", *by)
    return (
        found.with_columns(pl.col("counted").cast(pl.String), strength=strength)
        .with_columns(pl.col("strength").round().cast(pl.Int64))
        .filter(pl.col("strength") > 0, pl.col("counted").is_in(counted))
        .select(
            "date",
            *by,
            "counted",
            "runs",
            "strength",
            *(pl.col(name) / pl.col("strength") for name in QUANTILES),
        )
    )


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
        replicate, deserters, person_years, rate.
    """
    people = series
    branches = None if branch is None else [branch]
    for column, words in (("branch", branches), ("rank", ranks)):
        if words is not None:
            people = _only(people, column, words)
    days = pl.col("date").diff().shift(-1).dt.total_days().over("replicate")
    steps = (
        people.filter(pl.col("date").is_between(start, end))
        .group_by("replicate", "date")
        .agg(at_risk=pl.sum_horizontal(AT_RISK).sum(), gone=pl.col(count).sum())
        .sort("replicate", "date")
        .with_columns(days=days)
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


def _only(series: pl.DataFrame, column: str, words: Sequence[str]) -> pl.DataFrame:
    known = series[column].unique(maintain_order=True).cast(pl.String).to_list()
    if unknown := [word for word in words if word not in known]:
        faults = "; ".join(
            f"{word!r} is no {column} here{nearest(word, known)}" for word in unknown
        )
        raise AnalysisError(f"{faults} (there are {', '.join(known)})")
    return series.filter(pl.col(column).cast(pl.String).is_in(words))
