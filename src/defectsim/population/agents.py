"""People as Mesa agents: views of their rows, made when somebody asks for them."""

from typing import Any, ClassVar

import mesa

from defectsim.model.person import COLUMNS
from defectsim.model.rule import TIES
from defectsim.model.transitions import Rank, Service, Status
from defectsim.population.population import World

CODES = {"rank": Rank, "service": Service, "status": Status}
"""Columns of codes, and the enumerations that name them."""


class PersonAgent(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """Person, as a Mesa agent.

    Attributes named like a column read and write that column; others are the agent's own. `cell` is
    the agent's place in the network space of sideways ties, once that is made.
    """

    model: World
    p: Any
    cell: Any = None

    def __init__(self, model: World, row: int) -> None:
        """Make the view of a row; Mesa does not register it, for the population has all."""
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
        """Nearest commander above."""
        row = int(self.model.population.superior[self.row])
        return self.model.agent(row) if row >= 0 else None

    @property
    def ties(self) -> list["PersonAgent"]:
        """People to whom the person has a sideways tie."""
        graph = self.model.ties
        tied = graph.indices[graph.indptr[self.row] : graph.indptr[self.row + 1]]
        return [self.model.agent(row) for row in tied.tolist()]

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
        """Country as the person perceives it, levers included: the argument `country` of rules."""
        return self.model.country(self.row)

    @property
    def around(self) -> Any:
        """Unit as the person perceives it: the argument `unit` of rules."""
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
        """Prepare what agents of the class share; called once, before the first step."""

    def remove(self) -> None:
        """Refuse: people leave by a change of status, which the engine makes."""
        raise TypeError("people are not removed; they leave by a change of status")


def _column_property(name: str) -> property:
    """Return an attribute that reads a column in about half the time of `__getattr__`."""
    if name not in CODES:
        return property(lambda agent: agent.model.column(name).item(agent.row))
    members: tuple[Any, ...] = tuple(CODES[name])
    return property(lambda agent: members[agent.model.column(name).item(agent.row)])


for _name in (*COLUMNS, "frailty", *CODES, *TIES, "belief"):
    setattr(PersonAgent, _name, _column_property(_name))


class Soldier(PersonAgent):
    """Person below the rank of general."""

    decides_as: ClassVar[str] = "soldier"


class General(PersonAgent):
    """General or admiral."""

    decides_as: ClassVar[str] = "general"
