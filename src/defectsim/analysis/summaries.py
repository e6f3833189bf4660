"""Summary of a scenario's runs: the fate of the regime, losses and harms, with intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from defectsim.analysis.intervals import exact_interval
from defectsim.analysis.shares import cascade, quantiles
from defectsim.core.errors import StudyIncompleteError
from defectsim.core.formatting import BAND, EVERYONE, GROUPINGS
from defectsim.model.outcomes import OUTCOMES, SHIRKER
from defectsim.model.transitions import LOSSES, Rank, Status

HARMS = (*(str(status) for status in Status if status.kind == "harmed"), "casualties", "stranded")
"""Columns of runs that count people who are harmed."""
_LOYAL = {"branch": pl.String(), "strength": pl.Int64(), **dict.fromkeys(BAND, pl.Float64())}
_SHARES = {
    **{"branch": pl.String(), "rank": pl.String(), "strength": pl.Int64()},
    **{f"{loss}_{quantile}": pl.Float64() for loss in LOSSES for quantile in BAND},
}


class Band(NamedTuple):
    """A middle value and the bounds of its 90 % interval."""

    low: float
    middle: float
    high: float


class Harm(NamedTuple):
    """Number of people harmed in one way: the median and 90 % interval across runs."""

    runs: Band
    """Across all runs."""
    fallen: Band | None
    """Across the runs in which the regime fell, if there are any."""


@dataclass(frozen=True)
class Summary:
    """Summary of the runs of a study that ended well.

    Parameters
    ----------
    done, failed
        Number of runs that ended well, and that failed.
    outcomes
        For each outcome, the share of runs that had it, with its 90 % Clopper-Pearson interval.
    fallen
        Number of runs in which the regime fell.
    loyal
        A row a branch, ``all`` being the total: branch, strength and the quantiles ``q05``,
        ``q50``, ``q95`` across runs of the effective strength still loyal at the end, as a share of
        the strength at the start.
    shares
        A row a branch and rank, ``all`` being the total: branch, rank, strength and, for each of
        `model.transitions.LOSSES`, quantiles across runs of the share gone at the end:
        ``deserted_q05``, ``_q50``, ...
    generals, generals_defected
        Number of generals, if a series gives it, and of those who defected, as median and 90 %
        interval across runs.
    capital
        The same of the share of the effective strength in the capital that serves the ruler at the
        end; None if no unit is in the capital.
    harms
        For each of `HARMS`, the number of people.
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


def summary(series: pl.DataFrame, runs: pl.DataFrame) -> Summary:
    """Summarize a study of one scenario.

    Parameters
    ----------
    series
        Its series, or quantiles of these; without either, losses are unknown.
    runs
        A row a run.
    """
    done = runs.filter(pl.col("status") == "done")
    if done.is_empty():
        raise StudyIncompleteError(
            "no run of this study ended well: the column `error` of its runs says why"
        )
    fallen = done.filter(pl.col("fell").is_not_null())
    outcomes = done["outcome"].cast(pl.String)
    losses = _losses(series)
    generals = losses.filter(branch=EVERYONE, rank=str(Rank.GENERAL))["strength"]
    return Summary(
        done=done.height,
        failed=runs.height - done.height,
        outcomes={name: _chance(int((outcomes == name).sum()), done.height) for name in OUTCOMES},
        fallen=fallen.height,
        loyal=_loyal(series),
        shares=losses,
        generals=int(generals.sum()) if len(series) else None,
        generals_defected=_band(done, "generals_defected"),
        capital=None if done["capital"].null_count() == done.height else _band(done, "capital"),
        harms={
            name: Harm(_band(done, name), None if fallen.is_empty() else _band(fallen, name))
            for name in HARMS
        },
    )


def _band(runs: pl.DataFrame, column: str) -> Band:
    return Band(*runs.select(**quantiles(pl.col(column), BAND)).row(0))


def _chance(hits: int, trials: int) -> Band:
    low, high = exact_interval(hits, trials)
    return Band(low, hits / trials, high)


def _losses(series: pl.DataFrame) -> pl.DataFrame:
    """Return the share of each group that is gone at the end, by kind of loss."""
    index = ["branch", "rank", "strength"]
    columns = [pl.col(f"{name}_{loss}").alias(f"{loss}_{name}") for loss in LOSSES for name in BAND]
    tables = [pl.DataFrame(schema=_SHARES)]
    for by in GROUPINGS if len(series) else ():
        wide = _at_end(series, by, LOSSES).pivot("counted", index=index, values=list(BAND))
        tables.append(wide.select(*index, *columns))
    return pl.concat(tables)


def _loyal(series: pl.DataFrame) -> pl.DataFrame:
    """Return the effective strength still loyal at the end, by branch; see `model.outcomes`."""
    if "counted" not in series.columns:
        effective = pl.col(str(Status.LOYAL)) + SHIRKER * pl.col(str(Status.SHIRKING))
        series = series.with_columns(effective=effective)
    if series.is_empty():
        return pl.DataFrame(schema=_LOYAL)
    return pl.concat(_at_end(series, by, ["effective"]).select(*_LOYAL) for by in (("branch",), ()))


def _at_end(series: pl.DataFrame, by: Sequence[str], counted: Sequence[str]) -> pl.DataFrame:
    date = pl.col("date")
    ends = series.filter((date == date.min()) | (date == date.max()))
    last = cascade(ends, by, counted).filter(date == date.max())
    totals = [pl.lit(EVERYONE).alias(name) for name in ("branch", "rank") if name not in by]
    return last.with_columns(*totals).with_columns(pl.col("branch", "rank").cast(pl.String))


def observed(observations: pl.DataFrame) -> pl.DataFrame:
    """Return quantiles across replicates of each observed number, at the end and at its peak.

    Columns: observer, name, end_q05, end_q50, end_q95, peak_q05, peak_q50, peak_q95.
    """
    number = ["observer", "name"]
    value = pl.col("value")
    runs = (
        observations.with_columns(pl.col(number).cast(pl.String))
        .sort("date", maintain_order=True)
        .group_by("replicate", *number, maintain_order=True)
        .agg(end=value.last(), peak=value.max())
    )
    end, peak = (quantiles(pl.col(part), BAND, f"{part}_") for part in ("end", "peak"))
    return runs.group_by(number, maintain_order=True).agg(**end, **peak)
