"""Rules that break the contract, each in one way, and some that keep it."""

import random
from math import exp, log, nan
from typing import Annotated, NamedTuple

from defectsim import Bounds, Country, Parameter, Person, Rates, Unit, rule
from defectsim.core.parameters import NoParameters


class Base(NamedTuple):
    base: Annotated[float, Parameter("1/year", Bounds(low=0), "Rate at which people leave.")] = 0.5


@rule
def unseeded(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(desert=random.random())


@rule
def negative(agent: Person, unit: Unit, country: Country, p: Base) -> Rates:
    return Rates(defect=p.base * (1.0 - agent.attachment))


asked = {"times": 0, "first": None}


@rule
def counts_its_calls(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    asked["times"] += 1
    return Rates(desert=0.1 * asked["times"])


@rule
def tires(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    asked["times"] += 1
    return Rates(desert=0.1 if asked["times"] < 50 else 0.2)


@rule
def remembers_the_first(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    if asked["first"] is None:
        asked["first"] = agent.pay
    return Rates(desert=1.0 if agent.pay > asked["first"] else 0.0)


@rule
def asks_the_superior(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    if unit.commander_defected > 0.0 and agent.pay > 100.0:
        return Rates(desert=agent.superior.grievance)
    return Rates()


@rule
def goes_by_its_row(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(desert=float(agent.row % 2))


@rule
def undeclared(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(desert=agent.treshold)


@rule
def unknown_lever(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(desert=country.curfew)


@rule
def misspelt_parameter(agent: Person, unit: Unit, country: Country, p: Base) -> Rates:
    return Rates(desert=p.bse)


@rule
def writes(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    agent.grievance = agent.grievance + 1.0
    return Rates(desert=0.1)


@rule
def cubes(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(desert=agent.exposure**3)


@rule
def logs_zero(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(desert=abs(log(agent.perks)))


@rule
def overflows(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(desert=exp(agent.grievance))


@rule
def divides(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(desert=1.0 / (1.0 - country.travel_ban))


@rule
def not_a_number(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(desert=nan if unit.deserted > 0.5 else 0.0)


@rule
def no_rates(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return 0.5


@rule
def too_likely(agent: Person, unit: Unit, country: Country, p: NoParameters) -> float:
    return agent.cohesion + agent.exposure


@rule
def certain(agent: Person, unit: Unit, country: Country, p: NoParameters) -> float:
    return agent.cohesion > 0.5


@rule
def returns_nothing(agent: Person, unit: Unit, country: Country, p: NoParameters) -> float:
    pass


@rule
def returns_a_pair(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return (0.1, 0.2)


WAGES = {"enlisted": 10.0}


@rule
def good_with_a_table(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(desert=0.5 if agent.pay < WAGES["enlisted"] else 0.1 * unit.deserted)


HIDDEN = "yap"


@rule
def hides_what_it_reads(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(desert=float(getattr(country, HIDDEN[::-1])))


@rule
def three_arguments(agent: Person, unit: Unit, p: NoParameters) -> Rates:
    return Rates()


@rule
def undescribed(agent: Person, unit: Unit, country: Country, p: float) -> Rates:
    return Rates(desert=p)


class Pull(NamedTuple):
    pull: float


@rule
def without_default(agent: Person, unit: Unit, country: Country, p: Pull) -> Rates:
    return Rates(defect=max(p.pull, 0.0))


class Tired(NamedTuple):
    fatigue: float


@rule
def tires_without_end(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Tired:
    return Tired(agent.fatigue * 1e30 + 1e290)


class Tierd(NamedTuple):
    fatigu: float
    anger: float


@rule
def misspells_its_state(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Tierd:
    return Tierd(1.0, 1.0)
