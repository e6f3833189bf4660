"""People who are alike in everything their rules read, and stand in the same place, form a cell."""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from defectsim.behaviour.decisions import Decision, Decisions
from defectsim.behaviour.trace import trace
from defectsim.core.statuses import Rank
from defectsim.engine.army import Army
from defectsim.population.population import Population
from defectsim.population.units import NOBODY


def group(
    population: Population, likeness: Mapping[str, NDArray[np.int32]], decisions: Decisions, always: frozenset[str]
) -> Army:
    """Group people into cells by the columns that their rules read.

    Parameters
    ----------
    likeness
        See `Population.likeness`; cells that follow it are the same in every replicate.
    always
        Columns in which a cell's people must be alike whether or not a rule reads them.
    """
    kind = (population.rank == Rank.GENERAL).astype(np.int8)
    key = pl.DataFrame({"kind": kind, "unit": population.unit, "superior": population.superior})
    read = [_reads(decider, decisions.follow) | always for decider in (decisions.soldier, decisions.general)]
    own = {
        name: np.where(kind, *(array if name in reads else 0 for reads in reversed(read)))
        for name, array in likeness.items()
    }
    rows = np.arange(len(population))
    ties = np.diff(population.ties.indptr)
    alone = [(ties > 0) & ("ties_defected" in reads) for reads in reversed(read)]
    key = key.with_columns(**own, alone=np.where(np.where(kind, *alone), rows, NOBODY), row=rows)
    cells = key.group_by(pl.exclude("row"), maintain_order=True).agg(pl.col("row"))
    size = cells["row"].list.len().to_numpy().astype(np.int64)
    superior = cells["superior"].to_numpy()
    led = np.flatnonzero(superior != NOBODY)
    leader = population.unit[superior[led]]
    units = population.units
    return Army(
        first=np.concatenate([[0], np.cumsum(size)]).astype(np.int64),
        member=cells["row"].explode().to_numpy().astype(np.int32),
        kind=cells["kind"].to_numpy(),
        cell_unit=cells["unit"].to_numpy(),
        superior=superior,
        follows_first=np.concatenate([[0], np.cumsum(np.bincount(leader, minlength=len(units.level)))]).astype(
            np.int64
        ),
        follows=led[np.argsort(leader, kind="stable")].astype(np.int64),
        rank=population.rank,
        branch=population.branch,
        unit=population.unit,
        parent=units.parent,
        commander=units.commander,
        strength=units.strength,
        ties_first=population.ties.indptr.astype(np.int32),
        ties=population.ties.indices.astype(np.int32),
        generals=int(np.count_nonzero(kind)),
    )


def _reads(decider: Decision, follow: Decision) -> frozenset[str]:
    """Return the names that a decision, and following, read; the columns that they read are among them."""
    return trace(decider.rule).names | trace(follow.rule).names
