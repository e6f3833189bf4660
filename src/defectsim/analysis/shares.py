"""How many are gone, by which way, and how far replicates differ in it."""

from collections.abc import Iterable, Sequence

import polars as pl

from defectsim.core.errors import StudyError
from defectsim.core.quantiles import EVERYONE, QUANTILES
from defectsim.core.statuses import STATUSES, Status

WAYS = ("deserted", "defected")
"""The ways of being gone that pictures show."""


def quantiles(values: pl.Expr, names: Iterable[str] = QUANTILES) -> dict[str, pl.Expr]:
    """Return the named quantiles of some values, interpolated linearly."""
    return {name: values.quantile(QUANTILES[name], "linear") for name in names}


def shares(series: pl.DataFrame, by: Sequence[str] = ("rank",), ways: Sequence[str] = WAYS) -> pl.DataFrame:
    """Return what share of each group's initial strength is gone, in every replicate and at every date.

    Groups in which nobody was are left out. A way is a status, or ``recorded``: deserters struck off the rolls.
    Columns: replicate, date, those of `by`, way, strength (people at the first date), people, share.
    """
    groups = ["replicate", *by]
    return (
        series.sort("date", maintain_order=True)
        .group_by("date", *groups, maintain_order=True)
        .agg(pl.col({*STATUSES, *ways}).sum())
        .with_columns(strength=pl.sum_horizontal(STATUSES).first().over(groups))
        .filter(pl.col("strength") > 0)
        .unpivot(ways, index=["replicate", "date", *by, "strength"], variable_name="way", value_name="people")
        .with_columns(share=pl.col("people") / pl.col("strength"))
        .select("replicate", "date", *by, "way", "strength", "people", "share")
    )


def cascade(series: pl.DataFrame, by: Sequence[str] = ("rank",), ways: Sequence[str] = WAYS) -> pl.DataFrame:
    """Return the quantiles, across replicates, of the share of each group that is gone at every date.

    Parameters
    ----------
    series
        As stored in a study: its series, or where it keeps no more of them its bands; see `banded`.
    by, ways
        See `shares`.

    Columns: date, those of `by`, way, runs, strength (median across runs), q05, q25, q50, q75, q95. The 50 %
    band lies between q25 and q75, the 90 % band between q05 and q95; `by` may be empty or name the branch.
    """
    if "counted" in series.columns:
        return banded(series, by, ways)
    return (
        shares(series, by, ways)
        .group_by("date", *by, "way", maintain_order=True)
        .agg(
            pl.len().alias("runs"),
            pl.col("strength").median().round().cast(pl.Int64),
            **quantiles(pl.col("share")),
        )
    )


def banded(bands: pl.DataFrame, by: Sequence[str], ways: Sequence[str]) -> pl.DataFrame:
    """Return the same from the bands of one point, which have the quantiles of numbers of people.

    A way is anything that they count. The strength is how many are loyal at the first date, where everybody is.
    """
    if bands["point"].n_unique() > 1:
        raise StudyError("quantiles of several points make no quantiles of all: choose one point of the study")
    others = [name for name in ("branch", "rank") if name not in by]
    grouped = bands.filter(*(pl.col(name) != EVERYONE for name in by), *(pl.col(name) == EVERYONE for name in others))
    at_start = (pl.col("date") == pl.col("date").min()) & (pl.col("counted") == str(Status.LOYAL))
    return (
        grouped.with_columns(
            pl.col("counted").cast(pl.String).alias("way"),
            strength=pl.col("q50").filter(at_start).first().over("point", *by).round().cast(pl.Int64),
        )
        .filter(pl.col("strength") > 0, pl.col("way").is_in(list(ways)))
        .select("date", *by, "way", "runs", "strength", *(pl.col(name) / pl.col("strength") for name in QUANTILES))
    )
