"""SI contagion: some defect at the start, the others at a rate in proportion to those who have."""

from math import inf
from typing import Any, NamedTuple

from defectsim import Country, Person, Rates, Unit, rule


class Spread(NamedTuple):
    """`beta`: a year's infections by one case among people none of whom has defected; per tie on a network."""

    beta: float
    seeds: float = 0.01


@rule
def mixed(agent: Person, unit: Unit, country: Country, p: Spread) -> Rates:
    """Everybody meets everybody."""
    return Rates(defect=inf if agent.luck < p.seeds else p.beta * unit.defected)


@rule
def along_ties(agent: Person, unit: Unit, country: Country, p: Spread) -> Rates:
    """People meet those to whom they are tied."""
    return Rates(
        defect=inf if agent.luck < p.seeds else p.beta * agent.ties_defected * agent.degree
    )


def one_case(people: Any) -> None:
    """Let one person, at random, be the only first case."""
    luck = people.column("luck")
    people.write("luck", (luck > luck.min()).astype(float))
