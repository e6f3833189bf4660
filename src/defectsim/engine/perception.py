"""Perception: the country with the levers as they reach a person, and the unit around them."""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

from defectsim.engine.inputs import RunInputs
from defectsim.engine.news import public_news
from defectsim.engine.protocol import Engine
from defectsim.model.rule import NEWS_FIELDS, Unit
from defectsim.model.transitions import Status
from defectsim.population.units import NOBODY


class Perception:
    """The perception of one army's people while an engine runs."""

    def __init__(self, inputs: RunInputs, engine: Engine) -> None:
        self.inputs = inputs
        self._engine = engine

    def country(self, step: int) -> Callable[[int], Any]:
        """Return a function from rows to the country as perceived in a step."""
        engine, timeline = self._engine, self.inputs.everybody
        levers = timeline.values[min(step, len(timeline.values) - 1)].tolist()
        news = public_news(engine.counts, step, self.inputs.news_lag, engine.attempt_memory)
        names = (*NEWS_FIELDS, *self.inputs.calendar.levers)

        @cache
        def of_audience(audience: int) -> SimpleNamespace:
            return SimpleNamespace(**dict(zip(names, (*news, *levers[audience]), strict=True)))

        return lambda row: of_audience(timeline.audience.item(row))

    def unit(self, row: int) -> Unit:
        """Return the unit as a person perceives it."""
        population, engine = self.inputs.population, self._engine
        unit, superior = population.unit.item(row), population.superior.item(row)
        strength = float(population.units.strength[unit])
        commander = NOBODY
        if superior != NOBODY:
            commander = engine.commander.item(population.unit.item(superior))
        status = Status.LOYAL if commander == NOBODY else engine.status[commander]
        return Unit(
            deserted=engine.unit_counts.item(Status.DESERTED, unit) / strength,
            defected=engine.unit_counts.item(Status.DEFECTED, unit) / strength,
            commander_deserted=float(status == Status.DESERTED),
            commander_defected=float(status == Status.DEFECTED),
            shirking=engine.unit_counts.item(Status.SHIRKING, unit) / strength,
        )
