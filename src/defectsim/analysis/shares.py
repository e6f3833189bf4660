"""Shares of the force that are gone: cumulative incidence by group, across replicates."""

from collections.abc import Iterable, Sequence

import polars as pl

from defectsim.core.errors import AnalysisError
from defectsim.core.quantiles import EVERYONE, QUANTILES
from defectsim.model.transitions import GONE, STATUSES, Status


def quantiles(
    values: pl.Expr, names: Iterable[str] = QUANTILES, prefix: str = ""
) -> dict[str, pl.Expr]:
    """Return the named quantiles of some values, interpolated linearly."""
    return {f"{prefix}{name}": values.quantile(QUANTILES[name], "linear") for name in names}


def shares(
    series: pl.DataFrame, by: Sequence[str] = ("rank",), counted: Sequence[str] = GONE
) -> pl.DataFrame:
    """Return the share of each group's initial strength that is gone, by replicate and date.

    Parameters
    ----------
    series
        As a study stores it.
    by
        Columns that make groups: ``branch``, ``rank``, both or none. Groups without people are left
        out.
    counted
        Statuses, or ``recorded``: deserters struck off the rolls.

    Returns
    -------
    DataFrame
        Columns replicate, date, those of `by`, counted, strength (people at the first date),
        people, share.
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
        .select("replicate", "date", *by, "counted", "strength", "people", "share")
    )


def cascade(
    series: pl.DataFrame, by: Sequence[str] = ("rank",), counted: Sequence[str] = GONE
) -> pl.DataFrame:
    """Return quantiles, across replicates, of the share of each group that is gone at every date.

    Parameters
    ----------
    series
        As a study stores it: its series or, if it keeps only these, the quantiles of one point.
    by, counted
        See `shares`.

    Returns
    -------
    DataFrame
        Columns date, those of `by`, counted, runs, strength (median across runs), q05, q25, q50,
        q75, q95.
    """
    if "counted" in series.columns:
        return _cascade_of_quantiles(series, by, counted)
    return (
        shares(series, by, counted)
        .group_by("date", *by, "counted", maintain_order=True)
        .agg(
            pl.len().alias("runs"),
            pl.col("strength").median().round().cast(pl.Int64),
            **quantiles(pl.col("share")),
        )
    )


def _cascade_of_quantiles(
    bands: pl.DataFrame, by: Sequence[str], counted: Sequence[str]
) -> pl.DataFrame:
    """Return the same from quantiles of numbers of people; at the first date everybody is loyal."""
    if bands["point"].n_unique() > 1:
        raise AnalysisError(
            "quantiles of several points make no quantiles of all: choose one point of the study"
        )
    grouped = bands.filter(
        (pl.col(name) != EVERYONE) if name in by else (pl.col(name) == EVERYONE)
        for name in ("branch", "rank")
    )
    everybody = (pl.col("date") == pl.col("date").min()) & (pl.col("counted") == str(Status.LOYAL))
    strength = pl.col("q50").filter(everybody).first().over("point", *by)
    return (
        grouped.with_columns(pl.col("counted").cast(pl.String), strength=strength)
        .with_columns(pl.col("strength").round().cast(pl.Int64))
        .filter(pl.col("strength") > 0, pl.col("counted").is_in(list(counted)))
        .select(
            *("date", *by, "counted", "runs", "strength"),
            *(pl.col(name) / pl.col("strength") for name in QUANTILES),
        )
    )
