"""Attempts on the ruler: who strikes, on which side units stand day by day, and what comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp2
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from defectsim.core.clock import Clock
from defectsim.engine.columns import Columns
from defectsim.engine.inputs import Attempt
from defectsim.engine.institutions.context import Purpose, StepContext
from defectsim.engine.institutions.strength import Strength
from defectsim.model.institutions import ConspiracyRules, NewsRules
from defectsim.model.transitions import Cause, Status

_REMEMBERED = 16
"""In how many steps the memory of an attempt fades."""
_LEAST = 0.5
"""Share of the quorum below which those who go through with it call the attempt off; assumption."""
_DECIDED = 0.5
"""Share of the whole weight that must have taken sides for an attempt to succeed; assumption."""


@dataclass
class _UnderWay:
    """An attempt that has not been decided yet.

    Attributes
    ----------
    first
        How many changes of status there were before it.
    people
        How many people each brigade had when it began.
    """

    step: int
    members: list[int]
    first: int
    days: int
    people: dict[int, float]
    joined: set[int] = field(default_factory=set)
    resisting: set[int] = field(default_factory=set)

    @property
    def state(self) -> dict[str, Any]:
        """The attempt as plain data."""
        sides = {"joined": sorted(self.joined), "resisting": sorted(self.resisting)}
        whole = {
            "step": self.step,
            "members": [*self.members],
            "first": self.first,
            "days": self.days,
        }
        return {**whole, "people": list(self.people.items()), **sides}

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Self:
        """Return the attempt that is going on in a state."""
        sides = {"joined": set(state["joined"]), "resisting": set(state["resisting"])}
        return cls(
            **{**state, "members": [*state["members"]], "people": dict(state["people"]), **sides}
        )


class Attempts:
    """The attempts of one life, one at a time.

    A plot strikes when it commands its quorum: members who go through with it go over openly, with whoever follows
    them; the others back out, and too few call it off. From the next step on the commanders of brigades join, resist or
    wait, day by day (`model.conspiracy.stand`). In the end, with J the weight of those who have joined and R that of
    those who resist, counterweights included: it has failed if R >= J; it has succeeded if J > R, and J + R is at least
    half of the whole; else it is a stalemate, and who has gone over stays so.
    """

    def __init__(
        self,
        rules: ConspiracyRules,
        news: NewsRules,
        clock: Clock,
        columns: Columns,
        strength: Strength,
    ) -> None:
        self._rules, self._clock, self._columns, self._strength = rules, clock, columns, strength
        self._fade = int(news.memory_days) / int(clock.step_days)
        self._now: _UnderWay | None = None
        self._failed: int | None = None
        self.succeeded = False
        self.due: set[int] = set()

    @property
    def state(self) -> dict[str, Any]:
        """The attempt under way, when the last one failed, and whether one has succeeded; plain data, for forks."""
        return {
            "now": self._now and self._now.state,
            "failed": self._failed,
            "succeeded": self.succeeded,
        }

    @state.setter
    def state(self, state: Mapping[str, Any]) -> None:
        self._now = state["now"] and _UnderWay.of(state["now"])
        self._failed, self.succeeded = state["failed"], state["succeeded"]

    def step(self, context: StepContext) -> None:
        """Let an attempt under way go on, and an old one be forgotten."""
        self.due = set()
        if self._now:
            self._go_on(context, self._now)
        self._remember(context)

    def strike(self, context: StepContext, members: list[int], quorum: float) -> bool:
        """Let a plot strike if it commands its quorum, and say whether an attempt began."""
        if self._now:
            return False
        needed = quorum * self._strength.whole(self._strength.brigades(context.engine))
        if self._commanded(context, members) < needed:
            return False
        true = [
            row
            for row in members
            if context.draw(row, Purpose.COMMIT) < context.chance("commit", row)
        ]
        context.engine.move(
            context.step, sorted(set(members) - set(true)), "resume", Cause.DECISION, context.step
        )
        if not true or self._commanded(context, true) < _LEAST * needed:
            context.engine.attempts.append(
                Attempt(context.step, context.step, len(true), 0.0, 0.0, "called off", 0)
            )
            return False
        self._begin(context, true)
        return True

    def rise(self, context: StepContext, rows: list[int]) -> None:
        """Let those of some people rise who still serve, however few they are."""
        serving = sorted(row for row in rows if context.serves(row))
        if self._now:
            self._now.members += serving
            context.engine.move(context.step, serving, "defect", Cause.ATTEMPT, context.step)
        elif serving:
            self._begin(context, serving)

    def _begin(self, context: StepContext, rows: list[int]) -> None:
        engine = context.engine
        people, first = self._strength.brigades(engine), len(engine.after(0).row)
        self._now = _UnderWay(context.step, rows, first, int(self._rules.days), people)
        engine.move(context.step, rows, "defect", Cause.ATTEMPT, context.step)
        self.due = {context.step + 1}

    def _commanded(self, context: StepContext, rows: list[int]) -> float:
        """Return the weight of the units, up to brigades, that people command, each counted once; and their own."""
        led = {context.engine.leads.item(row) for row in rows} - {-1}
        units = {unit for unit in led if self._strength.up_to_brigade(unit)}
        own: float = sum(self._strength.person(context.population.unit.item(row)) for row in rows)
        return own + sum(
            self._strength.of(context.engine, u)
            for u in sorted(units)
            if not self._strength.within(u, units)
        )

    def _go_on(self, context: StepContext, now: _UnderWay) -> None:
        """Live the days of a step: commanders see, each morning, how things stand."""
        days = min(now.days, int(self._clock.step_days))
        for day in range(days):
            self._tell(context, now)
            self._take_sides(context, now, day)
        self._tell(context, now)
        now.days -= days
        if now.days > 0:
            self.due = {context.step + 1}
        else:
            self._decide(context, now)

    def _tell(self, context: StepContext, now: _UnderWay) -> None:
        """Let everybody know what share has joined, and what share resists, counterweights included.

        `counterbalance` is taken as it reaches the first of those who struck.
        """
        whole = max(self._strength.whole(now.people), 1.0)
        joined, resisting = self._sides(context, now, self._strength.weight)
        context.engine.memory[2:] = joined / whole, resisting / whole + self._against(context, now)
        context.refresh()

    @staticmethod
    def _against(context: StepContext, now: _UnderWay) -> float:
        """Return the strength of militia and guards that stand with the ruler, as a share of the army's."""
        against: float = context.country(now.members[0]).counterbalance
        return against

    def _sides(
        self, context: StepContext, now: _UnderWay, weight: NDArray[np.float64]
    ) -> tuple[float, float]:
        """Return what has joined, and what resists, where one person of a unit counts `weight` of it.

        A brigade is where its commander is, with the people that it had when the attempt began; of the others, those
        count as joined who have gone over since.
        """
        over = self._over(context, now)
        led = {unit for unit in context.engine.leads[over].tolist() if unit in now.people}
        joined = now.joined | led
        resisting = now.resisting - joined
        unit = context.population.unit[over]
        brigade = self._strength.brigade[unit]
        alone = (brigade >= 0) & ~np.isin(brigade, list(joined))
        left = alone & np.isin(brigade, list(resisting))
        theirs, others = (
            sum(now.people[one] * float(weight[one]) for one in sorted(side))
            for side in (joined, resisting)
        )
        return theirs + float(weight[unit[alone]].sum()), max(
            others - float(weight[unit[left]].sum()), 0.0
        )

    @staticmethod
    def _over(context: StepContext, now: _UnderWay) -> NDArray[np.int32]:
        """Return who has gone over since the attempt began, and stayed."""
        events = context.engine.after(now.first)
        rows: NDArray[np.int32] = np.unique(events.row[events.end == Status.DEFECTED])
        stayed: NDArray[np.int32] = rows[context.engine.status[rows] == Status.DEFECTED]
        return stayed

    def _take_sides(self, context: StepContext, now: _UnderWay, day: int) -> None:
        """Ask each commander of a brigade who waits still; those who join go over openly, and may be followed."""
        engine, joining = context.engine, []
        for unit in now.people:
            row = engine.commander.item(unit)
            if unit in now.joined | now.resisting or not context.serves(row):
                continue
            join, resist = context.stance(row)
            drawn = context.draw(row, Purpose.STAND + day)
            if drawn < join:
                joining.append(row)
                now.joined.add(unit)
            elif drawn < join + resist:
                now.resisting.add(unit)
        engine.move(context.step, joining, "defect", Cause.ATTEMPT, context.step)

    def _decide(self, context: StepContext, now: _UnderWay) -> None:
        """Decide an attempt, with what follows from it."""
        engine = context.engine
        joined, resisting = engine.memory[2:].tolist()
        decided = joined + resisting >= _DECIDED
        result = "failure" if resisting >= joined else "success" if decided else "stalemate"
        rebels, others = self._sides(context, now, np.ones_like(self._strength.weight))
        militia = self._against(context, now) * sum(now.people.values())
        killed = int(self._rules.casualties.value * min(rebels, others + militia))
        engine.attempts.append(
            Attempt(now.step, context.step, len(now.members), joined, resisting, result, killed)
        )
        self._now = None
        self.succeeded = result == "success"
        if result == "failure":
            self._put_down(context, now, joined)
        engine.memory[2:] = 0.0
        context.refresh()

    def _put_down(self, context: StepContext, now: _UnderWay, joined: float) -> None:
        """Arrest those who struck and joined, bring those back who followed, reward those who resisted; remember."""
        engine, step = context.engine, context.step
        events = engine.after(now.first)
        over = self._over(context, now)
        followed = np.isin(over, events.row[events.cause == Cause.COMMANDER])
        struck = np.isin(over, events.row[events.cause == Cause.ATTEMPT])
        caught = [
            row
            for row in over[struck].tolist()
            if context.draw(row, Purpose.CAPTURE) < self._rules.capture.value
        ]
        engine.move(step, caught, "arrest", Cause.ATTEMPT, step)
        engine.move(step, over[followed & ~struck].tolist(), "recall", Cause.RECALL, step)
        resisted = [engine.commander.item(unit) for unit in sorted(now.resisting)]
        rows = np.array([row for row in resisted if context.serves(row)], np.int64)
        for name in ("attachment", "jeopardy"):
            self._columns.write(
                name, rows, self._columns.values[name][rows] + self._rules.reward.value
            )
        self._failed = step
        engine.memory[0] = joined

    def _remember(self, context: StepContext) -> None:
        """Let the memory of a failed attempt fade, by half in `memory_days`, whenever the court sits."""
        if self._failed is None:
            return
        lesson = self._lesson(context.step - self._failed)
        context.engine.memory[1] = lesson
        if lesson == 0.0:
            self._failed = None
            return
        change = context.step + 1
        while self._lesson(change - self._failed) == lesson:
            change += 1
        self.due |= {change}

    def _lesson(self, steps: int) -> float:
        return round(_REMEMBERED * exp2(-steps / self._fade)) / _REMEMBERED
