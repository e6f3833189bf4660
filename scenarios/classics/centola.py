"""Centola and Macy (2007): what takes more than one neighbour to believe needs wide bridges."""

from math import inf
from typing import Any, NamedTuple

from defectsim import Country, Person, Rates, Unit, rule


class Contagion(NamedTuple):
    """`needed`: neighbours who have adopted before somebody does."""

    needed: float


@rule
def adopt(agent: Person, unit: Unit, country: Country, p: Contagion) -> Rates:
    """Adopt after enough neighbours; counts are shares times ties, so halves keep them apart."""
    adopted = agent.ties_defected * agent.degree
    return Rates(defect=inf if adopted > p.needed - 0.5 or agent.begins > 0.5 else 0.0)


def neighbourhood(people: Any) -> None:
    """Let the first person and all to whom they are tied adopt at once."""
    begins = people.column("begins")
    begins[0] = 1.0
    begins[people.ties[[0]].indices] = 1.0
    people.write("begins", begins)
