"""Watts (2002): adopt as soon as a share of one's neighbours have, beginning with one person."""

from math import inf
from typing import NamedTuple

from defectsim import Country, Person, Rates, Unit, rule


class Adoption(NamedTuple):
    """`threshold`: share of neighbours who have adopted; `seeds`: luck below which one begins."""

    threshold: float
    seeds: float = 0.5


@rule
def adopt(agent: Person, unit: Unit, country: Country, p: Adoption) -> Rates:
    ready = agent.luck < p.seeds or agent.ties_defected >= p.threshold
    return Rates(defect=inf if ready else 0.0)
