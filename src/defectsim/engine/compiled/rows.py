"""The plan for people who are not alike: everybody is a cohort, and has hazards of their own.

A person is looked at when their rule may give other rates, or when they may pass a threshold. What
their hazards have added since they were last looked at is summed then, from the news and levers of
the steps between. Between two looks unit, ties, belief and status are the same, since whoever sees
any of them change is looked at in the next step.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.compiled import plan
from defectsim.engine.compiled.cache import compiled, inlined
from defectsim.engine.compiled.cohorts import Army, Bytes, Ints, Longs
from defectsim.engine.compiled.kernel import (
    COMMANDER,
    DECISION,
    DEFECT,
    HAZARDS,
    LATEST,
    NO_TRANSITION,
    STRATA,
    change,
    expose,
    fixed,
    fraction,
    new_threshold,
    note,
    observe,
    uniform,
)
from defectsim.engine.compiled.perception import PARTS
from defectsim.engine.compiled.plan import version
from defectsim.engine.events import ENDS, LEADS_FROM, PLACE
from defectsim.engine.hazard import NEVER, UNIT
from defectsim.engine.inputs import RunInputs
from defectsim.engine.snapshots.snapshot import EngineState
from defectsim.model.rule import NEWS_FIELDS
from defectsim.model.transitions import DECIDED, Status
from defectsim.population.units import NOBODY
from defectsim.rules.bindings import Decisions
from defectsim.rules.intervals import MOVING_COUNTS, MOVING_SHARES

PLOT = PLACE["plot"]
UNKNOWN = -1
"""A hazard that nobody has asked for yet."""
WIDTH = 1 / 8
"""Room on either side for news that moves by small steps, in which bounds of rates hold: a part of
the largest value of it."""
BLOCK = 16
"""People whose next looks are kept track of together."""
_HAZARD = np.dtype([(name, np.int64) for name in ("left", "per_step", "least", "most")], align=True)


def row_type(kept: int) -> np.dtype[np.void]:
    """Return the type of a person with a number of transitions.

    `left` is the threshold less the cumulative hazard when step `since` begins, and `per_step` what
    each step adds to it until news or levers change. `least` is at most `left` when step `bounded`
    begins, and each step after that adds at most `most`.
    """
    steps = [("since", np.int32), ("bounded", np.int32)]
    return np.dtype([*steps, ("hazards", _HAZARD, (kept,))], align=True)


class Rows(NamedTuple):
    """The state of people, each by their row."""

    kept: NDArray[np.int64]
    """Shape (transitions,): place in `hazards` of each transition, or -1 of those not kept."""
    rows: NDArray[np.void]
    """Shape (people,): records of `row_type`."""
    next_look: NDArray[np.int32]
    """Shape (people,): the first step in which somebody has to be looked at."""
    block_next: NDArray[np.int32]
    """Shape (blocks,): the earliest of those of a block, or an earlier one."""
    listed: NDArray[np.int32]
    """Shape (people,): people who are looked at in this step."""
    asked: NDArray[np.int32]
    """Shape (people,): those of `listed`, by audience, and in an audience by kind."""
    due: NDArray[np.int32]
    """Shape (people,): people who pass a threshold in this step."""
    units_then: NDArray[np.float64]
    """Shape (units, parts): what people saw of units in the last step."""
    ties_then: NDArray[np.float64]
    """Shape (`Decisions.ties`, people): shares of ties when last asked, of those who read them."""
    entry_at: NDArray[np.int32]
    """Shape (2, steps + 1): the entry of `news_at` in force, by whether the rules of generals read
    it."""
    entry_step: NDArray[np.int32]
    """Shape (2, steps + 2): the step in which each entry begins, and `LATEST` after the last."""
    entries: NDArray[np.int64]
    """Shape (2,): number of entries."""
    lasted: NDArray[np.int64]
    """Shape (2, steps + 1): steps that each entry lasted, but for the last."""
    news_at: NDArray[np.float64]
    """Shape (2, news, steps + 1): each entry."""
    steady_until: NDArray[np.int32]
    """Shape (steps, audiences): the step in which levers change next."""
    told: NDArray[np.bool_]
    """Shape (groups,): whether all of a group are looked at in this step."""
    grouped: Ints
    """Shape (people,): rows by group."""
    group_first: Longs
    """Shape (groups + 1,): where each group begins in `grouped`."""
    least: NDArray[np.float64]
    """Shape (groups, fields): the least of what is perceived of the country, while bounds hold."""
    most: NDArray[np.float64]
    """Shape (groups, fields): the largest."""
    width: NDArray[np.float64]
    """Shape (fields,): how far each may move from what it is when bounds are found."""
    belief_read: NDArray[np.bool_]
    """Shape (fields,): whether the rule of belief reads it, which is asked whenever it changes."""
    before: NDArray[np.int64]
    """Shape (people, transitions): thresholds that remained when the run went on, if any."""
    known: int
    """Number of events before the run went on."""


@version(plan.present, Rows)
def _present(army, state, cohort, status):
    return 1 if state.status_at[cohort] == status else 0


@version(plan.leave, Rows)
def _leave(army, state, number):
    state.plan.next_look[state.events[number].row] = LATEST
    if state.control.add_hazards:
        _take_remaining(army, state, state.events[number])


@inlined
def _take_remaining(army, state, event):
    """Take off what remains of somebody's thresholds at the moment at which they leave.

    That is within a step if a threshold is passed, else where the last step asked has ended.
    """
    rows, row, one = state.plan, event.row, event.transition
    person, steps = rows.rows[row], 0.0
    waits = person.since < state.control.decided or event.cause == COMMANDER
    if waits and one < HAZARDS and rows.kept[one] >= 0:
        hazard = person.hazards[rows.kept[one]]
        if hazard.per_step > 0 and hazard.left <= hazard.per_step:
            steps = fraction(hazard.left, 0, hazard.per_step)
            observe(army, state, row, one)
    frailty = state.frailty[row] / UNIT
    for other in range(HAZARDS):
        if rows.kept[other] >= 0:
            hazard = person.hazards[rows.kept[other]]
            if hazard.left != NEVER:
                remaining = float(hazard.left) - steps * float(hazard.per_step)
                expose(army, state, row, other, -frailty * remaining)


@version(plan.ask_again, Rows)
def _ask_again(army, state, cohort):
    if 0 <= state.status_at[cohort] < STRATA:
        look_at(state.plan, cohort, 0)


@inlined
def look_at(rows, row, step):
    """Have somebody looked at in a step."""
    block = row // BLOCK
    rows.next_look[row] = step
    rows.block_next[block] = min(rows.block_next[block], step)


@version(plan.join, Rows)
def _join(army, state, event, now, step):
    row, rows = state.events[event].row, state.plan
    person, status = rows.rows[row], state.status_at[row]
    person.since = person.bounded = now
    for one in range(len(rows.kept)):
        if rows.kept[one] >= 0:
            hazard = person.hazards[rows.kept[one]]
            hazard.left = hazard.least = _limit(army, state, row, status, one, step)
            hazard.per_step = hazard.most = 0
            if state.control.add_hazards and hazard.left != NEVER:
                expose(army, state, row, one, state.frailty[row] / UNIT * float(hazard.left))
    look_at(rows, row, 0)


@version(plan.note_due, Rows)
def _note_due(army, state, step):
    rows = state.plan
    for place in range(state.control.due_count):
        row = rows.due[place]
        person, first, earliest = rows.rows[row], NO_TRANSITION, 2.0
        for one in range(len(rows.kept)):
            if rows.kept[one] >= 0:
                hazard = person.hazards[rows.kept[one]]
                if hazard.per_step > 0 and hazard.left <= hazard.per_step:
                    when = fraction(hazard.left, 0, hazard.per_step)
                    if when < earliest:
                        first, earliest = one, when
        status = state.status_at[row]
        note(army, state, row, row, status, first, np.int64(DECISION), step, NOBODY)


@version(plan.pull, Rows)
def _pull(army, state, cohort, status, pulled, step, leader):
    rows = state.plan
    hazard, added = rows.rows[cohort].hazards[rows.kept[DEFECT]], fixed(pulled)
    look_at(rows, cohort, 0)
    for slot in range(len(rows.rows[cohort].hazards)):
        rows.rows[cohort].hazards[slot].per_step = 0
    if hazard.left <= added:
        begun, hazard.per_step = state.control.event_count, added
        note(army, state, cohort, cohort, status, DEFECT, np.int64(COMMANDER), step, leader)
        change(army, state, begun)
        hazard.per_step = 0
    elif hazard.left != NEVER:
        hazard.left -= added


@compiled
def start(rows, slot, left, step):
    """Begin everybody's hazard of a transition at a step."""
    for row in range(len(rows)):
        person, hazard = rows[row], rows[row].hazards[slot]
        person.since = person.bounded = step
        hazard.left = hazard.least = left[row]
        hazard.per_step, hazard.most = UNKNOWN, 0


@compiled
def draw(uniform, frailty, drawn):
    """Draw everybody's threshold of a transition from loyalty."""
    for row in range(len(uniform)):
        drawn[row] = new_threshold(uniform[row], frailty[row])


@compiled
def draw_again(army, state, limits, one):
    """Draw the thresholds of a transition of all whose status has changed."""
    for number in range(state.plan.known, state.control.event_count):
        event = state.events[number]
        limits[event.row] = _limit(army, state, event.row, ENDS[event.transition], one, event.step)


@inlined
def _limit(army, state, row, status, one, step):
    """Draw a person's threshold of a transition, for a status that they have since a step."""
    if status >= STRATA or not LEADS_FROM[status, one]:
        return NEVER
    drawn = uniform(state.key[0], state.key[1], army.person[row], step, one)
    return new_threshold(drawn, state.frailty[row])


def kept_transitions(decisions: Decisions) -> tuple[int, ...]:
    """Return the transitions of which a rule gives rates."""
    given = {one for who in ("soldier", "general") for one in decisions.of(who).given}
    return tuple(sorted(given))


def begin(inputs: RunInputs, army: Army, before: EngineState, *, pulled: bool) -> Rows:
    """Return the rows of a run that goes on from a state, or whose thresholds are drawn.

    People have thresholds of the transitions that rules decide and, if anybody may defect whose
    subordinates are `pulled`, or plots to, of defection.
    """
    people, timeline, kept = len(army.member), inputs.everybody, kept_transitions(inputs.decisions)
    if DEFECT not in kept and (pulled or PLOT in kept):
        kept = (*kept, DEFECT)
    steps, audiences, _ = timeline.values.shape
    names = (*NEWS_FIELDS, *inputs.calendar.levers)
    group, fields = 2 * timeline.audience + army.general, len(names)
    believed = inputs.decisions.reads("belief") if inputs.decisions.believes else frozenset()
    belief_read = np.array([name in believed for name in names])
    rows = Rows(
        kept=np.full(HAZARDS, -1),
        rows=np.empty(people, row_type(len(kept))),
        next_look=np.where(before.status < STRATA, before.step + 1, LATEST).astype(np.int32),
        block_next=np.zeros(-(-people // BLOCK), np.int32),
        listed=np.empty(people, np.int32),
        asked=np.empty(people, np.int32),
        due=np.empty(people, np.int32),
        units_then=np.zeros((len(army.parent), PARTS)),
        ties_then=np.zeros((len(inputs.decisions.ties), people)),
        entry_at=np.zeros((2, steps + 1), np.int32),
        entry_step=np.full((2, steps + 2), LATEST, np.int32),
        entries=np.zeros(2, np.int64),
        lasted=np.zeros((2, steps + 1), np.int64),
        news_at=np.zeros((2, len(NEWS_FIELDS), steps + 1)),
        steady_until=_steady_until(inputs),
        told=np.zeros(2 * audiences, np.bool_),
        grouped=np.argsort(group.astype(np.min_scalar_type(2 * audiences)), kind="stable").astype(
            np.int32
        ),
        group_first=np.concatenate([[0], np.cumsum(np.bincount(group, minlength=2 * audiences))]),
        least=np.full((2 * audiences, fields), np.inf),
        most=np.full((2 * audiences, fields), -np.inf),
        width=np.array([_range_of(name, people) for name in names]) * WIDTH * ~belief_read,
        belief_read=belief_read,
        before=before.remaining_threshold,
        known=len(before.events),
    )
    for slot, one in enumerate(kept):
        rows.kept[one] = slot
        start(rows.rows, slot, _thresholds(inputs, before.remaining_threshold, one), before.step)
    return rows


def _range_of(name: str, people: int) -> float:
    """Return the largest value of a field of news that moves by small steps, or else 0."""
    return people * (name in MOVING_COUNTS) + 1.0 * (name in MOVING_SHARES)


def drawn_thresholds(inputs: RunInputs, status: Bytes) -> Longs:
    """Draw the thresholds of people who have some status before the first step.

    Shape (people, transitions); `NEVER` where the transition does not lead from it.
    """
    thresholds = np.full((len(status), HAZARDS), NEVER)
    for one, name in enumerate(DECIDED):
        leads = LEADS_FROM[status, one]
        if leads.any():
            drawn = np.empty(len(status), np.int64)
            draw(inputs.resistance(name), inputs.frailty, drawn)
            thresholds[leads, one] = drawn[leads]
    return thresholds


def _thresholds(inputs: RunInputs, remaining: Longs, one: int) -> Longs:
    """Return everybody's threshold of a transition that remains, or else that is drawn."""
    if len(remaining):
        return remaining[:, one]
    name, transition = [*DECIDED.items()][one]
    drawn = np.full(len(inputs.population), NEVER)
    if Status.LOYAL in transition.origins:
        draw(inputs.resistance(name), inputs.frailty, drawn)
    return drawn


def _steady_until(inputs: RunInputs) -> Ints:
    """Return the step in which levers change next that rules read; shape (steps, audiences)."""
    decisions, levers = inputs.decisions, inputs.calendar.levers
    read = decisions.reads("soldier") | decisions.reads("general")
    values = inputs.everybody.values[..., [name in read for name in levers]]
    steps, audiences, _ = values.shape
    changes = np.full((steps, audiences), LATEST, np.int32)
    step, audience = np.nonzero((values[1:] != values[:-1]).any(axis=2))
    changes[step, audience] = step + 1
    return np.ascontiguousarray(np.minimum.accumulate(changes[::-1])[::-1])


def remaining_threshold(state: Any, army: Army, inputs: RunInputs) -> Longs:
    """Return remaining thresholds, by row, of hazards that are brought forward.

    Shape (people, transitions); `NEVER` for people who have left. Those of transitions of which no
    rule gives a rate are what they were drawn as.
    """
    plan, remaining = state.plan, np.full((len(army.member), HAZARDS), NEVER)
    for one in range(HAZARDS):
        if plan.kept[one] >= 0:
            remaining[:, one] = plan.rows["hazards"][:, plan.kept[one]]["left"]
        else:
            limits = np.array(_thresholds(inputs, plan.before, one))
            draw_again(army, state, limits, one)
            remaining[:, one] = limits
    remaining[state.status >= STRATA] = NEVER
    return remaining


def pending(state: Any, army: Army) -> NDArray[np.float64]:
    """Return what `CompiledState.hazards` has too much of those present: what is left to them.

    Shape (branches, ranks, transitions). Hazards must be brought forward.
    """
    found = np.zeros(state.hazards.shape[1:])
    branches, ranks, _ = found.shape
    group = army.cohort_branch.astype(np.int64) * ranks + army.cohort_rank
    for one in np.flatnonzero(state.plan.kept >= 0).tolist():
        left = state.plan.rows["hazards"][:, state.plan.kept[one]]["left"]
        waits = (left != NEVER) & (state.status < STRATA)
        weights = np.where(waits, left * (state.frailty / UNIT), 0.0)
        summed = np.bincount(group, weights=weights, minlength=branches * ranks)
        found[..., one] = summed.reshape(branches, ranks)
    return found
