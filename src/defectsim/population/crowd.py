"""Sets of people as Mesa AgentSets: rows, made into agents one at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

import numpy as np
from mesa.agentset import AbstractAgentSet, GroupBy
from numpy.typing import NDArray

from defectsim.core.errors import nearest
from defectsim.model.transitions import Rank
from defectsim.population.agents import CODES, PersonAgent
from defectsim.population.population import World

type _Filter = Callable[[PersonAgent], bool] | Sequence[bool] | NDArray[np.bool_]


class Crowd(AbstractAgentSet[PersonAgent]):  # type: ignore[misc]  # Mesa ships no types
    """People of a model, in an order.

    Methods that name a column work on the column; those that take a function call it agent by
    agent, in the order of the rows. A crowd cannot gain or lose people: select another one.
    """

    def __init__(self, model: World, rows: NDArray[np.int64]) -> None:
        self.model = model
        self.rows = rows
        self.random = model.random

    @property
    def _agents(self) -> dict[PersonAgent, None]:
        """Agents over which Mesa's own methods iterate."""
        return dict.fromkeys(self)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[PersonAgent]:
        return map(self.model.agent, self.rows.tolist())

    def __contains__(self, agent: object) -> bool:
        if not isinstance(agent, PersonAgent) or agent.model is not self.model:
            return False
        return agent.row in self.rows

    def __getitem__(self, place: int | slice) -> PersonAgent | list[PersonAgent]:
        if isinstance(place, slice):
            return list(Crowd(self.model, self.rows[place]))
        return self.model.agent(int(self.rows[place]))

    def __repr__(self) -> str:
        return f"<{len(self)} people>"

    def _update(self, agents: Iterable[PersonAgent]) -> "Crowd":
        self.rows = np.fromiter((agent.row for agent in agents), np.int64)
        return self

    def _with(self, rows: NDArray[np.int64], inplace: bool) -> "Crowd":
        if not inplace:
            return Crowd(self.model, rows)
        self.rows = rows
        return self

    def select(
        self,
        filter_func: _Filter | None = None,
        at_most: float = float("inf"),
        inplace: bool = False,
        agent_type: type[PersonAgent] | None = None,
    ) -> "Crowd":
        """Select people by a function or, much faster, by a mask of shape (people in the crowd,).

        The other arguments are Mesa's: `at_most` is a number or, as a float up to 1.0, a share of
        the crowd.
        """
        rows = self.rows
        if filter_func is not None and not callable(filter_func):
            rows = rows[np.asarray(filter_func, bool)]
        if agent_type is not None:
            wanted = np.array([issubclass(kind, agent_type) for kind in self.model.agent_types])
            rows = rows[wanted[(self.model.column("rank")[rows] == Rank.GENERAL).astype(int)]]
        if callable(filter_func):
            rows = rows[[bool(filter_func(self.model.agent(row))) for row in rows.tolist()]]
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(self) * at_most)
        return self._with(rows[: int(min(at_most, len(rows)))], inplace)

    def get(
        self,
        attr_names: str | list[str],
        handle_missing: Literal["error", "default"] = "error",
        default_value: Any = None,
    ) -> list[Any]:
        """Return the values of one or several attributes, person by person."""
        if isinstance(attr_names, list):
            columns = [self.get(name, handle_missing, default_value) for name in attr_names]
            return list(map(list, zip(*columns, strict=True)))
        if not self.model.has_column(attr_names):
            return list(super().get(attr_names, handle_missing, default_value))
        values = self.model.column(attr_names)[self.rows].tolist()
        return list(map(CODES[attr_names], values)) if attr_names in CODES else list(values)

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """Aggregate an attribute by one or several functions; these get a column as an array."""
        column = self.model.has_column(attribute)
        values = self.model.column(attribute)[self.rows] if column else self.get(attribute)
        return func(values) if callable(func) else [one(values) for one in func]

    def set(self, attr_name: str, value: Any) -> "Crowd":
        """Set an attribute of all; a column takes one value, or one for each person.

        Raises
        ------
        AttributeError
            Where there is no such column, and somebody's class has no such attribute.
        """
        if self.model.has_column(attr_name):
            self.model.write(attr_name, self.rows, value)
            return self
        if any(not hasattr(agent, attr_name) for agent in self):
            hint = nearest(attr_name, self.model.column_names)
            raise AttributeError(
                f"people have no attribute {attr_name!r}{hint}; one of your own is declared in the "
                "scenario under people.attributes, or in a class of agents"
            )
        super().set(attr_name, value)
        return self

    def groupby(
        self, by: Callable[[PersonAgent], Any] | str, result_type: str = "agentset"
    ) -> GroupBy:
        """Group by a column, by another attribute, or by the result of a function."""
        rows: dict[Any, Any] = {}
        if callable(by) or not self.model.has_column(by):
            for agent in self:
                key = by(agent) if callable(by) else getattr(agent, by)
                rows.setdefault(key, []).append(agent.row)
        else:
            values, group = np.unique(self.model.column(by)[self.rows], return_inverse=True)
            for place, value in enumerate(values.tolist()):
                rows[CODES[by](value) if by in CODES else value] = self.rows[group == place]
        crowds = {key: Crowd(self.model, np.asarray(found)) for key, found in rows.items()}
        if result_type == "agentset":
            return GroupBy(crowds)
        return GroupBy({key: list(crowd) for key, crowd in crowds.items()})

    def shuffle(self, inplace: bool = False) -> "Crowd":
        """Put the crowd in random order, by the model's `random`."""
        order = list(range(len(self)))
        self.random.shuffle(order)
        return self._with(self.rows[order], inplace)

    def sort(
        self,
        key: Callable[[PersonAgent], Any] | str,
        ascending: bool = False,
        inplace: bool = False,
    ) -> "Crowd":
        """Sort by an attribute or the result of a function; default: descending, as in Mesa."""
        values = self.get(key) if isinstance(key, str) else [key(agent) for agent in self]
        order = sorted(range(len(self)), key=values.__getitem__, reverse=not ascending)
        return self._with(self.rows[order], inplace)

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> "Crowd":
        """Call a method, or a function, for each person."""
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> "Crowd":
        """Call a method, or a function, for each person in random order."""
        self.shuffle().map(method, *args, **kwargs)
        return self

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Call a method, or a function, for each person, and return the results."""
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in self]
        return [method(agent, *args, **kwargs) for agent in self]

    def add(self, _: PersonAgent) -> None:
        """Refuse: a crowd cannot gain or lose people."""
        raise TypeError("a crowd does not change; select another one")

    discard = remove = add
