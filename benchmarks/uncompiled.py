"""One rule in the reference engine and in Mesa's ``shuffle_do``: ``python -m benchmarks.uncompiled`` prints JSON.

People are all unlike, and desert at a hazard from their pay, their grievance and the share of their unit that has
deserted. Mesa's agents have what the rule reads as attributes, and draw a number in every step; the reference engine
calls the rule with each person, and compares their cumulative hazard with the threshold that was drawn for them.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import exp, log
from typing import NamedTuple

import mesa

from benchmarks.idiomatic import Unit
from benchmarks.plan import SCENARIO, SEED, sized
from benchmarks.process import pin, run
from benchmarks.rounds import Spread, spread
from defectsim import Country, Person, Rates, load, rule
from defectsim import Unit as PerceivedUnit
from defectsim.engine.model import DefectionModel
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import Status
from defectsim.population.units import NOBODY

PEOPLE, STEPS, ROUNDS = 2_000, 50, 9
OVERRIDES = (
    "people.pay={lognormal: [100, 0.5]}",
    "people.grievance={normal: [0, 1]}",
    "people.frailty=1",
    "behaviour.soldier=benchmarks.uncompiled:desert",
    "behaviour.general=benchmarks.uncompiled:desert",
)


class Desertion(NamedTuple):
    """Parameters of the rule, which are assumptions."""

    base: float = 0.3
    example: float = 3.0


@rule
def desert(agent: Person, unit: PerceivedUnit, country: Country, p: Desertion) -> Rates:
    """Return the annual rate h0 exp(grievance + example x share of the unit that has deserted - ln(pay / basket))."""
    income = log(agent.pay / country.subsistence)
    return Rates(desert=p.base * exp(agent.grievance + p.example * unit.deserted - income))


class Deserter(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """A person who serves until they desert."""

    def __init__(self, model: "Army", unit: Unit, pay: float, grievance: float) -> None:
        super().__init__(model)
        self.unit, self.pay, self.grievance = unit, pay, grievance

    def step(self) -> None:
        """Serve another week, or desert."""
        model, unit = self.model, self.unit
        p = model.p
        income = log(self.pay / model.subsistence)
        rate = p.base * exp(self.grievance + p.example * unit.deserted - income)
        if model.rng.random() < 1.0 - exp(-rate * model.years_per_step):
            self.desert()

    def desert(self) -> None:
        """Leave, and be seen to."""
        self.remove()
        unit: Unit | None = self.unit
        while unit is not None:
            unit.deserted += 1.0 / unit.strength
            unit = unit.parent


class Army(mesa.Model):  # type: ignore[misc]  # as above
    """The people and units of a setup, as Mesa's agents."""

    def __init__(self, setup: StudySetup, replicate: int) -> None:
        super().__init__(rng=replicate)
        self.p, population = Desertion(), setup.population
        self.years_per_step = setup.scenario.clock.years_per_step
        self.subsistence = setup.scenario.conditions["subsistence"].value
        units: list[Unit] = []
        tree = population.units
        for parent, strength in zip(tree.parent.tolist(), tree.strength.tolist(), strict=True):
            units.append(Unit(None if parent == NOBODY else units[parent], strength))
        columns = population.draw_columns(replicate)
        own = (population.unit, columns["pay"], columns["grievance"])
        for unit, pay, grievance in zip(*(column.tolist() for column in own), strict=True):
            Deserter(self, units[unit], pay, grievance)

    def step(self) -> None:
        """Simulate one week."""
        self.agents.shuffle_do("step")


@dataclass(frozen=True)
class Round:
    """Agent-steps per second of processor time, and the share that has deserted in the end."""

    mesa: float
    reference: float
    left_mesa: float
    left_reference: float


def by_mesa(setup: StudySetup, replicate: int, steps: int) -> tuple[float, float]:
    """Simulate a replicate by Mesa; return the seconds of its steps, and the share that has deserted."""
    model = Army(setup, replicate)
    seconds = _timed(lambda: [model.step() for _ in range(steps)])
    return seconds, 1.0 - len(model.agents) / len(setup.population)


def by_reference(setup: StudySetup, replicate: int, steps: int) -> tuple[float, float]:
    """Simulate a replicate by the reference engine; return the same."""
    model = DefectionModel(setup.scenario, replicate=replicate, engine="reference", setup=setup)
    seconds = _timed(lambda: model.run(steps))
    return seconds, float((model.engine.status == Status.DESERTED).mean())


def _timed(simulate: Callable[[], object]) -> float:
    began = time.process_time()
    simulate()
    return time.process_time() - began


def measure(people: int = PEOPLE, steps: int = STEPS, rounds: int = ROUNDS) -> list[Round]:
    """Measure both in turns, on the same people in each round."""
    setup = StudySetup(load(SCENARIO, [*sized(people), *OVERRIDES]), SEED)
    agent_steps, found = len(setup.population) * steps, []
    for replicate in range(rounds):
        mesas, left_mesa = by_mesa(setup, replicate, steps)
        ours, left_reference = by_reference(setup, replicate, steps)
        found.append(Round(agent_steps / mesas, agent_steps / ours, left_mesa, left_reference))
    return found


def ratio(rounds: Sequence[Round]) -> Spread:
    """Return how many times as fast as Mesa the reference engine was, each ratio taken within a round."""
    return spread(one.reference / one.mesa for one in rounds)


def one_rule(environment: Mapping[str, str]) -> list[Round]:
    """Measure in a process of its own."""
    ran = run([sys.executable, "-W", "ignore", "-m", "benchmarks.uncompiled"], environment)
    return [Round(**one) for one in ran.printed]


def main() -> None:
    """Measure on one core."""
    pin()
    print(json.dumps([asdict(one) for one in measure()]))


if __name__ == "__main__":
    main()
