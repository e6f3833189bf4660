"""Changes of what rules perceive: when each kind of them came last, before a step.

They are read off the record of a run that has ended, so they are the same for all engines. Dates
that pass, columns that acts write, and people's own state are not among them.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.core.errors import UncompilableError
from defectsim.engine.compiled.perception import public_news
from defectsim.engine.events import Events
from defectsim.engine.protocol import Engine
from defectsim.model.person import Array
from defectsim.model.rule import NEWS_FIELDS, TIES, Unit
from defectsim.model.transitions import STATUSES, Cause, Rank
from defectsim.population.units import Level

type Steps = NDArray[Any]
"""Step in which rules could perceive a change first, by decision; 0 where there was none."""
type _Names = frozenset[str]

_LATEST = 2**20
"""A step that no clock reaches."""
_AT_ONCE = np.isin(list(Cause), (Cause.RECALL, Cause.TIE, Cause.DISCOVERY, Cause.ATTEMPT))
"""Shape (causes,): whether such events come before people are asked in the same step."""
_DATES = ("years", "day_of_year")


class Decided(NamedTuple):
    """Decisions of people who share a rule, each of shape (decisions,)."""

    row: NDArray[np.int32]
    step: NDArray[np.int32]


class ChangeIndex(NamedTuple):
    """Steps in which somebody, or something, changed, by its number."""

    key: NDArray[np.int64]
    """Shape (changes,): numbers and steps as one number, in order."""

    @classmethod
    def of(cls, number: NDArray[Any], step: NDArray[Any]) -> "ChangeIndex":
        """Return the index of changes of some numbers in some steps."""
        return cls(np.sort(number.astype(np.int64) * _LATEST + step))

    def place(self, number: NDArray[Any], step: NDArray[Any]) -> NDArray[np.int64]:
        """Return the place of the last change of each number up to a step; -1 where none is."""
        wanted = number.astype(np.int64)
        place = np.searchsorted(self.key, wanted * _LATEST + step, side="right") - 1
        none = (place < 0) | (np.append(self.key, -1)[place] // _LATEST != wanted)
        return np.where(none, -1, place)

    def before(self, number: NDArray[Any], step: NDArray[Any]) -> Steps:
        """Return the step of the last change of each number up to a step; 0 where none is."""
        place = self.place(number, step)
        return np.where(place >= 0, np.append(self.key, 0)[place] % _LATEST, 0)


def perceived_names(engine: Engine, rank: Rank) -> _Names:
    """Return the names that the rule of a rank, and its belief, read; all if it cannot be traced."""
    decisions = engine.inputs.decisions
    who = "general" if rank == Rank.GENERAL else "soldier"
    try:
        names = decisions.reads(who)
        return names | decisions.reads("belief") if "belief" in names else names
    except UncompilableError:
        levers = engine.inputs.calendar.levers
        return frozenset({*levers, *NEWS_FIELDS, *Unit._fields, *TIES})


def perceived_from(events: Events) -> Steps:
    """Return the step in which rules perceive each event first."""
    return events.step.astype(np.int64) + ~_AT_ONCE[events.cause]


def lever_changes(engine: Engine, decided: Decided, names: _Names) -> Steps:
    """Return when a lever that people read last changed as it reaches them."""
    timeline = engine.inputs.everybody
    values = timeline.values[:, :, [name in names for name in engine.inputs.calendar.levers]]
    changed = np.zeros(values.shape[:2], bool)
    changed[1:] = (values[1:] != values[:-1]).any(axis=2)
    return _last(changed)[decided.step, timeline.audience[decided.row]]


def news_changes(engine: Engine, decided: Decided, names: _Names) -> Steps:
    """Return when a field of the news that people read last changed, dates apart."""
    steps, lag = engine.inputs.clock.steps, engine.inputs.news_lag
    news, changed = np.zeros((steps, len(NEWS_FIELDS))), np.zeros(steps, bool)
    read = [name in names - {*_DATES} for name in NEWS_FIELDS]
    if any(read):
        known = {one.step: one.memory for one in engine.recollections}
        memory = known[0]
        for step in range(steps):
            memory = known.get(step, memory)
            public_news(engine.counts, step, lag, memory, news[step])
        changed[1:] = (news[1:] != news[:-1])[:, read].any(axis=1)
    return _last(changed)[decided.step]


def unit_changes(engine: Engine, events: Events, decided: Decided, names: _Names) -> Steps:
    """Return when somebody last changed status in the unit of people, or in their branch.

    Units have all units below them; only statuses count of which rules read the share.
    """
    unit, ancestors = engine.inputs.population.unit, engine.inputs.population.units.ancestors
    found, own = np.zeros(len(decided.row), np.int64), unit[decided.row]
    for prefix, asked, above in (
        ("", own, ancestors),
        ("branch_", ancestors[own, Level.BRANCH], ancestors[:, [Level.BRANCH]]),
    ):
        read = [name for name in STATUSES if f"{prefix}{name}" in names]
        seen = _in_statuses(events, read)
        if seen.any():
            changed = _unit_steps(unit[events.row[seen]], events.step[seen] + 1, above, asked)
            found = np.maximum(found, changed.last(asked, decided.step))
    return found


class _UnitSteps(NamedTuple):
    """Last change in units that are asked about, up to each step."""

    place: NDArray[np.int64]
    """Shape (units + 1,): row of each unit in `table`, 0 of others; the last stands for no unit."""
    table: NDArray[np.int32]

    def last(self, unit: NDArray[np.int32], step: NDArray[np.int32]) -> Steps:
        """Return the last change in each unit up to a step; 0 where there was none."""
        found: Steps = self.table[self.place[unit], np.minimum(step, self.table.shape[1] - 1)]
        return found


def _unit_steps(
    unit: NDArray[np.int32], step: NDArray[np.int32], above: Array, asked: NDArray[np.int32]
) -> _UnitSteps:
    """Return the last changes in units that are asked about, given the unit of each change."""
    place = np.zeros(len(above) + 1, np.int64)
    wanted = np.flatnonzero(np.bincount(asked, minlength=len(above)))
    place[wanted] = np.arange(1, len(wanted) + 1)
    table = np.zeros((len(wanted) + 1, int(step.max()) + 1), np.int32)
    for ancestor in above.T:
        table[place[ancestor][unit], step] = step
    np.maximum.accumulate(table, axis=1, out=table)
    return _UnitSteps(place, table)


def tie_changes(engine: Engine, events: Events, decided: Decided, names: _Names) -> Steps:
    """Return when somebody last changed status to whom people have a sideways tie."""
    ties = engine.inputs.ties
    seen = _in_statuses(events, [str(status) for name, status in TIES.items() if name in names])
    of_rows = ChangeIndex.of(events.row[seen], events.step[seen] + 1)
    degree = ties.indptr[decided.row + 1] - ties.indptr[decided.row]
    decision = np.repeat(np.arange(len(decided.row)), degree)
    within = np.arange(len(decision)) - np.repeat(np.cumsum(degree) - degree, degree)
    near = ties.indices[ties.indptr[decided.row][decision] + within]
    found = np.zeros(len(decided.row), np.int64)
    np.maximum.at(found, decision, of_rows.before(near, decided.step[decision]))
    return found


def own_changes(events: Events) -> Steps:
    """Return, of each event, when the same person last changed status before; else 0."""
    order = np.argsort(events.row, kind="stable")
    row, step = events.row[order], events.step[order]
    found = np.zeros(len(row), np.int64)
    found[order[1:]] = np.where(row[1:] == row[:-1], np.minimum(step[:-1] + 1, step[1:]), 0)
    return found


def _last(changed: NDArray[np.bool_]) -> Steps:
    """Return the last step up to each in which something changed; 0 where nothing had."""
    steps = np.arange(len(changed)).reshape(-1, *[1] * (changed.ndim - 1))
    return np.maximum.accumulate(np.where(changed, steps, 0), axis=0)


def _in_statuses(events: Events, names: Collection[str]) -> NDArray[np.bool_]:
    """Flag events that lead to some statuses, or from them."""
    codes = [STATUSES.index(name) for name in names]
    return np.isin(events.start, codes) | np.isin(events.end, codes)
