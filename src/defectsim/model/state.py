"""State: columns of a scenario's own that the rule `update` changes in each step.

The rule returns a NamedTuple with the new value of each, for people of every status, before anybody
is asked who decides:

    class Rest(NamedTuple):
        fatigue: float

    @rule
    def update(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rest:
        return Rest(agent.fatigue + 1.0)
"""

from typing import NamedTuple

from defectsim.core.parameters import NoParameters
from defectsim.model.rule import Country, Person, Unit, rule


class Nothing(NamedTuple):
    """The state of people in a scenario that declares none."""


@rule
def keep_nothing(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Nothing:
    """Return the state of people who have none: the default."""
    return Nothing()
