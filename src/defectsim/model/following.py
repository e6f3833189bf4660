"""Default rules of following a commander who openly defects, and of coming back when ordered."""

from typing import NamedTuple

from defectsim.model.rule import Country, Person, Unit, rule
from defectsim.model.utilities import LogOdds, Pull, bond, logistic


class Following(NamedTuple):
    """Parameters of following; defaults are assumptions that scenarios replace."""

    base: LogOdds = -1.0
    cohesion: Pull = 2.0
    grievance: Pull = 1.0
    disbelief: Pull = 1.0
    monitoring: Pull = 2.0
    balance: Pull = 0.0


@rule
def follow(agent: Person, unit: Unit, country: Country, p: Following) -> float:
    """Compute the probability that a subordinate of frailty 1 follows.

    logit P = base + cohesion x bond + grievance x grievance + disbelief (1 - s)
      - monitoring x surveillance + balance (joined - resisting),

    with s the belief that the regime survives, and `utilities.bond`. People side with whom they
    expect to win, as commanders do (`conspiracy.stand`); without an attempt under way the balance is
    0. At frailty z the probability is 1 - (1 - P)^z.
    """
    ahead = country.joined - country.resisting
    pull = p.cohesion * bond(agent) + p.grievance * agent.grievance
    doubt = p.disbelief * (1.0 - agent.belief)
    odds = p.base + pull + doubt - p.monitoring * country.surveillance
    return logistic(odds + p.balance * ahead)


class ComingBack(NamedTuple):
    """Parameters of coming back; defaults are assumptions that scenarios replace."""

    base: LogOdds = 0.0
    belief: Pull = 2.0
    monitoring: Pull = 1.0
    pardon: Pull = 1.0
    cohesion: Pull = 2.0
    grievance: Pull = 1.0
    balance: Pull = 0.0


@rule
def come_back(agent: Person, unit: Unit, country: Country, p: ComingBack) -> float:
    """Compute the probability that a follower obeys a superior who orders the unit back.

    logit P = base + belief x s + monitoring x surveillance + pardon x rival_amnesty
      - cohesion x bond - grievance x grievance - balance (joined - resisting),

    with s the belief that the regime survives, and `utilities.bond`: a cohesive unit stays with its
    commander, and so does whoever expects an attempt under way to win.
    """
    order = (
        p.belief * agent.belief
        + p.monitoring * country.surveillance
        + p.pardon * country.rival_amnesty
    )
    ahead = country.joined - country.resisting
    odds = p.base + order - p.cohesion * bond(agent) - p.grievance * agent.grievance
    return logistic(odds - p.balance * ahead)
