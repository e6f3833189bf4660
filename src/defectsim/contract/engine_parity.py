"""A small army in which a rule is tried: some dozens of people for half a year, in which much happens."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from defectsim.contract.cases import TRAITS, Kind, Span, part
from defectsim.contract.report import Finding, failed, note, passed
from defectsim.contract.rule_under_test import Subject
from defectsim.core.parameters import NoParameters
from defectsim.core.section import Bounds
from defectsim.engine.columns import FROM_ENGINE
from defectsim.engine.inputs import RunInputs
from defectsim.engine.setup import EngineName, StudySetup
from defectsim.engine.simulate import simulate
from defectsim.model.levers import Lever
from defectsim.model.person import COLUMNS, OWN_ATTRIBUTE, PEOPLE_COLUMNS, Column
from defectsim.model.rule import Country, Person, Rates, Stance, Unit, rule
from defectsim.model.transitions import TRANSITIONS, Cause, Rank
from defectsim.policies.policy import Policy
from defectsim.population.draws import by_person
from defectsim.rules.bindings import Decision, Decisions
from defectsim.scenario.schema import Scenario


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
    return Rates(
        p.desert, p.defect, shirk=p.shirk, plot=p.plot if agent.rank >= Rank.OFFICER else 0.0
    )


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
    chances = dict.fromkeys(
        ("follow", "belief", "recall", "join", "commit"), Decision(along, Along())
    )
    return Decisions(**{**chances, **others, kind: decision})


class Event(NamedTuple):
    """One thing that happened."""

    who: str
    how: str
    date: str
    by_rule: bool
    """Whether it came of the rule that is tried, or may have."""


START, STEPS = dt.date(2019, 1, 7), 26
FRAIL, COMMON = {"lognormal": [30, 4]}, {"lognormal": [1, 1]}
"""Frailties of those whom the rule is about, so wide that some leave whatever the rates are, and of all others."""
NOBODY = {"rank": ["general"], "branch": ["reserve"]}
"""An audience that nobody is in."""
_FORCES = {
    "branches": {
        "army": {"strength": 40, "generals": 10},
        "reserve": {"strength": 20, "service": "reserve"},
    },
    "company": {"officer": 2, "nco": 2, "enlisted": 6},
    "battalion": 2,
    "brigade": 2,
    "command": 2,
    "ties": {"kind": "erdos_renyi", "mean_degree": 3},
}


_TRANSITIONS = tuple(TRANSITIONS.values())
_CAME_OF: dict[Cause, tuple[Kind, ...]] = {
    Cause.COMMANDER: ("follow",),
    Cause.RECALL: ("recall",),
    Cause.TIE: ("join",),
    Cause.ATTEMPT: ("commit", "stand"),
}

_PLOTS = {"contacts": 50, "informers": 0, "quorum": 0.1}
"""Plots grow and strike; nobody informs on them, since informers go by surveillance."""


@dataclass(frozen=True)
class Trial(StudySetup):
    """The small army, with the rule that is tried among others, and attributes that are worth trying."""

    subject: Subject

    @cached_property
    def decisions(self) -> Decisions:
        """The rule that is tried, and those of the others."""
        return among_others(self.subject.kind, self.subject.decision)

    def inputs(self, replicate: int) -> RunInputs:
        """Draw what one life begins with."""
        inputs = super().inputs(replicate)
        order = self.population
        own = {
            name: np.array(span.some)[
                (by_person(order, self.seed, name, replicate) * len(span.some)).astype(int)
            ]
            for name, span in _attributes(self.subject).items()
        }
        return replace(inputs, columns={**inputs.columns, **own})


def lived(
    subject: Subject, engine: EngineName, seed: int, policies: Mapping[str, Any]
) -> list[Event]:
    """Live one life of the small army, and return all that happened."""
    trial = Trial(_scenario(subject, policies), seed, subject)
    events = simulate(trial, 0, engine).events
    dates, ids, rank = trial.scenario.clock.dates(), trial.population.ids, trial.population.rank
    return [
        Event(
            ids[row],
            _TRANSITIONS[transition].verb,
            str(dates[step + 1]),
            subject.kind in _kinds(rank[row], cause),
        )
        for step, row, transition, cause, *_ in zip(
            *(part.tolist() for part in events), strict=True
        )
    ]


def _kinds(rank: int, cause: int) -> tuple[Kind, ...]:
    """Return the kinds of rules of which an event may have come."""
    if cause != Cause.DECISION:
        return _CAME_OF.get(Cause(cause), ())
    return ("general" if rank == Rank.GENERAL else "soldier", "belief")


def moved(
    levers: Iterable[tuple[str, Lever]], audience: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return a policy on each lever, some later than others."""
    return {
        f"on_{name}": {
            "lever": name,
            "value": _value(lever.bounds),
            "effective": START + dt.timedelta(days=14 + 9 * (place % 7)),
            "ramp_days": 20 * (place % 2),
            "audience": dict(audience or {}),
        }
        for place, (name, lever) in enumerate(levers)
    }


def _value(bounds: Bounds) -> float:
    """Return a policy's value: half of a share, twice of a multiple."""
    return (
        (max(bounds.low, 0.0) + bounds.high) / 2 if bounds.high < np.inf else max(bounds.low, 2.0)
    )


def _scenario(subject: Subject, policies: Mapping[str, Any]) -> Scenario:
    """Return a scenario whose policies may contradict each other: levers are tried here, whatever governments do."""
    people = {name: {**_law(column), "per": "unit"} for name, column in PEOPLE_COLUMNS.items()}
    frailty = {str(rank): FRAIL if rank in TRAITS[subject.kind].ranks else COMMON for rank in Rank}
    own = {name: _law(OWN_ATTRIBUTE) for name in _attributes(subject)}
    scenario = Scenario.model_validate(
        {
            "name": "contract",
            "question": "Does the rule keep its contract?",
            "clock": {"start": START, "end": START + dt.timedelta(weeks=STEPS)},
            "forces": _FORCES,
            "people": {**people, "frailty": frailty, "attributes": own},
            "plots": _PLOTS,
            "levers": subject.scenario.levers if subject.scenario else {},
        }
    )
    context = {"levers": scenario.every_lever}
    read = {name: Policy.model_validate(said, context=context) for name, said in policies.items()}
    return scenario.model_copy(update={"policies": read})


def _law(column: Column) -> dict[str, Any]:
    if column.bounds.high < np.inf:
        return {"uniform": [column.bounds.low, column.bounds.high]}
    if column.bounds.low == 0:
        return {"lognormal": [30 if column.unit == "USD/month" else 1, 1]}
    return {"normal": [0, 1]}


def _attributes(subject: Subject) -> dict[str, Span]:
    """Return the scenario's own attributes."""
    return {
        name: span
        for name, span in part(subject.spans, "agent").items()
        if name not in COLUMNS and name not in FROM_ENGINE
    }


SEEDS = (0, 1, 2)
OF_THE_ENGINE = ("counterbalance",)
"""Levers by which the engine itself goes, in an attempt."""


def same_lives(subject: Subject) -> Finding:
    """Give the same events in both engines."""
    policies = moved((name, lever) for name, lever in subject.levers.items() if subject.reads(name))
    happened = 0
    for seed in SEEDS:
        try:
            reference = lived(subject, "reference", seed, policies)
            column = lived(subject, "compiled", seed, policies)
        except Exception as error:  # whatever a researcher's rule does wrong in an army
            return failed(
                f"a small army of seed {seed} could not live by it: {type(error).__name__}: {error}"
            )
        happened += sum(event.by_rule for event in column)
        if difference := _first(reference, column):
            return failed("the engines give different events", f"seed {seed}: {difference}")
    if not happened:
        return note(
            f"nothing came of it in {len(SEEDS)} lives of a small army, so the engines cannot be told apart"
        )
    return passed(f"the same {happened} changes of status in {len(SEEDS)} lives of a small army")


def unrelated_policies(subject: Subject) -> Finding:
    """Move nobody by a policy on what the rule does not read, or for an audience that nobody is in."""
    levers = {name: lever for name, lever in subject.levers.items() if name not in OF_THE_ENGINE}
    unread = [(name, lever) for name, lever in levers.items() if not subject.reads(name)]
    trials = {
        **moved(unread),
        **{f"{name}_for_nobody": it for name, it in moved(subject.levers.items(), NOBODY).items()},
    }
    for seed in SEEDS:
        quiet = lived(subject, "reference", seed, {})
        if quiet == lived(subject, "reference", seed, trials):
            continue
        for name, policy in trials.items():
            if difference := _first(
                quiet, lived(subject, "reference", seed, {name: policy}), "without it", "with it"
            ):
                whom = (
                    "for an audience that nobody is in"
                    if policy["audience"]
                    else "which its code does not read"
                )
                return failed(
                    f"a policy on {policy['lever']}, {whom}, moves people: name country's fields in the code",
                    f"seed {seed}: {difference}",
                )
    if subject.names is None:
        return passed(
            "policies for nobody move nobody; which levers it reads cannot be told from its code"
        )
    names = ", ".join(name for name, _ in unread) or "none"
    return passed(f"policies on levers that it does not read ({names}), or for nobody, move nobody")


def _first(one: Sequence[Event], two: Sequence[Event], *labels: str) -> str:
    """Say what happens first in one life and not in the other."""
    label = labels or ("in the reference engine", "in the compiled engine")
    both = set(one) & set(two)
    for here, events, there in ((label[0], one, label[1]), (label[1], two, label[0])):
        for event in events:
            if event not in both:
                return f"{event.who} {event.how} on {event.date} {here}, and not {there}"
    return ""
