"""Causes of changes of status: who brought each about, and what led to each decision."""

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from defectsim.engine.events import Events
from defectsim.engine.protocol import Engine
from defectsim.engine.records import changes
from defectsim.engine.records.commanders import commander_changes
from defectsim.model.transitions import Cause, Rank
from defectsim.population.units import NOBODY

KINDS = ("lever", "news", "unit", "commander", "ties", "own status")
"""Kinds of changes that rules perceive."""
LABELS = pl.Series(
    [
        " + ".join(kind for place, kind in enumerate(KINDS) if bits >> place & 1) or None
        for bits in range(2 ** len(KINDS))
    ]
)
"""Label of each number in `Causes.changed`."""


class Causes(NamedTuple):
    """Causes of events, each of shape (events,)."""

    instigator: NDArray[np.int64]
    """Row of whoever brought it about: the commander who was followed, or whose change preceded the
    decision; the plotter who won somebody over; who began the conspiracy that struck; the informer;
    or -1."""
    changed: NDArray[np.int64]
    """Kinds of what changed last before a decision, as bits in the order of `KINDS`; 0 of what is
    no decision by rule, and where nothing had changed since the start."""
    since: NDArray[np.int64]
    """Step in which rules could perceive that first."""


def causes_of(engine: Engine, events: Events) -> Causes:
    """Return the causes of the events of a run that has ended."""
    instigator = np.where(events.instigator == events.row, NOBODY, events.instigator)
    found = Causes(instigator.astype(np.int64), *np.zeros((2, len(events.row)), np.int64))
    own = changes.own_changes(events)
    decision = events.cause == Cause.DECISION
    general = engine.inputs.population.rank[events.row] == Rank.GENERAL
    for rank, of_rank in ((Rank.GENERAL, general), (Rank.ENLISTED, ~general)):
        if len(places := np.flatnonzero(decision & of_rank)):
            _explain(engine, events, places, rank, own[places], found)
    return found


def _explain(
    engine: Engine,
    events: Events,
    places: NDArray[np.int64],
    rank: Rank,
    own: changes.Steps,
    found: Causes,
) -> None:
    """Set the causes of decisions of people who share a rule."""
    names = changes.perceived_names(engine, rank)
    decided = changes.Decided(events.row[places], events.step[places])
    since, commander = commander_changes(engine, events, names).last(engine, decided)
    last = (
        changes.lever_changes(engine, decided, names),
        changes.news_changes(engine, decided, names),
        changes.unit_changes(engine, events, decided, names),
        since,
        changes.tie_changes(engine, events, decided, names),
        own,
    )
    latest = np.maximum.reduce(last)
    bits = [np.where((one == latest) & (one > 0), 1 << bit, 0) for bit, one in enumerate(last)]
    found.since[places], found.changed[places] = latest, np.bitwise_or.reduce(bits)
    led = (bits[KINDS.index("commander")] > 0) & (commander != decided.row)
    found.instigator[places[led]] = commander[led]
