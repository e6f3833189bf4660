"""Default rule of enlisted people, non-commissioned officers and officers."""

from typing import NamedTuple

from defectsim.model.rule import Country, Person, Rates, Unit, rule
from defectsim.model.transitions import Rank, Service, Status
from defectsim.model.utilities import (
    BaseRate,
    Cases,
    Cost,
    Gain,
    IncomeWeight,
    Multiple,
    SafetyInNumbers,
    Sensitivity,
    bond,
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


class Soldiers(NamedTuple):
    """Parameters of the soldiers' rule; defaults are assumptions that scenarios replace."""

    base_desertion: BaseRate = 0.01
    base_defection: BaseRate = 0.001
    base_retirement: BaseRate = 0.002
    base_shirking: BaseRate = 0.01
    base_plotting: BaseRate = 0.001
    base_return: BaseRate = 1.0
    reserve: Multiple = 1.0
    sensitivity: Sensitivity = 1.0
    income: IncomeWeight = 1.0
    cohesion: Cost = 1.0
    exit_cost: Cost = 1.0
    distance: Cost = 0.0
    punishment_desertion: Cost = 1.0
    punishment_defection: Cost = 3.0
    punishment_shirking: Cost = 0.5
    punishment_plotting: Cost = 5.0
    reprisal: Cost = 0.5
    conscience: Cost = 1.0
    career: Gain = 0.5
    reward: Gain = 1.0
    power: Gain = 2.0
    call: Gain = 0.2
    haste: Gain = 0.5
    example_deserted: Gain = 1.0
    example_defected: Gain = 3.0
    commander_deserted: Gain = 0.5
    commander_defected: Gain = 1.0
    numbers: SafetyInNumbers = 0.0
    cases: Cases = 5.0


@rule
def decide(agent: Person, unit: Unit, country: Country, p: Soldiers) -> Rates:
    """Compute a soldier's annual rates.

    With the functions of `utilities`, and income at home left out of every utility:

    U_stay = staying + cohesion bond
    U_desert = leaving - punishment_desertion feared alone + example_deserted (share of the unit
      deserted) + commander_deserted, at a rate that counts `reserve` times for the reserve
    U_defect = going over + example_defected (share of the unit defected) + commander_defected
      times `opportunity`, since defection needs a side to go over to
    U_retire = leaving; discharge multiplies its rate
    U_shirk = -punishment_shirking feared, left at the rate h0 exp(-beta (U_shirk - U_stay))
    U_plot = plotting, for officers, left at the rate h0 exp(-beta (U_plot - U_stay))
    """
    fear = feared(agent, country)
    stay = staying(agent, country, p.conscience, p.career) + p.cohesion * bond(agent)
    leave = leaving(agent, country, p.income, p.exit_cost, p.distance)
    alone = punished_share(p.numbers, unit.deserted + unit.defected)
    deserted = p.example_deserted * unit.deserted + p.commander_deserted * unit.commander_deserted
    defected = p.example_defected * unit.defected + p.commander_defected * unit.commander_defected
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
    desert = leave - fear * p.punishment_desertion * alone + deserted - stay
    base_desertion = p.base_desertion * (p.reserve if agent.service == Service.RESERVE else 1.0)
    base_defection = p.base_defection * opportunity(country)
    shirk = -fear * p.punishment_shirking - stay
    plot = plotting(agent, country, p.power, p.punishment_plotting) - stay
    base_plotting = p.base_plotting if agent.rank == Rank.OFFICER else 0.0
    resume = -plot if agent.status == Status.PLOTTING else -shirk
    return Rates(
        desert=rate(base_desertion, p.sensitivity, desert),
        defect=rate(base_defection, p.sensitivity, over + defected - stay)
        * urgency(country, p.haste),
        retire=rate(p.base_retirement, p.sensitivity, leave - stay) * country.discharge,
        shirk=rate(p.base_shirking, p.sensitivity, shirk),
        plot=rate(base_plotting, p.sensitivity, plot),
        resume=rate(p.base_return, p.sensitivity, resume),
    )
