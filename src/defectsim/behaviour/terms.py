"""The terms of which the default rules are made, and the parameters that they share.

Utilities are in units of log income: 1 is what an income e times as high is worth. Each way out k is a competing risk
with the annual rate h_k = h0_k exp(beta (U_k - U_stay)) (McFadden 1974; Cox 1972).
"""

from math import exp, log
from typing import Annotated

from defectsim.behaviour.rule import Country, Person, rule
from defectsim.core.parameters import Parameter
from defectsim.core.section import Bounds

LEAST_INCOME = 0.01
"""USD/month below which income is not told apart, so that nobody's utility is infinite."""
LARGEST_EXPONENT = 500.0
"""Above it exp() overflows, in Python with an error."""

_ANY = Bounds()
_AT_LEAST_0 = Bounds(low=0)

BaseRate = Annotated[float, Parameter("1/year", _AT_LEAST_0, "Rate at which people leave who gain nothing by it.")]
Sensitivity = Annotated[float, Parameter("1/log income", _AT_LEAST_0, "How strongly rates answer to utility (beta).")]
Confidence = Annotated[float, Parameter("log odds", _ANY, "Belief that the regime survives, in quiet times.")]
Doubt = Annotated[float, Parameter("log odds", _AT_LEAST_0, "What belief loses when this goes from 0 to 1.")]
Cost = Annotated[float, Parameter("log income", _AT_LEAST_0, "What this takes from utility when it is certain.")]
Basket = Annotated[float, Parameter("USD/month", Bounds(low=LEAST_INCOME), "What a basket costs those who left.")]
Gain = Annotated[float, Parameter("log income", _AT_LEAST_0, "What this adds to utility when it is certain.")]


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
def going_over(agent: Person, country: Country, survival: float, reward: float, punishment: float) -> float:
    """U_defect without the income, before what others do: what a defector hopes for and fears.

    (1 - s) reward - s punishment risk_aversion - (1 - s) jeopardy (1 - amnesty) - sanctions exposure (1 - off_ramp).
    Amnesty and off-ramp reach only those who go over: that is what they offer.
    """
    fall = (1.0 - survival) * (reward - agent.jeopardy * (1.0 - country.amnesty))
    hold = survival * punishment * agent.risk_aversion
    return fall - hold - country.sanctions * agent.exposure * (1.0 - country.off_ramp)
