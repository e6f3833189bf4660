"""The default rule of generals: serve, flee or defect."""

from typing import NamedTuple

from defectsim.behaviour.rule import Country, Person, Rates, Unit, rule
from defectsim.behaviour.terms import (
    BaseRate,
    Basket,
    Confidence,
    Cost,
    Doubt,
    Gain,
    Sensitivity,
    going_over,
    income_gained,
    logistic,
    rate,
    staying,
)


class Generals(NamedTuple):
    """Parameters of the generals' rule; the defaults are assumptions, to be replaced by the scenario's."""

    base_flight: BaseRate = 0.01
    base_defection: BaseRate = 0.01
    basket_abroad: Basket = 200.0
    sensitivity: Sensitivity = 1.0
    confidence: Confidence = 3.0
    doubt_protest: Doubt = 2.0
    doubt_defected: Doubt = 5.0
    doubt_generals: Doubt = 5.0
    exit_cost: Cost = 2.0
    punishment_flight: Cost = 1.0
    punishment_defection: Cost = 3.0
    reward: Gain = 2.0
    example_ties: Gain = 2.0
    example_defected: Gain = 2.0
    commander_defected: Gain = 1.0


@rule
def decide(agent: Person, unit: Unit, country: Country, p: Generals) -> Rates:
    """Return a general's annual rates of flight abroad (`desert`) and of defection.

    With U_stay as in `terms.staying`, and the income at home left out of every utility,
    U_flee = income gained - exit_cost travel_ban - surveillance punishment_flight risk_aversion
             - sanctions exposure, for sanctions follow whoever flees.
    U_defect = income gained + `terms.going_over` + what ties, the troops below and the commander have done.
    A general's belief that the regime survives also falls with the share of generals who have gone over.
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
