"""Person-level divergence of paired runs: who behaves differently, how and when.

The two runs of a pair have the same people. They are compared by the dates and changes of status of
each person, whatever the causes. A person *acted* differently if a change of their own (they left,
defected, shirked, plotted or returned) is in one run only, or on another date; otherwise they were
only *treated* differently: arrested, dismissed or ordered back. A person *diverges* on the first
date on which the runs differ in either way, and *ended* differently if the status at the end is
another. Somebody who is in one of the two armies only diverges by any change.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched

import polars as pl
from polars import selectors as cs

from defectsim.analysis.shares import bands, quantiles, with_totals
from defectsim.core.errors import StudyIncompleteError
from defectsim.core.formatting import BAND, QUANTILES
from defectsim.model.transitions import IMPOSED, SERVING, Cause

COUNTS = ("acted", "treated", "ended")
"""Counts of people who differ, in `Divergence.people`."""
_IMPOSED_CAUSES = [str(cause) for cause in (Cause.RECALL, Cause.DISCOVERY, Cause.GOVERNMENT)]
_IMPOSED_ENDS = [str(one.end) for one in IMPOSED.values() if one.end not in SERVING]
_GROUP = ("branch", "rank")
_PERSON = ("agent", *_GROUP)
_ENDS = ("status_base", "status_other")
_BLOCK = 8  # replicates in memory at once


@dataclass(frozen=True)
class Divergence:
    """People who behave differently in paired runs, across pairs.

    Attributes
    ----------
    pairs, same
        Number of pairs, and of those that are the same to the last person.
    people
        A row a branch and rank in which anybody diverges, ``all`` being the total: branch, rank,
        and quantiles across pairs of the number who *acted* differently, were only *treated*
        differently, and *ended* differently: ``acted_q05``, ``acted_q50``, ``acted_q95``, ...
    ends
        A row a branch, rank and two different statuses at the end: branch, rank, status_base,
        status_other, and the quantiles ``q05``, ``q50``, ``q95`` across pairs of the number of
        people.
    dates
        A row a branch and rank: *pairs* in which anybody diverges, and the dates by which 5, 50 and
        95 % of those who diverge have done so, each as quantiles across these pairs: ``q50_q05``,
        ``q50_q50``, ``q50_q95``, ...
    """

    pairs: int
    same: int
    people: pl.DataFrame
    ends: pl.DataFrame
    dates: pl.DataFrame


def person_divergence(
    base: pl.DataFrame | pl.LazyFrame, other: pl.DataFrame | pl.LazyFrame
) -> pl.DataFrame:
    """Compare the events of one replicate in two scenarios, in their order, person by person.

    Returns
    -------
    DataFrame
        A row a person who diverges: agent, branch, rank, the *date* of divergence, whether they
        *acted* differently, and the statuses at the end, *status_base* and *status_other*, which
        may be the same.
    """
    changes = pl.concat([_changes(base, -1), _changes(other, 1)])
    diverging = (
        changes.group_by(*_PERSON, "date", "status_from", "status_to")
        .agg(pl.col("side").sum(), pl.col("own").any())
        .filter(pl.col("side") != 0)
        .group_by(_PERSON)
        .agg(date=pl.col("date").min(), acted=pl.col("own").any())
    )
    ends = changes.group_by("agent").agg(status_base=_last_status(-1), status_other=_last_status(1))
    return diverging.join(ends, on="agent").sort("date", *_PERSON).collect()


def _changes(events: pl.DataFrame | pl.LazyFrame, side: int) -> pl.LazyFrame:
    imposed = pl.col("status_to").is_in(_IMPOSED_ENDS) | pl.col("cause").is_in(_IMPOSED_CAUSES)
    words = (*_PERSON, "status_from", "status_to", "cause")
    return (
        events.lazy()
        .select("date", pl.col(words).cast(pl.String))
        .with_columns(own=~imposed, side=pl.lit(side))
    )


def _last_status(side: int) -> pl.Expr:
    before = pl.col("status_from").sort_by("date", maintain_order=True).first()
    return pl.col("status_to").filter(pl.col("side") == side).last().fill_null(before)


def divergence_by_pair(
    events: pl.LazyFrame, base: int, other: int, replicates: Sequence[int]
) -> Iterator[pl.DataFrame]:
    """Compare two points of a study in the replicates in which both runs ended well.

    Only a few replicates are in memory at a time.
    """
    for block in batched(replicates, _BLOCK):
        wanted = pl.col("point").is_in([base, other]) & pl.col("replicate").is_in(block)
        runs = events.filter(wanted).collect()
        for replicate in block:
            pair = (runs.filter(point=point, replicate=replicate) for point in (base, other))
            yield person_divergence(*pair)


def summarize_divergence(pairs: Iterable[pl.DataFrame]) -> Divergence:
    """Summarize pairs, each from `person_divergence`; only counts of each stay in memory."""
    groups, ends, same = [], [], 0
    ended = pl.col("status_base") != pl.col("status_other")
    for pair in pairs:
        same += pair.is_empty()
        persons = with_totals(pair.with_columns(ended=ended, treated=~pl.col("acted")))
        day = pl.col("date").to_physical()
        date = [day.quantile(QUANTILES[name], "linear").alias(name) for name in BAND]
        groups.append(persons.group_by(_GROUP).agg(pl.col(COUNTS).sum(), *date))
        ends.append(persons.filter("ended").group_by(*_GROUP, *_ENDS).agg(people=pl.len()))
    if not groups:
        raise StudyIncompleteError(
            "there is no pair of runs to compare: in every replicate a run failed or is pending"
        )

    def in_all_pairs(name: str) -> pl.Expr:
        """Return a count in each pair; a pair without a row for a group has nobody in it."""
        return pl.col(name).extend_constant(0, len(groups) - pl.len())

    by_group = pl.concat(groups).group_by(_GROUP)
    people = by_group.agg(bands(**{name: in_all_pairs(name) for name in COUNTS}))
    dates = by_group.agg(pl.len().alias("pairs"), *bands(**{name: pl.col(name) for name in BAND}))
    by_end = pl.concat(ends).group_by(*_GROUP, *_ENDS)
    return Divergence(
        len(groups),
        same,
        people.sort(_GROUP),
        by_end.agg(quantiles(in_all_pairs("people"), BAND)).sort(*_GROUP, *_ENDS),
        dates.with_columns(cs.float().round().cast(pl.Int32).cast(pl.Date)).sort(_GROUP),
    )
