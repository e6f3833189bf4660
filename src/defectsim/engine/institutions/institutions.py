"""Institutions: orders, promotions, conspiracies and attempts, between people's decisions.

They are plain Python for both engines, and step when there is something to do: somebody plots, a
command is vacant, people have followed a commander, an attempt is under way, or its memory fades.
"""

from defectsim.engine.columns import Columns
from defectsim.engine.institutions import attempts, command, conspiracies
from defectsim.engine.institutions.context import StepContext
from defectsim.engine.institutions.state import InstitutionsState, initial_institutions
from defectsim.engine.protocol import Engine
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
        self, scenario: Scenario, columns: Columns, state: InstitutionsState | None = None
    ) -> None:
        self.state = state or initial_institutions()
        self._scenario, self._columns = scenario, columns

    @property
    def over(self) -> bool:
        """True once an attempt has succeeded: from then on nothing more happens."""
        return self.state.succeeded

    def step(self, engine: Engine, step: int) -> None:
        """Do what is due before a step."""
        context = StepContext(engine, step, self._scenario, self._columns, self.state)
        self.state.events_seen += len(context.events.row)
        attempts.step(context)
        if not self.over:
            attempts.rise(context)
            command.step(context)
            conspiracies.step(context)
        self.state.rising.clear()
        self._columns.publish(engine, step)
        due = [*self.state.vacancies.values(), *self.state.contacts.values()]
        engine.return_before(min([attempts.next_due(context), *due]))
