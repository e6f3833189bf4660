"""Who did what they would not have done otherwise: two lives of the same people, compared person by person.

People are compared by the changes of status that they went through and their dates, not by why. A person *acted*
otherwise if a change that is theirs (to leave, go over, shirk, plot, come round) is in one life and not in the other,
or on another date. To others something was only *done*: an arrest, a dismissal, an order to come back. A person
*diverges* at the first date at which the lives differ, in either way, and *ends* otherwise if the status at the end is
another. Somebody who is in one army only differs by whatever they do.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched

import polars as pl

from defectsim.analysis.summaries import quantiles
from defectsim.core.errors import StudyIncompleteError
from defectsim.core.quantiles import BAND, EVERYONE, GROUPINGS
from defectsim.model.transitions import IMPOSED, Cause, Status

COUNTS = ("acted", "done", "ended")
_DONE_BY = [str(cause) for cause in (Cause.RECALL, Cause.DISCOVERY, Cause.GOVERNMENT)]
_DONE_TO = [str(one.end) for one in IMPOSED.values() if not one.end.serves]
_PERSON = ("agent", "branch", "rank")
_BLOCK = 8  # replicates that are in memory at once


@dataclass(frozen=True)
class Divergence:
    """How many people do otherwise, in which way and when, across pairs of lives.

    Attributes
    ----------
    pairs, same
        How many pairs of lives, and how many of them are the same to the last person.
    people
        A row a branch and rank in which anybody ever diverges, ``all`` being the total: branch, rank and the quantiles
        across pairs of how many *acted* otherwise, to how many more something was only *done* otherwise, and how many
        of both *ended* otherwise: ``acted_q05``, ``_q50``, ``_q95``, ...
    ways
        A row a branch, rank and two different statuses at the end: branch, rank, status_base, status_other and the
        quantiles ``q05``, ``q50``, ``q95`` across pairs of how many people end so.
    dates
        A row a branch and rank: when those who diverge do so. ``of`` says in how many pairs anybody does; ``q50`` is
        the date by which half of them have, ``q05`` and ``q95`` a twentieth and all but a twentieth; of each there is
        the median and the 90 % interval across those pairs: ``q50_q05``, ``q50_q50``, ``q50_q95``, ...
    """

    pairs: int
    same: int
    people: pl.DataFrame
    ways: pl.DataFrame
    dates: pl.DataFrame


def person_divergence(
    base: pl.DataFrame | pl.LazyFrame, other: pl.DataFrame | pl.LazyFrame
) -> pl.DataFrame:
    """Compare the events of one replicate in two scenarios.

    Parameters
    ----------
    base, other
        The events of one life each, in their order.

    Returns
    -------
    DataFrame
        A row a person who diverges: agent, branch, rank, the *date* at which they do, whether they *acted* otherwise,
        and the status at the end in each life, *status_base* and *status_other*, which may be the same.
    """
    lives = pl.concat([_life(base, -1), _life(other, 1)])
    differing = (
        lives.group_by(*_PERSON, "date", "status_from", "status_to")
        .agg(pl.col("side").sum(), pl.col("own").any())
        .filter(pl.col("side") != 0)
        .group_by(_PERSON)
        .agg(date=pl.col("date").min(), acted=pl.col("own").any())
    )
    ends = lives.group_by("agent").agg(status_base=_end(-1), status_other=_end(1))
    return differing.join(ends, on="agent").sort("date", *_PERSON).collect()


def _life(events: pl.DataFrame | pl.LazyFrame, side: int) -> pl.LazyFrame:
    done = pl.col("status_to").is_in(_DONE_TO) | pl.col("cause").is_in(_DONE_BY)
    words = (*_PERSON, "status_from", "status_to", "cause")
    return (
        events.lazy()
        .select("date", pl.col(words).cast(pl.String))
        .with_columns(own=~done, side=pl.lit(side))
    )


def _end(side: int) -> pl.Expr:
    return pl.col("status_to").filter(pl.col("side") == side).last().fill_null(str(Status.LOYAL))


def divergence_by_pair(
    events: pl.LazyFrame, base: int, other: int, replicates: Sequence[int]
) -> Iterator[pl.DataFrame]:
    """Compare two points of a study in each of some replicates, a few in memory at a time.

    Parameters
    ----------
    events
        Of the whole study, which kept them.
    base, other
        The points.
    replicates
        Those in which both runs ended well.
    """
    for block in batched(replicates, _BLOCK):
        wanted = pl.col("point").is_in([base, other]) & pl.col("replicate").is_in(block)
        lives = events.filter(wanted).collect()
        for replicate in block:
            yield person_divergence(
                *(lives.filter(point=point, replicate=replicate) for point in (base, other))
            )


def summarize_divergence(pairs: Iterable[pl.DataFrame]) -> Divergence:
    """Return what pairs of lives, each as `otherwise` compares it, say together. Of each only counts stay in memory."""
    people, ways, dates, count, same = [], [], [], 0, 0
    for number, pair in enumerate(pairs):
        count, same = count + 1, same + pair.is_empty()
        labelled = pair.with_columns(pair=pl.lit(number))
        ended = labelled.filter(pl.col("status_base") != pl.col("status_other"))
        people.append(_by_group(labelled, _counted()))
        ways.append(_by_group(ended, [pl.len().alias("people")], ("status_base", "status_other")))
        dates.append(_by_group(labelled, _dated()))
    if not count:
        raise StudyIncompleteError(
            "there is no pair of lives to compare: in every replicate a run failed or is pending"
        )
    return Divergence(count, same, _people(people, count), _ways(ways, count), _dates(dates))


def _by_group(
    persons: pl.DataFrame, what: Sequence[pl.Expr], also: Sequence[str] = ()
) -> pl.DataFrame:
    """Return a row a pair, branch and rank, and each total."""
    totals = (
        persons.group_by("pair", *by, *also)
        .agg(*what)
        .with_columns(pl.lit(EVERYONE).alias(name) for name in ("branch", "rank") if name not in by)
        for by in GROUPINGS
    )
    return pl.concat(
        one.select("pair", "branch", "rank", *also, pl.exclude("pair", "branch", "rank", *also))
        for one in totals
    )


def _counted() -> list[pl.Expr]:
    ended = pl.col("status_base") != pl.col("status_other")
    return [
        pl.col("acted").sum(),
        (~pl.col("acted")).sum().alias("done"),
        ended.sum().alias("ended"),
    ]


def _dated() -> list[pl.Expr]:
    return [one.alias(name) for name, one in quantiles(pl.col("date").to_physical(), BAND).items()]


def _people(pairs: Sequence[pl.DataFrame], count: int) -> pl.DataFrame:
    return _across(pairs, count, ("branch", "rank"), COUNTS)


def _ways(pairs: Sequence[pl.DataFrame], count: int) -> pl.DataFrame:
    found = _across(pairs, count, ("branch", "rank", "status_base", "status_other"), ("people",))
    return found.rename({f"people_{q}": q for q in BAND})


def _across(
    pairs: Sequence[pl.DataFrame], count: int, by: Sequence[str], what: Sequence[str]
) -> pl.DataFrame:
    """Return quantiles across all pairs; a group that is not in a pair has nobody in it."""
    every = pl.concat(pairs)
    full = (
        every.select(by)
        .unique(maintain_order=True)
        .join(pl.DataFrame({"pair": range(count)}), how="cross")
    )
    return (
        full.join(every.cast({"pair": pl.Int64}), on=["pair", *by], how="left")
        .group_by(by, maintain_order=True)
        .agg(
            one.alias(f"{name}_{q}")
            for name in what
            for q, one in quantiles(pl.col(name).fill_null(0), BAND).items()
        )
        .sort(by)
    )


def _dates(pairs: Sequence[pl.DataFrame]) -> pl.DataFrame:
    by = ("branch", "rank")
    found = {
        f"{when}_{q}": one for when in BAND for q, one in quantiles(pl.col(when), BAND).items()
    }
    days = pl.concat(pairs).group_by(by, maintain_order=True).agg(pl.len().alias("of"), **found)
    return days.with_columns(pl.col(list(found)).round().cast(pl.Int32).cast(pl.Date)).sort(by)
