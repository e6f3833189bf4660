"""Attribution by record: cascades as forests of who brought whose change of status about.

A person who took a status hangs below whoever brought it about, if that person had taken it too:
the commander who was followed, the plotter who won somebody over. Whoever hangs below nobody began
a cascade; most cascades are of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from defectsim.analysis.shares import bands, quantiles
from defectsim.core.errors import StudyDamagedError, StudyIncompleteError
from defectsim.core.formatting import BAND

WAYS = ("vertical", "horizontal", "alone")
"""Ways in which people came to a status: after a commander, after another person, or after nobody."""


@dataclass(frozen=True)
class Cascades:
    """Cascades of people who took a status, across runs.

    Attributes
    ----------
    runs
        Number of runs that ended well.
    by_run
        A row a run: *replicate*, *people*, those of each of `WAYS`, *cascades* of two or more, the
        people in the *largest* of these, the *depth* of the deepest, and the *first* date.
    before
        A row a cause, and for decisions a kind of change that came last before them, null where
        nothing had changed: quantiles of people across runs, ``people_q05``, ``people_q50``, ...
    sizes
        Number of *cascades* of each *size*, of one person and more, in all runs.
    reproduction
        A row a *week*: quantiles, across *runs* in which anybody took the status in it, of the number
        of people whom one of them brought along later or at once (the reproduction number).
    movers
        A row a person who was among the first to take the status, following nobody of them, or
        began the largest cascade of a run: *agent*, *rank*, *branch*, and the number of runs, *first* and *largest*.
    """

    runs: int
    by_run: pl.DataFrame
    before: pl.DataFrame
    sizes: pl.DataFrame
    reproduction: pl.DataFrame
    movers: pl.DataFrame


def cascades(causes: pl.LazyFrame, replicates: Sequence[int], status: str) -> Cascades:
    """Read the cascades of a status from the causes of changes of status.

    Parameters
    ----------
    causes
        Table of one point of a study; see `record.causes` of a scenario.
    replicates
        Those that ended well.
    status
        Status that people end up with, such as ``defected``; their first time counts.

    Raises
    ------
    StudyIncompleteError
        When there is no run.
    """
    if not replicates:
        raise StudyIncompleteError("there is no run whose causes could be read: each failed")
    taken = first_takers(causes, replicates, status)
    trees = forest(taken)
    runs = pl.DataFrame({"replicate": replicates}, {"replicate": taken.schema["replicate"]})
    return Cascades(
        runs=len(replicates),
        by_run=_by_run(trees, runs),
        before=_before(trees, runs),
        sizes=_sizes(trees).group_by("size").agg(pl.len().alias("cascades")).sort("size"),
        reproduction=_reproduction(trees),
        movers=_movers(trees),
    )


def first_takers(causes: pl.LazyFrame, replicates: Sequence[int], status: str) -> pl.DataFrame:
    """Return the first time that each person of a run took a status, by date."""
    return (
        causes.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
        .filter(pl.col("status_to") == status, pl.col("replicate").is_in(replicates))
        .collect()
        .sort("replicate", "date", maintain_order=True)
        .unique(["replicate", "agent"], keep="first", maintain_order=True)
    )


def forest(taken: pl.DataFrame) -> pl.DataFrame:
    """Return the place of people in the cascades of their runs.

    Parameters
    ----------
    taken
        A row a person and run, by date.

    Returns
    -------
    DataFrame
        The same rows with *number*, *way*, the number of the *root* of each one's cascade, the
        *depth* below it, and the number of people whom each brought along, *followers*.
    """
    numbered = taken.with_row_index("number").cast({"number": pl.Int64})
    above = numbered.select("replicate", instigator="agent", parent="number", parent_date="date")
    placed = numbered.join(
        above, on=["replicate", "instigator"], how="left", maintain_order="left"
    ).with_columns(pl.when(pl.col("parent_date") <= pl.col("date")).then("parent"))
    parent = placed["parent"].fill_null(-1).to_numpy()
    root, depth = _roots(parent)
    followed = pl.col("cause").is_in(["commander", "decision"])
    way = pl.when(pl.col("instigator").is_null()).then(pl.lit("alone"))
    return placed.drop("parent_date").with_columns(
        way=way.when(followed).then(pl.lit("vertical")).otherwise(pl.lit("horizontal")),
        root=pl.Series(root),
        depth=pl.Series(depth),
        followers=pl.Series(np.bincount(parent[parent >= 0], minlength=len(parent))),
    )


def _roots(parent: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the root of each tree's members, and their depth below it, by ever longer jumps."""
    root = np.where(parent >= 0, parent, np.arange(len(parent)))
    depth = (parent >= 0).astype(np.int64)
    for _ in range(len(parent).bit_length()):
        depth += depth[root]
        root = root[root]
    if (parent[root] >= 0).any():
        raise StudyDamagedError(
            "who brought whom along goes in a circle, which no run records: `defectsim verify` the "
            "study"
        )
    return root, depth


def _sizes(trees: pl.DataFrame) -> pl.DataFrame:
    """Return a row a cascade: replicate, root, size, depth."""
    return trees.group_by("replicate", "root", maintain_order=True).agg(
        pl.len().alias("size"), pl.col("depth").max()
    )


def _by_run(trees: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    people = trees.group_by("replicate").agg(
        pl.len().alias("people"),
        *((pl.col("way") == way).sum().alias(way) for way in WAYS),
        first=pl.col("date").min(),
    )
    grown = pl.col("size") > 1
    of_cascades = (
        _sizes(trees)
        .group_by("replicate")
        .agg(
            cascades=grown.sum(),
            largest=pl.col("size").filter(grown).max(),
            depth=pl.col("depth").max(),
        )
    )
    found = runs.join(people, on="replicate", how="left").join(
        of_cascades, on="replicate", how="left"
    )
    counts = ("people", *WAYS, "cascades", "largest", "depth")
    return found.select("replicate", pl.col(counts).fill_null(0), "first").sort("replicate")


def _before(trees: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    kinds = trees.select("cause", "changed").unique()
    counted = trees.group_by("replicate", "cause", "changed").agg(pl.len().alias("people"))
    every = runs.join(kinds, how="cross").join(
        counted, on=["replicate", "cause", "changed"], how="left", nulls_equal=True
    )
    people = pl.col("people").fill_null(0)
    found = every.group_by("cause", "changed").agg(bands(people=people))
    order = ["people_q50", "people_q95", "cause", "changed"]
    return found.sort(order, descending=[True, True, False, False])


def _reproduction(trees: pl.DataFrame) -> pl.DataFrame:
    weekly = trees.group_by("replicate", pl.col("date").dt.truncate("1w").alias("week")).agg(
        number=pl.col("followers").mean()
    )
    return (
        weekly.group_by("week")
        .agg(pl.len().alias("runs"), *quantiles(pl.col("number"), BAND))
        .sort("week")
    )


def _movers(trees: pl.DataFrame) -> pl.DataFrame:
    size = pl.len().over("root")
    grown = trees.with_columns(size=size).filter(pl.col("size") > 1, pl.col("depth") == 0)
    largest = grown.filter(pl.col("size") == pl.col("size").max().over("replicate"))
    begins = pl.col("date") == pl.col("date").min().over("replicate")
    first = trees.filter(begins, pl.col("depth") == 0)
    person = ("agent", "rank", "branch")
    marked = pl.concat(
        [
            first.select(*person, first=1, largest=0),
            largest.select(*person, first=0, largest=1),
        ]
    )
    found = marked.group_by(person).agg(pl.col("first", "largest").sum())
    return found.sort("largest", "first", "agent", descending=[True, True, False])
