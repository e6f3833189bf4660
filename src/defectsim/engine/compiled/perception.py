"""Perception of the unit and its commander, of the country, and of ties."""

from functools import cache
from typing import Any

import numpy as np

from defectsim.engine import news
from defectsim.engine.compiled.cache import compiled, inlined
from defectsim.model.rule import BRANCH_SHARES, UNIT_SHARES, Unit
from defectsim.model.transitions import Status

LOYAL = int(Status.LOYAL)
DESERTED, DEFECTED = int(Status.DESERTED), int(Status.DEFECTED)


@cache
def record_type(*names: str) -> np.dtype[np.void]:
    """Return the type of a record of numbers; its title keeps it apart from longer ones.

    Numba takes a record that begins with the fields of another for a subtype of that one.
    """
    first = [((f"fields_{len(names)}", name), np.float64) for name in names[:1]]
    return np.dtype([*first, *((name, np.float64) for name in names[1:])])


COMMANDER_DESERTED, COMMANDER_DEFECTED = len(Status), len(Status) + 1
PARTS = len(Status) + 2
"""Perceived parts of a unit: the share of each status, and whether its commander has left."""
_SEEN = (
    {place: f"units[own, {status}]" for status, place in enumerate(UNIT_SHARES)}
    | {place: f"units[top, {status}]" for status, place in enumerate(BRANCH_SHARES)}
    | {
        Unit._fields.index("commander_deserted"): f"led * units[above, {COMMANDER_DESERTED}]",
        Unit._fields.index("commander_defected"): f"led * units[above, {COMMANDER_DEFECTED}]",
    }
)
"""Text of each field of `Unit`, by its place."""

public_news = compiled(news.public_news)


def unit_seen(places: tuple[int, ...]) -> Any:
    """Return the function that returns some fields of `Unit`, and 0.

    Its arguments are what is seen of all `units`, a person's own, the branch on top of it, the unit
    whose commander is above them, and 1 if there is one, else 0.
    """
    fields = "".join(f"{_SEEN[place]}, " for place in places)
    return inlined(eval(f"lambda units, own, top, above, led: ({fields}0.0,)"))


@compiled
def show_unit(army, state, unit):
    """Update what people see of a unit."""
    people, counts = float(army.strength[unit]), state.unit_counts
    for status in range(len(counts)):
        state.units[unit, status] = counts[status, unit] / people
    show_commander(state, unit)


@inlined
def show_commander(state, unit):
    """Update what people see of the commander of a unit."""
    commander = state.commander[unit]
    status = state.status[commander] if commander >= 0 else LOYAL
    state.units[unit, COMMANDER_DESERTED] = 1.0 if status == DESERTED else 0.0
    state.units[unit, COMMANDER_DEFECTED] = 1.0 if status == DEFECTED else 0.0


@compiled
def see_country(arguments, counts, step):
    """Update what each audience sees, and note in `news` the groups whose rules read what changed."""
    shared = arguments.shared_news
    public_news(counts, step, arguments.news_lag, arguments.memory, shared)
    levers, seen = arguments.levers[step], arguments.country
    changed = arguments.news
    for audience in range(len(seen)):
        changed[2 * audience] = changed[2 * audience + 1] = False
        for field in range(seen.shape[1]):
            lever = field - len(shared)
            value = levers[audience, lever] if lever >= 0 else shared[field]
            if value != seen[audience, field]:
                seen[audience, field] = value
                for kind in range(2):
                    changed[2 * audience + kind] |= arguments.country_read[kind, field]


@inlined
def share_of_ties(state, tie, row):
    """Return the share of a person's sideways ties who have the status of a place in `tied`."""
    degree = state.degree[row]
    return state.tied[tie, row] / float(degree) if degree > 0 else 0.0
