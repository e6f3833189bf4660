"""A rule with memory: who has served longer tires, and who is tired leaves."""

from typing import NamedTuple

from defectsim import Country, NoParameters, Person, Rates, Unit, rule


class Tired(NamedTuple):
    """`base`: annual rate of the rested; `each`: what a week of fatigue adds to it."""

    base: float
    each: float


class Memory(NamedTuple):
    """What people keep from one step to the next."""

    fatigue: float


@rule
def tire(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Memory:
    return Memory(fatigue=agent.fatigue + 1.0)


@rule
def leave(agent: Person, unit: Unit, country: Country, p: Tired) -> Rates:
    return Rates(desert=p.base + p.each * agent.fatigue)
