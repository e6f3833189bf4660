"""Default rules of conspiracy: joining a plot, going through with it, and taking sides."""

from typing import NamedTuple

from defectsim.model.rule import Country, Person, Stance, Unit, rule
from defectsim.model.utilities import LogOdds, Pull, logistic, sanctioned


class Joining(NamedTuple):
    """Parameters of joining a plot; defaults are assumptions that scenarios replace."""

    base: LogOdds = -1.0
    disbelief: Pull = 4.0
    grievance: Pull = 1.0
    attachment: Pull = 1.0
    jeopardy: Pull = 0.5
    sanctions: Pull = 0.5
    fear: Pull = 2.0


@rule
def _inclined(agent: Person, country: Country, disbelief: float, fear: float) -> float:
    """Compute disbelief (1 - s) - fear x surveillance x severity x risk_aversion, in log odds.

    s is the belief that the regime survives.
    """
    return (
        disbelief * (1.0 - agent.belief)
        - fear * country.surveillance * country.punishment * agent.risk_aversion
    )


@rule
def join(agent: Person, unit: Unit, country: Country, p: Joining) -> float:
    """Compute the probability of joining a plot when sounded out by a tie.

    logit P = base + disbelief (1 - s) + grievance x grievance + sanctions x sanctions
      - attachment x attachment - jeopardy x jeopardy - fear x surveillance x severity x
      risk_aversion, with s the belief that the regime survives.
    """
    reasons = p.grievance * agent.grievance + p.sanctions * sanctioned(agent, country)
    ties = p.attachment * agent.attachment + p.jeopardy * agent.jeopardy
    return logistic(p.base + reasons - ties + _inclined(agent, country, p.disbelief, p.fear))


class Committing(NamedTuple):
    """Parameters of going through with a plot; defaults are assumptions that scenarios replace."""

    base: LogOdds = 1.0
    disbelief: Pull = 4.0
    fear: Pull = 2.0


@rule
def commit(agent: Person, unit: Unit, country: Country, p: Committing) -> float:
    """Compute the probability that a plotter does not back out when the plot strikes.

    logit P = base + disbelief (1 - s) - fear x surveillance x severity x risk_aversion, with s the
    belief that the regime survives.
    """
    return logistic(p.base + _inclined(agent, country, p.disbelief, p.fear))


class StandParameters(NamedTuple):
    """Parameters of taking sides in an attempt; defaults are assumptions that scenarios replace."""

    decisive: LogOdds = -1.0
    disbelief: Pull = 6.0
    balance: Pull = 4.0
    attachment: Pull = 1.0
    grievance: Pull = 1.0
    jeopardy: Pull = 1.0


@rule
def stand(agent: Person, unit: Unit, country: Country, p: StandParameters) -> Stance:
    """Compute the probabilities that the commander of a unit joins or resists an attempt on a day.

    A commander decides at all with logit P = decisive + balance x |joined - resisting|, and then
    joins with

    logit P = disbelief (1 - 2 s) + balance (joined - resisting) + grievance x grievance
      - attachment x attachment - jeopardy x jeopardy.

    Commanders coordinate on the side that they expect to win (Singh 2014). `joined` and `resisting`
    are shares of the armed forces' weight; s is the belief that the regime survives.
    """
    ahead = country.joined - country.resisting
    lean = (
        p.disbelief * (1.0 - 2.0 * agent.belief) + p.balance * ahead + p.grievance * agent.grievance
    )
    side = logistic(lean - p.attachment * agent.attachment - p.jeopardy * agent.jeopardy)
    decided = logistic(p.decisive + p.balance * abs(ahead))
    return Stance(join=decided * side, resist=decided * (1.0 - side))
