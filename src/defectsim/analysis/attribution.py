"""Attribution by deletion: who left in a run, and would not have left without something in it.

Both runs of a pair have the same people and draws, so that nothing else differs: what one run has
alone is due to what was taken out of the other (common random numbers).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import batched

import polars as pl

from defectsim.analysis.intervals import Interval, mean_interval
from defectsim.analysis.shares import bands, with_totals
from defectsim.core.errors import StudyIncompleteError

COUNTS = ("both", "only_with", "only_without")
"""Counts of people who took a status with and without what is taken out."""
_BLOCK = 8  # replicates in memory at once


@dataclass(frozen=True)
class Attribution:
    """People who took a status because of something, across pairs of runs.

    Attributes
    ----------
    pairs
        Number of pairs of runs that ended well.
    people
        A row a branch and rank, ``all`` being the total: quantiles across pairs of the number of
        people who took the status in both runs, only with and only without it: ``only_with_q05``,
        ``only_with_q50``, ``only_with_q95``, ...
    mean
        95 % interval of the mean net number in a pair, only with less only without; None with too
        few pairs that differ.
    first
        Median date on which the first person took the status only with it; None if nobody did.
    by_pair
        A row a pair: *replicate*, `COUNTS`, and the *first* date.
    own
        Number of pairs in which the person who is taken out took the status with it, and is not
        counted elsewhere; None if it is no person.
    """

    pairs: int
    people: pl.DataFrame
    mean: Interval | None
    first: str | None
    by_pair: pl.DataFrame
    own: int | None = None


def attribute(
    events: pl.LazyFrame,
    with_it: int,
    without_it: int,
    replicates: Sequence[int],
    status: str,
    person: str | None = None,
) -> Attribution:
    """Count who took a status at some date in one point of a study and not in another.

    Parameters
    ----------
    events
        Changes of status of a study.
    with_it, without_it
        Points that differ in what is taken out.
    replicates
        Those in which both runs ended well.
    status
        Status that people end up with, such as ``defected``.
    person
        Name in tables of the person who is taken out, if it is one.

    Raises
    ------
    StudyIncompleteError
        When there is no pair of runs.
    """
    if not replicates:
        raise StudyIncompleteError("there is no pair of runs to compare: in each a run failed")
    taken = list(_by_pair(events, with_it, without_it, replicates, status))
    is_person = pl.lit(False) if person is None else pl.col("agent") == person
    found = [(replicate, one.filter(~is_person)) for replicate, one in taken]
    own = sum(one.filter("only_with", is_person).height for _, one in taken)
    counts = pl.concat(
        [
            with_totals(one)
            .group_by("branch", "rank")
            .agg(pl.col(COUNTS).sum(), pl.lit(replicate).alias("replicate"))
            for replicate, one in found
        ]
    )
    padded = {name: pl.col(name).extend_constant(0, len(found) - pl.len()) for name in COUNTS}
    rows = [
        {
            "replicate": replicate,
            **{name: int(one[name].sum()) for name in COUNTS},
            "first": one.filter(pl.col("only_with"))["date"].min(),
        }
        for replicate, one in found
    ]
    by_pair = pl.DataFrame(rows, schema_overrides={"first": pl.Date})
    net = (by_pair["only_with"] - by_pair["only_without"]).cast(pl.Float64).to_numpy()
    first = by_pair["first"].drop_nulls().sort()
    return Attribution(
        pairs=len(found),
        people=counts.group_by("branch", "rank").agg(bands(**padded)).sort("branch", "rank"),
        mean=mean_interval(net),
        first=str(first[len(first) // 2]) if len(first) else None,
        by_pair=by_pair,
        own=None if person is None else own,
    )


def _by_pair(
    events: pl.LazyFrame, with_it: int, without_it: int, replicates: Sequence[int], status: str
) -> Iterator[tuple[int, pl.DataFrame]]:
    """Yield, pair by pair, a row a person who took the status in either run."""
    words = ("agent", "branch", "rank", "status_to")
    for block in batched(replicates, _BLOCK):
        wanted = pl.col("point").is_in([with_it, without_it]) & pl.col("replicate").is_in(block)
        taken = (
            events.filter(wanted)
            .select("point", "replicate", "date", pl.col(words).cast(pl.String))
            .filter(pl.col("status_to") == status)
            .group_by("point", "replicate", "agent", "branch", "rank")
            .agg(pl.col("date").min())
            .collect()
        )
        for replicate in block:
            one, other = (
                taken.filter(point=point, replicate=replicate) for point in (with_it, without_it)
            )
            both = one.join(other, on="agent", how="full", coalesce=True, suffix="_other")
            has, had = pl.col("date").is_not_null(), pl.col("date_other").is_not_null()
            yield (
                replicate,
                both.select(
                    "agent",
                    *(
                        pl.coalesce(name, f"{name}_other").alias(name)
                        for name in ("branch", "rank")
                    ),
                    pl.coalesce("date", "date_other").alias("date"),
                    (has & had).alias("both"),
                    (has & ~had).alias("only_with"),
                    (~has & had).alias("only_without"),
                ),
            )
