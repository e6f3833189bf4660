"""The default rules of conspiracy: who joins a plot, who goes through with it, and where commanders then stand."""

from typing import NamedTuple

from defectsim.model.rule import Country, Person, Stance, Unit, rule
from defectsim.model.utilities import LogOdds, Pull, logistic, sanctioned


class Joining(NamedTuple):
    """Parameters of joining a plot; the defaults are assumptions, to be replaced by the scenario's."""

    base: LogOdds = -1.0
    disbelief: Pull = 4.0
    grievance: Pull = 1.0
    attachment: Pull = 1.0
    jeopardy: Pull = 0.5
    sanctions: Pull = 0.5
    fear: Pull = 2.0


@rule
def _inclined(agent: Person, country: Country, disbelief: float, fear: float) -> float:
    """Return disbelief (1 - s) - fear x surveillance x severity x risk_aversion, with s the belief in survival."""
    return (
        disbelief * (1.0 - agent.belief)
        - fear * country.surveillance * country.punishment * agent.risk_aversion
    )


@rule
def join(agent: Person, unit: Unit, country: Country, p: Joining) -> float:
    """Return the probability of joining a plot when somebody tied to the person sounds them out.

    logit P = base + disbelief (1 - s) + grievance x grievance + sanctions x sanctions - attachment x attachment
    - jeopardy x jeopardy - fear x surveillance x severity x risk_aversion.
    """
    reasons = p.grievance * agent.grievance + p.sanctions * sanctioned(agent, country)
    ties = p.attachment * agent.attachment + p.jeopardy * agent.jeopardy
    return logistic(p.base + reasons - ties + _inclined(agent, country, p.disbelief, p.fear))


class Committing(NamedTuple):
    """Parameters of going through with a plot; the defaults are assumptions, to be replaced by the scenario's."""

    base: LogOdds = 1.0
    disbelief: Pull = 4.0
    fear: Pull = 2.0


@rule
def commit(agent: Person, unit: Unit, country: Country, p: Committing) -> float:
    """Return the probability that a plotter goes through with it when the plot strikes, and does not back out.

    logit P = base + disbelief (1 - s) - fear x surveillance x severity x risk_aversion.
    """
    return logistic(p.base + _inclined(agent, country, p.disbelief, p.fear))


class StandParameters(NamedTuple):
    """Parameters of standing in an attempt; the defaults are assumptions, to be replaced by the scenario's."""

    decisive: LogOdds = -1.0
    disbelief: Pull = 6.0
    balance: Pull = 4.0
    attachment: Pull = 1.0
    grievance: Pull = 1.0
    jeopardy: Pull = 1.0


@rule
def stand(agent: Person, unit: Unit, country: Country, p: StandParameters) -> Stance:
    """Return the probabilities that the commander of a unit joins an attempt, and resists it, on a day.

    They decide at all with logit P = decisive + balance x |joined - resisting|, and then join with
    logit P = disbelief (1 - 2 s) + balance (joined - resisting) + grievance x grievance - attachment x attachment
    - jeopardy x jeopardy: commanders go with the side that they expect to win, and that others expect them to (Singh
    2014). `joined` and `resisting` are shares of the armed forces' weight, s the belief that the regime survives.
    """
    ahead = country.joined - country.resisting
    lean = (
        p.disbelief * (1.0 - 2.0 * agent.belief) + p.balance * ahead + p.grievance * agent.grievance
    )
    side = logistic(lean - p.attachment * agent.attachment - p.jeopardy * agent.jeopardy)
    decided = logistic(p.decisive + p.balance * abs(ahead))
    return Stance(join=decided * side, resist=decided * (1.0 - side))
