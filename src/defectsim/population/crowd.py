"""Sets of people as Mesa AgentSets: rows, made into agents one at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

import numpy as np
from mesa.agentset import AbstractAgentSet, GroupBy
from numpy.typing import NDArray

from defectsim.model.transitions import Rank
from defectsim.population.agents import CODES, PersonAgent, World


class Crowd(AbstractAgentSet[PersonAgent]):  # type: ignore[misc]  # Mesa ships no types
    """People of a model, in an order.

    What names a column is done on the column; what takes a function is done agent by agent, in the order of the rows.
    A crowd cannot gain or lose people: select another one.
    """

    def __init__(self, model: World, rows: NDArray[np.int64]) -> None:
        self.model = model
        self.rows = rows
        self.random = model.random

    @property
    def _agents(self) -> dict[PersonAgent, None]:
        """What Mesa's own methods iterate over."""
        return dict.fromkeys(self)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[PersonAgent]:
        return map(self.model.agent, self.rows.tolist())

    def __contains__(self, agent: object) -> bool:
        return (
            isinstance(agent, PersonAgent) and agent.model is self.model and agent.row in self.rows
        )

    def __getitem__(self, place: int | slice) -> PersonAgent | list[PersonAgent]:
        if isinstance(place, slice):
            return [self.model.agent(row) for row in self.rows[place].tolist()]
        return self.model.agent(int(self.rows[place]))

    def __repr__(self) -> str:
        return f"<{len(self)} people>"

    def _update(self, agents: Iterable[PersonAgent]) -> "Crowd":
        self.rows = np.fromiter((agent.row for agent in agents), np.int64)
        return self

    def _with(self, rows: NDArray[np.int64], inplace: bool = False) -> "Crowd":
        if not inplace:
            return Crowd(self.model, rows)
        self.rows = rows
        return self

    def select(
        self,
        filter_func: Callable[[PersonAgent], bool]
        | Sequence[bool]
        | NDArray[np.bool_]
        | None = None,
        at_most: float = float("inf"),
        inplace: bool = False,
        agent_type: type[PersonAgent] | None = None,
    ) -> "Crowd":
        """Select people by a function, or, much faster, by a mask of shape (people in the crowd,).

        The other arguments are Mesa's: `at_most` a number, or below 1.0 a share, of the crowd.
        """
        masked = filter_func is not None and not callable(filter_func)
        rows = self.rows[np.asarray(filter_func, bool)] if masked else self.rows
        limit = (
            int(len(self) * at_most) if isinstance(at_most, float) and at_most <= 1.0 else at_most
        )
        if agent_type is not None:
            wanted = np.array([issubclass(kind, agent_type) for kind in self.model.agent_types])
            rows = rows[wanted[(self.model.column("rank")[rows] == Rank.GENERAL).astype(int)]]
        if callable(filter_func):
            rows = rows[[bool(filter_func(self.model.agent(row))) for row in rows.tolist()]]
        return self._with(rows[: int(min(limit, len(rows)))], inplace)

    def get(
        self,
        attr_names: str | list[str],
        handle_missing: Literal["error", "default"] = "error",
        default_value: Any = None,
    ) -> list[Any]:
        """Return the values of an attribute, or of several, person by person."""
        if isinstance(attr_names, list):
            return [
                list(values)
                for values in zip(
                    *(self.get(n, handle_missing, default_value) for n in attr_names), strict=True
                )
            ]
        if self.model.has_column(attr_names):
            values = self.model.column(attr_names)[self.rows].tolist()
            return [CODES[attr_names](value) for value in values] if attr_names in CODES else values
        found: list[Any] = super().get(attr_names, handle_missing, default_value)
        return found

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """Aggregate an attribute by one function, or several; these get a column as an array."""
        column = self.model.has_column(attribute)
        values = self.model.column(attribute)[self.rows] if column else self.get(attribute)
        return func(values) if callable(func) else [one(values) for one in func]

    def set(self, attr_name: str, value: Any) -> "Crowd":
        """Set an attribute of everybody in the crowd; a column takes one value, or one for each."""
        if self.model.has_column(attr_name):
            self.model.write(attr_name, self.rows, value)
            return self
        super().set(attr_name, value)
        return self

    def groupby(
        self, by: Callable[[PersonAgent], Any] | str, result_type: str = "agentset"
    ) -> GroupBy:
        """Group by a column, by another attribute, or by what a function returns."""
        if callable(by) or not self.model.has_column(by):
            keys = [by(agent) if callable(by) else getattr(agent, by) for agent in self]
            places: dict[Any, list[int]] = {}
            for place, key in enumerate(keys):
                places.setdefault(key, []).append(place)
            groups = {key: self._with(self.rows[found]) for key, found in places.items()}
        else:
            values, code = np.unique(self.model.column(by)[self.rows], return_inverse=True)
            named = [CODES[by](value) if by in CODES else value for value in values.tolist()]
            groups = {key: self._with(self.rows[code == place]) for place, key in enumerate(named)}
        return GroupBy(
            groups
            if result_type == "agentset"
            else {key: list(group) for key, group in groups.items()}
        )

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
        """Sort by an attribute, or by what a function returns; descending unless told otherwise, as in Mesa."""
        values = self.get(key) if isinstance(key, str) else [key(agent) for agent in self]
        order = sorted(range(len(self)), key=values.__getitem__, reverse=not ascending)
        return self._with(self.rows[order], inplace)

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> "Crowd":
        """Call a method, or a function, for each person."""
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> "Crowd":
        """Call a method, or a function, for each person in random order."""
        self.shuffle().do(method, *args, **kwargs)
        return self

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Call a method, or a function, for each person, and return the results."""
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in self]
        return [method(agent, *args, **kwargs) for agent in self]

    def add(self, _: PersonAgent) -> None:
        """Refuse: see the class."""
        raise TypeError("a crowd does not change; select another one")

    discard = remove = add
