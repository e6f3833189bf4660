"""A rule that reads an attribute and a lever of a scenario's own."""

from math import inf
from typing import NamedTuple

from defectsim import Country, Person, Rates, Unit, rule


class Weight(NamedTuple):
    weight: float


@rule
def decide(agent: Person, unit: Unit, country: Country, p: Weight) -> Rates:
    return Rates(
        defect=inf if p.weight * unit.defected + country.curfew >= agent.threshold / 100.0 else 0.0
    )


@rule
def defies(agent: Person, unit: Unit, country: Country, p: Weight) -> Rates:
    return Rates(desert=p.weight * (0.4 - country.curfew))
