"""What people see: of the country, with the levers as they reach them, and of the unit around them."""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

from defectsim.engine.inputs import Engine, RunInputs
from defectsim.engine.shared.news import heard
from defectsim.model.rule import NEWS_FIELDS, Unit
from defectsim.model.transitions import Status
from defectsim.population.units import NOBODY


class Perception:
    """What people of one army see while `engine` lives its life."""

    def __init__(self, inputs: RunInputs, engine: Engine) -> None:
        self.inputs = inputs
        self._engine = engine

    def country(self, step: int) -> Callable[[int], Any]:
        """Return what makes, of a row, what that person sees of the country when a step begins."""
        values, audience = self.inputs.everybody.values, self.inputs.everybody.audience
        levers = values[min(step, len(values) - 1)].tolist()
        news_lag = self.inputs.news_lag
        seen = heard(
            self._engine.counts, step, news_lag.weight, news_lag.delay, self._engine.memory
        )
        names = (*NEWS_FIELDS, *self.inputs.calendar.levers)
        of_kind = cache(
            lambda kind: SimpleNamespace(**dict(zip(names, (*seen, *levers[kind]), strict=True)))
        )
        return lambda row: of_kind(audience.item(row))

    def unit(self, row: int) -> Unit:
        """Return what a person sees around them."""
        population = self.inputs.population
        unit, superior = population.unit.item(row), population.superior.item(row)
        strength = float(population.units.strength[unit])
        commander = (
            self._engine.commander.item(population.unit.item(superior)) if superior >= 0 else NOBODY
        )
        status = self._engine.status[commander] if commander >= 0 else Status.LOYAL
        return Unit(
            deserted=self._engine.stands.item(Status.DESERTED, unit) / strength,
            defected=self._engine.stands.item(Status.DEFECTED, unit) / strength,
            commander_deserted=float(status == Status.DESERTED),
            commander_defected=float(status == Status.DEFECTED),
            shirking=self._engine.stands.item(Status.SHIRKING, unit) / strength,
        )
