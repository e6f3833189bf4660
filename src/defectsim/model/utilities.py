"""Terms of the default rules, and the parameters that they share.

Utilities are in units of log income: 1 is the worth of an income e times as high. Transitions k are
competing risks with annual rates h_k = h0_k exp(beta (U_k - U_stay)) (McFadden 1974; Cox 1972).
"""

from math import exp, log
from typing import Annotated

from defectsim.core.parameters import Parameter
from defectsim.core.section import Bounds
from defectsim.model.rule import Country, Person, rule

LEAST_INCOME = 0.01
"""Income floor in USD/month, which keeps utilities finite."""
LEAST_CASES = 0.01
"""Least number of cases on which a promise is judged."""
LARGEST_EXPONENT = 500.0
"""Largest exponent; exp() of more overflows, in Python with an error."""

_AT_LEAST_0 = Bounds(low=0)

BaseRate = Annotated[
    float, Parameter("1/year", _AT_LEAST_0, "Rate of the transition at no gain in utility.")
]
Sensitivity = Annotated[
    float, Parameter("1/log income", _AT_LEAST_0, "Sensitivity of rates to utility (beta).")
]
Cost = Annotated[
    float, Parameter("log income", _AT_LEAST_0, "Loss of utility when this is certain.")
]
Gain = Annotated[
    float, Parameter("log income", _AT_LEAST_0, "Gain in utility when this is certain.")
]
Cases = Annotated[
    float,
    Parameter("cases", Bounds(low=LEAST_CASES), "Treated defectors who outweigh an announcement."),
]
Multiple = Annotated[
    float, Parameter("multiple", _AT_LEAST_0, "Multiple of a rate, all else alike.")
]
IncomeWeight = Annotated[
    float,
    Parameter("multiple", _AT_LEAST_0, "Weight of incomes in utility; 0 switches them off."),
]
SafetyInNumbers = Annotated[
    float,
    Parameter("1/share", _AT_LEAST_0, "Safety in numbers: 1 / (1 + this x share seen leaving)."),
]
LogOdds = Annotated[float, Parameter("log odds", Bounds(), "Log odds, all else at 0.")]
Pull = Annotated[
    float, Parameter("log odds", _AT_LEAST_0, "Rise in log odds when this goes from 0 to 1.")
]


@rule
def income_gained(agent: Person, country: Country, relief: float, replacement: float) -> float:
    """Compute the gain in log income from leaving, each income in baskets of its place.

    ln((outside (1 - frozen) + replacement) / subsistence_outside) - ln(home / subsistence)
      - (1 - basket_share) ln(subsistence / subsistence_outside),

    with home = pay x its multiple + perks x their multiple x (1 - financial_closure x exposure)
    + food boxes, and frozen = `sanctioned` (1 - relief). The richer a household, the smaller the
    share of its spending that goes to a basket (Engel). Sanctions freeze wealth abroad unless the
    person is delisted, so sanctions without relief bind people to the patron who pays their rents
    at home. Incomes and replacement are in USD/month.
    """
    rents = agent.perks * country.perks * (1.0 - country.financial_closure * agent.exposure)
    income = agent.pay * country.pay + rents + country.food_boxes
    unfrozen = agent.outside * (1.0 - sanctioned(agent, country) * (1.0 - relief))
    outside = max(unfrozen + replacement, LEAST_INCOME)
    home = max(income, LEAST_INCOME)
    there = max(country.subsistence_outside, LEAST_INCOME)
    gained = log(outside * country.subsistence / (home * there))
    return gained - (1.0 - agent.basket_share) * log(country.subsistence / there)


@rule
def feared(agent: Person, country: Country) -> float:
    """Compute the fear of punishment: surveillance x severity x risk_aversion."""
    return country.surveillance * country.punishment * agent.risk_aversion


@rule
def punished_share(numbers: float, leaving: float) -> float:
    """Compute the share of punishment that remains for one of many: 1 / (1 + numbers x leaving).

    A state can punish so many and no more, so nobody wants to be first (Kuran 1991; Shadmehr and
    Bernhardt 2011). `leaving` is what is seen to leave, as a share.
    """
    return 1.0 / max(1.0 + numbers * leaving, 1.0)


@rule
def opportunity(country: Country) -> float:
    """Compute the opportunity to go over, from 0 to 1.

    It is the standing of a rival, or 1 while a mutiny is under way.
    """
    return 1.0 if country.joined > 0.0 else country.rival


@rule
def plotting(agent: Person, country: Country, power: float, punishment: float) -> float:
    """Compute the utility of plotting, U_plot: the gain from success against failure and discovery.

    (1 - s) power - (s + (1 - s) surveillance) punishment x severity x risk_aversion, with s the
    belief that the regime survives.
    """
    failure = agent.belief + (1.0 - agent.belief) * country.surveillance
    risk = failure * punishment * country.punishment * agent.risk_aversion
    return (1.0 - agent.belief) * power - risk


@rule
def bond(agent: Person) -> float:
    """Compute the bond of the person's unit: cohesion x min(training / 2 years, 1).

    A cohort trained for six months has a quarter of the bond of one trained for two years.
    """
    return agent.cohesion * min(agent.training / 2.0, 1.0)


@rule
def logistic(odds: float) -> float:
    """Compute a probability from log odds: 1 / (1 + exp(-odds))."""
    return 1.0 / (1.0 + exp(min(-odds, LARGEST_EXPONENT)))


@rule
def rate(base: float, sensitivity: float, gain: float) -> float:
    """Compute an annual rate: h0 exp(beta (U_k - U_stay)), with gain = U_k - U_stay."""
    return base * exp(min(sensitivity * gain, LARGEST_EXPONENT))


@rule
def credible(promised: float, kept: float, treated: float, cases: float) -> float:
    """Compute the credibility of a promise: the mean of a Beta belief.

    (n v + m q) / (n + m), with v the credibility announced, worth n cases, and m treated cases, for
    a share q of which the promise was kept: the posterior mean of Beta(n v, n (1 - v)) after m q
    successes in m trials. Without a promise it is 0.
    """
    known = max(cases + treated, LEAST_CASES)
    return (cases * promised + treated * kept) / known if promised > 0.0 else 0.0


@rule
def leaving(
    agent: Person, country: Country, income: float, exit_cost: float, distance: float
) -> float:
    """Compute the utility of leaving.

    income x `income_gained` - exit_cost x exits closed - distance - `sanctioned`

    The distance counts by how far the person's unit is from a border or a safe place.

    The share of exits closed is 1 - (1 - travel_ban) (1 - border_closure).
    """
    closed = 1.0 - (1.0 - country.travel_ban) * (1.0 - country.border_closure)
    refused = closed * exit_cost + distance * agent.distance + sanctioned(agent, country)
    return income * income_gained(agent, country, 0.0, 0.0) - refused


@rule
def sanctioned(agent: Person, country: Country) -> float:
    """Compute the cost of sanctions: sanctions exposure (designated + (1 - designated) threat)."""
    expected = agent.designated + (1.0 - agent.designated) * country.threat
    return country.sanctions * agent.exposure * expected


@rule
def staying(agent: Person, country: Country, conscience: float, career: float) -> float:
    """Compute the utility of staying, U_stay, without income.

    attachment - grievance - conscience x repression_orders x protest + career x promotion
    - (1 - s) jeopardy - `sanctioned`, with s the belief that the regime survives.
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
    income: float,
    reward: float,
    punishment: float,
    reprisal: float,
    call: float,
    cases: float,
    alone: float,
) -> float:
    """Compute the utility of defecting, U_defect, without the example of others.

    income x gained + (1 - s) (reward - jeopardy (1 - a))
    - s (punishment x severity x risk_aversion (1 - r) + reprisal (1 - e)) alone
    - `sanctioned` (1 - o) + call x broadcast (1 - censorship),

    with s the belief that the regime survives; a, o and r the credibilities of amnesty (less the
    risk of its repeal), off-ramp and reception, see `credible`; e evacuation; alone, see
    `punished_share`; and gained, `income_gained` with the relief o and the replacement
    r x pay_replacement.
    """
    amnesty = credible(country.amnesty, country.pardoned, country.treated, cases) * (
        1.0 - country.amnesty_repeal
    )
    relief = credible(country.off_ramp, country.delisted, country.treated, cases)
    refuge = credible(country.reception, country.received, country.treated, cases)
    gained = income_gained(agent, country, relief, country.pay_replacement * refuge)
    fall = (1.0 - agent.belief) * (reward - agent.jeopardy * (1.0 - amnesty))
    prison = punishment * country.punishment * agent.risk_aversion * (1.0 - refuge)
    hold = agent.belief * (prison + reprisal * (1.0 - country.evacuation)) * alone
    heard = call * country.broadcast * (1.0 - country.censorship)
    return income * gained + (fall - hold - sanctioned(agent, country) * (1.0 - relief) + heard)


@rule
def urgency(country: Country, haste: float) -> float:
    """Compute the multiple of the defection rate under a deadline: exp(haste x deadline)."""
    return rate(1.0, haste, country.deadline) if country.deadline > 0.0 else 1.0
