"""Default rule of belief in the regime's survival."""

from typing import Annotated, NamedTuple

from defectsim.core.parameters import Parameter
from defectsim.core.section import Bounds
from defectsim.model.rule import Country, Person, Unit, rule
from defectsim.model.utilities import logistic

LEAST_CHANCE = 1e-300
"""Least chance of what was seen, by which beliefs are divided."""

Confidence = Annotated[
    float, Parameter("log odds", Bounds(), "Belief that the regime survives, in quiet times.")
]
Doubt = Annotated[
    float, Parameter("log odds", Bounds(low=0), "Fall in belief when this goes from 0 to 1.")
]


class Beliefs(NamedTuple):
    """Parameters of belief; defaults are assumptions that scenarios replace."""

    confidence: Confidence = 3.0
    protest: Doubt = 2.0
    capital: Doubt = 0.5
    declared: Doubt = 10.0
    near: Doubt = 1.0
    broadcast: Doubt = 0.5
    recognition: Doubt = 0.5
    attempt: Doubt = 5.0
    counterbalance: Doubt = 1.0


@rule
def survival(agent: Person, unit: Unit, country: Country, p: Beliefs) -> float:
    """Compute the belief s that the regime survives, a probability.

    Nobody knows the regime's strength theta. A person believes it to be logistic with scale 1
    around m = confidence + private signal + counterbalance x counterbalance. The regime survives a
    challenge c if theta > c, so that s = L(m - c), with L the logistic function and

    c = (protest (+ capital for those stationed there)) x protest
      + (1 - censorship) (declared x declared + broadcast x broadcast + recognition x recognition)
      + near x share of the unit that has defected + attempt x (joined - resisting).

    What the regime withstands shows that theta > a, which truncates the belief about theta from
    below (Little 2017): s = min(1, L(m - c) / L(m - a)). It is forgotten; with the share g
    remembered, s = min(1, L(m - c) / (1 - g (1 - L(m - a)))). So teach a failed attempt of size w,
    with a = attempt x w and g = lesson; protest, with that of the largest protest and g = weathered;
    and calls, with that of a call that reaches everybody and g = unheeded. Who has withstood the
    hardest of them has withstood the others: the one that says most counts. Only open acts count,
    never other people's private preferences (Kuran 1991).
    """
    mean = p.confidence + agent.signal + p.counterbalance * country.counterbalance
    heard = (
        p.declared * country.declared
        + p.broadcast * country.broadcast
        + p.recognition * country.recognition
    )
    streets = p.protest + p.capital * agent.capital
    heeded = 1.0 - country.censorship
    force = p.attempt * (country.joined - country.resisting)
    challenge = streets * country.protest + heeded * heard + p.near * unit.defected + force
    seen = min(
        _withstood(mean, p.attempt * country.withstood, country.lesson),
        _withstood(mean, streets, country.weathered),
        _withstood(mean, heeded * p.broadcast, country.unheeded),
    )
    return min(1.0, logistic(mean - challenge) / max(seen, LEAST_CHANCE))


@rule
def _withstood(mean: float, challenge: float, remembered: float) -> float:
    """Compute the chance that a challenge was withstood, of which a share is remembered."""
    return 1.0 - remembered + remembered * logistic(mean - challenge)
