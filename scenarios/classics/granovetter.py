"""Granovetter (1978): join as soon as at least `threshold` percent of the crowd have joined."""

from math import inf
from typing import NamedTuple

from defectsim import Country, Person, Rates, Unit, rule


class Nothing(NamedTuple):
    """The rule has no parameters."""


@rule
def riot(agent: Person, unit: Unit, country: Country, p: Nothing) -> Rates:
    return Rates(defect=inf if unit.defected >= agent.threshold / 100 else 0.0)
