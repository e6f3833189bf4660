"""Those among whom a rule is tried: their own rules read nothing, so that only it can answer to a policy."""

from typing import NamedTuple

from defectsim.behaviour.decisions import Decision, Decisions
from defectsim.behaviour.rule import Country, Person, Rates, Unit, rule
from defectsim.contract.spans import Kind


class Steady(NamedTuple):
    """Rates that never change."""

    desert: float = 0.5
    defect: float = 0.5


class Along(NamedTuple):
    """A probability that never changes."""

    probability: float = 0.5


@rule
def steady(agent: Person, unit: Unit, country: Country, p: Steady) -> Rates:  # noqa: ARG001  # all rules take all four
    """Return the same rates for everybody, always."""
    return Rates(p.desert, p.defect)


@rule
def along(agent: Person, unit: Unit, country: Country, p: Along) -> float:  # noqa: ARG001  # as above
    """Return the same probability for everybody, always."""
    return p.probability


def among_others(kind: Kind, decision: Decision) -> Decisions:
    """Return the rules of an army in which `kind` decides by the rule that is tried."""
    others = {
        "soldier": Decision(steady, Steady()),
        "general": Decision(steady, Steady(defect=2.0)),
        "follow": Decision(along, Along()),
    }
    return Decisions(**{**others, kind: decision})
