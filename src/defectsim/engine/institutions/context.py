"""What the court hears when it sits: who stands where, what has just happened, and what somebody would do."""

from collections.abc import Callable
from enum import IntEnum
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsim.core.errors import UncompilableError
from defectsim.engine.inputs import Engine, Events
from defectsim.engine.perception import Perception
from defectsim.engine.shared.draws import uniform
from defectsim.model.rule import Stance
from defectsim.model.transitions import SERVING, Status
from defectsim.population.units import NOBODY
from defectsim.rules.bindings import Decision


class Purpose(IntEnum):
    """What the court draws random numbers for; decided transitions have the numbers below."""

    RECALL = 16
    WAIT = 17
    CONTACT = 18
    INFORM = 19
    JOIN = 20
    UNRAVEL = 21
    COMMIT = 22
    CAPTURE = 23
    STAND = 64
    """The first day of a step; the others come after."""


class StepContext:
    """One sitting.

    Attributes
    ----------
    events
        What has happened since the court last sat.
    """

    def __init__(self, engine: Engine, step: int, events: Events) -> None:
        self.engine = engine
        self.step = step
        self.events = events
        self.population = engine.inputs.population

    def serves(self, row: int) -> bool:
        """Say whether somebody still serves, plotting or not; nobody does not."""
        return row != NOBODY and self.engine.status.item(row) in SERVING

    def is_in(self, row: int, *statuses: Status) -> bool:
        """Say whether somebody stands in one of some statuses."""
        return self.engine.status.item(row) in statuses

    def draw(self, row: int, purpose: int) -> float:
        """Return a person's number in [0, 1) for a purpose: the same whenever it is drawn in this step."""
        inputs = self.engine.inputs
        return uniform(*inputs.draws.key, inputs.persons.item(row), self.step, purpose)

    def draws(self, rows: NDArray[np.int64], purpose: int) -> NDArray[np.float64]:
        """Return the numbers of several people."""
        inputs = self.engine.inputs
        persons: Any = inputs.persons[rows]  # the compiled function takes arrays as well
        drawn: Any = uniform(*inputs.draws.key, persons, self.step, purpose)
        return np.asarray(drawn, np.float64)

    def ask(self, who: str, row: int) -> Any:
        """Ask a rule what somebody would do."""
        decision: Decision = getattr(self.engine.inputs.decisions, who)
        agent, unit, country = self._agent(row), self._perception.unit(row), self.country(row)
        agent.belief = self._believed(agent, unit, country)
        return decision.rule(agent, unit, country, decision.p)

    def chance(self, who: str, row: int) -> float:
        """Ask a rule that returns a probability.

        Raises
        ------
        RuleError
            Where it returns something else.
        """
        probability = float(self.ask(who, row))
        if not 0.0 <= probability <= 1.0:
            raise self.engine.inputs.refuse(who, "the result", row, self.step)
        return probability

    def stance(self, row: int) -> Stance:
        """Ask a rule with what probabilities somebody joins an attempt, or resists it.

        Raises
        ------
        RuleError
            Where they are none.
        """
        stance: Stance = self.ask("stand", row)
        for name, probability in zip(Stance._fields, stance, strict=True):
            if not 0.0 <= probability <= 1.0:
                raise self.engine.inputs.refuse("stand", name, row, self.step)
        return stance

    def chances(self, who: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Ask a rule that returns a probability about several people, once for those who are alike in all it reads."""
        inputs, population = self.engine.inputs, self.population
        try:
            reads = inputs.decisions.reads(who) | inputs.decisions.reads("belief")
        except UncompilableError:
            return np.array([self.chance(who, row) for row in rows.tolist()])
        like = [inputs.columns[name][rows] for name in sorted(reads & {*inputs.columns})]
        like += [population.unit[rows], population.superior[rows], inputs.everybody.audience[rows]]
        like += [
            self.engine.status[rows],
            self._ties[rows] if "ties_defected" in reads else rows * 0,
        ]
        _, first, kind = np.unique(
            np.stack(like, axis=1), axis=0, return_index=True, return_inverse=True
        )
        return np.array([self.chance(who, row) for row in rows[first].tolist()])[kind.ravel()]

    def country(self, row: int) -> Any:
        """Return what somebody sees of the country."""
        return self._country(row)

    def refresh(self) -> None:
        """Let people see what has changed since the step began."""
        self.__dict__.pop("_country", None)

    @cached_property
    def _perception(self) -> Perception:
        return Perception(self.engine.inputs, self.engine)

    @cached_property
    def _ties(self) -> NDArray[np.float64]:
        return self.engine.ties_defected

    @cached_property
    def _country(self) -> Callable[[int], Any]:
        return self._perception.country(self.step)

    def _agent(self, row: int) -> SimpleNamespace:
        columns = {name: column.item(row) for name, column in self.engine.inputs.columns.items()}
        status = Status(self.engine.status.item(row))
        return SimpleNamespace(
            **columns, ties_defected=self._ties.item(row), status=status, belief=1.0
        )

    def _believed(self, agent: Any, unit: Any, country: Any) -> float:
        belief = self.engine.inputs.decisions.belief
        return float(belief.rule(agent, unit, country, belief.p))
