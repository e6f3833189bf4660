"""The default rule of following: who goes along with a commander who openly defects."""

from typing import Annotated, NamedTuple

from defectsim.behaviour.rule import Country, Person, Unit, rule
from defectsim.behaviour.terms import logistic
from defectsim.core.parameters import Parameter
from defectsim.core.section import Bounds

LogOdds = Annotated[float, Parameter("log odds", Bounds(), "Log odds of following, all else at 0.")]
Pull = Annotated[
    float, Parameter("log odds", Bounds(low=0), "How the log odds of following change when this goes from 0 to 1.")
]


class Following(NamedTuple):
    """Parameters of the rule of following; the defaults are assumptions, to be replaced by the scenario's."""

    base: LogOdds = -1.0
    cohesion: Pull = 2.0
    grievance: Pull = 1.0
    monitoring: Pull = 2.0


@rule
def follow(agent: Person, unit: Unit, country: Country, p: Following) -> float:
    """Return the probability with which a subordinate of frailty 1 follows.

    logit P = base + cohesion x cohesion of the unit + grievance x grievance - monitoring x surveillance. With frailty z
    the probability is 1 - (1 - P)^z.
    """
    pull = p.cohesion * agent.cohesion + p.grievance * agent.grievance
    return logistic(p.base + pull - p.monitoring * country.surveillance)
