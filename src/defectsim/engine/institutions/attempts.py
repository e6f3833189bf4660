"""Attempts on the ruler: who strikes, on which side units stand day by day, and the result.

There is one at a time. A conspiracy strikes when it commands its quorum: members who go through
with it defect openly, with whoever follows them; the others back out, and too few call it off. From
the next step on the commanders of brigades join, resist or wait, day by day
(`model.conspiracy.stand`). In the end, with J the weight of those who have joined and R that of
those who resist, counterweights included: it has failed if R >= J; it has succeeded if J > R, and
J + R is at least half of the whole; else it is a stalemate, and who has defected stays so.
"""

from collections.abc import Mapping, Sequence
from math import exp2
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.engine.events import ENDS
from defectsim.engine.institutions.context import Purpose, StepContext, effective, strength
from defectsim.engine.institutions.state import NOTHING_DUE, Attempt, AttemptUnderWay
from defectsim.engine.protocol import Engine
from defectsim.model.outcomes import AttemptResult
from defectsim.model.transitions import Cause, Status
from defectsim.population.units import NOBODY, Level

_LESSON_LEVELS = 16
"""Number of levels through which the memory of an attempt fades."""
_LEAST = 0.5
"""Share of the quorum below which those who go through with it call the attempt off; assumption."""
_DECIDED = 0.5
"""Share of the whole weight that must have taken sides for an attempt to succeed; assumption."""


class _Sides(NamedTuple):
    """Weight, or people, on either side of an attempt."""

    joined: float
    resisting: float


def next_due(context: StepContext) -> int:
    """Return the next step in which an attempt goes on or fades."""
    due, failed = context.step + 1, context.state.failed
    if context.state.attempt:
        return due
    if failed is None:
        return NOTHING_DUE
    while _lesson(context, due - failed) == _lesson(context, context.step - failed):
        due += 1
    return due


def step(context: StepContext) -> None:
    """Continue the attempt under way; let the memory of a failed one fade."""
    engine = context.engine
    if context.state.attempt:
        _continue(context, context.state.attempt)
    if context.state.failed is not None:
        lesson = _lesson(context, context.step - context.state.failed)
        engine.attempt_memory = engine.attempt_memory._replace(lesson=lesson)
        if lesson == 0.0:
            context.state.failed = None


def strike(context: StepContext, members: list[int], quorum: float, founder: int) -> bool:
    """Strike if a conspiracy commands its quorum; return whether an attempt began."""
    if context.state.attempt:
        return False
    engine, step = context.engine, context.step
    needed = quorum * context.brigade_weight
    if commanded(engine, context.weight, members) < needed:
        return False
    committed: list[int] = []
    withdrawn: list[int] = []
    for row in members:
        commits = context.draw(row, Purpose.COMMIT) < context.chance("commit", row)
        (committed if commits else withdrawn).append(row)
    engine.move(step, sorted(withdrawn), "resume", Cause.DECISION, step)
    if not committed or commanded(engine, context.weight, committed) < _LEAST * needed:
        called_off = Attempt(step, step, len(committed), 0.0, 0.0, "called off", 0)
        engine.attempts.append(called_off)
        return False
    _begin(context, committed, founder)
    return True


def rise(context: StepContext) -> None:
    """Start or join an attempt with those who rise by an act."""
    serving = sorted(row for row in context.state.rising if context.serves(row))
    if context.state.attempt:
        context.state.attempt.members += serving
        context.engine.move(context.step, serving, "defect", Cause.ATTEMPT, context.step)
    elif serving:
        _begin(context, serving)


def _begin(context: StepContext, rows: list[int], founder: int = NOBODY) -> None:
    engine, step = context.engine, context.step
    context.state.attempt = AttemptUnderWay(
        step=step,
        members=rows,
        first_event=len(engine.event_records(0)),
        days_left=int(context.rules.days),
        people=brigades(engine),
        joined=set(),
        resisting=set(),
    )
    engine.move(step, rows, "defect", Cause.ATTEMPT, step, founder)


def _continue(context: StepContext, attempt: AttemptUnderWay) -> None:
    """Run the days of a step; commanders see each morning's balance."""
    days = min(attempt.days_left, int(context.clock.step_days))
    for day in range(days):
        _publish(context, attempt)
        _take_sides(context, attempt, day)
    _publish(context, attempt)
    attempt.days_left -= days
    if attempt.days_left == 0:
        _decide(context, attempt)


def _publish(context: StepContext, attempt: AttemptUnderWay) -> None:
    """Have everybody know the shares that have joined, and that resist."""
    whole = max(total(context.weight, attempt.people), 1.0)
    joined, resisting = _sides(context, attempt, context.weight)
    context.engine.attempt_memory = context.engine.attempt_memory._replace(
        joined=joined / whole, resisting=resisting / whole + _counterbalance(context, attempt)
    )
    context.run.perceive(context.step)


def _counterbalance(context: StepContext, attempt: AttemptUnderWay) -> float:
    """Return the strength of militia and guards, as a share of the army's.

    The lever is taken as it reaches the first of those who struck.
    """
    return float(context.run.country(attempt.members[0]).counterbalance)


def _sides(context: StepContext, attempt: AttemptUnderWay, weight: NDArray[np.float64]) -> _Sides:
    """Return what has joined and what resists, weighted by unit.

    A brigade is where its commander is, with the people that it had when the attempt began; of
    the others, those count as joined who have defected since.
    """
    defected = _defected_since(context, attempt)
    led = set(context.engine.leads[defected].tolist()) & attempt.people.keys()
    joined = attempt.joined | led
    resisting = attempt.resisting - joined
    unit = context.population.unit[defected]
    brigade = context.population.units.ancestors[unit, Level.BRIGADE]
    alone = (brigade >= 0) & ~np.isin(brigade, list(joined))
    left = alone & np.isin(brigade, list(resisting))
    with_joined = total(weight, {one: attempt.people[one] for one in sorted(joined)})
    with_resisting = total(weight, {one: attempt.people[one] for one in sorted(resisting)})
    return _Sides(
        with_joined + float(weight[unit[alone]].sum()),
        max(with_resisting - float(weight[unit[left]].sum()), 0.0),
    )


def _defected_since(context: StepContext, attempt: AttemptUnderWay) -> NDArray[np.int32]:
    """Return those who have defected since an attempt began, and stayed."""
    records = context.engine.event_records(attempt.first_event)
    rows = np.unique(records["row"][ENDS[records["transition"]] == Status.DEFECTED])
    stayed: NDArray[np.int32] = rows[context.engine.status[rows] == Status.DEFECTED]
    return stayed


def _take_sides(context: StepContext, attempt: AttemptUnderWay, day: int) -> None:
    """Ask commanders who wait; those who join defect, and may be followed."""
    engine, joining = context.engine, []
    for unit in attempt.people:
        row = engine.commander.item(unit)
        if unit in attempt.joined | attempt.resisting or not context.serves(row):
            continue
        join, resist = context.stance(row)
        drawn = context.draw(row, Purpose.STAND + day)
        if drawn < join and not context.stays(row):
            joining.append(row)
            attempt.joined.add(unit)
        elif join <= drawn < join + resist:
            attempt.resisting.add(unit)
    engine.move(context.step, joining, "defect", Cause.ATTEMPT, context.step)


def _decide(context: StepContext, attempt: AttemptUnderWay) -> None:
    engine = context.engine
    memory = engine.attempt_memory
    shares = _Sides(memory.joined, memory.resisting)
    people = _sides(context, attempt, np.ones_like(context.weight))
    militia = _counterbalance(context, attempt) * sum(attempt.people.values())
    weaker = min(people.joined, people.resisting + militia)
    result: AttemptResult = "failure"
    if shares.joined > shares.resisting:
        decided = shares.joined + shares.resisting >= _DECIDED
        result = "success" if decided else "stalemate"
    begun, members = attempt.step, len(attempt.members)
    casualties = int(context.rules.casualties.value * weaker)
    engine.attempts.append(Attempt(begun, context.step, members, *shares, result, casualties))
    context.state.attempt = None
    context.state.succeeded = result == "success"
    if result == "failure":
        _put_down(context, attempt)
        _withstand(context, shares.joined)
    engine.attempt_memory = engine.attempt_memory._replace(joined=0.0, resisting=0.0)
    context.run.perceive(context.step)


def withstand_plot(context: StepContext, members: list[int]) -> None:
    """Remember a discovered plot by the strength that it would have commanded, if news teaches."""
    if context.run.setup.scenario.news.learning_days is not None:
        strength = commanded(context.engine, context.weight, members)
        _withstand(context, strength / max(context.brigade_weight, 1.0))


def _withstand(context: StepContext, share: float) -> None:
    """Remember a challenge by its share of the strength, unless what is remembered says more."""
    memory = context.engine.attempt_memory
    if share >= memory.withstood * memory.lesson:
        context.state.failed = context.step
        context.engine.attempt_memory = memory._replace(withstood=share, lesson=1.0)


def _put_down(context: StepContext, attempt: AttemptUnderWay) -> None:
    """Arrest those who struck and joined, recall their followers, and reward resistance."""
    engine, step = context.engine, context.step
    records = engine.event_records(attempt.first_event)
    defected = _defected_since(context, attempt)
    followed = np.isin(defected, records["row"][records["cause"] == Cause.COMMANDER])
    struck = np.isin(defected, records["row"][records["cause"] == Cause.ATTEMPT])
    caught = [
        row
        for row in defected[struck].tolist()
        if context.draw(row, Purpose.CAPTURE) < context.rules.capture.value
    ]
    engine.move(step, caught, "arrest", Cause.ATTEMPT, step)
    engine.move(step, defected[followed & ~struck].tolist(), "recall", Cause.RECALL, step)
    resisted = [engine.commander.item(unit) for unit in sorted(attempt.resisting)]
    rows = np.array([row for row in resisted if context.serves(row)], np.int64)
    for name in ("attachment", "jeopardy"):
        context.run.write(name, rows, context.run.column(name)[rows] + context.rules.reward.value)


def _lesson(context: StepContext, steps: int) -> float:
    """Return the memory of a failed attempt after some steps, from 1 to 0."""
    half_life = int(context.run.setup.scenario.news.memory_days) / int(context.clock.step_days)
    return round(_LESSON_LEVELS * exp2(-steps / half_life)) / _LESSON_LEVELS


def brigades(engine: Engine) -> dict[int, float]:
    """Return the effective strength of each brigade; brigades take sides in an attempt."""
    units = engine.inputs.population.units.brigades
    return dict(zip(units.tolist(), effective(engine, units).tolist(), strict=True))


def total(weight: NDArray[np.float64], people: Mapping[int, float]) -> float:
    """Return the weight of units with so many people each; `weight` is that of one person."""
    return sum([weight.item(unit) * number for unit, number in people.items()])


def commanded(engine: Engine, weight: NDArray[np.float64], rows: Sequence[int]) -> float:
    """Return the weight of people and of the units that they command.

    Units above brigades do not count: whoever commands more must win brigades first.
    """
    units, own_unit = engine.inputs.population.units, engine.inputs.population.unit
    own = sum([weight.item(own_unit.item(row)) for row in rows])
    led = {engine.leads.item(row) for row in rows} - {NOBODY}
    led = {unit for unit in led if units.level.item(unit) <= Level.BRIGADE}
    topmost = [unit for unit in sorted(led) if len(led & {*units.ancestors[unit].tolist()}) == 1]
    return own + (strength(engine, weight, topmost) if topmost else 0.0)
