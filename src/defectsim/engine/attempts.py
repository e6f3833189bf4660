"""Attempts on the ruler: who strikes, on which side units stand day by day, and what comes of it."""

from dataclasses import dataclass, field
from math import exp2

import numpy as np

from defectsim.behaviour.institutions import News
from defectsim.behaviour.institutions import Plots as Rules
from defectsim.core.clock import Clock
from defectsim.core.statuses import Cause, Status
from defectsim.engine.columns import Columns
from defectsim.engine.hearing import Hearing, Purpose
from defectsim.engine.power import Power
from defectsim.engine.setting import Attempt

_REMEMBERED = 16
"""In how many steps the memory of an attempt fades."""
_LEAST = 0.5
"""Share of the quorum below which those who go through with it call the attempt off."""


@dataclass
class _UnderWay:
    """An attempt that has not been decided yet."""

    step: int
    members: list[int]
    first: int
    days: int
    joined: set[int] = field(default_factory=set)
    resisting: set[int] = field(default_factory=set)


class Attempts:
    """The attempts of one life, one at a time.

    A plot strikes when it commands its quorum: members who go through with it go over openly, with whoever follows
    them; the others back out, and too few call it off. From the next step on the commanders of brigades join, resist or
    wait, day by day (`behaviour.plotting.stand`). In the end, with J the weight of those who have joined and R that of
    those who resist, counterweights included: it has failed if R >= J; it has succeeded if J > R, and J + R is at least
    half of the whole; else it is a stalemate, and who has gone over stays so.
    """

    def __init__(self, rules: Rules, news: News, clock: Clock, columns: Columns, power: Power) -> None:
        self._rules, self._clock, self._columns, self._power = rules, clock, columns, power
        self._fade = int(news.memory_days) / int(clock.step_days)
        self._now: _UnderWay | None = None
        self._failed: int | None = None
        self.succeeded = False
        self.due: set[int] = set()

    def sit(self, hearing: Hearing) -> None:
        """Let an attempt under way go on, and an old one be forgotten."""
        self.due = set()
        if self._now:
            self._go_on(hearing, self._now)
        self._remember(hearing)

    def strike(self, hearing: Hearing, members: list[int], quorum: float) -> bool:
        """Let a plot strike if it commands its quorum, and say whether it did, or tried to."""
        whole = self._power.whole(hearing.engine)
        if self._now or self._commanded(hearing, members) < quorum * whole:
            return False
        true = [row for row in members if hearing.draw(row, Purpose.COMMIT) < hearing.chance("commit", row)]
        hearing.engine.move(hearing.step, sorted(set(members) - set(true)), "resume", Cause.DECISION, hearing.step)
        if self._commanded(hearing, true) < _LEAST * quorum * whole:
            hearing.engine.attempts.append(Attempt(hearing.step, len(true), 0.0, 0.0, "called off", 0))
            return True
        first = len(hearing.engine.events.row)
        self._now = _UnderWay(hearing.step, true, first, int(self._rules.days))
        hearing.engine.move(hearing.step, true, "defect", Cause.ATTEMPT, hearing.step)
        self.due = {hearing.step + 1}
        return True

    def _commanded(self, hearing: Hearing, rows: list[int]) -> float:
        """Return the weight of the units, up to brigades, that people command, each counted once; and their own."""
        led = {hearing.engine.leads.item(row) for row in rows} - {-1}
        units = {unit for unit in led if self._power.up_to_brigade(unit)}
        own: float = sum(self._power.person(hearing.population.unit.item(row)) for row in rows)
        return own + sum(self._power.of(hearing.engine, u) for u in sorted(units) if not self._power.within(u, units))

    def _go_on(self, hearing: Hearing, now: _UnderWay) -> None:
        """Live the days of a step: commanders see, each morning, how things stand."""
        days = min(now.days, int(self._clock.step_days))
        whole = self._power.whole(hearing.engine)
        for day in range(days):
            self._tell(hearing, now, whole)
            self._take_sides(hearing, now, day)
        now.days -= days
        self._tell(hearing, now, whole)
        if now.days > 0:
            self.due = {hearing.step + 1}
            return
        self._decide(hearing, now, whole)

    def _tell(self, hearing: Hearing, now: _UnderWay, whole: float) -> None:
        """Let everybody know what share has joined, and what share resists."""
        power, engine = self._power, hearing.engine
        over = [row for row in self._over(hearing, now) if hearing.is_in(row, Status.DEFECTED)]
        joined: float = sum(power.person(hearing.population.unit.item(row)) for row in over)
        joined += sum(power.of(engine, unit) for unit in sorted(now.joined))
        resisting: float = sum(power.of(engine, unit) for unit in sorted(now.resisting))
        against = hearing.country(now.members[0]).counterbalance if now.members else 0.0
        engine.memory[2:] = (joined / whole, resisting / whole + against) if whole > 0 else (0.0, 0.0)
        hearing.look_again()

    def _over(self, hearing: Hearing, now: _UnderWay) -> list[int]:
        """Return who has gone over since the plot struck."""
        events = hearing.engine.after(now.first)
        return sorted({*events.row[events.end == Status.DEFECTED].tolist(), *now.members})

    def _take_sides(self, hearing: Hearing, now: _UnderWay, day: int) -> None:
        engine, sides = hearing.engine, {}
        for unit in self._power.brigades().tolist():
            row = engine.commander.item(unit)
            if row < 0 or unit in now.joined | now.resisting or not hearing.serves(row):
                continue
            join, resist = hearing.ask("stand", row)
            drawn = hearing.draw(row, Purpose.STAND + day)
            if drawn < join:
                sides[row] = (unit, now.joined)
            elif drawn < join + resist:
                sides[row] = (unit, now.resisting)
        for unit, side in sides.values():
            side.add(unit)

    def _decide(self, hearing: Hearing, now: _UnderWay, whole: float) -> None:
        """Decide an attempt, with what follows from it."""
        joined, resisting = hearing.engine.memory[2:].tolist()
        decided = joined + resisting >= 0.5
        result = "failure" if resisting >= joined else "success" if decided else "stalemate"
        killed = int(self._rules.casualties.value * min(joined, resisting) * whole)
        hearing.engine.attempts.append(Attempt(now.step, len(now.members), joined, resisting, result, killed))
        self._now = None
        if result == "failure":
            self._put_down(hearing, now, joined)
        else:
            hearing.engine.move(hearing.step, self._leaders(hearing, now), "defect", Cause.ATTEMPT, hearing.step)
        self.succeeded = result == "success"
        hearing.engine.memory[2:] = 0.0
        hearing.look_again()

    def _leaders(self, hearing: Hearing, now: _UnderWay) -> list[int]:
        """Return the commanders of the brigades that have joined, as far as they serve."""
        rows = [hearing.engine.commander.item(unit) for unit in sorted(now.joined)]
        return [row for row in rows if hearing.serves(row)]

    def _put_down(self, hearing: Hearing, now: _UnderWay, joined: float) -> None:
        """Arrest those who struck and joined, bring those back who followed, reward those who resisted; remember."""
        engine, step = hearing.engine, hearing.step
        leaders = self._leaders(hearing, now)
        engine.move(step, leaders, "defect", Cause.ATTEMPT, step)
        struck = sorted(row for row in {*now.members, *leaders} if hearing.is_in(row, Status.DEFECTED))
        caught = [row for row in struck if hearing.draw(row, Purpose.CAPTURE) < self._rules.capture.value]
        engine.move(step, caught, "arrest", Cause.ATTEMPT, step)
        followed = engine.after(now.first)
        back = {*followed.row[followed.cause == Cause.COMMANDER].tolist()} - {*struck}
        engine.move(
            step, sorted(row for row in back if hearing.is_in(row, Status.DEFECTED)), "recall", Cause.RECALL, step
        )
        rows = np.array([engine.commander.item(unit) for unit in sorted(now.resisting)], np.int64)
        for name in ("attachment", "jeopardy"):
            self._columns.write(name, rows, self._columns.values[name][rows] + self._rules.reward.value)
        self._failed = step
        engine.memory[0] = joined

    def _remember(self, hearing: Hearing) -> None:
        """Let the memory of a failed attempt fade, by half in `memory_days`, whenever the court sits."""
        if self._failed is None:
            return
        lesson = self._lesson(hearing.step - self._failed)
        hearing.engine.memory[1] = lesson
        if lesson == 0.0:
            self._failed = None
            return
        change = hearing.step + 1
        while self._lesson(change - self._failed) == lesson:
            change += 1
        self.due |= {change}

    def _lesson(self, steps: int) -> float:
        return round(_REMEMBERED * exp2(-steps / self._fade)) / _REMEMBERED
