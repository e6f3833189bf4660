"""One step of the compiled engine, in compiled pieces.

What depends on a scenario's rules is generated (`engine.compiled.compile`) and calls these. In a step, rules see the
army as it stood at the start: people leave and are counted after everybody has decided, and what they changed is seen
in the next step.
Clocks run at the rates of the last answer until their room is asked again; between, they are not touched.
"""

import numba
import numpy as np

from defectsim.engine.shared import draws, news
from defectsim.engine.shared import hazard as plain
from defectsim.engine.shared.hazard import LARGEST, NEVER
from defectsim.model.rule import Rates, Unit
from defectsim.model.transitions import RANKS, SERVING, STATUSES, TRANSITIONS, Cause, Status

DECIDED = len(Rates._fields)
NAMES = tuple(TRANSITIONS)
DEFECT = NAMES.index("defect")
END = np.array([transition.end for transition in TRANSITIONS.values()], np.int8)
OPEN = np.array(
    [
        [status in TRANSITIONS[transition].origins for transition in Rates._fields]
        for status in SERVING
    ]
)
LOYAL, DESERTED, DEFECTED = int(Status.LOYAL), int(Status.DESERTED), int(Status.DEFECTED)
SHIRKING, PLOTTING = int(Status.SHIRKING), int(Status.PLOTTING)
ROOMS = len(SERVING)
DECISION, COMMANDER = int(Cause.DECISION), int(Cause.COMMANDER)
NO_TRANSITION = -1
NEVER_ASKED = -1
FAR = 1e6

inlined = numba.njit(nogil=True, error_model="numpy", forceinline=True)
"""For what is called often; it is given single arrays, for to take them out of a life in a loop costs more."""
reached, fixed, fraction = inlined(plain.reached), inlined(plain.fixed), inlined(plain.fraction)
survived, toughened = inlined(plain.survived), inlined(plain.toughened)
uniform = inlined(draws.uniform)
compiled = numba.njit(
    nogil=True, error_model="numpy", cache=__name__ != "defectsim.engine.compiled.kernel"
)
"""What it makes is kept on disk for the copy alone whose name is its hash; see `engine.compiled.compile`."""
heard = compiled(news.heard)


@inlined
def look(unit, above, strength, stands, commander, status):
    """Return what people of a unit see around them whose superior commands the unit `above`."""
    people = float(strength[unit])
    leader = commander[above] if above >= 0 else -1
    stood = status[leader] if leader >= 0 else LOYAL
    return Unit(
        stands[DESERTED, unit] / people,
        stands[DEFECTED, unit] / people,
        1.0 if stood == DESERTED else 0.0,
        1.0 if stood == DEFECTED else 0.0,
        stands[SHIRKING, unit] / people,
    )


@compiled
def hear(life, step):
    """Return what everybody hears when a step begins."""
    return heard(life.counts, step, life.weight, life.delay[0], life.memory)


@compiled
def news_of(shares, heard, here, before, seen, levers):
    """Return for which audiences anything is new of what rules see, and let them have heard it."""
    new = np.zeros(len(here), np.bool_)
    for place in seen:
        if shares[place] != heard[place]:
            new[:] = True
    for audience in range(len(here)):
        for lever in levers:
            if here[audience, lever] != before[audience, lever]:
                new[audience] = True
    for place in range(len(shares)):
        heard[place] = shares[place]
    return new


@inlined
def tied(row, ties_first, ties_gone):
    """Return the share of a person's sideways ties who have defected."""
    ties = ties_first[row + 1] - ties_first[row]
    return ties_gone[row] / float(ties) if ties > 0 else 0.0


@inlined
def catch_up(clock, increment, since, room, step):
    """Let the clocks of a room run on to the beginning of a step."""
    steps = step - since[room]
    if steps > 0:
        for transition in range(DECIDED):
            clock[room, transition] = reached(
                clock[room, transition], increment[room, transition], steps
            )
        since[room] = step


@inlined
def set_rates(increment, room, status, rates, years):
    """Let the clocks of a room run at annual `rates` from now on; return the transition of a rate that is none."""
    for transition in range(DECIDED):
        rate = rates[transition]
        if not rate >= 0.0:
            return transition
        increment[room, transition] = fixed(rate * years) if OPEN[status, transition] else 0
    return NO_TRANSITION


@inlined
def plan(clock, increment, lowest, wake, room, step):
    """Find out when a clock of a room can pass a resistance first, and say whether one does in this step."""
    soonest, due = FAR, False
    for transition in range(DECIDED):
        added = increment[room, transition]
        if added > 0:
            left = lowest[room, transition] - clock[room, transition]
            due = due or left <= added
            soonest = min(soonest, float(left) / float(added))
    wake[room] = step + max(int(soonest * (1.0 - 1e-9)), 1)
    return due


@compiled
def leave(army, life, step, number):
    """Let everybody in the rooms that are due go whose resistance a clock has passed."""
    begun = life.tally[0]
    for place in range(number):
        room = life.due[place]
        _open(army, life, room, step, np.int64(DECISION))
        plan(life.clock, life.increment, life.lowest, life.wake, room, step)
    _change(army, life, begun)
    for event in range(begun, life.tally[0]):
        _settle_in(army, life, life.events[event, 1], step + 1, step)


@inlined
def doubts(belief):
    """Return 1 for who believes that the regime will fall, else 0."""
    return 1 if belief < 0.5 else 0


@compiled
def believe(army, life, cell, belief):
    """Note that the people of a cell do not believe any more what they did, and whether it is a belief."""
    if not 0.0 <= belief <= 1.0:
        life.fault[0], life.fault[1] = cell + 1, DECIDED + 1
    row, change = army.member[army.first[cell]], doubts(belief) - doubts(life.belief[cell])
    for status in range(ROOMS):
        present = life.present[status * len(army.kind) + cell]
        life.doubting_now[army.branch[row], army.rank[row]] += change * present
    life.belief[cell] = belief


@compiled
def pull(army, life, room, cell, probability, step):
    """Let those of a room follow their commander whose resistance the pull overcomes."""
    if not 0.0 <= probability <= 1.0:
        life.fault[0], life.fault[1] = cell + 1, DECIDED
        return
    catch_up(life.clock, life.increment, life.since, room, step + 1)
    life.asked[room] = NEVER_ASKED
    for transition in range(DECIDED):
        life.increment[room, transition] = 0
    increment = fixed(survived(probability))
    life.increment[room, DEFECT] = increment
    if reached(life.clock[room, DEFECT], increment, 1) >= life.lowest[room, DEFECT]:
        begun = life.tally[0]
        _open(army, life, room, step, np.int64(COMMANDER))
        _change(army, life, begun)
    life.clock[room, DEFECT] = reached(life.clock[room, DEFECT], increment, 1)
    life.increment[room, DEFECT] = 0


@compiled
def _open(army, life, room, step, cause):
    """Look at each person of a room: note who leaves, and find the smallest resistances of the others anew."""
    status, cell = room // len(army.kind), room % len(army.kind)
    lowest, resistance, stands, member = life.lowest, life.resistance, life.status, army.member
    clock, increment = life.clock, life.increment
    for transition in range(DECIDED):
        lowest[room, transition] = NEVER
    for place in range(army.first[cell], army.first[cell + 1]):
        row = member[place]
        if stands[row] != status:
            continue
        transition = _first_passed(resistance, clock, increment, room, place)
        if transition != NO_TRANSITION:
            _note(life, row, transition, cause, step)
            continue
        for other in range(DECIDED):
            lowest[room, other] = min(lowest[room, other], resistance[place, other])


@inlined
def _first_passed(resistance, clock, increment, room, place):
    """Return the transition whose clock passes a person's resistance first in this step, or NO_TRANSITION."""
    first, earliest = NO_TRANSITION, 2.0
    for transition in range(DECIDED):
        added, left = increment[room, transition], resistance[place, transition]
        if added > 0 and reached(clock[room, transition], added, 1) >= left:
            when = fraction(left, clock[room, transition], added)
            if when < earliest:
                first, earliest = transition, when
    return first


@compiled
def _note(life, row, transition, cause, step):
    """Keep the event of somebody whose status is about to change."""
    event = life.tally[0]
    life.events[event, 0] = step
    life.events[event, 1] = row
    life.events[event, 2] = transition
    life.events[event, 3] = cause
    life.events[event, 4] = life.status[row]
    life.tally[0] += 1


@compiled
def _change(army, life, begun):
    """Change the status of people as noted since an event; who still serves is put into a room by `_settle_in`."""
    for event in range(begun, life.tally[0]):
        row, start = life.events[event, 1], life.events[event, 4]
        life.status[row] = END[life.events[event, 2]]
        if start < ROOMS:
            cell = army.cell[row]
            life.serving[start] -= 1
            life.present[start * len(army.kind) + cell] -= 1
            life.doubting_now[army.branch[row], army.rank[row]] -= doubts(life.belief[cell])


@compiled
def _wind_back(army, life, room, transition):
    """Set a clock to zero, and lower the resistances in its room by as much, so that none passes what is certain."""
    status, cell = room // len(army.kind), room % len(army.kind)
    for place in range(army.first[cell], army.first[cell + 1]):
        if (
            life.status[army.member[place]] == status
            and life.resistance[place, transition] != NEVER
        ):
            life.resistance[place, transition] -= life.clock[room, transition]
    if life.lowest[room, transition] != NEVER:
        life.lowest[room, transition] -= life.clock[room, transition]
    life.clock[room, transition] = 0


@compiled
def _settle_in(army, life, row, now, step):
    """Give somebody who has a new status, and serves, resistances from the beginning of step `now` on."""
    status = life.status[row]
    if status >= ROOMS:
        return
    cell, place = army.cell[row], army.place[row]
    room = status * len(army.kind) + cell
    catch_up(life.clock, life.increment, life.since, room, now)
    for transition in range(DECIDED):
        if life.present[room] == 0:
            life.clock[room, transition], life.lowest[room, transition] = 0, NEVER
        elif life.clock[room, transition] >= LARGEST:
            _wind_back(army, life, room, transition)
        life.resistance[place, transition] = NEVER
        if OPEN[status][transition]:
            drawn = uniform(life.key[0], life.key[1], army.person[row], step, transition)
            life.resistance[place, transition] = life.clock[room, transition] + toughened(
                drawn, life.frailty[row]
            )
        life.lowest[room, transition] = min(
            life.lowest[room, transition], life.resistance[place, transition]
        )
    life.since[room] = now
    life.asked[room] = NEVER_ASKED
    life.present[room] += 1
    life.serving[status] += 1
    life.doubting_now[army.branch[row], army.rank[row]] += doubts(life.belief[cell])


@compiled
def move(army, life, rows, transition, cause, step, now):
    """Change the status of people who did not decide by rule; `now` is the step from whose beginning it counts."""
    for row in rows:
        begun = life.tally[0]
        _note(life, row, transition, cause, step)
        _change(army, life, begun)
        _settle_in(army, life, row, now, step)
        ask_led(army, life, life.leads[row])


@compiled
def leads(life, event):
    """Return the unit that somebody commands who has just defected, and is free still, or -1."""
    row = life.events[event, 1]
    return (
        life.leads[row] if life.events[event, 2] == DEFECT and life.status[row] == DEFECTED else -1
    )


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
                life.counts[step + 1, branch, rank, status] = life.counts[
                    step, branch, rank, status
                ]
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
        if (
            life.leads[row] >= 0
            or life.events[event, 3] == COMMANDER
            or start == PLOTTING
            or end == PLOTTING
        ):
            life.call[0] = min(life.call[0], step + 1)
    life.tally[1] = life.tally[0]
