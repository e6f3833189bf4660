"""People as Mesa agents: views of their rows, made when somebody asks for them."""

from enum import IntEnum
from random import Random
from typing import Any, Protocol

import mesa

from defectsim.model.person import COLUMNS, Array
from defectsim.model.transitions import Rank, Service, Status
from defectsim.population.population import Population

CODES = {"rank": Rank, "service": Service, "status": Status}
"""Columns whose numbers have names."""


class World(Protocol):
    """What agents need of their model."""

    population: Population
    random: Random

    def has_column(self, name: str) -> bool:
        """Say whether there is such a column."""

    def column(self, name: str) -> Array:
        """Return a column of everybody, as it stands now."""

    def write(self, name: str, rows: Any, value: Any) -> None:
        """Change a column for some rows."""

    def agent(self, row: int) -> "PersonAgent":
        """Return the agent of a row."""

    def leave(self, row: int, transition: str) -> None:
        """Let somebody go."""

    def draw(self, row: int, purpose: str) -> float:
        """Return one person's random number for a purpose."""

    def country(self, row: int) -> Any:
        """Return what somebody sees of the country."""

    def around(self, row: int) -> Any:
        """Return what somebody sees around them."""

    @property
    def agent_types(self) -> "list[type[PersonAgent]]":
        """What kind of agents soldiers are, and generals."""


class PersonAgent(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """A person. Attributes named like a column read and write that column; others are the agent's own."""

    model: World
    p: Any

    def __init__(self, model: World, row: int) -> None:
        """Make the view of a row; unlike Mesa's own agents it is not registered: the population knows everybody."""
        self.model = model
        self.row = row
        self.pos = None

    @property
    def unique_id(self) -> str:
        """The person's name in tables, such as ``guard-1024``."""
        return str(self.model.population.ids[self.row])

    @property
    def branch(self) -> str:
        """Name of the person's branch."""
        population = self.model.population
        return str(population.branches[population.branch[self.row]])

    @property
    def unit(self) -> str:
        """Name of the unit that the person belongs to, or commands."""
        population = self.model.population
        return str(population.units.name(population.unit[self.row]))

    @property
    def superior(self) -> "PersonAgent | None":
        """The nearest commander above."""
        row = self.model.population.superior[self.row]
        return self.model.agent(int(row)) if row >= 0 else None

    @property
    def ties(self) -> list["PersonAgent"]:
        """Those to whom the person is tied sideways."""
        graph = self.model.population.ties
        return [
            self.model.agent(int(row))
            for row in graph.indices[graph.indptr[self.row] : graph.indptr[self.row + 1]]
        ]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or "row" not in self.__dict__:
            raise AttributeError(name)
        try:
            return self.model.column(name).item(self.row)
        except KeyError:
            raise AttributeError(f"{self!r} has no attribute {name!r}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        if "row" in self.__dict__ and self.model.has_column(name):
            self.model.write(name, self.row, value)
        else:
            super().__setattr__(name, value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.unique_id}>"

    @property
    def country(self) -> Any:
        """What the person sees of the country, levers as they reach the person: what rules get as `country`."""
        return self.model.country(self.row)

    @property
    def around(self) -> Any:
        """What the person sees around them: what rules get as `unit`."""
        return self.model.around(self.row)

    def desert(self) -> None:
        """Leave by desertion."""
        self.model.leave(self.row, "desert")

    def defect(self) -> None:
        """Leave by defection; subordinates may follow in the same step."""
        self.model.leave(self.row, "defect")

    def draw(self, purpose: str) -> float:
        """Return a random number in [0, 1): the same for one purpose until the next step."""
        return self.model.draw(self.row, purpose)

    @classmethod
    def begin(cls, model: World, p: Any) -> None:
        """Be told that a model begins: called once, before the first step, for a kind to make what its agents share."""

    def remove(self) -> None:
        """Refuse: people leave by a change of status, which the engine makes."""
        raise TypeError("people are not removed; they leave by a change of status")


def _shipped(name: str) -> property:
    """Return the attribute that reads a column, in about half the time that `__getattr__` takes."""
    if name not in CODES:
        return property(lambda agent: agent.model.column(name).item(agent.row))
    codes: tuple[IntEnum, ...] = tuple(CODES[name])
    return property(lambda agent: codes[agent.model.column(name).item(agent.row)])


for _name in (*COLUMNS, "frailty", *CODES, "ties_defected", "belief"):
    setattr(PersonAgent, _name, _shipped(_name))


class Soldier(PersonAgent):
    """Person below the rank of general."""

    decides_as = "soldier"


class General(PersonAgent):
    """General or admiral."""

    decides_as = "general"
