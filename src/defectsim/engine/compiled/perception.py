"""Perception of the unit and its commander, of the country, and of ties."""

from functools import cache

import numpy as np

from defectsim.engine import news
from defectsim.engine.compiled.cache import compiled, inlined
from defectsim.model.rule import Unit
from defectsim.model.transitions import Status

LOYAL, SHIRKING = int(Status.LOYAL), int(Status.SHIRKING)
DESERTED, DEFECTED = int(Status.DESERTED), int(Status.DEFECTED)


@cache
def record_type(*names: str) -> np.dtype[np.void]:
    """Return the type of a record of numbers; its title keeps it apart from longer ones.

    Numba takes a record that begins with the fields of another for a subtype of that one.
    """
    first = [((f"fields_{len(names)}", name), np.float64) for name in names[:1]]
    return np.dtype([*first, *((name, np.float64) for name in names[1:])])


UNIT = record_type("deserted", "defected", "shirking", "commander_deserted", "commander_defected")
"""Perceived parts of a unit: shares of its strength, and whether its commander has left."""

public_news = compiled(news.public_news)


@inlined
def see_unit(units, own, superior):
    """Return what people of a unit see around them, under the commander of a superior one."""
    unit, above = units[own], units[max(superior, 0)]
    led = 1.0 if superior >= 0 else 0.0
    return Unit(
        unit.deserted,
        unit.defected,
        led * above.commander_deserted,
        led * above.commander_defected,
        unit.shirking,
    )


@compiled
def show_unit(army, state, unit):
    """Update what people see of a unit."""
    people, counts, seen = float(army.strength[unit]), state.unit_counts, state.units[unit]
    seen.deserted = counts[DESERTED, unit] / people
    seen.defected = counts[DEFECTED, unit] / people
    seen.shirking = counts[SHIRKING, unit] / people
    show_commander(state, unit)


@inlined
def show_commander(state, unit):
    """Update what people see of the commander of a unit."""
    commander = state.commander[unit]
    status = state.status[commander] if commander >= 0 else LOYAL
    state.units[unit].commander_deserted = 1.0 if status == DESERTED else 0.0
    state.units[unit].commander_defected = 1.0 if status == DEFECTED else 0.0


@compiled
def see_country(arguments, counts, step):
    """Update what each audience sees, and in `news` for which a field changed that rules read."""
    shared = public_news(counts, step, arguments.news_lag, arguments.memory)
    levers, seen = arguments.levers[step], arguments.country
    changed = arguments.news
    for audience in range(len(seen)):
        changed[audience, 0] = changed[audience, 1] = False
        for field in range(seen.shape[1]):
            lever = field - len(shared)
            value = levers[audience, lever] if lever >= 0 else shared[field]
            if value != seen[audience, field]:
                seen[audience, field] = value
                for kind in range(2):
                    changed[audience, kind] |= arguments.country_read[kind, field]


@inlined
def share_of_ties(state, tie, row):
    """Return the share of a person's sideways ties who have the status of a place in `tied`."""
    degree = state.degree[row]
    return state.tied[tie, row] / float(degree) if degree > 0 else 0.0
