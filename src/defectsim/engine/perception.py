"""Perception: the country with the levers as they reach a person, and the unit around them."""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

from defectsim.engine.news import public_news
from defectsim.engine.protocol import Engine
from defectsim.model.rule import NEWS_FIELDS, Unit
from defectsim.model.transitions import Status
from defectsim.population.units import NOBODY


def perceived_country(engine: Engine, step: int) -> Callable[[int], Any]:
    """Return a function from rows to the country as perceived in a step."""
    inputs = engine.inputs
    timeline, names = inputs.everybody, (*NEWS_FIELDS, *inputs.calendar.levers)
    levers = timeline.values[min(step, len(timeline.values) - 1)].tolist()
    news = public_news(engine.counts, step, inputs.news_lag, engine.attempt_memory)

    @cache
    def of_audience(audience: int) -> SimpleNamespace:
        return SimpleNamespace(**dict(zip(names, (*news, *levers[audience]), strict=True)))

    return lambda row: of_audience(timeline.audience.item(row))


def perceived_unit(engine: Engine, row: int) -> Unit:
    """Return the unit as a person perceives it."""
    population = engine.inputs.population
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
