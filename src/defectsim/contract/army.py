"""A small army in which a rule is tried: some dozens of people for half a year, in which much happens."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from defectsim.behaviour.decisions import Decisions
from defectsim.contract.case import Span, part
from defectsim.contract.company import among_others
from defectsim.contract.kinds import TRAITS, Kind
from defectsim.contract.subject import Subject
from defectsim.core.levers import Lever
from defectsim.core.section import Bounds
from defectsim.core.statuses import WAYS, Cause, Rank
from defectsim.engine.columns import FROM_ENGINE
from defectsim.engine.live import live
from defectsim.engine.setting import Setting
from defectsim.engine.start import EngineName, Start
from defectsim.policies.policy import Policy
from defectsim.population.columns import COLUMNS, DRAWN, OWN_ATTRIBUTE, Column
from defectsim.population.streams import by_person
from defectsim.scenario.schema import Scenario


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
    "branches": {"army": {"strength": 40, "generals": 10}, "reserve": {"strength": 20, "service": "reserve"}},
    "company": {"officer": 2, "nco": 2, "enlisted": 6},
    "battalion": 2,
    "brigade": 2,
    "command": 2,
    "ties": {"kind": "erdos_renyi", "mean_degree": 3},
}


_WAYS = tuple(WAYS)
_HOW = {
    "desert": "deserts",
    "defect": "defects",
    "retire": "retires",
    "shirk": "shirks",
    "plot": "plots",
    "resume": "serves again",
    "recall": "comes back",
    "arrest": "is arrested",
    "dismiss": "is dismissed",
}
_CAME_OF: dict[Cause, tuple[Kind, ...]] = {
    Cause.COMMANDER: ("follow",),
    Cause.RECALL: ("recall",),
    Cause.TIE: ("join",),
    Cause.ATTEMPT: ("commit", "stand"),
}

_PLOTS = {"contacts": 50, "informers": 0, "quorum": 0.1}
"""Plots grow and strike; nobody informs on them, since informers go by surveillance."""


@dataclass(frozen=True)
class Trial(Start):
    """The small army, with the rule that is tried among others, and attributes that are worth trying."""

    subject: Subject

    @cached_property
    def decisions(self) -> Decisions:
        """The rule that is tried, and those of the others."""
        return among_others(self.subject.kind, self.subject.decision)

    def setting(self, replicate: int) -> Setting:
        """Draw what one life begins with."""
        setting = super().setting(replicate)
        order = self.population.order
        own = {
            name: np.array(span.some)[(by_person(order, self.seed, name, replicate) * len(span.some)).astype(int)]
            for name, span in _attributes(self.subject).items()
        }
        return replace(setting, columns={**setting.columns, **own})


def lived(subject: Subject, engine: EngineName, seed: int, policies: Mapping[str, Any]) -> list[Event]:
    """Live one life of the small army, and return all that happened."""
    trial = Trial(_scenario(subject, policies), seed, subject)
    events = live(trial, 0, engine).events
    dates, ids, rank = trial.scenario.clock.dates(), trial.population.ids, trial.population.rank
    return [
        Event(ids[row], _HOW[_WAYS[way]], str(dates[step + 1]), subject.kind in _kinds(rank[row], cause))
        for step, row, way, cause, *_ in zip(*(part.tolist() for part in events), strict=True)
    ]


def _kinds(rank: int, cause: int) -> tuple[Kind, ...]:
    """Return the kinds of rules of which an event may have come."""
    if cause != Cause.DECISION:
        return _CAME_OF.get(Cause(cause), ())
    return ("general" if rank == Rank.GENERAL else "soldier", "belief")


def moved(levers: Iterable[tuple[str, Lever]], audience: Mapping[str, Any] | None = None) -> dict[str, Any]:
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
    return (max(bounds.low, 0.0) + bounds.high) / 2 if bounds.high < np.inf else max(bounds.low, 2.0)


def _scenario(subject: Subject, policies: Mapping[str, Any]) -> Scenario:
    """Return a scenario whose policies may contradict each other: levers are tried here, whatever governments do."""
    people = {name: {**_law(column), "per": "unit"} for name, column in DRAWN.items()}
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
