"""What a scenario says of one column: numbers, and laws that each replicate draws from anew."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from defectsim.core.section import Bounds
from defectsim.population import draw
from defectsim.population.law import Law
from defectsim.population.streams import by_person, by_unit
from defectsim.population.units import Order


@dataclass
class Said:
    """One column before it is drawn.

    Attributes
    ----------
    base
        Shape (people,): the numbers, and anything where there is a law.
    likeness
        Shape (people,): people of one unit with the same code have the same value in every replicate. It is the number
        of what was said, or for those who differ from everybody a code of their own.
    laws
        Laws, and the rows of those whom each is about.
    """

    bounds: Bounds
    base: NDArray[np.float64]
    likeness: NDArray[np.int32]
    laws: list[tuple[Law, NDArray[np.int64]]] = field(default_factory=list)
    _said: int = 0

    @classmethod
    def nothing(cls, bounds: Bounds, default: float | None, people: int) -> Self:
        """Return a column of which nothing is said yet."""
        return cls(bounds, np.full(people, default, np.float64), np.zeros(people, np.int32))

    def number(self, rows: NDArray[np.int64], value: float) -> None:
        """Say that some people have one number."""
        self.base[rows] = value
        self.likeness[rows] = self._next()

    def values(self, rows: NDArray[np.int64], values: list[float]) -> None:
        """Say which number each of some people has."""
        if len(rows):
            self.base[rows] = values
            self.likeness[rows] = alone(rows)

    def law(self, rows: NDArray[np.int64], law: Law) -> None:
        """Say which law the numbers of some people, or of their units, follow."""
        self.likeness[rows] = self._next() if law.per == "unit" else alone(rows)
        same = [place for place, (other, _) in enumerate(self.laws) if other == law]
        if same:
            rows = np.concatenate([self.laws.pop(same[0])[1], rows])
        self.laws.append((law, rows))

    def _next(self) -> int:
        self._said += 1
        return self._said

    def drawn(self, name: str, order: Order, seed: int, replicate: int) -> NDArray[np.float64]:
        """Return the column of one replicate."""
        if not self.laws:
            return self.base
        column = self.base.copy()
        of_units = (
            by_unit(order.units, seed, name, replicate) if any(law.per == "unit" for law, _ in self.laws) else None
        )
        of_people = by_person(order, seed, name, replicate, wanted=self.likeness < 0)
        for law, rows in self.laws:
            if of_units is not None and law.per == "unit":
                column[rows] = draw.values(law, of_units, self.bounds)[order.unit[rows]]
            else:
                column[rows] = draw.values(law, of_people[rows], self.bounds)
        return column


def alone(rows: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return codes of likeness for people each of whom differs from everybody else."""
    return (-1 - rows).astype(np.int32)
