"""Plots: how they grow from tie to tie, and how they are found out."""

from collections.abc import Iterable, Mapping
from math import ceil, log1p

from defectsim.core.clock import Clock
from defectsim.engine.compiled.arrays import NO_CALL
from defectsim.engine.institutions.attempts import Attempts
from defectsim.engine.institutions.context import Purpose, StepContext
from defectsim.model.institutions import ConspiracyRules
from defectsim.model.transitions import Cause, Rank, Status


class Plots:
    """The plots of one life: each a set of people, known by the row of who began it."""

    def __init__(self, rules: ConspiracyRules, clock: Clock, attempts: Attempts) -> None:
        self._rules = rules
        self._years = clock.years_per_step
        self._attempts = attempts
        self._plot: dict[int, int] = {}
        self._contact: dict[int, int] = {}
        self._grown: set[int] = set()

    @property
    def state(self) -> dict[str, list[tuple[int, int]]]:
        """Who is in which plot, and when each sounds out a tie; plain data, from which the plots of a fork go on."""
        return {"plot": list(self._plot.items()), "contact": list(self._contact.items())}

    @state.setter
    def state(self, state: Mapping[str, Iterable[tuple[int, int]]]) -> None:
        self._plot, self._contact = dict(state["plot"]), dict(state["contact"])

    @property
    def due(self) -> set[int]:
        """Steps before which somebody sounds out a tie."""
        return set(self._contact.values())

    def step(self, context: StepContext) -> None:
        """Take in who plots anew, let plotters sound out their ties, and let plots strike that are strong enough."""
        self._grown.clear()
        for row in [row for row in self._plot if not context.is_in(row, Status.PLOTTING)]:
            self._forget(row)
        for row in context.events.row[context.events.end == Status.PLOTTING].tolist():
            if context.is_in(row, Status.PLOTTING) and row not in self._plot:
                self._enter(context, row, row)
        for row in sorted(row for row, step in self._contact.items() if step <= context.step):
            if context.is_in(row, Status.PLOTTING):
                self._contact[row] = self._next(context, row)
                self._sound_out(context, row)
        for plot in sorted(self._grown & set(self._plot.values())):
            self._strike(context, plot, self._rules.quorum.value)

    def members(self, plot: int) -> list[int]:
        """Return the rows of a plot's members."""
        return sorted(row for row, its in self._plot.items() if its == plot)

    def _enter(self, context: StepContext, row: int, plot: int) -> None:
        self._plot[row] = plot
        self._grown.add(plot)
        self._contact.setdefault(row, self._next(context, row))

    def _forget(self, row: int) -> None:
        self._plot.pop(row, None)
        self._contact.pop(row, None)

    def _next(self, context: StepContext, row: int) -> int:
        """Return the step of the next contact: waits are exponential, at the rate of contacts a year."""
        rate = self._rules.contacts.value * self._years
        if rate == 0.0:
            return NO_CALL
        wait = -log1p(-context.draw(row, Purpose.WAIT)) / rate
        return context.step + max(ceil(min(wait, NO_CALL)), 1)

    def _sound_out(self, context: StepContext, row: int) -> None:
        """Let a plotter speak to somebody tied to them, who informs, joins or does neither."""
        ties = context.population.ties
        near = sorted({*ties.indices[ties.indptr[row] : ties.indptr[row + 1]].tolist()} - {row})
        if not near:
            return
        other = near[int(context.draw(row, Purpose.CONTACT) * len(near))]
        if other in self._plot:
            self._merge(self._plot[row], self._plot[other])
        elif (
            context.is_in(other, Status.LOYAL, Status.SHIRKING)
            and context.population.rank[other] >= Rank.OFFICER
        ):
            informed = self._rules.informers.value * context.country(other).surveillance
            if context.draw(other, Purpose.INFORM) < informed:
                self._found_out(context, row)
            elif context.draw(other, Purpose.JOIN) < context.chance("join", other):
                context.engine.move(context.step, [other], "plot", Cause.TIE, context.step)
                self._enter(context, other, self._plot[row])

    def _merge(self, one: int, other: int) -> None:
        if one == other:
            return
        for row in self.members(max(one, other)):
            self._plot[row] = min(one, other)
        self._grown.add(min(one, other))

    def _found_out(self, context: StepContext, row: int) -> None:
        """Let a plot that was betrayed strike at once, if it is strong enough, or be rolled up."""
        plot = self._plot[row]
        if self._strike(context, plot, self._rules.quorum.value * self._rules.strike_first.value):
            return
        others = [member for member in self.members(plot) if member != row]
        caught = [
            one
            for one in others
            if context.draw(one, Purpose.UNRAVEL) < self._rules.unravelling.value
        ]
        spared = [one for one in others if one not in caught]
        context.engine.move(
            context.step, sorted([row, *caught]), "arrest", Cause.DISCOVERY, context.step
        )
        context.engine.move(context.step, spared, "resume", Cause.DISCOVERY, context.step)
        for one in (row, *others):
            self._forget(one)

    def _strike(self, context: StepContext, plot: int, quorum: float) -> bool:
        """Let a plot strike if it commands enough, and say whether an attempt began."""
        members = self.members(plot)
        began = self._attempts.strike(context, members, quorum)
        for row in members:
            if not context.is_in(row, Status.PLOTTING):
                self._forget(row)
        return began
