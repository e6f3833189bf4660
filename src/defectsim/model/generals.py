"""Default rule of generals."""

from typing import NamedTuple

from defectsim.model.rule import Country, Person, Rates, Unit, rule
from defectsim.model.utilities import (
    BaseRate,
    Cases,
    Cost,
    Gain,
    IncomeWeight,
    SafetyInNumbers,
    Sensitivity,
    feared,
    going_over,
    leaving,
    opportunity,
    plotting,
    punished_share,
    rate,
    staying,
    urgency,
)


class Generals(NamedTuple):
    """Parameters of the generals' rule; defaults are assumptions that scenarios replace."""

    base_flight: BaseRate = 0.01
    base_defection: BaseRate = 0.01
    base_retirement: BaseRate = 0.01
    base_plotting: BaseRate = 0.01
    base_return: BaseRate = 1.0
    sensitivity: Sensitivity = 1.0
    income: IncomeWeight = 1.0
    exit_cost: Cost = 2.0
    distance: Cost = 0.0
    punishment_flight: Cost = 1.0
    punishment_defection: Cost = 3.0
    punishment_plotting: Cost = 5.0
    reprisal: Cost = 0.5
    conscience: Cost = 0.5
    career: Gain = 0.5
    reward: Gain = 2.0
    power: Gain = 3.0
    call: Gain = 0.2
    haste: Gain = 0.5
    example_ties: Gain = 2.0
    example_defected: Gain = 2.0
    commander_defected: Gain = 1.0
    numbers: SafetyInNumbers = 0.0
    cases: Cases = 5.0


@rule
def decide(agent: Person, unit: Unit, country: Country, p: Generals) -> Rates:
    """Compute a general's annual rates; `desert` is flight abroad.

    With the functions of `utilities`, and income at home left out of every utility:

    U_stay = staying
    U_flee = leaving - punishment_flight feared
    U_defect = going over + example_ties (share of ties defected)
      + example_defected (share of the unit defected) + commander_defected, times `opportunity`
    U_retire = leaving; discharge multiplies its rate
    U_plot = plotting, left at the rate h0 exp(-beta (U_plot - U_stay))
    """
    stay = staying(agent, country, p.conscience, p.career)
    leave = leaving(agent, country, p.income, p.exit_cost, p.distance)
    alone = punished_share(p.numbers, country.declared + agent.ties_defected)
    seen = p.example_ties * agent.ties_defected + p.example_defected * unit.defected
    over = going_over(
        agent,
        country,
        p.income,
        p.reward,
        p.punishment_defection,
        p.reprisal,
        p.call,
        p.cases,
        alone,
    )
    defect = over + seen + p.commander_defected * unit.commander_defected
    flee = leave - feared(agent, country) * p.punishment_flight - stay
    plot = plotting(agent, country, p.power, p.punishment_plotting) - stay
    return Rates(
        desert=rate(p.base_flight, p.sensitivity, flee),
        defect=rate(p.base_defection * opportunity(country), p.sensitivity, defect - stay)
        * urgency(country, p.haste),
        retire=rate(p.base_retirement, p.sensitivity, leave - stay) * country.discharge,
        plot=rate(p.base_plotting, p.sensitivity, plot),
        resume=rate(p.base_return, p.sensitivity, -plot),
    )
