"""The soldiers' rule of the benchmark as another would write it, in a file of its own beside the scenario."""

from math import exp, log
from typing import NamedTuple

from defectsim import Country, Person, Rates, Unit, rule


class Mine(NamedTuple):
    """The parameters of the benchmark's rule."""

    base_desertion: float = 0.01
    base_defection: float = 0.001
    basket_abroad: float = 200.0
    sensitivity: float = 1.0
    confidence: float = 3.0
    doubt_protest: float = 2.0
    doubt_defected: float = 5.0
    exit_cost: float = 1.0
    punishment_desertion: float = 1.0
    punishment_defection: float = 3.0
    reward: float = 1.0
    example_deserted: float = 1.0
    example_defected: float = 3.0
    commander_deserted: float = 0.5
    commander_defected: float = 1.0


@rule
def rate(base: float, exponent: float) -> float:
    """Return h0 exp(beta gain), without overflow."""
    return base * exp(min(exponent, 500.0))


@rule
def decide(agent: Person, unit: Unit, country: Country, p: Mine) -> Rates:
    """Do the work of `benchmarks.rules:soldiers`."""
    doubt = p.doubt_protest * country.protest + p.doubt_defected * country.forces_defected
    survival = 1.0 / (1.0 + exp(min(-(p.confidence - doubt), 500.0)))
    earned = max(agent.pay * country.pay + agent.perks * country.perks, 0.01)
    income = log(max(agent.outside, 0.01) * country.subsistence / (earned * p.basket_abroad))
    burden = country.sanctions * agent.exposure
    stay = agent.attachment - agent.grievance - (1.0 - survival) * agent.jeopardy - burden
    caught = country.surveillance * p.punishment_desertion * agent.risk_aversion
    seen = p.example_deserted * unit.deserted + p.commander_deserted * unit.commander_deserted
    desert = income - p.exit_cost * country.travel_ban - caught - burden + seen
    hope = (1.0 - survival) * (p.reward - agent.jeopardy * (1.0 - country.amnesty))
    fear = survival * p.punishment_defection * agent.risk_aversion + burden * (
        1.0 - country.off_ramp
    )
    example = p.example_defected * unit.defected + p.commander_defected * unit.commander_defected
    return Rates(
        desert=rate(p.base_desertion, p.sensitivity * (desert - stay)),
        defect=rate(p.base_defection, p.sensitivity * (income + hope - fear + example - stay)),
    )
