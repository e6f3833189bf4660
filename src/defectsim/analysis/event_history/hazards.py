"""Effects and hazard ratios by cumulative hazards, which vary far less than counted transitions.

The cumulative hazard that people were exposed to, summed over them, has the same mean as the
transitions that came of it: the two differ by a martingale (Aalen 1978). So their means over runs
estimate the same effect, and the first leaves out the chance by which single people pass or do not
pass their thresholds. docs/design.md ("Cumulative hazards") has the reasons.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from scipy.special import stdtrit

from defectsim.analysis.intervals import TAIL, Interval, Numbers, mean_interval
from defectsim.core.errors import AnalysisError
from defectsim.core.formatting import EVERYONE
from defectsim.model.transitions import DECIDED, RANKS

_SUMMED = ("transitions", "hazard", "person_years")
_RATIO = ("hazard_ratio", "ratio_low", "ratio_high")
_EFFECT = [
    f"{what}{part}" for what in ("counted", "hazard") for part in ("", "_se", "_low", "_high")
]


def hazard_effects(
    hazards: pl.DataFrame, runs: pl.DataFrame, *, by: str = "scenario"
) -> pl.DataFrame:
    """Compare transitions of each scenario with those of the first, replicate by replicate.

    Parameters
    ----------
    hazards, runs
        Tables of a study whose scenarios record hazards (``record: {hazards: true}``).
    by
        Column of `runs` with the scenario. The first to appear is the baseline.

    Returns
    -------
    DataFrame
        A row a scenario other than the baseline, rank (or ``all``) and transition that anybody was
        at risk of: number of *pairs*; mean transitions of the baseline (*base*); the mean
        difference, its standard error and 95 % interval, *counted* and by cumulative hazards
        (*hazard*); and the *hazard_ratio*, which is that of cumulative hazards per person-year, with
        its interval.

    Raises
    ------
    AnalysisError
        If no run has hazards, or only some groups, or there is no such column.
    """
    table = _with_totals(_recorded(hazards, runs, by))
    base, *others = table.partition_by(by, maintain_order=True)
    lacking = runs[by].n_unique() - 1 - len(others)
    if not others or lacking:
        raise AnalysisError(
            f"effects need the hazards of two or more groups of {by}, and all of them: {lacking} "
            "recorded none; run them again with record.hazards: true"
        )
    rows = [row for other in others for row in _effects(base, other, by)]
    strings = dict.fromkeys(("baseline", by, "rank", "transition"), pl.String())
    numbers = dict.fromkeys(("base", *_EFFECT, *_RATIO), pl.Float64())
    return pl.DataFrame(rows, schema={**strings, "pairs": pl.Int64(), **numbers})


def hazard_ratios(
    hazards: pl.DataFrame, runs: pl.DataFrame, *, between: str, baseline: str | None = None
) -> pl.DataFrame:
    """Compare hazards between ranks, branches, or runs that differ in a column.

    Parameters
    ----------
    hazards, runs
        Tables of a study whose scenarios record hazards.
    between
        ``rank``, ``branch``, or a column of `runs` such as ``scenario``.
    baseline
        Group that others are held against; default: the first.

    Returns
    -------
    DataFrame
        A row a group other than the baseline and transition: number of *replicates* of both,
        cumulative hazards per person-year of the baseline (*base*) and of the group (*other*), and
        their ratio *hazard_ratio* with its 95 % interval *ratio_low* to *ratio_high*, for which
        runs, and not people, are independent.

    Raises
    ------
    AnalysisError
        If no run has hazards, or there is no such column or group.
    """
    column = between if between in runs.columns else None
    if column is None and between not in ("rank", "branch"):
        raise AnalysisError(f"no column {between!r}: give rank, branch or a column of the runs")
    table = _recorded(hazards, runs, column)
    if column is None and table["point"].n_unique() > 1:
        raise AnalysisError("the study has several points: filter its hazards to one of them")
    summed = (
        table.group_by(pl.col(between).cast(pl.String), "replicate", "transition")
        .agg(pl.col(_SUMMED).sum())
        .sort("replicate")
    )
    names = table[between].cast(pl.String).unique(maintain_order=True).to_list()
    first = names[0] if baseline is None else baseline
    if first not in names:
        raise AnalysisError(f"no group {first!r}: there are {', '.join(names)}")
    rows = [
        {"baseline": first, between: name, **row}
        for name in names
        if name != first
        for row in _ratios(
            summed.filter(pl.col(between) == first), summed.filter(pl.col(between) == name)
        )
    ]
    strings = dict.fromkeys(("baseline", between, "transition"), pl.String())
    numbers = dict.fromkeys(("base", "other", *_RATIO), pl.Float64())
    return pl.DataFrame(rows, schema={**strings, "replicates": pl.Int64(), **numbers})


def run_hazards(
    hazards: pl.DataFrame, runs: pl.DataFrame, rank: str, transition: str
) -> pl.DataFrame:
    """Return cumulative hazards of one way out: a row a replicate, a column a scenario.

    Parameters
    ----------
    rank
        A rank, or ``all``.

    Raises
    ------
    AnalysisError
        If no run has hazards, or nobody of that rank could leave so.
    """
    table = _with_totals(_recorded(hazards, runs, "scenario"))
    mine = table.filter(rank=rank, transition=transition)
    if mine.is_empty():
        raise AnalysisError(f"no hazard of {transition!r} of rank {rank!r} is stored")
    summed = mine.group_by("replicate", "scenario", maintain_order=True).agg(pl.col("hazard").sum())
    return summed.pivot("scenario", index="replicate", values="hazard").drop_nulls()


def _recorded(hazards: pl.DataFrame, runs: pl.DataFrame, column: str | None) -> pl.DataFrame:
    """Return the hazards of runs that ended well, with a column of the runs if one is named."""
    if hazards.is_empty():
        raise AnalysisError(
            "no cumulative hazards are stored: run the scenario again with record.hazards: true"
        )
    if column == "replicate" or (column is not None and column not in runs.columns):
        raise AnalysisError(
            f"runs cannot be compared by {column!r}: name a column that groups them"
        )
    names = [] if column is None else [pl.col(column).cast(pl.String).alias(column)]
    done = runs.filter(pl.col("status").cast(pl.String) == "done")
    if done.is_empty():
        raise AnalysisError("no run has ended well: there are no hazards to compare")
    key = [pl.col(name).cast(pl.Int32) for name in ("point", "replicate")]
    kept = done.select(*key, *(name for name in names if column != "point"))
    texts = pl.col("branch", "rank", "transition").cast(pl.String)
    found = kept.join(hazards.with_columns(texts), on=["point", "replicate"], maintain_order="left")
    return found.with_columns(pl.col("point").cast(pl.String)) if column == "point" else found


def _with_totals(table: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([table, table.with_columns(rank=pl.lit(EVERYONE))])


def _effects(base: pl.DataFrame, other: pl.DataFrame, by: str) -> Iterator[dict[str, Any]]:
    key = ["rank", "transition", "replicate"]
    both = _summed(base, key).join(_summed(other, key), on=key, suffix="_other").sort("replicate")
    for rank in (*RANKS, EVERYONE):
        for transition in DECIDED:
            pairs = both.filter(rank=rank, transition=transition)
            hazards = pairs.select("hazard", "hazard_other").to_numpy()
            if hazards.any():
                counts = pairs.select("transitions", "transitions_other").to_numpy().astype(float)
                yield {
                    "baseline": base[by][0],
                    by: other[by][0],
                    "rank": rank,
                    "transition": transition,
                    "pairs": pairs.height,
                    "base": float(hazards[:, 0].mean()),
                    **_difference(counts[:, 1] - counts[:, 0], "counted"),
                    **_difference(hazards[:, 1] - hazards[:, 0], "hazard"),
                    **_ratio(pairs),
                }


def _summed(table: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    return table.group_by(key).agg(pl.col(_SUMMED).sum())


def _ratios(base: pl.DataFrame, other: pl.DataFrame) -> Iterator[dict[str, Any]]:
    both = base.join(other, on=["replicate", "transition"], suffix="_other").sort("replicate")
    for transition in DECIDED:
        pairs = both.filter(transition=transition)
        if pairs.height and (ratio := _ratio(pairs))["hazard_ratio"] is not None:
            sums = pairs.select("hazard", "person_years", "hazard_other", "person_years_other")
            hazard, years, hazard_other, years_other = sums.sum().row(0)
            yield {
                "transition": transition,
                "replicates": pairs.height,
                "base": hazard / years,
                "other": hazard_other / years_other,
                **ratio,
            }


def _difference(gained: Numbers, what: str) -> dict[str, float | None]:
    """Return a mean difference with its standard error and interval, if it has any."""
    interval: Interval | None = mean_interval(gained) if len(gained) > 1 else None
    low, high = interval or (None, None)
    error = float(gained.std(ddof=1)) / math.sqrt(len(gained)) if len(gained) > 1 else None
    mean = float(gained.mean())
    return {what: mean, f"{what}_se": error, f"{what}_low": low, f"{what}_high": high}


def _ratio(pairs: pl.DataFrame) -> dict[str, float | None]:
    """Return the ratio of hazards per person-year, with an interval linear in its logarithm."""
    names = ["hazard_other", "person_years", "hazard", "person_years_other"]
    values = pairs.select(names).to_numpy()
    sums, count = values.sum(axis=0), len(values)
    if not (sums > 0).all():
        return dict.fromkeys(_RATIO)
    ratio = float(sums[0] * sums[1] / (sums[2] * sums[3]))
    if count < 2:
        return dict(zip(_RATIO, (ratio, None, None), strict=True))
    influence = count * values / sums @ np.array([1.0, 1.0, -1.0, -1.0])
    arm = float(stdtrit(count - 1, TAIL) * influence.std(ddof=1)) / math.sqrt(count)
    bounds = ratio, ratio * math.exp(-arm), ratio * math.exp(arm)
    return dict(zip(_RATIO, bounds, strict=True))
