"""What happens between people's decisions: orders, promotions, conspiracies. In plain Python, for both engines.

The court sits before a step when there is something to do: somebody plots, a command is vacant, people have followed a
commander, an attempt is under way, or its memory fades.
"""

from collections.abc import Mapping
from typing import Any

from defectsim.engine.columns import Columns
from defectsim.engine.compiled.arrays import NO_CALL
from defectsim.engine.inputs import Engine
from defectsim.engine.institutions.attempts import Attempts
from defectsim.engine.institutions.command import Command
from defectsim.engine.institutions.context import StepContext
from defectsim.engine.institutions.plots import Plots
from defectsim.engine.institutions.strength import Strength
from defectsim.population.population import Population
from defectsim.scenario.schema import Scenario


class Institutions:
    """The court of one life.

    Parameters
    ----------
    columns
        What people have in that life.

    Attributes
    ----------
    rising
        Rows of those who rise at the next sitting.
    """

    def __init__(self, scenario: Scenario, columns: Columns, population: Population) -> None:
        self._columns = columns
        strength = Strength(population, scenario.plots.distance.value)
        self._command = Command(scenario.command, scenario.clock)
        self._attempts = Attempts(scenario.plots, scenario.news, scenario.clock, columns, strength)
        self._plots = Plots(scenario.plots, scenario.clock, self._attempts)
        self._known = 0
        self.rising: list[int] = []

    @property
    def state(self) -> dict[str, Any]:
        """What the court has begun and not ended, between two steps: plain data, from which that of a fork goes on."""
        parts = {
            "command": self._command.state,
            "plots": self._plots.state,
            "attempts": self._attempts.state,
        }
        return {"known": self._known, "rising": [*self.rising], **parts}

    @state.setter
    def state(self, state: Mapping[str, Any]) -> None:
        self._known, self.rising = state["known"], [*state["rising"]]
        self._command.state, self._plots.state = state["command"], state["plots"]
        self._attempts.state = state["attempts"]

    @property
    def over(self) -> bool:
        """Whether an attempt has succeeded: from then on nothing more happens."""
        return self._attempts.succeeded

    def step(self, engine: Engine, step: int) -> None:
        """Do what is due before a step."""
        context = StepContext(engine, step, engine.after(self._known))
        self._known += len(context.events.row)
        self._attempts.step(context)
        if not self.over:
            self._attempts.rise(context, self.rising)
            self._command.step(context)
            self._plots.step(context)
        self.rising = []
        self._columns.hand_on(engine, step)
        engine.call(
            min((*self._attempts.due, *self._command.due, *self._plots.due), default=NO_CALL)
        )

    def live(self, engine: Engine, step: int, last: int) -> None:
        """Take the steps from `step` to `last`, the last not included."""
        while step < last:
            if not self.over:
                self.step(engine, step)
            if self.over:
                rest(engine, step)
                return
            step = engine.advance(step, last)


def rest(engine: Engine, step: int) -> None:
    """Let those follow who follow, and then everything stand as it does: what comes after the fall is not modelled."""
    engine.cascade(step)
    engine.settle(step)
    engine.counts[step + 2 :] = engine.counts[step + 1]
    engine.doubting[step + 2 :] = engine.doubting[step + 1]
