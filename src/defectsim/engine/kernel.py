"""One step of the column engine, in compiled pieces.

What depends on a scenario's rules is generated (`engine.generate`) and calls these. In a step, rules see the army as it
stood at the start: people leave and are counted after everybody has decided, and what they changed is seen next step.
Clocks run at the rates of the last answer until their room is asked again; between, they are not touched.
"""

import numba
import numpy as np

from defectsim.behaviour.rule import Rates, Unit
from defectsim.core.statuses import RANKS, SERVING, STATUSES, WAYS, Cause, Status
from defectsim.engine import draws, news
from defectsim.engine import fixed as plain
from defectsim.engine.fixed import CERTAIN, NEVER

DECIDED = len(Rates._fields)
NAMES = tuple(WAYS)
DEFECT = NAMES.index("defect")
END = tuple(int(way.end) for way in WAYS.values())
OPEN = tuple(tuple(status in WAYS[way].start for way in Rates._fields) for status in SERVING)
LOYAL, DESERTED, DEFECTED = int(Status.LOYAL), int(Status.DESERTED), int(Status.DEFECTED)
SHIRKING, PLOTTING = int(Status.SHIRKING), int(Status.PLOTTING)
ROOMS = len(SERVING)
DECISION, COMMANDER = int(Cause.DECISION), int(Cause.COMMANDER)
NO_WAY = -1
NEVER_ASKED = -1
FAR = 1e6

inlined = numba.njit(nogil=True, error_model="numpy")
reached, fixed, fraction = inlined(plain.reached), inlined(plain.fixed), inlined(plain.fraction)
survived, toughened = inlined(plain.survived), inlined(plain.toughened)
uniform = inlined(draws.uniform)
compiled = numba.njit(nogil=True, error_model="numpy", cache=__name__ != "defectsim.engine.kernel")
"""What it makes is kept on disk for the copy alone whose name is its hash; see `engine.generate`."""
heard = compiled(news.heard)


@compiled
def look(army, life, cell):
    """Return what the people of a cell see around them."""
    unit, above = army.cell_unit[cell], army.above[cell]
    people = float(army.strength[unit])
    commander = life.commander[above] if above >= 0 else -1
    status = life.status[commander] if commander >= 0 else LOYAL
    return Unit(
        life.stands[DESERTED, unit] / people,
        life.stands[DEFECTED, unit] / people,
        1.0 if status == DESERTED else 0.0,
        1.0 if status == DEFECTED else 0.0,
        life.stands[SHIRKING, unit] / people,
    )


@compiled
def hear(life, step):
    """Return what everybody hears when a step begins."""
    return heard(life.counts, step, life.weight, life.delay[0], life.memory)


@compiled
def tied(row, ties_first, ties_gone):
    """Return the share of a person's sideways ties who have defected."""
    ties = ties_first[row + 1] - ties_first[row]
    return ties_gone[row] / float(ties) if ties > 0 else 0.0


@compiled
def catch_up(life, room, step):
    """Let the clocks of a room run on to the beginning of a step."""
    steps = step - life.since[room]
    if steps > 0:
        for way in range(DECIDED):
            life.clock[room, way] = reached(life.clock[room, way], life.increment[room, way], steps)
        life.since[room] = step


@compiled
def set_rates(life, room, status, rates, years):
    """Let the clocks of a room run at annual `rates` from now on; return the way of a rate that is none."""
    for way in range(DECIDED):
        rate = rates[way]
        if not rate >= 0.0:
            return way
        life.increment[room, way] = fixed(rate * years) if OPEN[status][way] else 0
    return NO_WAY


@compiled
def plan(life, room, step, number):
    """Find out when a clock of a room can pass a resistance first, and return how many rooms are due in this step."""
    soonest, due = FAR, False
    for way in range(DECIDED):
        increment = life.increment[room, way]
        if increment > 0:
            left = life.lowest[room, way] - life.clock[room, way]
            due = due or left <= increment
            soonest = min(soonest, float(left) / float(increment))
    life.wake[room] = step + max(int(soonest * (1.0 - 1e-9)), 1)
    if not due:
        return number
    life.due[number] = room
    return number + 1


@compiled
def leave(army, life, step, number):
    """Let everybody in the rooms that are due go whose resistance a clock has passed."""
    begun = life.tally[0]
    for place in range(number):
        room = life.due[place]
        _open(army, life, room, step, np.int64(DECISION))
        plan(life, room, step, 0)
    for event in range(begun, life.tally[0]):
        _settle_in(army, life, life.events[event, 1], step + 1, step)


@compiled
def doubts(belief):
    """Return 1 for who believes that the regime will fall, else 0."""
    return 1 if belief < 0.5 else 0


@compiled
def believed(army, life, cell, belief):
    """Note the belief of a cell, and return it."""
    if not 0.0 <= belief <= 1.0:
        life.fault[0], life.fault[1] = cell + 1, DECIDED + 1
    change = doubts(belief) - doubts(life.belief[cell])
    if change != 0:
        cells, row = len(army.kind), army.member[army.first[cell]]
        for status in range(ROOMS):
            life.doubting_now[army.branch[row], army.rank[row]] += change * life.present[status * cells + cell]
    life.belief[cell] = belief
    return belief


@compiled
def pull(army, life, room, cell, probability, step):
    """Let those of a room follow their commander whose resistance the pull overcomes."""
    if not 0.0 <= probability <= 1.0:
        life.fault[0], life.fault[1] = cell + 1, DECIDED
        return
    catch_up(life, room, step + 1)
    life.asked[room] = NEVER_ASKED
    for way in range(DECIDED):
        life.increment[room, way] = 0
    increment = fixed(survived(probability))
    life.increment[room, DEFECT] = increment
    if reached(life.clock[room, DEFECT], increment, 1) >= life.lowest[room, DEFECT]:
        _open(army, life, room, step, np.int64(COMMANDER))
    life.clock[room, DEFECT] = reached(life.clock[room, DEFECT], increment, 1)
    life.increment[room, DEFECT] = 0


@compiled
def _open(army, life, room, step, cause):
    """Look at each person of a room: some leave, and the smallest resistances of the others are found anew."""
    status, cell = room // len(army.kind), room % len(army.kind)
    for way in range(DECIDED):
        life.lowest[room, way] = NEVER
    for place in range(army.first[cell], army.first[cell + 1]):
        row = army.member[place]
        if life.status[row] != status:
            continue
        way = _first_passed(life, room, place)
        if way != NO_WAY:
            _record(army, life, row, way, cause, step)
            continue
        for other in range(DECIDED):
            life.lowest[room, other] = min(life.lowest[room, other], life.resistance[place, other])


@compiled
def _first_passed(life, room, place):
    """Return the way out whose clock passes a person's resistance first in this step, or NO_WAY."""
    first, earliest = NO_WAY, 2.0
    for way in range(DECIDED):
        resistance, clock, increment = life.resistance[place, way], life.clock[room, way], life.increment[room, way]
        if increment > 0 and reached(clock, increment, 1) >= resistance:
            when = fraction(resistance, clock, increment)
            if when < earliest:
                first, earliest = way, when
    return first


@compiled
def _record(army, life, row, way, cause, step):
    """Change a person's status, and keep the event; where the person still serves, `_settle_in` comes after."""
    start, event = life.status[row], life.tally[0]
    life.events[event, 0] = step
    life.events[event, 1] = row
    life.events[event, 2] = way
    life.events[event, 3] = cause
    life.events[event, 4] = start
    life.tally[0] += 1
    life.status[row] = END[way]
    if start < ROOMS:
        cell = army.cell[row]
        life.serving[start] -= 1
        life.present[start * len(army.kind) + cell] -= 1
        life.doubting_now[army.branch[row], army.rank[row]] -= doubts(life.belief[cell])


@compiled
def _settle_in(army, life, row, now, step):
    """Give somebody who has a new status, and serves, resistances from the beginning of step `now` on."""
    status = life.status[row]
    if status >= ROOMS:
        return
    cell, place = army.cell[row], army.place[row]
    room = status * len(army.kind) + cell
    catch_up(life, room, now)
    for way in range(DECIDED):
        if life.present[room] == 0 or life.clock[room, way] >= CERTAIN:
            life.clock[room, way] = 0
        if life.present[room] == 0:
            life.lowest[room, way] = NEVER
        life.resistance[place, way] = NEVER
        if OPEN[status][way]:
            drawn = uniform(life.key[0], life.key[1], army.person[row], step, way)
            life.resistance[place, way] = life.clock[room, way] + toughened(drawn, life.frailty[row])
        life.lowest[room, way] = min(life.lowest[room, way], life.resistance[place, way])
    life.since[room] = now
    life.asked[room] = NEVER_ASKED
    life.present[room] += 1
    life.serving[status] += 1
    life.doubting_now[army.branch[row], army.rank[row]] += doubts(life.belief[cell])


@compiled
def move(army, life, rows, way, cause, step, now):
    """Change the status of people who did not decide by rule; `now` is the step from whose beginning it counts."""
    for row in rows:
        _record(army, life, row, way, cause, step)
        _settle_in(army, life, row, now, step)


@compiled
def leads(life, event):
    """Return the unit that somebody who has just defected commands, or -1."""
    return life.leads[life.events[event, 1]] if life.events[event, 2] == DEFECT else -1


@compiled
def ask_again(army, life, cell):
    """Let the rule of a cell be asked again."""
    for status in range(ROOMS):
        life.asked[status * len(army.kind) + cell] = NEVER_ASKED


@compiled
def ask_led(army, life, unit):
    """Let the rules of all whom a unit's commander leads be asked again."""
    if unit >= 0:
        for place in range(army.follows_first[unit], army.follows_first[unit + 1]):
            ask_again(army, life, army.follows[place])


@compiled
def settle(army, life, step, seen):
    """Count those who left in this step, for all to see in the next one; `seen` says in which statuses rules do."""
    for branch in range(life.counts.shape[1]):
        for rank in range(len(RANKS)):
            for status in range(len(STATUSES)):
                life.counts[step + 1, branch, rank, status] = life.counts[step, branch, rank, status]
            life.doubting[step + 1, branch, rank] = life.doubting_now[branch, rank]
    for event in range(life.tally[1], life.tally[0]):
        row, start, end = life.events[event, 1], life.events[event, 4], END[life.events[event, 2]]
        branch, rank = army.branch[row], army.rank[row]
        life.counts[step + 1, branch, rank, start] -= 1
        life.counts[step + 1, branch, rank, end] += 1
        ask_led(army, life, life.leads[row])
        unit, changed = army.unit[row], seen[start] or seen[end]
        while unit >= 0:
            life.stands[start, unit] -= 1
            life.stands[end, unit] += 1
            life.changes[unit] += changed
            unit = army.parent[unit]
        if (start == DEFECTED) != (end == DEFECTED):
            for tie in range(army.ties_first[row], army.ties_first[row + 1]):
                life.ties_gone[army.ties[tie]] += 1 if end == DEFECTED else -1
                ask_again(army, life, army.cell[army.ties[tie]])
        if life.leads[row] >= 0 or life.events[event, 3] == COMMANDER or start == PLOTTING or end == PLOTTING:
            life.call[0] = min(life.call[0], step + 1)
    life.tally[1] = life.tally[0]
