"""The trial army: some dozens of people for half a year, in which much happens."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from defectsim.contract.fields import FieldRange, attributes
from defectsim.contract.report import Finding, failed, note, passed
from defectsim.contract.rule_under_test import RuleUnderTest
from defectsim.core.choices import EngineName, RuleKind
from defectsim.core.parameters import NoParameters
from defectsim.core.section import Bounds
from defectsim.engine.begin import simulate
from defectsim.engine.inputs import RunInputs
from defectsim.engine.setup import StudySetup
from defectsim.model.levers import Lever
from defectsim.model.person import OWN_ATTRIBUTE, PEOPLE_COLUMNS, Column
from defectsim.model.rule import Country, Person, Rates, Stance, Unit, rule
from defectsim.model.state import keep_nothing
from defectsim.model.transitions import TRANSITIONS, Cause, Rank
from defectsim.policies.policy import Policy
from defectsim.population.units import by_person
from defectsim.rules.bindings import RULE_KINDS, Decision, Decisions
from defectsim.scenario.schema import Scenario


class Steady(NamedTuple):
    """Rates that never change."""

    desert: float = 0.5
    defect: float = 0.5
    plot: float = 0.0


@rule
def steady(agent: Person, unit: Unit, country: Country, p: Steady) -> Rates:
    """Return the same rates for everybody, always; but only officers and generals plot."""
    plot = p.plot if agent.rank >= Rank.OFFICER else 0.0
    return Rates(p.desert, p.defect, plot=plot)


@rule
def by_belief(agent: Person, unit: Unit, country: Country, p: Steady) -> Rates:
    """Return rates that fall with the belief that the regime survives."""
    return Rates(p.desert * (1.0 - agent.belief), p.defect * (1.0 - agent.belief))


@rule
def constant(agent: Person, unit: Unit, country: Country, p: NoParameters) -> float:
    """Return the same probability for everybody, always."""
    return 0.5


@rule
def torn(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Stance:
    """Return the same probabilities of joining and of resisting, always."""
    return Stance(0.1, 0.1)


def control_rules(kind: RuleKind, decision: Decision) -> Decisions:
    """Return the rule under test, among control rules of the other kinds."""
    plot, defect = (1.0, 0.0) if kind in ("join", "commit", "stand") else (0.0, 2.0)
    decide = by_belief if kind == "belief" else steady
    control = dict.fromkeys(RULE_KINDS, Decision(constant, NoParameters())) | {
        "update": Decision(keep_nothing, NoParameters()),
        "soldier": Decision(decide, Steady(plot=plot)),
        "general": Decision(decide, Steady(defect=defect, plot=plot)),
        "stand": Decision(torn, NoParameters()),
        kind: decision,
    }
    return Decisions(**control)


class TrialEvent(NamedTuple):
    """A change of status in the trial army."""

    person: str
    verb: str
    date: str
    by_rule: bool
    """True if the rule under test may have caused it."""


START, STEPS = dt.date(2019, 1, 7), 26
WIDE, NARROW = {"lognormal": [30, 4]}, {"lognormal": [1, 1]}
"""Frailties of the people of the rule, so wide that some leave at any rate, and of all others."""
NOBODY = {"rank": ["general"], "branch": ["reserve"]}
"""An audience without people."""
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
_PLOTS = {"contacts": 50, "informers": 0, "quorum": 0.1}
"""Plots that grow and strike, without informers, who depend on surveillance."""
_TRANSITIONS = tuple(TRANSITIONS.values())


@dataclass(frozen=True)
class TrialSetup(StudySetup):
    """The trial army with a rule under test, and candidate values of its own attributes."""

    tested: RuleUnderTest

    @cached_property
    def decisions(self) -> Decisions:
        """The rule under test and the control rules."""
        return control_rules(self.tested.kind, self.tested.decision)

    def inputs(self, replicate: int) -> RunInputs:
        """Draw the inputs of a run."""
        inputs = super().inputs(replicate)
        columns = {}
        for name, field in _own(self.tested).items():
            uniforms = by_person(self.population, self.seed, name, replicate)
            at = (uniforms * len(field.candidates)).astype(int)
            columns[name] = np.array(field.candidates)[at]
        return replace(inputs, columns=inputs.columns.replaced(columns))


class CannotRunError(Exception):
    """A trial army whose run the rule ends."""


def trial_events(
    tested: RuleUnderTest, engine: EngineName, seed: int, policies: Mapping[str, Any]
) -> list[TrialEvent]:
    """Run the trial army once, and return all changes of status, and the state of each at the end.

    Raises
    ------
    CannotRunError
        If the rule ends the run.
    """
    setup = TrialSetup(_scenario(tested, policies), seed, tested)
    try:
        run = simulate(setup, 0, engine)
    except (Exception, SystemExit) as error:  # anything that a rule may raise
        cause = f"{type(error).__name__}: {error}"
        raise CannotRunError(f"the trial army of seed {seed} cannot run: {cause}") from error
    columns = [column.tolist() for column in run.events]
    dates, population = setup.scenario.clock.dates(), setup.population
    return [
        TrialEvent(
            population.ids[row],
            _TRANSITIONS[transition].verb,
            str(dates[step + 1]),
            cause == tested.traits.cause
            and (cause != Cause.DECISION or population.rank[row] in tested.traits.ranks),
        )
        for step, row, transition, cause, *_ in zip(*columns, strict=True)
    ] + [
        TrialEvent(population.ids[row], f"has {name} {value!r}", str(dates[-1]), by_rule=True)
        for name, values in run.states().items()
        for row, value in enumerate(values.tolist())
    ]


def trial_policies(
    levers: Mapping[str, Lever], audience: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """Return a policy on each lever, some later than others."""
    return {
        f"on_{name}": {
            "lever": name,
            "value": _policy_value(lever.bounds),
            "effective": START + dt.timedelta(days=14 + 9 * (place % 7)),
            "ramp_days": 20 * (place % 2),
            "audience": dict(audience),
        }
        for place, (name, lever) in enumerate(levers.items())
    }


def _policy_value(bounds: Bounds) -> float:
    """Return half of a share, or twice a multiple."""
    if bounds.high < np.inf:
        return (max(bounds.low, 0.0) + bounds.high) / 2
    return max(bounds.low, 2.0)


def _scenario(tested: RuleUnderTest, policies: Mapping[str, Any]) -> Scenario:
    """Return the scenario of the trial army, whose policies may contradict each other."""
    ranks = tested.traits.ranks
    people: dict[str, Any] = {
        name: {**_distribution(column), "per": "unit"} for name, column in PEOPLE_COLUMNS.items()
    }
    people["frailty"] = {str(rank): WIDE if rank in ranks else NARROW for rank in Rank}
    people["attributes"] = dict.fromkeys(_own(tested), _distribution(OWN_ATTRIBUTE))
    scenario = Scenario.model_validate(
        {
            "name": "contract",
            "question": "Does the rule keep its contract?",
            "clock": {"start": START, "end": START + dt.timedelta(weeks=STEPS)},
            "forces": _FORCES,
            "people": people,
            "plots": _PLOTS,
            "levers": tested.scenario.levers if tested.scenario else {},
        }
    )
    context = {"levers": scenario.every_lever}
    read = {name: Policy.model_validate(it, context=context) for name, it in policies.items()}
    return scenario.model_copy(update={"policies": read})


def _own(tested: RuleUnderTest) -> dict[str, FieldRange]:
    """Return the ranges of the scenario's own columns, and of the state that the rule changes."""
    agent = tested.ranges["agent"]
    return {
        name: agent[name] for name in (*attributes(tested.kind, tested.scenario), *tested.states)
    }


def _distribution(column: Column) -> dict[str, Any]:
    if column.bounds.high < np.inf:
        return {"uniform": [column.bounds.low, column.bounds.high]}
    if column.bounds.low == 0:
        return {"lognormal": [30 if column.unit == "USD/month" else 1, 1]}
    return {"normal": [0, 1]}


SEEDS = (0, 1, 2)
LEVERS_OF_THE_ENGINE = ("counterbalance",)
"""Levers that the engine itself reads, in an attempt."""


def same_in_both_engines(tested: RuleUnderTest) -> Finding:
    """Give the same events in both engines."""
    levers = _scenario(tested, {}).every_lever.items()
    policies = trial_policies(
        {name: lever for name, lever in levers if tested.decision.may_read(name)}
    )
    count = 0
    for seed in SEEDS:
        reference = trial_events(tested, "reference", seed, policies)
        compiled = trial_events(tested, "compiled", seed, policies)
        places = ("in the reference engine", "in the compiled engine")
        if difference := _first_difference(reference, compiled, places):
            return failed("the engines give different events", f"seed {seed}: {difference}")
        count += sum(event.by_rule for event in compiled)
    runs = f"{len(SEEDS)} runs of a trial army"
    if not count:
        return note(f"nothing came of it in {runs}, so the engines cannot be told apart")
    what = "changes of status and numbers of state" if tested.states else "changes of status"
    return passed(f"the same {count} {what} in {runs}")


def unrelated_policies(tested: RuleUnderTest) -> Finding:
    """Have no policy change a status whose lever the rule does not read, or that is for nobody."""
    levers = _scenario(tested, {}).every_lever
    unread = {
        name: lever
        for name, lever in levers.items()
        if name not in LEVERS_OF_THE_ENGINE and not tested.decision.may_read(name)
    }
    for_nobody = trial_policies(levers, NOBODY).items()
    policies = trial_policies(unread) | {f"{name}_for_nobody": it for name, it in for_nobody}
    for seed in SEEDS:
        without = trial_events(tested, "reference", seed, {})
        if without == trial_events(tested, "reference", seed, policies):
            continue
        for name, policy in policies.items():
            with_it = trial_events(tested, "reference", seed, {name: policy})
            if difference := _first_difference(without, with_it, ("without it", "with it")):
                which = (
                    "for an audience without people"
                    if policy["audience"]
                    else "which its code does not read"
                )
                return failed(
                    f"a policy on {policy['lever']}, {which}, changes events: name country's "
                    "fields in the code",
                    f"seed {seed}: {difference}",
                )
    if tested.names is None:
        return passed(
            "policies for nobody change nothing; its code does not tell which levers it reads"
        )
    names = ", ".join(unread) or "none"
    return passed(
        f"policies on levers that it does not read ({names}), or for nobody, change nothing"
    )


def _first_difference(
    one: Sequence[TrialEvent], other: Sequence[TrialEvent], places: tuple[str, str]
) -> str:
    """Return the first event of one run that the other does not have."""
    for events, others, (here, there) in ((one, other, places), (other, one, places[::-1])):
        for event in events:
            if event not in others:
                return f"{event.person} {event.verb} on {event.date} {here}, and not {there}"
    return ""
