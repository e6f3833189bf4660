"""Columns of people: as a scenario specifies them, and as one replicate draws them.

A column is a table of values and, for each person, the place of theirs in it. People who have one
value in every replicate, as a rank or as a unit, share a place. So a replicate draws a value for
each place, and only what somebody reads is put together for people.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsim.core.errors import nearest
from defectsim.core.section import Bounds, Number
from defectsim.model.person import Array, Column
from defectsim.population.distribution import Distribution
from defectsim.population.people import Quantity
from defectsim.population.statuses import StatusShares
from defectsim.population.units import OrderOfBattle, by_person, by_unit

type _Rows = NDArray[np.int64]
type _Drawn = Distribution | StatusShares
type _Followers = tuple[_Drawn, list[_Rows]]
"""A distribution, and the rows of the people who draw from it."""


@dataclass(frozen=True)
class ColumnSpec:
    """One column as the scenario gives it, before it is drawn."""

    bounds: Bounds
    """Bounds to which distributions are truncated."""
    place: NDArray[np.unsignedinteger[Any]]
    """Shape (people,): place of each person's value. People of one unit and rank who have one value
    in every replicate share it."""
    given: NDArray[np.float64]
    """Values of the first places, the same in every replicate."""
    distributions: Sequence[tuple[_Drawn, _Rows | None]]
    """Distributions of the values of further places: each with the rows of the people who have a
    value of their own, or None where every unit has one."""
    kinds: Sequence[tuple[str, int]]
    """Kind of the quantity of each branch and rank, and which distribution or how many numbers."""

    def draw(
        self, name: str, order: OrderOfBattle, seed: int, replicate: int
    ) -> NDArray[np.float64]:
        """Draw the values of one replicate; shape (places,)."""
        if not self.distributions:
            return self.given
        alone = [rows for _, rows in self.distributions if rows is not None]
        if alone:
            wanted = np.zeros(len(order.rank), bool)
            wanted[np.concatenate(alone)] = True
            of_people = by_person(order, seed, name, replicate, wanted=wanted)
        if len(alone) < len(self.distributions):
            of_units = by_unit(order.units, seed, name, replicate)
        drawn = [
            distribution.quantiles(of_units if rows is None else of_people[rows], self.bounds)
            for distribution, rows in self.distributions
        ]
        return np.concatenate([self.given, *drawn])


def column_spec(
    column: Column,
    quantities: Sequence[tuple[_Rows, Quantity | None]],
    order: OrderOfBattle,
    like: ColumnSpec | None = None,
) -> ColumnSpec:
    """Return a column of which people of some rows have a number, numbers, or a distribution.

    Parameters
    ----------
    like
        The column of another army of this order, whose places are shared if quantities are alike.
    """
    given, drawn = [np.array([column.default], np.float64)], dict[str, _Followers]()
    kinds: list[tuple[str, int]] = []
    for rows, quantity in quantities:
        if quantity is None or not len(rows):
            kinds.append(("default", 0))
        elif not isinstance(quantity, Number) and quantity.values is None:
            same = drawn.setdefault(quantity.model_dump_json(), (quantity, []))
            same[1].append(rows)
            kinds.append((quantity.per, [*drawn.values()].index(same)))
        else:
            given.append(_listed(quantity, rows, order))
            kinds.append(("given", len(given[-1])))
    values, followers = np.concatenate(given), [*drawn.values()]
    if like is not None and like.kinds == kinds:
        parts = zip(followers, like.distributions, strict=True)
        distributions = [(one, rows) for (one, _), (_, rows) in parts]
        return replace(like, bounds=column.bounds, given=values, distributions=distributions)
    place, distributions = _placed(quantities, kinds, followers, order)
    return ColumnSpec(column.bounds, place, values, distributions, kinds)


def _placed(
    quantities: Sequence[tuple[_Rows, Quantity | None]],
    kinds: Sequence[tuple[str, int]],
    followers: Sequence[_Followers],
    order: OrderOfBattle,
) -> tuple[NDArray[np.unsignedinteger[Any]], list[tuple[_Drawn, _Rows | None]]]:
    """Return each person's place among the values, and the people of each distribution."""
    place, size = np.zeros(len(order.rank), np.int32), 1
    for (rows, _), (kind, count) in zip(quantities, kinds, strict=True):
        if kind == "given":
            place[rows] = size + np.arange(count)
            size += count
    distributions: list[tuple[_Drawn, _Rows | None]] = []
    for distribution, parts in followers:
        rows, by_units = np.sort(np.concatenate(parts)), distribution.per == "unit"
        place[rows] = size + (order.unit[rows] if by_units else np.arange(len(rows)))
        size += len(order.units.level) if by_units else len(rows)
        distributions.append((distribution, None if by_units else rows))
    return place.astype(np.min_scalar_type(size)), distributions


def _listed(quantity: Quantity, rows: _Rows, order: OrderOfBattle) -> NDArray[np.float64]:
    """Return the values of people of some rows that are listed, or the one of all of them."""
    if isinstance(quantity, Number):
        return np.array([quantity.value], np.float64)
    values = np.array(quantity.values, np.float64)
    if quantity.names is None:
        return values
    named = order.rows_of(quantity.names)
    by_row = np.argsort(named)
    return values[by_row][np.searchsorted(named[by_row], rows)]


class Columns(Mapping[str, Array]):
    """Columns of one replicate, of shape (people,), read only; each is drawn when it is read.

    Parameters
    ----------
    known
        Columns that need not be drawn.
    specs
        The others.
    draw
        Draws the values of one.
    """

    def __init__(
        self,
        known: Mapping[str, Array],
        specs: Mapping[str, ColumnSpec],
        draw: Callable[[str], NDArray[np.float64]],
    ) -> None:
        self._known = {name: _read_only(column) for name, column in known.items()}
        self._specs, self._draw = specs, draw
        self._values: dict[str, NDArray[np.float64]] = {}

    def __getitem__(self, name: str) -> Array:
        if name not in self._known:
            values, place = self._drawn(name), self._specs[name].place
            everybody = np.full(len(place), values[0]) if len(values) == 1 else values[place]
            self._known[name] = _read_only(everybody)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._specs
        yield from (name for name in [*self._known] if name not in self._specs)

    def __len__(self) -> int:
        return len({*self._known, *self._specs})

    def __contains__(self, name: object) -> bool:
        return name in self._known or name in self._specs

    def of(self, name: str, rows: Any) -> Array:
        """Return a column of some rows."""
        known = self._known.get(name)
        values = self._drawn(name) if known is None else known
        found: Array = values[rows if known is not None else self._specs[name].place[rows]]
        return found

    def replaced(self, columns: Mapping[str, Array]) -> "Columns":
        """Return these columns with others in their places, or beside them."""
        replaced = Columns({**self._known, **columns}, self._specs, self._draw)
        replaced._values = self._values
        return replaced

    def _drawn(self, name: str) -> NDArray[np.float64]:
        if name not in self._specs:
            raise KeyError(f"there is no column {name!r}{nearest(name, self)}")
        if name not in self._values:
            self._values[name] = self._draw(name)
        return self._values[name]


def _read_only(column: Array) -> Array:
    view = column.view()
    view.flags.writeable = False
    return view
