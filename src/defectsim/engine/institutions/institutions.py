"""Institutions: orders, promotions, conspiracies and attempts, between people's decisions.

They are plain Python for both engines, and step when there is something to do: somebody plots, a
command is vacant, people have followed a commander, an attempt is under way, or its memory fades.
"""

from defectsim.engine.columns import Columns
from defectsim.engine.institutions.attempts import Attempts
from defectsim.engine.institutions.command import Command
from defectsim.engine.institutions.conspiracies import Conspiracies
from defectsim.engine.institutions.context import StepContext
from defectsim.engine.institutions.state import InstitutionsState, initial_institutions
from defectsim.engine.institutions.strength import Strength
from defectsim.engine.protocol import Engine
from defectsim.population.population import Population
from defectsim.scenario.schema import Scenario


class Institutions:
    """The institutions of one run.

    Parameters
    ----------
    columns
        The columns of that run, which attempts change.
    state
        The state that they go on with; default: nothing has begun.
    """

    def __init__(
        self,
        scenario: Scenario,
        columns: Columns,
        population: Population,
        state: InstitutionsState | None = None,
    ) -> None:
        self.state = state or initial_institutions()
        self._columns = columns
        rules, clock = scenario.plots, scenario.clock
        strength = Strength(population, rules.distance.value)
        self._command = Command(scenario.command, clock, self.state)
        self._attempts = Attempts(rules, scenario.news, clock, columns, strength, self.state)
        self._conspiracies = Conspiracies(rules, clock, self._attempts, self.state)

    @property
    def over(self) -> bool:
        """True once an attempt has succeeded: from then on nothing more happens."""
        return self.state.succeeded

    def step(self, engine: Engine, step: int) -> None:
        """Do what is due before a step."""
        context = StepContext(engine, step, engine.events_after(self.state.events_seen))
        self.state.events_seen += len(context.events.row)
        self._attempts.step(context)
        if not self.over:
            self._attempts.rise(context)
            self._command.step(context)
            self._conspiracies.step(context)
        self.state.rising.clear()
        self._columns.publish(engine, step)
        due = self._attempts.next_due(step), self._command.next_due, self._conspiracies.next_due
        engine.return_before(min(due))
