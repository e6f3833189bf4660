"""A run as its agents see it, whether or not it is a Mesa model."""

from random import Random
from typing import TYPE_CHECKING, Any, Protocol

from defectsim.model.person import Array
from defectsim.population.population import Population

if TYPE_CHECKING:  # which imports Mesa, and most runs make no agents
    from defectsim.population.agents import PersonAgent


class World(Protocol):
    """The model, as its agents see it."""

    random: Random

    @property
    def population(self) -> Population:
        """The army at the start."""

    def has_column(self, name: str) -> bool:
        """Check whether there is a column."""

    def column(self, name: str) -> Array:
        """Return a column, of shape (people,), as it is now."""

    def write(self, name: str, rows: Any, value: Any) -> None:
        """Write a column in some rows."""

    def agent(self, row: int) -> "PersonAgent":
        """Return the agent of a row."""

    def leave(self, row: int, transition: str) -> None:
        """Make a person take a transition."""

    def draw(self, row: int, purpose: str) -> float:
        """Return a person's random number for a purpose."""

    def country(self, row: int) -> Any:
        """Return the country as a person perceives it."""

    def around(self, row: int) -> Any:
        """Return the unit as a person perceives it."""

    @property
    def agent_types(self) -> "list[type[PersonAgent]]":
        """Classes of soldiers and of generals."""
