"""The default rule of belief: whether the regime survives."""

from typing import Annotated, NamedTuple

from defectsim.core.parameters import Parameter
from defectsim.core.section import Bounds
from defectsim.model.rule import Country, Person, Unit, rule
from defectsim.model.utilities import logistic

Confidence = Annotated[
    float, Parameter("log odds", Bounds(), "Belief that the regime survives, in quiet times.")
]
Doubt = Annotated[
    float, Parameter("log odds", Bounds(low=0), "What belief loses when this goes from 0 to 1.")
]


class Beliefs(NamedTuple):
    """Parameters of belief; the defaults are assumptions, to be replaced by the scenario's."""

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
    """Return the belief s that the regime survives.

    The regime's strength theta is known to nobody. A person takes it for logistic around m = confidence + their private
    signal + counterbalance x counterbalance, with scale 1, and the regime survives a challenge c if theta > c:
    s = L(m - c), with L the logistic function, and c = (protest (+ capital for those stationed there)) x protest
    + (1 - censorship) (declared x declared + broadcast x broadcast + recognition x recognition)
    + near x share of the unit gone over + attempt x (joined - resisting).

    An attempt of the size w that failed shows that theta > a = attempt x w, which truncates what is believed of theta
    from below (Little 2017): s = L(m - c) / L(m - a), at most 1. As it is forgotten, with the share g remembered,
    s = min(1, L(m - c) / (1 - g (1 - L(m - a)))). Only open acts are seen, never other people's thoughts (Kuran 1991).
    """
    mean = p.confidence + agent.signal + p.counterbalance * country.counterbalance
    heard = (
        p.declared * country.declared
        + p.broadcast * country.broadcast
        + p.recognition * country.recognition
    )
    streets = (p.protest + p.capital * agent.capital) * country.protest
    force = p.attempt * (country.joined - country.resisting)
    challenge = streets + (1.0 - country.censorship) * heard + p.near * unit.defected + force
    shown = logistic(mean - p.attempt * country.withstood)
    return min(1.0, logistic(mean - challenge) / (1.0 - country.lesson + country.lesson * shown))
