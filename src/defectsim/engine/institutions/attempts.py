"""Attempts on the ruler: who strikes, on which side units stand day by day, and the result."""

from math import exp2
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.engine.columns import Columns
from defectsim.engine.institutions.context import Purpose, StepContext
from defectsim.engine.institutions.state import (
    NOTHING_DUE,
    Attempt,
    AttemptUnderWay,
    InstitutionsState,
)
from defectsim.engine.institutions.strength import Strength
from defectsim.model.institutions import ConspiracyRules, NewsRules
from defectsim.model.outcomes import AttemptResult
from defectsim.model.transitions import Cause, Status

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


class Attempts:
    """The attempts of one run, one at a time.

    A conspiracy strikes when it commands its quorum: members who go through with it defect openly,
    with whoever follows them; the others back out, and too few call it off. From the next step on
    the commanders of brigades join, resist or wait, day by day (`model.conspiracy.stand`). In the
    end, with J the weight of those who have joined and R that of those who resist, counterweights
    included: it has failed if R >= J; it has succeeded if J > R, and J + R is at least half of the
    whole; else it is a stalemate, and who has defected stays so.
    """

    def __init__(
        self,
        rules: ConspiracyRules,
        news: NewsRules,
        clock: Clock,
        columns: Columns,
        strength: Strength,
        state: InstitutionsState,
    ) -> None:
        self._rules = rules
        self._columns, self._strength, self._state = columns, strength, state
        self._days_per_step = int(clock.step_days)
        self._half_life = int(news.memory_days) / self._days_per_step

    def next_due(self, step: int) -> int:
        """Return the next step in which an attempt goes on or fades."""
        if self._state.attempt:
            return step + 1
        if self._state.failed is None:
            return NOTHING_DUE
        lesson, due = self._lesson(step - self._state.failed), step + 1
        while self._lesson(due - self._state.failed) == lesson:
            due += 1
        return due

    def step(self, context: StepContext) -> None:
        """Continue the attempt under way; let the memory of a failed one fade."""
        engine = context.engine
        if self._state.attempt:
            self._continue(context, self._state.attempt)
        if self._state.failed is not None:
            lesson = self._lesson(context.step - self._state.failed)
            engine.attempt_memory = engine.attempt_memory._replace(lesson=lesson)
            if lesson == 0.0:
                self._state.failed = None

    def strike(self, context: StepContext, members: list[int], quorum: float) -> bool:
        """Strike if a conspiracy commands its quorum; return whether an attempt began."""
        if self._state.attempt:
            return False
        engine, step = context.engine, context.step
        needed = quorum * self._strength.total(self._strength.brigades(engine))
        if self._strength.commanded(engine, members) < needed:
            return False
        committed: list[int] = []
        withdrawn: list[int] = []
        for row in members:
            commits = context.draw(row, Purpose.COMMIT) < context.chance("commit", row)
            (committed if commits else withdrawn).append(row)
        engine.move(step, sorted(withdrawn), "resume", Cause.DECISION, step)
        if not committed or self._strength.commanded(engine, committed) < _LEAST * needed:
            called_off = Attempt(step, step, len(committed), 0.0, 0.0, "called off", 0)
            engine.attempts.append(called_off)
            return False
        self._begin(context, committed)
        return True

    def rise(self, context: StepContext) -> None:
        """Start or join an attempt with those who rise by an act."""
        serving = sorted(row for row in self._state.rising if context.serves(row))
        if self._state.attempt:
            self._state.attempt.members += serving
            context.engine.move(context.step, serving, "defect", Cause.ATTEMPT, context.step)
        elif serving:
            self._begin(context, serving)

    def _begin(self, context: StepContext, rows: list[int]) -> None:
        engine, step = context.engine, context.step
        self._state.attempt = AttemptUnderWay(
            step=step,
            members=rows,
            first_event=len(engine.events.row),
            days_left=int(self._rules.days),
            people=self._strength.brigades(engine),
            joined=set(),
            resisting=set(),
        )
        engine.move(step, rows, "defect", Cause.ATTEMPT, step)

    def _continue(self, context: StepContext, attempt: AttemptUnderWay) -> None:
        """Run the days of a step; commanders see each morning's balance."""
        days = min(attempt.days_left, self._days_per_step)
        for day in range(days):
            self._publish(context, attempt)
            self._take_sides(context, attempt, day)
        self._publish(context, attempt)
        attempt.days_left -= days
        if attempt.days_left == 0:
            self._decide(context, attempt)

    def _publish(self, context: StepContext, attempt: AttemptUnderWay) -> None:
        """Have everybody know the shares that have joined, and that resist."""
        total = max(self._strength.total(attempt.people), 1.0)
        joined, resisting = self._sides(context, attempt, self._strength.weight)
        resisting = resisting / total + self._counterbalance(context, attempt)
        engine = context.engine
        engine.attempt_memory = engine.attempt_memory._replace(
            joined=joined / total, resisting=resisting
        )
        context.refresh()

    @staticmethod
    def _counterbalance(context: StepContext, attempt: AttemptUnderWay) -> float:
        """Return the strength of militia and guards, as a share of the army's.

        The lever is taken as it reaches the first of those who struck.
        """
        counterbalance: float = context.country(attempt.members[0]).counterbalance
        return counterbalance

    def _sides(
        self, context: StepContext, attempt: AttemptUnderWay, weight: NDArray[np.float64]
    ) -> _Sides:
        """Return what has joined and what resists, weighted by unit.

        A brigade is where its commander is, with the people that it had when the attempt began; of
        the others, those count as joined who have defected since.
        """
        defected = self._defected_since(context, attempt)
        led = set(context.engine.leads[defected].tolist()) & attempt.people.keys()
        joined = attempt.joined | led
        resisting = attempt.resisting - joined
        unit = context.population.unit[defected]
        brigade = self._strength.brigade[unit]
        alone = (brigade >= 0) & ~np.isin(brigade, list(joined))
        left = alone & np.isin(brigade, list(resisting))
        with_joined, with_resisting = (
            sum(attempt.people[one] * float(weight[one]) for one in sorted(side))
            for side in (joined, resisting)
        )
        return _Sides(
            with_joined + float(weight[unit[alone]].sum()),
            max(with_resisting - float(weight[unit[left]].sum()), 0.0),
        )

    @staticmethod
    def _defected_since(context: StepContext, attempt: AttemptUnderWay) -> NDArray[np.int32]:
        """Return those who have defected since an attempt began, and stayed."""
        events = context.engine.events_after(attempt.first_event)
        rows: NDArray[np.int32] = np.unique(events.row[events.end == Status.DEFECTED])
        stayed: NDArray[np.int32] = rows[context.engine.status[rows] == Status.DEFECTED]
        return stayed

    def _take_sides(self, context: StepContext, attempt: AttemptUnderWay, day: int) -> None:
        """Ask commanders who wait; those who join defect, and may be followed."""
        engine, joining = context.engine, []
        for unit in attempt.people:
            row = engine.commander.item(unit)
            if unit in attempt.joined | attempt.resisting or not context.serves(row):
                continue
            join, resist = context.stance(row)
            drawn = context.draw(row, Purpose.STAND + day)
            if drawn < join:
                joining.append(row)
                attempt.joined.add(unit)
            elif drawn < join + resist:
                attempt.resisting.add(unit)
        engine.move(context.step, joining, "defect", Cause.ATTEMPT, context.step)

    def _decide(self, context: StepContext, attempt: AttemptUnderWay) -> None:
        """Decide an attempt, with its consequences."""
        engine = context.engine
        memory = engine.attempt_memory
        shares = _Sides(memory.joined, memory.resisting)
        people = self._sides(context, attempt, np.ones_like(self._strength.weight))
        militia = self._counterbalance(context, attempt) * sum(attempt.people.values())
        weaker = min(people.joined, people.resisting + militia)
        result = _result(shares)
        engine.attempts.append(
            Attempt(
                attempt.step,
                context.step,
                len(attempt.members),
                *shares,
                result,
                casualties=int(self._rules.casualties.value * weaker),
            )
        )
        self._state.attempt = None
        self._state.succeeded = result == "success"
        if result == "failure":
            self._put_down(context, attempt)
            self._state.failed = context.step
            memory = memory._replace(withstood=shares.joined)
        engine.attempt_memory = memory._replace(joined=0.0, resisting=0.0)
        context.refresh()

    def _put_down(self, context: StepContext, attempt: AttemptUnderWay) -> None:
        """Arrest those who struck and joined, recall their followers, and reward resistance."""
        engine, step = context.engine, context.step
        events = engine.events_after(attempt.first_event)
        defected = self._defected_since(context, attempt)
        followed = np.isin(defected, events.row[events.cause == Cause.COMMANDER])
        struck = np.isin(defected, events.row[events.cause == Cause.ATTEMPT])
        caught = [
            row
            for row in defected[struck].tolist()
            if context.draw(row, Purpose.CAPTURE) < self._rules.capture.value
        ]
        engine.move(step, caught, "arrest", Cause.ATTEMPT, step)
        engine.move(step, defected[followed & ~struck].tolist(), "recall", Cause.RECALL, step)
        resisted = [engine.commander.item(unit) for unit in sorted(attempt.resisting)]
        rows = np.array([row for row in resisted if context.serves(row)], np.int64)
        for name in ("attachment", "jeopardy"):
            rewarded = self._columns.values[name][rows] + self._rules.reward.value
            self._columns.write(name, rows, rewarded)

    def _lesson(self, steps: int) -> float:
        """Return the memory of a failed attempt after some steps, from 1 to 0."""
        return round(_LESSON_LEVELS * exp2(-steps / self._half_life)) / _LESSON_LEVELS


def _result(shares: _Sides) -> AttemptResult:
    if shares.resisting >= shares.joined:
        return "failure"
    return "success" if shares.joined + shares.resisting >= _DECIDED else "stalemate"
