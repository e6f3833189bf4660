"""The model of the contestants: desertion and defection as two competing risks, without plots.

It is small enough to be written twice, here and for Mesa in `benchmarks.idiomatic`; what the shipped rules have besides
would be timed once and compared with nothing.
"""

from math import exp, log
from typing import NamedTuple

from defectsim import Country, NoParameters, Person, Rates, Unit, rule

LEAST_INCOME = 0.01
"""Income floor in USD/month, which keeps utilities finite."""
LARGEST_EXPONENT = 500.0
"""Above it exp() overflows, in Python with an error."""


@rule
def income_gained(agent: Person, country: Country, basket_abroad: float) -> float:
    """ln(outside / basket abroad) - ln((pay + perks) / basket): what leaving does to the income, all in USD/month."""
    income = agent.pay * country.pay + agent.perks * country.perks
    outside = max(agent.outside, LEAST_INCOME) * country.subsistence
    return log(outside / (max(income, LEAST_INCOME) * basket_abroad))


@rule
def logistic(odds: float) -> float:
    """1 / (1 + exp(-odds)): a probability from log odds."""
    return 1.0 / (1.0 + exp(min(-odds, LARGEST_EXPONENT)))


@rule
def rate(base: float, sensitivity: float, gain: float) -> float:
    """h0 exp(beta (U_k - U_stay)), per year, with gain = U_k - U_stay."""
    return base * exp(min(sensitivity * gain, LARGEST_EXPONENT))


@rule
def staying(agent: Person, country: Country, survival: float) -> float:
    """U_stay without the income: loyalty, discontent, what comes if the regime falls, and sanctions.

    attachment - grievance - (1 - s) jeopardy - sanctions exposure, with s the belief that the regime survives.
    """
    fall = (1.0 - survival) * agent.jeopardy
    return agent.attachment - agent.grievance - fall - country.sanctions * agent.exposure


@rule
def going_over(
    agent: Person, country: Country, survival: float, reward: float, punishment: float
) -> float:
    """U_defect without the income, before what others do: what a defector hopes for and fears.

    (1 - s) reward - s punishment risk_aversion - (1 - s) jeopardy (1 - amnesty) - sanctions exposure (1 - off_ramp).
    Amnesty and off-ramp reach only those who defect: that is what they offer.
    """
    fall = (1.0 - survival) * (reward - agent.jeopardy * (1.0 - country.amnesty))
    hold = survival * punishment * agent.risk_aversion
    return fall - hold - country.sanctions * agent.exposure * (1.0 - country.off_ramp)


class Soldiers(NamedTuple):
    """Parameters of the soldiers' rule; the defaults are assumptions, to be replaced by the scenario's."""

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
def soldiers(agent: Person, unit: Unit, country: Country, p: Soldiers) -> Rates:
    """Return a soldier's annual rates of desertion and defection.

    With U_stay as in `staying`, and the income at home left out of every utility,
    U_desert = income gained - exit_cost travel_ban - surveillance punishment_desertion risk_aversion
               - sanctions exposure + example_deserted (share of the unit deserted) + commander_deserted.
    U_defect = income gained + `going_over` + what the soldier sees the unit and the commander do.
    """
    survival = logistic(
        p.confidence
        - p.doubt_protest * country.protest
        - p.doubt_defected * country.forces_defected
    )
    income = income_gained(agent, country, p.basket_abroad)
    stay = staying(agent, country, survival)
    desert = (
        income
        - p.exit_cost * country.travel_ban
        - country.surveillance * p.punishment_desertion * agent.risk_aversion
        - country.sanctions * agent.exposure
        + p.example_deserted * unit.deserted
        + p.commander_deserted * unit.commander_deserted
    )
    defect = (
        income
        + going_over(agent, country, survival, p.reward, p.punishment_defection)
        + p.example_defected * unit.defected
        + p.commander_defected * unit.commander_defected
    )
    return Rates(
        desert=rate(p.base_desertion, p.sensitivity, desert - stay),
        defect=rate(p.base_defection, p.sensitivity, defect - stay),
    )


class Generals(NamedTuple):
    """Parameters of the generals' rule; the defaults are assumptions, to be replaced by the scenario's."""

    base_flight: float = 0.01
    base_defection: float = 0.01
    basket_abroad: float = 200.0
    sensitivity: float = 1.0
    confidence: float = 3.0
    doubt_protest: float = 2.0
    doubt_defected: float = 5.0
    doubt_generals: float = 5.0
    exit_cost: float = 2.0
    punishment_flight: float = 1.0
    punishment_defection: float = 3.0
    reward: float = 2.0
    example_ties: float = 2.0
    example_defected: float = 2.0
    commander_defected: float = 1.0


@rule
def generals(agent: Person, unit: Unit, country: Country, p: Generals) -> Rates:
    """Return a general's annual rates of flight abroad (`desert`) and of defection.

    With U_stay as in `staying`, and the income at home left out of every utility,
    U_flee = income gained - exit_cost travel_ban - surveillance punishment_flight risk_aversion
             - sanctions exposure, for sanctions follow whoever flees.
    U_defect = income gained + `going_over` + what ties, the troops below and the commander have done.
    A general's belief that the regime survives also falls with the share of generals who have defected.
    """
    survival = logistic(
        p.confidence
        - p.doubt_protest * country.protest
        - p.doubt_defected * country.forces_defected
        - p.doubt_generals * country.generals_defected
    )
    income = income_gained(agent, country, p.basket_abroad)
    stay = staying(agent, country, survival)
    flee = (
        income
        - p.exit_cost * country.travel_ban
        - country.surveillance * p.punishment_flight * agent.risk_aversion
        - country.sanctions * agent.exposure
    )
    defect = (
        income
        + going_over(agent, country, survival, p.reward, p.punishment_defection)
        + p.example_ties * agent.ties_defected
        + p.example_defected * unit.defected
        + p.commander_defected * unit.commander_defected
    )
    return Rates(
        desert=rate(p.base_flight, p.sensitivity, flee - stay),
        defect=rate(p.base_defection, p.sensitivity, defect - stay),
    )


class Following(NamedTuple):
    """Parameters of the rule of following; the defaults are assumptions, to be replaced by the scenario's."""

    base: float = -1.0
    cohesion: float = 2.0
    grievance: float = 1.0
    monitoring: float = 2.0


@rule
def follow(agent: Person, unit: Unit, country: Country, p: Following) -> float:
    """Return the probability with which a subordinate of frailty 1 follows.

    logit P = base + cohesion x cohesion of the unit + grievance x grievance - monitoring x surveillance. With frailty z
    the probability is 1 - (1 - P)^z.
    """
    pull = p.cohesion * agent.cohesion + p.grievance * agent.grievance
    return logistic(p.base + pull - p.monitoring * country.surveillance)


@rule
def nobody(agent: Person, unit: Unit, country: Country, p: NoParameters) -> float:
    """Return the probability of coming back to order: Mesa's army has no such orders."""
    return 0.0
