"""The default rule of enlisted people, non-commissioned officers and officers: serve, desert or defect."""

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


class Soldiers(NamedTuple):
    """Parameters of the soldiers' rule; the defaults are assumptions, to be replaced by the scenario's."""

    base_desertion: BaseRate = 0.01
    base_defection: BaseRate = 0.001
    basket_abroad: Basket = 200.0
    sensitivity: Sensitivity = 1.0
    confidence: Confidence = 3.0
    doubt_protest: Doubt = 2.0
    doubt_defected: Doubt = 5.0
    exit_cost: Cost = 1.0
    punishment_desertion: Cost = 1.0
    punishment_defection: Cost = 3.0
    reward: Gain = 1.0
    example_deserted: Gain = 1.0
    example_defected: Gain = 3.0
    commander_deserted: Gain = 0.5
    commander_defected: Gain = 1.0


@rule
def decide(agent: Person, unit: Unit, country: Country, p: Soldiers) -> Rates:
    """Return a soldier's annual rates of desertion and defection.

    With U_stay as in `terms.staying`, and the income at home left out of every utility,
    U_desert = income gained - exit_cost travel_ban - surveillance punishment_desertion risk_aversion
               - sanctions exposure + example_deserted (share of the unit deserted) + commander_deserted.
    U_defect = income gained + `terms.going_over` + what the soldier sees the unit and the commander do.
    """
    survival = logistic(p.confidence - p.doubt_protest * country.protest - p.doubt_defected * country.forces_defected)
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
