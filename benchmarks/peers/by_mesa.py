"""Mesa: an object for each person, who steps in random order."""

from collections.abc import Callable
from math import exp

import mesa
import numpy as np

from benchmarks.peers.model import WEEK, WEEKS, Desertion, traits


class Person(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """A person who serves until they desert."""

    def __init__(self, model: "Army", hunger: float, grievance: float) -> None:
        super().__init__(model)
        self.hunger, self.grievance = hunger, grievance

    def step(self) -> None:
        """Serve another week, or desert."""
        model = self.model
        rate = model.base * exp(self.hunger + model.weight * self.grievance)
        if model.random.random() < 1.0 - exp(-rate * WEEK):
            model.gone += 1
            self.remove()


class Army(mesa.Model):  # type: ignore[misc]
    """The army."""

    def __init__(self, p: Desertion, people: int, seed: int) -> None:
        super().__init__(rng=seed)
        self.base, self.contagion = p
        self.people, self.gone, self.weight = people, 0, 1.0
        for hunger, grievance in np.transpose(traits(people, np.random.default_rng(seed))).tolist():
            Person(self, hunger, grievance)

    def step(self) -> None:
        """Simulate a week; people see the share that has gone at its beginning."""
        self.weight = 1.0 + self.contagion * self.gone / self.people
        self.agents.shuffle_do("step")


def shuffle_do(p: Desertion, people: int, seed: int) -> Callable[[], float]:
    """Prepare a model."""
    model = Army(p, people, seed)

    def run() -> float:
        for _ in range(WEEKS):
            model.step()
        return model.gone / people

    return run
