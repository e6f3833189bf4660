"""Summary of a scenario's runs: the fate of the regime, losses and harms, with intervals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

import polars as pl

from defectsim.analysis.intervals import exact_interval
from defectsim.analysis.outcomes import outcomes, own_outcomes
from defectsim.analysis.shares import bands, cascade, quantiles
from defectsim.core.errors import StudyIncompleteError
from defectsim.core.formatting import BAND, EVERYONE
from defectsim.model.outcomes import OUTCOMES, SHIRKER
from defectsim.model.transitions import LOSSES, Rank, Status

HARMS = (*(str(status) for status in Status if status.kind == "harmed"), "casualties", "stranded")
"""Columns of runs that count people who are harmed."""


class Band(NamedTuple):
    """A middle value and the bounds of its 90 % interval."""

    low: float
    middle: float
    high: float


class Harm(NamedTuple):
    """Number of people harmed in one way, across all runs and those in which the regime fell."""

    runs: Band
    fallen: Band | None


@dataclass(frozen=True)
class Summary:
    """Summary of the runs of a study that ended well.

    Attributes
    ----------
    done, failed, fallen
        Number of runs that ended well, that failed, and in which the regime fell.
    outcomes
        For each outcome for the regime, the share of runs that had it, with its 90 % Clopper-Pearson
        interval; none where nothing is told of the regime.
    loyal
        A row a branch, ``all`` being the total: branch, strength and the quantiles ``q05``,
        ``q50``, ``q95`` across runs of the share of it that is effective and loyal at the end.
    shares
        A row a branch and rank, ``all`` being the total: branch, rank, strength and, for each of
        `model.transitions.LOSSES`, the same of the share gone: ``deserted_q05``, ``_q50``, ...
    generals, generals_defected
        Number of generals, if a series gives it, and of those who defected, across runs.
    capital
        Share of the effective strength in the capital, if any, that serves the ruler at the end.
    harms
        For each of `HARMS`, the number of people.
    chances, numbers
        Outcomes of the scenario's own, by name: shares of runs as above, and numbers across runs.
    """

    done: int
    failed: int
    outcomes: Mapping[str, Band]
    fallen: int
    loyal: pl.DataFrame
    shares: pl.DataFrame
    generals: int | None
    generals_defected: Band
    capital: Band | None
    harms: Mapping[str, Harm]
    chances: Mapping[str, Band] = field(default_factory=dict)
    numbers: Mapping[str, Band] = field(default_factory=dict)


def summary(series: pl.DataFrame, runs: pl.DataFrame) -> Summary:
    """Summarize a study of one scenario; without series, or their quantiles, losses are unknown."""
    done = runs.filter(pl.col("status") == "done")
    if done.is_empty():
        raise StudyIncompleteError(
            "no run of this study ended well: the column `error` of its runs says why"
        )
    fallen = done.filter(pl.col("fell").is_not_null())
    fates = done["outcome"].cast(pl.String).drop_nulls()
    own = own_outcomes(done)
    ends = _ends(series)
    losses = _losses(ends)
    generals = losses.filter(branch=EVERYONE, rank=str(Rank.GENERAL))["strength"]
    return Summary(
        done=done.height,
        failed=runs.height - done.height,
        outcomes={
            name: _chance(int((fates == name).sum()), done.height)
            for name in (OUTCOMES if len(fates) else ())
        },
        fallen=fallen.height,
        loyal=ends.filter(counted="effective", rank=EVERYONE).select("branch", "strength", *BAND),
        shares=losses,
        generals=None if series.is_empty() else int(generals.sum()),
        generals_defected=_band(done, "generals_defected"),
        capital=None if done["capital"].null_count() == done.height else _band(done, "capital"),
        harms={
            name: Harm(_band(done, name), None if fallen.is_empty() else _band(fallen, name))
            for name in HARMS
        },
        chances={
            name: _chance(int(values.sum()), len(values))
            for name, kind in own.items()
            if kind == "chance" and len(values := done[name].drop_nulls())
        },
        numbers={
            name: _band(done, name)
            for name, kind in own.items()
            if kind == "number" and done[name].null_count() < done.height
        },
    )


def outcome_bands(runs: pl.DataFrame) -> pl.DataFrame:
    """Return the median and 90 % band of each outcome over runs that ended well.

    Returns
    -------
    DataFrame
        A row an outcome: *outcome*, its *kind* (`outcomes.OutcomeKind`), number of *runs* that have
        it, and *q05*, *q50*, *q95*; of a chance, the share of runs and its exact 90 % interval.
    """
    rows = []
    for one in outcomes(runs):
        known = runs.select(one.value.alias(one.name)).drop_nulls()
        if known.is_empty():
            continue
        hits = int(known[one.name].sum())
        found = _chance(hits, known.height) if one.kind == "chance" else _band(known, one.name)
        told = {"outcome": one.name, "kind": one.kind, "runs": known.height}
        rows.append({**told, **dict(zip(BAND, found, strict=True))})
    return pl.DataFrame(rows)


def _band(runs: pl.DataFrame, column: str) -> Band:
    return Band(*runs.select(quantiles(pl.col(column), BAND)).row(0))


def _chance(hits: int, trials: int) -> Band:
    low, high = exact_interval(hits, trials)
    return Band(low, hits / trials, high)


def _ends(series: pl.DataFrame) -> pl.DataFrame:
    """Return the shares at the end that are lost, or loyal and effective: see `model.outcomes`."""
    if "counted" not in series.columns:
        effective = pl.col(str(Status.LOYAL)) + SHIRKER * pl.col(str(Status.SHIRKING))
        series = series.with_columns(effective=effective)
    date, group = pl.col("date"), ["branch", "rank"]
    ends = series.filter((date == date.min()) | (date == date.max()))
    return (
        cascade(ends, group, (*LOSSES, "effective"), totals=True)
        .filter(date == date.max())
        .with_columns(pl.col(group).cast(pl.String))
        .sort(pl.col(group) == EVERYONE, maintain_order=True)
    )


def _losses(ends: pl.DataFrame) -> pl.DataFrame:
    """Return a row a group, with a column a loss and quantile."""
    shares = [
        pl.col(quantile).filter(counted=loss).first().alias(f"{loss}_{quantile}")
        for loss, quantile in product(LOSSES, BAND)
    ]
    return ends.group_by("branch", "rank", "strength", maintain_order=True).agg(shares)


def observed(observations: pl.DataFrame) -> pl.DataFrame:
    """Return quantiles across replicates of each observed number, at the end and at its peak.

    Columns: observer, name, end_q05, end_q50, end_q95, peak_q05, peak_q50, peak_q95.
    """
    number, value = ["observer", "name"], pl.col("value")
    return (
        observations.with_columns(pl.col(number).cast(pl.String))
        .sort("date", maintain_order=True)
        .group_by("replicate", *number, maintain_order=True)
        .agg(end=value.last(), peak=value.max())
        .group_by(number, maintain_order=True)
        .agg(bands(end=pl.col("end"), peak=pl.col("peak")))
    )
