"""Rules about people with a state, found by scenarios as ``state_rules:name``."""

from math import inf
from typing import NamedTuple

from defectsim import Country, Person, Rates, Unit, rule
from rules import Base, Nothing


class Memory(NamedTuple):
    fatigue: float
    grudge: float = 0.0


@rule
def remembers(agent: Person, unit: Unit, country: Country, p: Base) -> Memory:
    """Tire by the week, and of what is seen; who is paid well forgets all grudges."""
    fatigue = p.base * agent.fatigue + 1.0 + country.protest
    if agent.pay > 15.0 and agent.rank >= 1:
        return Memory(fatigue=fatigue)
    seen = unit.deserted + country.forces_defected + agent.ties_defected + country.travel_ban
    return Memory(fatigue, 0.9 * agent.grudge + seen)


@rule
def tires(agent: Person, unit: Unit, country: Country, p: Base) -> Rates:
    """Leave, shirk and come back the more often, the more tired, and the more doubtful."""
    base = p.base * min(agent.fatigue, 20.0)
    doubt = 1.0 - agent.belief
    return Rates(desert=0.1 * base, defect=base * doubt, shirk=base, resume=p.base, plot=0.2 * base)


@rule
def holds_a_grudge(agent: Person, unit: Unit, country: Country, p: Base) -> float:
    """Believe less, or follow rather, the larger the grudge."""
    return 1.0 / (1.0 + agent.grudge)


@rule
def counts_weeks(agent: Person, unit: Unit, country: Country, p: Nothing) -> Memory:
    """Count the weeks since the start, but for people whose grudge breaks the count."""
    return Memory(
        agent.fatigue + 1.0, inf if agent.grudge > 0.0 and agent.fatigue >= 3.0 else agent.grudge
    )


@rule
def looks_at_status(agent: Person, unit: Unit, country: Country, p: Nothing) -> Memory:
    return Memory(agent.fatigue + agent.status)


@rule
def returns_a_number(agent: Person, unit: Unit, country: Country, p: Nothing) -> float:
    return agent.fatigue
