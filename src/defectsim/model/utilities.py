"""The terms of which the default rules are made, and the parameters that they share.

Utilities are in units of log income: 1 is what an income e times as high is worth. Each way out k is a competing risk
with the annual rate h_k = h0_k exp(beta (U_k - U_stay)) (McFadden 1974; Cox 1972).
"""

from math import exp, log
from typing import Annotated

from defectsim.core.parameters import Parameter
from defectsim.core.section import Bounds
from defectsim.model.rule import Country, Person, rule

LEAST_INCOME = 0.01
"""USD/month below which income is not told apart, so that nobody's utility is infinite."""
LARGEST_EXPONENT = 500.0
"""Above it exp() overflows, in Python with an error."""

_ANY = Bounds()
_AT_LEAST_0 = Bounds(low=0)

BaseRate = Annotated[
    float, Parameter("1/year", _AT_LEAST_0, "Rate at which people leave who gain nothing by it.")
]
Sensitivity = Annotated[
    float, Parameter("1/log income", _AT_LEAST_0, "How strongly rates answer to utility (beta).")
]
Cost = Annotated[
    float, Parameter("log income", _AT_LEAST_0, "What this takes from utility when it is certain.")
]
Gain = Annotated[
    float, Parameter("log income", _AT_LEAST_0, "What this adds to utility when it is certain.")
]
Cases = Annotated[
    float,
    Parameter("cases", Bounds(low=0.01), "How many treated defectors outweigh what was announced."),
]
LogOdds = Annotated[float, Parameter("log odds", _ANY, "Log odds, all else at 0.")]
Pull = Annotated[
    float, Parameter("log odds", _AT_LEAST_0, "How log odds rise when this goes from 0 to 1.")
]


@rule
def income_gained(agent: Person, country: Country, relief: float, replacement: float) -> float:
    """ln((outside (1 - frozen) + replacement) / subsistence_outside) - ln(income at home / subsistence), in USD/month.

    Income at home = pay x its multiple + perks x their multiple x (1 - financial_closure x exposure) + food boxes.
    frozen = sanctions (1 - relief), see `sanctioned`: what somebody could live on after leaving is frozen abroad,
    unless they are taken off the list. So sanctions without relief bind people to who grants them rents at home.
    """
    rents = agent.perks * country.perks * (1.0 - country.financial_closure * agent.exposure)
    income = agent.pay * country.pay + rents + country.food_boxes
    kept = agent.outside * (1.0 - sanctioned(agent, country) * (1.0 - relief))
    outside = max(kept + replacement, LEAST_INCOME) * country.subsistence
    return log(outside / (max(income, LEAST_INCOME) * country.subsistence_outside))


@rule
def bond(agent: Person) -> float:
    """Return how closely the person's unit holds together: cohesion x min(training / 2 years, 1).

    A cohort of six months brings a quarter of the bond of one that was trained for two years.
    """
    return agent.cohesion * min(agent.training / 2.0, 1.0)


@rule
def logistic(odds: float) -> float:
    """1 / (1 + exp(-odds)): a probability from log odds."""
    return 1.0 / (1.0 + exp(min(-odds, LARGEST_EXPONENT)))


@rule
def rate(base: float, sensitivity: float, gain: float) -> float:
    """h0 exp(beta (U_k - U_stay)), per year, with gain = U_k - U_stay."""
    return base * exp(min(sensitivity * gain, LARGEST_EXPONENT))


@rule
def credible(promised: float, kept: float, treated: float, cases: float) -> float:
    """Return the credibility of a promise: the mean of a Beta belief.

    (n v + m q) / (n + m), with v the credibility announced, worth n cases, and m treated cases of whom the share q was
    seen to be kept: the posterior mean of Beta(n v, n (1 - v)) after m q successes in m trials. Nothing promised is
    nothing believed.
    """
    return (cases * promised + treated * kept) / (cases + treated) if promised > 0.0 else 0.0


@rule
def closed(country: Country) -> float:
    """Return the share of the ways abroad that are closed: 1 - (1 - travel_ban) (1 - border_closure)."""
    return 1.0 - (1.0 - country.travel_ban) * (1.0 - country.border_closure)


@rule
def sanctioned(agent: Person, country: Country) -> float:
    """Return what sanctions cost: sanctions x exposure x (designated + (1 - designated) threat)."""
    expected = agent.designated + (1.0 - agent.designated) * country.threat
    return country.sanctions * agent.exposure * expected


@rule
def staying(agent: Person, country: Country, conscience: float, career: float) -> float:
    """U_stay without the income: loyalty, discontent, orders, prospects, what comes if the regime falls, and sanctions.

    attachment - grievance - conscience x repression_orders x protest + career x promotion - (1 - s) jeopardy
    - sanctions, with s the belief that the regime survives and `sanctioned` for the last.
    """
    fall = (1.0 - agent.belief) * agent.jeopardy
    orders = conscience * country.repression_orders * country.protest
    return (
        agent.attachment
        - agent.grievance
        - orders
        + career * country.promotion
        - fall
        - sanctioned(agent, country)
    )


@rule
def going_over(
    agent: Person,
    country: Country,
    reward: float,
    punishment: float,
    reprisal: float,
    call: float,
    cases: float,
) -> float:
    """U_defect without the income, before what others do: what a defector hopes for and fears.

    (1 - s) (reward - jeopardy (1 - a)) - s (punishment x severity x risk_aversion (1 - r) + reprisal (1 - e))
    - sanctions (1 - o) + call x broadcast (1 - censorship), with s the belief that the regime survives; a, o and r the
    credibilities of amnesty (less the risk of its repeal), off-ramp and reception, see `credible`; e evacuation.
    """
    amnesty = credible(country.amnesty, country.pardoned, country.treated, cases) * (
        1.0 - country.amnesty_repeal
    )
    refuge = credible(country.reception, country.received, country.treated, cases)
    fall = (1.0 - agent.belief) * (reward - agent.jeopardy * (1.0 - amnesty))
    prison = punishment * country.punishment * agent.risk_aversion * (1.0 - refuge)
    hold = agent.belief * (prison + reprisal * (1.0 - country.evacuation))
    heard = call * country.broadcast * (1.0 - country.censorship)
    return fall - hold - sanctioned(agent, country) * (1.0 - relieved(country, cases)) + heard


@rule
def relieved(country: Country, cases: float) -> float:
    """Return the credibility of the off-ramp; see `credible`."""
    return credible(country.off_ramp, country.delisted, country.treated, cases)


@rule
def replaced(country: Country, cases: float) -> float:
    """Return the pay, in USD/month, that those who go over count on: what is promised x credibility of reception."""
    return country.pay_replacement * credible(
        country.reception, country.received, country.treated, cases
    )


@rule
def urgency(country: Country, haste: float) -> float:
    """exp(haste x deadline): by how much a deadline raises the rate of going over, since it ends all waiting."""
    return rate(1.0, haste, country.deadline) if country.deadline > 0.0 else 1.0
