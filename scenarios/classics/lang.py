"""Lang and De Sterck (2014): protest grows where it is seen, and shrinks while the police keep up."""

from typing import NamedTuple

from defectsim import Country, Person, Rates, Unit, rule


class Regime(NamedTuple):
    """`alpha`: share protesting above which others see it; `beta`: below which the police keep up.

    `growth` and `decay` are annual rates of going to protest, and of being brought home.
    """

    growth: float
    decay: float
    alpha: float
    beta: float


@rule
def protest(agent: Person, unit: Unit, country: Country, p: Regime) -> Rates:
    """Protest, which is to shirk here, where protest is seen; go home where the police keep up."""
    return Rates(
        shirk=p.growth if unit.shirking > p.alpha else 0.0,
        resume=p.decay if unit.shirking < p.beta else 0.0,
    )
