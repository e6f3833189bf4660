"""One step of the column engine, in compiled pieces.

What depends on a scenario's rules is generated (`engine.generate`) and calls these. In a step, rules see the army as it
stood at the start: people leave and are counted after everybody has decided, and what they changed is seen next step.
"""

import numba
import numpy as np

from defectsim.behaviour.rule import LEADS_TO, Rates, Unit
from defectsim.core.statuses import Cause, Rank, Status
from defectsim.engine import fixed as plain
from defectsim.engine.fixed import NEVER

WAYS = len(Rates._fields)
LOYAL = int(Status.LOYAL)
DEFECT = Rates._fields.index("defect")
DESERT = Rates._fields.index("desert")
GENERAL = int(Rank.GENERAL)
DECISION = int(Cause.DECISION)
COMMANDER = int(Cause.COMMANDER)
REACHED = tuple(int(LEADS_TO[way]) for way in Rates._fields)
NO_WAY = -1
NEVER_ASKED = -1

inlined = numba.njit(nogil=True, error_model="numpy")
advanced, fixed, fraction = inlined(plain.advanced), inlined(plain.fixed), inlined(plain.fraction)
survived = inlined(plain.survived)
compiled = numba.njit(nogil=True, error_model="numpy", cache=__name__ != "defectsim.engine.kernel")
"""What it makes is kept on disk for the copy alone whose name is its hash; see `engine.generate`."""


@compiled
def look(unit, superior, gone, strength, status):
    """Return what the people of a cell see around them."""
    people = float(strength[unit])
    commander = status[superior] if superior >= 0 else LOYAL
    return Unit(
        gone[DESERT, unit] / people,
        gone[DEFECT, unit] / people,
        1.0 if commander == REACHED[DESERT] else 0.0,
        1.0 if commander == REACHED[DEFECT] else 0.0,
    )


@compiled
def seen_by_all(army, life):
    """Return the shares of the armed forces that have deserted and defected, and of the generals who have defected."""
    people = float(len(army.rank))
    deserted, defected = 0, 0
    for unit in range(len(army.parent)):
        if army.parent[unit] < 0:
            deserted += life.gone[DESERT, unit]
            defected += life.gone[DEFECT, unit]
    generals = life.generals_gone[DEFECT] / float(max(army.generals, 1))
    return deserted / people, defected / people, generals


@compiled
def tied(row, ties_first, ties_gone):
    """Return the share of a person's sideways ties who have defected."""
    ties = ties_first[row + 1] - ties_first[row]
    return ties_gone[row] / float(ties) if ties > 0 else 0.0


@compiled
def accumulate(clock, before, increment, cell, rates, years):
    """Let the clocks of a cell run for a step of `years` at annual `rates`; return the way of a rate that is none."""
    for way in range(WAYS):
        rate = rates[way]
        if not rate >= 0.0:
            return way
        step = fixed(rate * years)
        before[way, cell], increment[way, cell] = clock[way, cell], step
        clock[way, cell] = advanced(clock[way, cell], step)
    return NO_WAY


@compiled
def repeat(clock, before, increment, cell):
    """Let the clocks of a cell run on at the rates of the step before."""
    for way in range(WAYS):
        before[way, cell] = clock[way, cell]
        clock[way, cell] = advanced(clock[way, cell], increment[way, cell])


@compiled
def leave(army, life, step):
    """Let everybody go whose resistance a clock has passed; where several have, the one that passed first."""
    for cell in range(len(army.kind)):
        if life.present[cell] > 0:
            for way in range(WAYS):
                if life.clock[way, cell] >= life.lowest[way, cell]:
                    _open(army, life, cell, step, np.int64(DECISION))
                    break


@compiled
def pull(army, life, cell, probability, step):
    """Let those of a cell follow their commander whose resistance the pull overcomes."""
    if not 0.0 <= probability <= 1.0:
        life.fault[0], life.fault[1] = cell + 1, WAYS
        return
    life.asked[cell] = NEVER_ASKED
    for way in range(WAYS):
        life.increment[way, cell] = 0
    increment = fixed(survived(probability))
    life.increment[DEFECT, cell] = increment
    life.before[DEFECT, cell] = life.clock[DEFECT, cell]
    life.clock[DEFECT, cell] = advanced(life.clock[DEFECT, cell], increment)
    if life.clock[DEFECT, cell] >= life.lowest[DEFECT, cell]:
        _open(army, life, cell, step, np.int64(COMMANDER))


@compiled
def _open(army, life, cell, step, cause):
    """Look at each person of a cell: some leave, and the smallest resistances of the others are found anew."""
    for way in range(WAYS):
        life.lowest[way, cell] = NEVER
    for place in range(army.first[cell], army.first[cell + 1]):
        row = army.member[place]
        if life.status[row] != LOYAL:
            continue
        way = _first_passed(life, cell, place)
        if way != NO_WAY:
            _record(life, row, way, step, cause)
            life.present[cell] -= 1
            continue
        for other in range(WAYS):
            life.lowest[other, cell] = min(life.lowest[other, cell], life.resistance[other, place])


@compiled
def _first_passed(life, cell, place):
    """Return the way out whose clock passed a person's resistance first in this step, or NO_WAY."""
    first, earliest = NO_WAY, 2.0
    for way in range(WAYS):
        resistance, clock = life.resistance[way, place], life.clock[way, cell]
        if clock >= resistance:
            when = fraction(resistance, life.before[way, cell], life.increment[way, cell])
            if when < earliest:
                first, earliest = way, when
    return first


@compiled
def depart(life, row, cell, way, step):
    """Let one person of a cell go who decided outside of rules."""
    _record(life, row, way, step, np.int64(DECISION))
    life.present[cell] -= 1


@compiled
def _record(life, row, way, step, cause):
    life.status[row] = REACHED[way]
    event = life.tally[0]
    life.event_step[event] = step
    life.event_row[event] = row
    life.event_way[event] = way
    life.event_cause[event] = cause
    life.tally[0] += 1


@compiled
def leads(army, life, event):
    """Return the unit that somebody who has just defected commands, or -1."""
    row = life.event_row[event]
    unit = army.unit[row]
    return unit if life.event_way[event] == DEFECT and army.commander[unit] == row else -1


@compiled
def settle(army, life, step):
    """Count those who left in this step, for all to see in the next one."""
    for branch in range(life.counts.shape[1]):
        for rank in range(life.counts.shape[2]):
            for status in range(life.counts.shape[3]):
                life.counts[step + 1, branch, rank, status] = life.counts[step, branch, rank, status]
    for event in range(life.tally[1], life.tally[0]):
        row, way = life.event_row[event], life.event_way[event]
        branch, rank = army.branch[row], army.rank[row]
        life.counts[step + 1, branch, rank, LOYAL] -= 1
        life.counts[step + 1, branch, rank, REACHED[way]] += 1
        unit = army.unit[row]
        if army.commander[unit] == row:
            for place in range(army.follows_first[unit], army.follows_first[unit + 1]):
                life.asked[army.follows[place]] = NEVER_ASKED
        while unit >= 0:
            life.gone[way, unit] += 1
            life.changes[unit] += 1
            unit = army.parent[unit]
        if rank == GENERAL:
            life.generals_gone[way] += 1
        if way == DEFECT:
            for tie in range(army.ties_first[row], army.ties_first[row + 1]):
                life.ties_gone[army.ties[tie]] += 1
    life.tally[1] = life.tally[0]
