"""Conspiracies: how they grow from tie to tie, are found out, and strike."""

from math import ceil, log1p

from defectsim.core.clock import Clock
from defectsim.engine.institutions.attempts import Attempts
from defectsim.engine.institutions.context import Purpose, StepContext
from defectsim.engine.institutions.state import NOTHING_DUE, InstitutionsState
from defectsim.model.institutions import ConspiracyRules
from defectsim.model.transitions import Cause, Rank, Status


class Conspiracies:
    """The conspiracies of one run, each known by the row of who began it."""

    def __init__(
        self, rules: ConspiracyRules, clock: Clock, attempts: Attempts, state: InstitutionsState
    ) -> None:
        self._rules, self._attempts = rules, attempts
        self._contact_rate = self._rules.contacts.value * clock.years_per_step
        self._conspiracy, self._contact = state.conspiracies, state.contacts
        self._grown: set[int] = set()

    @property
    def next_due(self) -> int:
        """The next step before which somebody sounds out a tie."""
        return min(self._contact.values(), default=NOTHING_DUE)

    def step(self, context: StepContext) -> None:
        """Admit plotters, sound out ties, and strike where a conspiracy is ready."""
        self._grown.clear()
        self._drop_who_left(context, list(self._conspiracy))
        for row in context.events.row[context.events.end == Status.PLOTTING].tolist():
            if context.is_in(row, Status.PLOTTING) and row not in self._conspiracy:
                self._admit(context, row, row)
        for row in sorted(row for row, step in self._contact.items() if step <= context.step):
            if context.is_in(row, Status.PLOTTING):
                self._contact[row] = self._next_contact(context, row)
                self._sound_out(context, row)
        for conspiracy in sorted(self._grown & set(self._conspiracy.values())):
            self._strike(context, conspiracy, self._rules.quorum.value)

    def _members(self, conspiracy: int) -> list[int]:
        return sorted(row for row, its in self._conspiracy.items() if its == conspiracy)

    def _admit(self, context: StepContext, row: int, conspiracy: int) -> None:
        self._conspiracy[row] = conspiracy
        self._grown.add(conspiracy)
        if row not in self._contact:
            self._contact[row] = self._next_contact(context, row)

    def _drop(self, rows: list[int]) -> None:
        for row in rows:
            self._conspiracy.pop(row, None)
            self._contact.pop(row, None)

    def _drop_who_left(self, context: StepContext, members: list[int]) -> None:
        self._drop([row for row in members if not context.is_in(row, Status.PLOTTING)])

    def _next_contact(self, context: StepContext, row: int) -> int:
        """Return the step of the next contact; waits are exponential."""
        if self._contact_rate == 0.0:
            return NOTHING_DUE
        wait = -log1p(-context.draw(row, Purpose.WAIT)) / self._contact_rate
        return context.step + max(ceil(min(wait, NOTHING_DUE)), 1)

    def _sound_out(self, context: StepContext, row: int) -> None:
        """Sound out one tie of a plotter, who may inform or join."""
        ties, rank = context.population.ties, context.population.rank
        near = sorted({*ties.indices[ties.indptr[row] : ties.indptr[row + 1]].tolist()} - {row})
        if not near:
            return
        other = near[int(context.draw(row, Purpose.CONTACT) * len(near))]
        if other in self._conspiracy:
            self._merge(self._conspiracy[row], self._conspiracy[other])
        elif context.is_in(other, Status.LOYAL, Status.SHIRKING) and rank[other] >= Rank.OFFICER:
            informs = self._rules.informers.value * context.country(other).surveillance
            if context.draw(other, Purpose.INFORM) < informs:
                self._uncover(context, row)
            elif context.draw(other, Purpose.JOIN) < context.chance("join", other):
                context.engine.move(context.step, [other], "plot", Cause.TIE, context.step)
                self._admit(context, other, self._conspiracy[row])

    def _merge(self, one: int, other: int) -> None:
        if one == other:
            return
        for row in self._members(max(one, other)):
            self._conspiracy[row] = min(one, other)
        self._grown.add(min(one, other))

    def _uncover(self, context: StepContext, row: int) -> None:
        """Have a betrayed conspiracy strike, if strong enough, or roll it up."""
        conspiracy = self._conspiracy[row]
        quorum = self._rules.quorum.value * self._rules.strike_first.value
        if self._strike(context, conspiracy, quorum):
            return
        caught, spared = [row], list[int]()
        others = [member for member in self._members(conspiracy) if member != row]
        for one in others:
            unravels = context.draw(one, Purpose.UNRAVEL) < self._rules.unravelling.value
            (caught if unravels else spared).append(one)
        move, step = context.engine.move, context.step
        move(step, sorted(caught), "arrest", Cause.DISCOVERY, step)
        move(step, spared, "resume", Cause.DISCOVERY, step)
        self._drop([row, *others])

    def _strike(self, context: StepContext, conspiracy: int, quorum: float) -> bool:
        """Strike if a conspiracy commands its quorum; return whether an attempt began."""
        members = self._members(conspiracy)
        began = self._attempts.strike(context, members, quorum)
        self._drop_who_left(context, members)
        return began
