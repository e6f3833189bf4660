"""Those among whom a rule is tried: their own rules read nothing that policies move, so only it can answer to one."""

from typing import NamedTuple

from defectsim.behaviour.decisions import Decision, Decisions
from defectsim.behaviour.rule import Country, Person, Rates, Stance, Unit, rule
from defectsim.contract.kinds import Kind
from defectsim.core.parameters import NoParameters
from defectsim.core.statuses import Rank


class Steady(NamedTuple):
    """Rates that never change."""

    desert: float = 0.5
    defect: float = 0.5
    shirk: float = 0.0
    plot: float = 0.0


class Along(NamedTuple):
    """A probability that never changes."""

    probability: float = 0.5


@rule
def steady(agent: Person, unit: Unit, country: Country, p: Steady) -> Rates:  # noqa: ARG001  # all rules take all four
    """Return the same rates for everybody, always; but only officers and generals plot."""
    return Rates(p.desert, p.defect, shirk=p.shirk, plot=p.plot if agent.rank >= Rank.OFFICER else 0.0)


@rule
def faithful(agent: Person, unit: Unit, country: Country, p: Steady) -> Rates:  # noqa: ARG001  # as above
    """Return rates that fall with the belief that the regime survives."""
    return Rates(p.desert * (1.0 - agent.belief), p.defect * (1.0 - agent.belief))


@rule
def along(agent: Person, unit: Unit, country: Country, p: Along) -> float:  # noqa: ARG001  # as above
    """Return the same probability for everybody, always."""
    return p.probability


@rule
def either(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Stance:  # noqa: ARG001  # as above
    """Return the same probabilities of joining and of resisting, always."""
    return Stance(0.1, 0.1)


_PLOTTING: tuple[Kind, ...] = ("join", "commit", "stand")


def among_others(kind: Kind, decision: Decision) -> Decisions:
    """Return the rules of an army in which `kind` decides by the rule that is tried."""
    decide = faithful if kind == "belief" else steady
    plotting = kind in _PLOTTING
    plot = 1.0 if plotting else 0.0
    others = {
        "soldier": Decision(decide, Steady(plot=plot)),
        "general": Decision(decide, Steady(defect=0.0 if plotting else 2.0, plot=plot)),
        "stand": Decision(either, NoParameters()),
    }
    chances = dict.fromkeys(("follow", "belief", "recall", "join", "commit"), Decision(along, Along()))
    return Decisions(**{**chances, **others, kind: decision})
