"""A study in a table: what became of the regime, who is gone at the end, whom it harmed, and how sure that is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from defectsim.analysis.intervals import exact_interval
from defectsim.core.errors import AnalysisError, StudyIncompleteError
from defectsim.core.quantiles import BAND, EVERYONE, GROUPINGS, QUANTILES
from defectsim.model.outcomes import OUTCOMES, SHIRKER
from defectsim.model.transitions import GONE, LOSSES, STATUSES, Rank, Status


def quantiles(values: pl.Expr, names: Iterable[str] = QUANTILES) -> dict[str, pl.Expr]:
    """Return the named quantiles of some values, interpolated linearly."""
    return {name: values.quantile(QUANTILES[name], "linear") for name in names}


def shares(
    series: pl.DataFrame, by: Sequence[str] = ("rank",), ways: Sequence[str] = GONE
) -> pl.DataFrame:
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
        .unpivot(
            ways,
            index=["replicate", "date", *by, "strength"],
            variable_name="way",
            value_name="people",
        )
        .with_columns(share=pl.col("people") / pl.col("strength"))
        .select("replicate", "date", *by, "way", "strength", "people", "share")
    )


def cascade(
    series: pl.DataFrame, by: Sequence[str] = ("rank",), ways: Sequence[str] = GONE
) -> pl.DataFrame:
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
        raise AnalysisError(
            "quantiles of several points make no quantiles of all: choose one point of the study"
        )
    others = [name for name in ("branch", "rank") if name not in by]
    grouped = bands.filter(
        *(pl.col(name) != EVERYONE for name in by), *(pl.col(name) == EVERYONE for name in others)
    )
    at_start = (pl.col("date") == pl.col("date").min()) & (pl.col("counted") == str(Status.LOYAL))
    return (
        grouped.with_columns(
            pl.col("counted").cast(pl.String).alias("way"),
            strength=pl.col("q50")
            .filter(at_start)
            .first()
            .over("point", *by)
            .round()
            .cast(pl.Int64),
        )
        .filter(pl.col("strength") > 0, pl.col("way").is_in(list(ways)))
        .select(
            "date",
            *by,
            "way",
            "runs",
            "strength",
            *(pl.col(name) / pl.col("strength") for name in QUANTILES),
        )
    )


HARMS = (*(str(status) for status in Status if status.harm), "casualties", "stranded")
_LOYAL = {"branch": pl.String(), "strength": pl.Int64(), **dict.fromkeys(BAND, pl.Float64())}
_SHARES = {
    **{"branch": pl.String(), "rank": pl.String(), "strength": pl.Int64()},
    **{f"{way}_{quantile}": pl.Float64() for way in LOSSES for quantile in BAND},
}


class Band(NamedTuple):
    """A middle value and the bounds of its 90 % interval."""

    low: float
    middle: float
    high: float


class Harm(NamedTuple):
    """How many people are harmed in one way: the median and 90 % interval across runs."""

    runs: Band
    """Across all runs."""
    fallen: Band | None
    """Across the runs in which the regime fell, where there are any."""


@dataclass(frozen=True)
class Summary:
    """What the runs of a study that ended well say together.

    Parameters
    ----------
    done, failed
        How many runs ended well, and how many did not.
    outcomes
        For each outcome, the share of runs that had it, with its 90 % Clopper-Pearson interval: what so few runs can
        say about the probability.
    fallen
        In how many runs the regime fell.
    loyal
        A row a branch, ``all`` being the total: branch, strength and the quantiles ``q05``, ``q50``, ``q95`` across
        runs of the effective strength still loyal at the end, as a share of the strength at the start.
    shares
        A row a branch and rank, ``all`` being the total: branch, rank, strength and, for ``deserted``, ``recorded`` and
        ``defected``, quantiles across runs of the share gone at the end: ``deserted_q05``, ``_q50``, ...
    generals, generals_defected
        How many generals there are, where a series says it, and the median and 90 % interval across runs of how many
        defected.
    capital
        The same of the share of the effective strength in the capital that serves the ruler at the end; None where no
        unit is in the capital.
    harms
        For each of `HARMS`, how many people.
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
    """Return what the terminal's table shows of a study.

    Parameters
    ----------
    series
        Its series, or its bands where it keeps no more of them. Where it keeps neither, it cannot be said who is gone.
    runs
        A row a run.
    """
    done = runs.filter(pl.col("status") == "done")
    if done.is_empty():
        raise StudyIncompleteError(
            "no run of this study ended well: the column `error` of its runs says why"
        )
    date = pl.col("date")
    end = series.filter((date == date.min()) | (date == date.max()))
    groupings = GROUPINGS if len(series) else ()
    table = pl.concat([pl.DataFrame(schema=_SHARES), *(_rows(end, by) for by in groupings)])
    generals = table.filter(pl.col("branch") == EVERYONE, pl.col("rank") == str(Rank.GENERAL))[
        "strength"
    ]
    outcomes = done["outcome"].cast(pl.String)
    fallen = done.filter(pl.col("fell").is_not_null())
    return Summary(
        done=done.height,
        failed=runs.height - done.height,
        outcomes={
            name: _probability(int((outcomes == name).sum()), done.height) for name in OUTCOMES
        },
        fallen=fallen.height,
        loyal=pl.concat(
            [
                pl.DataFrame(schema=_LOYAL),
                *(_loyal(end, by) for by in groupings if "rank" not in by),
            ]
        ),
        shares=table,
        generals=int(generals.sum()) if len(series) else None,
        generals_defected=_across(done, "generals_defected"),
        capital=None if done["capital"].null_count() == done.height else _across(done, "capital"),
        harms={
            name: Harm(_across(done, name), None if fallen.is_empty() else _across(fallen, name))
            for name in HARMS
        },
    )


def _across(runs: pl.DataFrame, column: str) -> Band:
    return Band(*runs.select(**quantiles(pl.col(column), BAND)).row(0))


def _rows(end: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    last = cascade(end, by, LOSSES).filter(pl.col("date") == pl.col("date").max())
    totals = [pl.lit(EVERYONE).alias(name) for name in ("branch", "rank") if name not in by]
    return (
        last.with_columns(*totals)
        .with_columns(pl.col("branch", "rank").cast(pl.String))
        .pivot("way", index=["branch", "rank", "strength"], values=list(BAND))
        .select(
            "branch",
            "rank",
            "strength",
            *(pl.col(f"{q}_{w}").alias(f"{w}_{q}") for w in LOSSES for q in BAND),
        )
    )


def _loyal(end: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Return the effective strength still loyal; see `model.outcomes`."""
    if "counted" in end.columns:
        last = banded(end, by, ["effective"]).filter(pl.col("date") == pl.col("date").max())
        branch = pl.col("branch").cast(pl.String) if by else pl.lit(EVERYONE).alias("branch")
        return last.select(branch, "strength", *BAND)
    groups = ["replicate", *by]
    loyal, strength = pl.col("loyal") + SHIRKER * pl.col("shirking"), pl.sum_horizontal(STATUSES)
    shares = (
        end.sort("date", maintain_order=True)
        .group_by("date", *groups, maintain_order=True)
        .agg(loyal=loyal.sum(), strength=strength.sum())
        .group_by(groups, maintain_order=True)
        .agg(
            share=pl.col("loyal").last() / pl.col("strength").first(),
            strength=pl.col("strength").first(),
        )
    )
    branch = pl.col("branch").cast(pl.String) if by else pl.lit(EVERYONE)
    return shares.group_by(branch.alias("branch"), maintain_order=True).agg(
        strength=pl.col("strength").median().round().cast(pl.Int64),
        **quantiles(pl.col("share"), BAND),
    )


def _probability(hits: int, trials: int) -> Band:
    low, high = exact_interval(hits, trials)
    return Band(low, hits / trials, high)


def observed(observations: pl.DataFrame) -> pl.DataFrame:
    """Return the quantiles, across replicates, of each observed number at the last date, and of its highest value.

    Columns: observer, name, end_q05, end_q50, end_q95, peak_q05, peak_q50, peak_q95.
    """
    what = ["observer", "name"]
    value = pl.col("value")
    lives = (
        observations.with_columns(pl.col(what).cast(pl.String))
        .sort("date", maintain_order=True)
        .group_by("replicate", *what, maintain_order=True)
        .agg(end=value.last(), peak=value.max())
    )
    return lives.group_by(what, maintain_order=True).agg(
        *(
            one.alias(f"{part}_{q}")
            for part in ("end", "peak")
            for q, one in quantiles(pl.col(part), BAND).items()
        )
    )
