"""Context of a step of the institutions: recent events, people's answers to rules, and strength."""

from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsim.core.errors import UncompilableError
from defectsim.engine.draws import uniform
from defectsim.engine.protocol import Engine
from defectsim.engine.script import SteppedRun
from defectsim.model.outcomes import SHIRKER
from defectsim.model.rule import TIES, Stance
from defectsim.model.transitions import SERVING, Status
from defectsim.population.units import NOBODY
from defectsim.rules.faults import EXPECTED

_COUNTED = np.array([[Status.LOYAL], [Status.PLOTTING], [Status.SHIRKING]])


class Purpose(IntEnum):
    """Purposes of random numbers; the transitions that rules decide have the numbers below."""

    RECALL = 16
    WAIT = 17
    CONTACT = 18
    INFORM = 19
    JOIN = 20
    UNRAVEL = 21
    COMMIT = 22
    CAPTURE = 23
    PROSECUTION = 24
    STAND = 64
    """The first day of a step; the others come after."""


class _Asked:
    """A person whom a rule is asked about; their columns are read when the rule reads them."""

    def __init__(self, engine: Engine, row: int) -> None:
        self._engine, self._row = engine, row
        self.status = Status(engine.status.item(row))
        self.belief = 1.0

    def __getattr__(self, name: str) -> Any:
        if name in TIES:
            return self._engine.ties_in(TIES[name], np.array([self._row])).item()
        try:
            return self._engine.inputs.columns.of(name, self._row).item()
        except KeyError:
            raise AttributeError(f"a person has no attribute {name!r}", name=name) from None


class StepContext:
    """The army, and what institutions have begun, when they step."""

    def __init__(self, run: SteppedRun, step: int) -> None:
        self.run, self.step, self.state = run, step, run.institutions
        self.engine, self.population = run.engine, run.population
        self.clock, self.rules = run.setup.scenario.clock, run.setup.scenario.plots
        self.events = self.engine.event_records(self.state.events_seen)
        """Records of `EVENT` since institutions last stepped, in the order in which they happened."""
        begun = self.engine.status if step == 0 else np.empty(0, np.int8)
        self.begun = np.flatnonzero(begun != Status.LOYAL)
        """Rows of people who are not loyal before the first step, when institutions take it."""
        self.grown: set[int] = set()
        """Conspiracies that have grown in this step."""

    def serves(self, row: int) -> bool:
        """Return whether somebody serves, plotting or not; NOBODY does not."""
        return row != NOBODY and self.is_in(row, *SERVING)

    def stays(self, row: int) -> bool:
        """Return whether somebody keeps their status whatever happens."""
        return bool(self.engine.inputs.stays[row])

    def is_in(self, row: int, *statuses: Status) -> bool:
        """Return whether somebody has one of some statuses."""
        return self.engine.status.item(row) in statuses

    def draw(self, row: int, purpose: int) -> float:
        """Return a person's random number for a purpose in this step."""
        person = self.population.persons.item(row)
        return uniform(*self.engine.inputs.key, person, self.step, purpose)

    def draws(self, rows: NDArray[np.int64], purpose: int) -> NDArray[np.float64]:
        """Return the numbers of several people."""
        persons: Any = self.population.persons[rows]  # the function takes arrays as well
        drawn: Any = uniform(*self.engine.inputs.key, persons, self.step, purpose)
        return np.asarray(drawn, np.float64)

    def ask(self, rule: str, row: int) -> Any:
        """Ask a rule about a person with their belief at this moment."""
        inputs = self.engine.inputs
        agent = _Asked(self.engine, row)
        unit, country = self.engine.perceived_unit(row), self.run.country(row)
        belief, decision = inputs.decisions.belief, inputs.decisions.of(rule)
        believed = belief.ask(agent, unit, country, belief.p)
        agent.belief = inputs.probability(believed, "belief", "the result", row, self.step)
        return decision.ask(agent, unit, country, decision.p)

    def chance(self, rule: str, row: int) -> float:
        """Ask a rule that returns a probability; refuse anything else."""
        asked = self.ask(rule, row)
        return self.engine.inputs.probability(asked, rule, "the result", row, self.step)

    def stance(self, row: int) -> Stance:
        """Ask for the probabilities of joining an attempt, and of resisting it."""
        stance = self.ask("stand", row)
        if not isinstance(stance, Stance):
            what = f"it returns {stance!r}, not {EXPECTED[Stance]},"
            raise self.engine.inputs.wrong_result("stand", what, row, self.step)
        for name, probability in stance._asdict().items():
            self.engine.inputs.probability(probability, "stand", name, row, self.step)
        return stance

    def chances(self, rule: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Ask a rule for probabilities, once for people alike in all it reads."""
        inputs, population = self.engine.inputs, self.population
        try:
            read = inputs.decisions.reads(rule) | inputs.decisions.reads("belief")
        except UncompilableError:
            return np.array([self.chance(rule, row) for row in rows.tolist()])
        alike = [inputs.columns.of(name, rows) for name in sorted(read & inputs.columns.keys())]
        alike += [population.unit[rows], population.superior[rows]]
        alike += [inputs.everybody.audience[rows], self.engine.status[rows]]
        alike += [self.engine.ties_in(TIES[name], rows) for name in sorted(read & TIES.keys())]
        _, first, group = np.unique(
            np.stack(alike, axis=1), axis=0, return_index=True, return_inverse=True
        )
        return np.array([self.chance(rule, row) for row in rows[first].tolist()])[group.ravel()]

    def levers(self, name: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return a lever as it reaches several people."""
        inputs = self.engine.inputs
        timeline, levers = inputs.everybody, list(inputs.calendar.levers)
        reached: NDArray[np.float64] = timeline.values[
            self.step, timeline.audience[rows], levers.index(name)
        ]
        return reached

    @cached_property
    def brigade_weight(self) -> float:
        """Weight of all brigades."""
        return strength(self.engine, self.weight, self.population.units.brigades)

    @cached_property
    def weight(self) -> NDArray[np.float64]:
        """Shape (units,): weight of one person of each unit in an attempt."""
        return np.where(self.population.units.capital, 1.0, self.rules.distance.value)


def strength(
    engine: Engine, weight: NDArray[np.float64], units: NDArray[np.int64] | list[int]
) -> float:
    """Return the weight of units with the people that they have now."""
    weighed: list[float] = (weight[units] * effective(engine, units)).tolist()
    return sum(weighed)


def effective(engine: Engine, units: NDArray[np.int64] | list[int]) -> NDArray[np.float64]:
    """Return units' people, of whom those who shirk count half."""
    loyal, plotting, shirking = engine.unit_counts[_COUNTED, units]
    people: NDArray[np.float64] = loyal + plotting + SHIRKER * shirking
    return people
