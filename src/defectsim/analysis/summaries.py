"""A study in a table: who is gone at the end, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl
from scipy.stats import binomtest

from defectsim.analysis.shares import WAYS, cascade, quantiles
from defectsim.core.errors import StudyError

SPLIT_SHARE = 0.10
"""An army of which a larger share defects counts as split."""

EVERYONE = "all"
_SHOWN = ("q05", "q50", "q95")


class Band(NamedTuple):
    """A middle value and the bounds of its 90 % interval."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Summary:
    """What the runs of a study that ended well say together.

    Parameters
    ----------
    done, failed
        How many runs ended well, and how many did not.
    shares
        A row a branch and rank, ``all`` being the total: branch, rank, strength and, for ``deserted`` and
        ``defected``, quantiles across runs of the share gone at the end: ``deserted_q05``, ``_q50``, ...
    generals, generals_defected
        How many generals there are, and the median and 90 % interval across runs of how many defected.
    split
        The share of runs in which more than `SPLIT_SHARE` of the army defected, with its 90 % Clopper-Pearson
        interval: what so few runs can say about the probability.
    """

    done: int
    failed: int
    shares: pl.DataFrame
    generals: int
    generals_defected: Band
    split: Band


def summary(series: pl.DataFrame, runs: pl.DataFrame) -> Summary:
    """Return what the terminal's table shows of a study."""
    done = runs.filter(pl.col("status") == "done")
    if done.is_empty():
        raise StudyError("no run of this study ended well: the column `error` of its runs says why")
    date = pl.col("date")
    end = series.filter((date == date.min()) | (date == date.max()))
    table = pl.concat(_rows(end, by) for by in (("branch", "rank"), ("branch",), ("rank",), ()))
    generals = table.filter(pl.col("branch") == EVERYONE, pl.col("rank") == "general")["strength"]
    return Summary(
        done=done.height,
        failed=runs.height - done.height,
        shares=table,
        generals=int(generals.sum()),
        generals_defected=Band(*done.select(**quantiles(pl.col("generals_defected"), _SHOWN)).row(0)),
        split=_probability(int((done["share_defected"] > SPLIT_SHARE).sum()), done.height),
    )


def _rows(end: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    last = cascade(end, by).filter(pl.col("date") == pl.col("date").max())
    totals = [pl.lit(EVERYONE).alias(name) for name in ("branch", "rank") if name not in by]
    return (
        last.with_columns(*totals)
        .with_columns(pl.col("branch", "rank").cast(pl.String))
        .pivot("way", index=["branch", "rank", "strength"], values=list(_SHOWN))
        .select(
            "branch",
            "rank",
            "strength",
            *(pl.col(f"{q}_{w}").alias(f"{w}_{q}") for w in WAYS for q in _SHOWN),
        )
    )


def _probability(hits: int, trials: int) -> Band:
    interval = binomtest(hits, trials).proportion_ci(confidence_level=0.9, method="exact")
    return Band(float(interval.low), hits / trials, float(interval.high))
