"""Granovetter (1978): join as soon as at least `threshold` percent of the crowd have joined."""

from math import inf

from defectsim import Country, NoParameters, Person, Rates, Unit, rule


@rule
def riot(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates(defect=inf if unit.defected >= agent.threshold / 100 else 0.0)
