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


@rule
def follow(agent: Person, unit: Unit, country: Country, p: Following) -> float:
    """Compute the probability that a subordinate of frailty 1 follows.

    logit P = base + cohesion x bond + grievance x grievance + disbelief (1 - s)
      - monitoring x surveillance,

    with s the belief that the regime survives, and `utilities.bond`. At frailty z the probability
    is 1 - (1 - P)^z.
    """
    pull = p.cohesion * bond(agent) + p.grievance * agent.grievance
    doubt = p.disbelief * (1.0 - agent.belief)
    return logistic(p.base + pull + doubt - p.monitoring * country.surveillance)


class ComingBack(NamedTuple):
    """Parameters of coming back; defaults are assumptions that scenarios replace."""

    base: LogOdds = 0.0
    belief: Pull = 2.0
    monitoring: Pull = 1.0
    pardon: Pull = 1.0
    cohesion: Pull = 2.0
    grievance: Pull = 1.0


@rule
def come_back(agent: Person, unit: Unit, country: Country, p: ComingBack) -> float:
    """Compute the probability that a follower obeys a superior who orders the unit back.

    logit P = base + belief x s + monitoring x surveillance + pardon x rival_amnesty
      - cohesion x bond - grievance x grievance,

    with s the belief that the regime survives, and `utilities.bond`: a cohesive unit stays with its
    commander.
    """
    order = (
        p.belief * agent.belief
        + p.monitoring * country.surveillance
        + p.pardon * country.rival_amnesty
    )
    return logistic(p.base + order - p.cohesion * bond(agent) - p.grievance * agent.grievance)
