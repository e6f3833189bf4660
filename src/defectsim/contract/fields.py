"""Fields of agent, unit, country and p that rules of each kind read, and the range of each."""

import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np
from hypothesis import Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky, NoSuchExample

from defectsim.contract.report import Finding, passed
from defectsim.core.choices import RuleKind
from defectsim.core.parameters import Parameter
from defectsim.core.section import Bounds, Number
from defectsim.model.levers import LEVERS
from defectsim.model.person import COLUMNS, OWN_ATTRIBUTE
from defectsim.model.rule import NEWS_FIELDS, TIES, Rates, Stance, Unit
from defectsim.model.transitions import SERVING, STATUSES, TRANSITIONS, Cause, Rank, Service, Status
from defectsim.population.forces import rank_counts
from defectsim.population.people import Quantity
from defectsim.scenario.schema import Scenario


class KindTraits(NamedTuple):
    """Traits of a kind of rules."""

    subjects: str
    """As in "a rule of soldiers"."""
    ranks: tuple[Rank, ...]
    """Ranks of the people whom it is about."""
    statuses: tuple[Status, ...]
    """Their possible statuses; none if the rule must not read the status."""
    returns: Any
    """Rates, a Stance, a float, which is a probability, or a tuple of new state."""
    cause: Cause
    """Cause of the events that the rule may bring about."""


_ALL = tuple(Rank)
_BELOW_GENERAL, _LEADERS = _ALL[: Rank.GENERAL], _ALL[Rank.OFFICER :]
TRAITS: dict[RuleKind, KindTraits] = {
    "soldier": KindTraits("soldiers", _BELOW_GENERAL, SERVING, Rates, Cause.DECISION),
    "general": KindTraits("generals", (Rank.GENERAL,), SERVING, Rates, Cause.DECISION),
    "follow": KindTraits("following", _ALL, SERVING, float, Cause.COMMANDER),
    "belief": KindTraits("belief", _ALL, (), float, Cause.DECISION),
    "recall": KindTraits("coming back", _ALL, TRANSITIONS["recall"].origins, float, Cause.RECALL),
    "join": KindTraits("joining a plot", _LEADERS, TRANSITIONS["plot"].origins, float, Cause.TIE),
    "commit": KindTraits(
        "going through with a plot", _LEADERS, (Status.PLOTTING,), float, Cause.ATTEMPT
    ),
    "stand": KindTraits("standing in an attempt", _ALL, SERVING, Stance, Cause.ATTEMPT),
    "update": KindTraits("state", _ALL, (), tuple, Cause.DECISION),
}
RETURNS = {
    Rates: "Rates",
    Stance: "a Stance",
    float: "a float, a probability",
    tuple: "a NamedTuple of state",
}
"""Descriptions of what rules return."""

WIDEST = 1e6
"""Largest distance from zero at which a field without a bound is tried."""
TAIL = 1e-9
"""Probability beyond which the values of a distribution are not tried."""
INTEGERS = (*(name for name, column in COLUMNS.items() if column.bounds.whole), "status")
"""Fields of agent that are whole numbers."""
_QUANTILES = (TAIL, 0.02, 0.2, 0.4, 0.5, 0.6, 0.8, 0.98, 1 - TAIL)
_DEFAULTS = {"pay": 30.0, "outside": 30.0, "degree": 6.0}
"""Defaults with which people earn enough for a basket, and have some ties."""


@dataclass(frozen=True)
class FieldRange:
    """Possible values of a field."""

    low: float
    high: float
    """Bounds, both inclusive."""
    default: float
    """Value in cases that do not mention the field."""
    candidates: tuple[float, ...] = ()
    """Values worth trying."""
    only_candidates: bool = False
    whole: bool = False

    @classmethod
    def choice(cls, *values: float) -> Self:
        """Return the range of a field that is one of several values, by default the first."""
        return cls(min(values), max(values), values[0], values, only_candidates=True)

    @classmethod
    def within(cls, bounds: Bounds, default: float) -> Self:
        """Return the range within bounds, and within `WIDEST`."""
        low, high = float(max(bounds.low, -WIDEST)), float(min(bounds.high, WIDEST))
        return cls(low, high, default, whole=bounds.whole)


STATE = replace(FieldRange.within(OWN_ATTRIBUTE.bounds, 0.0), candidates=(0.0, 1.0, 10.0))
"""Range of a state, which its rule may bring anywhere."""
_SHARE = FieldRange(0.0, 1.0, 0.0)
_NEWS = {
    "years": FieldRange(0.0, 100.0, 0.0),
    "day_of_year": FieldRange(1.0, 366.0, 1.0, whole=True),
    "treated": FieldRange(0.0, WIDEST, 0.0),
    "resisting": FieldRange(0.0, 2.0, 0.0),
} | {f"n_{status}": FieldRange(0.0, WIDEST, 0.0, whole=True) for status in STATUSES}


def field_ranges(
    kind: RuleKind,
    scenario: Scenario | None,
    numbers: Mapping[str, Number],
    declared: Mapping[str, Parameter],
    states: Iterable[str] = (),
) -> Mapping[str, Mapping[str, FieldRange]]:
    """Return the range of each field, by argument and name.

    Parameters
    ----------
    numbers
        Values of the parameters, with their ranges in the scenario.
    declared
        Bounds of the parameters that the rule declares.
    states
        State that the rule changes.
    """
    agent = {
        name: FieldRange.within(column.bounds, _DEFAULTS.get(name, column.default or 0.0))
        for name, column in COLUMNS.items()
    }
    agent["rank"] = FieldRange.choice(*map(int, TRAITS[kind].ranks))
    agent["service"] = FieldRange.choice(*map(int, Service))
    agent |= {**dict.fromkeys(TIES, _SHARE), **attributes(kind, scenario)}
    agent |= dict.fromkeys(states, STATE)
    if statuses := TRAITS[kind].statuses:
        agent |= {"status": FieldRange.choice(*map(int, statuses)), "belief": _SHARE}
    gone = ("commander_deserted", "commander_defected")
    levers = scenario.every_lever if scenario else LEVERS
    return {
        "agent": agent,
        "unit": dict.fromkeys(Unit._fields, _SHARE)
        | dict.fromkeys(gone, FieldRange.choice(0.0, 1.0)),
        "country": dict.fromkeys(NEWS_FIELDS, _SHARE)
        | _NEWS
        | {name: FieldRange.within(it.bounds, it.default) for name, it in levers.items()},
        "p": {name: _parameter(number, declared.get(name)) for name, number in numbers.items()},
    }


def attributes(kind: RuleKind, scenario: Scenario | None) -> dict[str, FieldRange]:
    """Return the ranges of the scenario's own attributes and state, among the people of a rule."""
    if scenario is None:
        return {}
    forces, people = scenario.forces, scenario.people
    branches = forces.branches.values()
    groups = [
        (branch, rank)
        for branch in branches
        for rank, count in rank_counts(forces.company, branch).items()
        if count and rank in TRAITS[kind].ranks
    ]
    names = {*people.own}.union(*(branch.people.own for branch in branches))
    return {
        name: STATE
        if name in scenario.state
        else _attribute(branch.quantity(people, name, rank) for branch, rank in groups)
        for name in sorted(names)
    }


def _attribute(quantities: Iterable[Quantity | None]) -> FieldRange:
    values: list[float] = []
    drawn = False
    for quantity in quantities:
        if quantity is None:
            values.append(0.0)
        elif isinstance(quantity, Number):
            values += quantity.span
            drawn |= quantity.range is not None
        elif quantity.values is not None:
            values += quantity.values
        else:
            values += quantity.quantiles(np.array(_QUANTILES), OWN_ATTRIBUTE.bounds).tolist()
            drawn = True
    candidates = tuple(dict.fromkeys(values or [0.0]))
    low, median, high = (sorted(candidates)[at] for at in (0, len(candidates) // 2, -1))
    return FieldRange(low, high, median, candidates, only_candidates=not drawn)


def _parameter(number: Number, declared: Parameter | None) -> FieldRange:
    if declared is not None:
        return FieldRange.within(declared.bounds, number.value)
    return FieldRange(min(number.span), max(number.span), number.value)


type Case = Mapping[str, Mapping[str, float]]
"""Values by argument (`agent`, `unit`, `country` or `p`) and name."""

_EXCLUSIVE = (
    ("unit", STATUSES),
    ("unit", tuple(f"branch_{status}" for status in STATUSES)),
    ("unit", ("commander_deserted", "commander_defected")),
    ("country", tuple(f"forces_{status}" for status in STATUSES)),
    ("agent", tuple(TIES)),
)
"""Shares that are at most 1 together."""


def possible(case: dict[str, dict[str, float]]) -> Case:
    """Change a case so that people have one status each, and those without ties no shares of them."""
    for owner, names in _EXCLUSIVE:
        left, fields = 1.0, case[owner]
        for name in (name for name in names if name in fields):
            fields[name] = min(fields[name], left)
            left -= fields[name]
    if not case["agent"]["degree"]:
        case["agent"].update(dict.fromkeys(TIES, 0.0))
    return case


def cases(ranges: Mapping[str, Mapping[str, FieldRange]], default: Case) -> st.SearchStrategy[Case]:
    """Return all cases that vary some fields within their ranges."""
    places = [(owner, name) for owner, fields in ranges.items() for name in fields]
    drawn = st.tuples(*(_values(ranges[owner][name]) for owner, name in places))

    def case(values: tuple[float, ...]) -> Case:
        whole = {owner: dict(fields) for owner, fields in default.items()}
        for (owner, name), value in zip(places, values, strict=True):
            whole[owner][name] = value
        return possible(whole)

    return drawn.map(case)


def _values(field: FieldRange) -> st.SearchStrategy[float]:
    """Return the values of one field; examples shrink towards the first."""
    candidates = [field.default, *field.candidates, field.low, field.high]
    some = st.sampled_from(list(dict.fromkeys(candidates)))
    if field.only_candidates:
        return some
    if field.whole:
        numbers = st.integers(math.ceil(field.low), math.floor(field.high)).map(float)
    else:
        numbers = st.floats(field.low, field.high, allow_subnormal=False)
    return st.just(field.default) | numbers | some


EXAMPLES = 300
_SETTINGS = settings(
    derandomize=True, database=None, deadline=None, phases=(Phase.generate, Phase.shrink)
)


def search[T](
    examples: st.SearchStrategy[T],
    judge: Callable[[T], Finding | None],
    otherwise: str,
    tries: int = EXAMPLES,
) -> Finding:
    """Return the finding in the smallest of some examples in which there is one, or that it passed."""
    found: list[Finding] = []

    def wrong(example: T) -> bool:
        finding = judge(example)
        if finding is not None:
            found.append(finding)
        return finding is not None

    with suppress(NoSuchExample, Flaky):  # flaky: a rule that draws random numbers
        find(examples, wrong, settings=settings(_SETTINGS, max_examples=tries))
    return found[-1] if found else passed(otherwise)
