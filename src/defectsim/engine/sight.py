"""What people see: of the country, with the levers as they reach them, and of the unit around them."""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from defectsim.behaviour.rule import LEADS_TO, SEEN_BY_ALL, Unit
from defectsim.core.statuses import Rank, Status
from defectsim.engine.setting import Setting


class Gone(Protocol):
    """Who has left, as an engine counts them."""

    counts: NDArray[np.int32]

    @property
    def status(self) -> NDArray[np.int8]:
        """Shape (people,): everybody's status."""

    def gone(self, way: str, unit: int) -> int:
        """Return how many have left a unit, or one below it, by a way out."""


class Sight:
    """What people of one army see while `engine` lives its life."""

    def __init__(self, setting: Setting, engine: Gone) -> None:
        self.setting = setting
        self._engine = engine
        self._timeline = setting.timeline(slice(None))
        self._roots = np.flatnonzero(setting.population.units.parent < 0).tolist()
        self._generals = float(max(int(setting.population.strength[:, Rank.GENERAL].sum()), 1))

    def country(self, step: int) -> Callable[[int], Any]:
        """Return what makes, of a row, what that person sees of the country when a step begins."""
        values, audience = self._timeline.values, self._timeline.audience
        levers = values[min(step, len(values) - 1)].tolist()
        people = float(len(self.setting.population))
        seen = (
            sum(self._engine.gone("desert", root) for root in self._roots) / people,
            sum(self._engine.gone("defect", root) for root in self._roots) / people,
            int(self._engine.counts[step, :, Rank.GENERAL, LEADS_TO["defect"]].sum()) / self._generals,
        )
        names = (*SEEN_BY_ALL, *self.setting.calendar.levers)
        of_kind = cache(lambda kind: SimpleNamespace(**dict(zip(names, (*seen, *levers[kind]), strict=True))))
        return lambda row: of_kind(audience.item(row))

    def unit(self, row: int) -> Unit:
        """Return what a person sees around them."""
        population = self.setting.population
        unit, superior = population.unit.item(row), population.superior.item(row)
        strength = float(population.units.strength[unit])
        status = self._engine.status[superior] if superior >= 0 else Status.LOYAL
        return Unit(
            deserted=self._engine.gone("desert", unit) / strength,
            defected=self._engine.gone("defect", unit) / strength,
            commander_deserted=float(status == LEADS_TO["desert"]),
            commander_defected=float(status == LEADS_TO["defect"]),
        )
