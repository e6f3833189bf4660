"""The peers' model as a rule of defectsim, in a file beside its scenario."""

from math import exp, log
from typing import NamedTuple

from defectsim import Country, Person, Rates, Unit, rule


class Desertion(NamedTuple):
    """Parameters of the rate."""

    base: float = 0.0005
    contagion: float = 1.0


@rule
def decide(agent: Person, unit: Unit, country: Country, p: Desertion) -> Rates:
    """Desert at a rate that rises with hunger, grievance and the share of the army gone."""
    hunger = log(country.subsistence / max(agent.pay, 0.01))
    example = 1.0 + p.contagion * country.forces_deserted
    return Rates(desert=p.base * exp(min(hunger + agent.grievance * example, 500.0)))
