"""What the fields of agent, unit, country and p can be, for one rule in one scenario."""

from collections.abc import Iterable, Mapping

import numpy as np

from defectsim.behaviour.rule import SEEN_BY_ALL, Unit
from defectsim.contract.case import Span, choice
from defectsim.contract.kinds import TRAITS, Kind
from defectsim.core.levers import LEVERS, Lever
from defectsim.core.parameters import Parameter
from defectsim.core.section import Bounds, Number
from defectsim.core.statuses import Rank, Service
from defectsim.population import draw
from defectsim.population.columns import COLUMNS, OWN_ATTRIBUTE
from defectsim.population.spec import Branch, Forces, Quantity
from defectsim.scenario.schema import Scenario

WIDEST = 1e6
"""How far from zero a field is tried that has no bound."""
TAIL = 1e-9
"""The probability beyond which a law's values are not tried."""
WHOLE = (*(name for name, column in COLUMNS.items() if column.dtype.startswith("int")), "status")
"""Fields of agent that are whole numbers."""
_QUANTILES = (TAIL, 0.02, 0.2, 0.4, 0.5, 0.6, 0.8, 0.98, 1 - TAIL)

_SHARE = Span(0.0, 1.0, 0.0)
_NEWS = {"treated": Span(0.0, WIDEST, 0.0), "resisting": Span(0.0, 2.0, 0.0)}
_PLAIN = {"pay": 30.0, "outside": 30.0, "degree": 6.0}
"""People of whom nothing is said earn enough for a basket, and have some ties."""


def spans(
    kind: Kind, scenario: Scenario | None, numbers: Mapping[str, Number], declares: Mapping[str, Parameter]
) -> dict[str, Span]:
    """Return what each field can be, by dotted name.

    Parameters
    ----------
    numbers
        The parameters' values, and ranges where the scenario has them.
    declares
        What the rule says of its parameters.
    """
    agent = {name: _column(name, kind) for name in COLUMNS} | {"ties_defected": _SHARE} | attributes(kind, scenario)
    if statuses := TRAITS[kind].statuses:
        agent |= {"status": choice(*map(int, statuses)), "belief": _SHARE}
    unit = {name: choice(0.0, 1.0) if name.startswith("commander") else _SHARE for name in Unit._fields}
    country = dict.fromkeys(SEEN_BY_ALL, _SHARE) | _NEWS
    country |= {name: _within(lever.bounds, lever.default) for name, lever in levers(scenario).items()}
    p = {name: _parameter(number, declares.get(name)) for name, number in numbers.items()}
    parts = {"agent": agent, "unit": unit, "country": country, "p": p}
    return {f"{who}.{name}": span for who, fields in parts.items() for name, span in fields.items()}


def levers(scenario: Scenario | None) -> Mapping[str, Lever]:
    """Return the levers that rules can read."""
    return LEVERS if scenario is None else scenario.every_lever


def attributes(kind: Kind, scenario: Scenario | None) -> dict[str, Span]:
    """Return what the scenario's own attributes can be, for those whom the rule is about."""
    if scenario is None:
        return {}
    people, branches = scenario.people, scenario.forces.branches.values()
    names = sorted({*people.attributes, *(name for branch in branches for name in branch.people.attributes)})
    there = [
        (branch, rank) for branch in branches for rank in TRAITS[kind].ranks if _has(scenario.forces, branch, rank)
    ]
    nothing = Number(value=0.0)
    return {
        name: _attribute(
            branch.people.quantity(name, rank) or people.quantity(name, rank) or nothing for branch, rank in there
        )
        for name in names
    }


def _has(forces: Forces, branch: Branch, rank: Rank) -> bool:
    """Say whether a branch has anybody of a rank."""
    return branch.generals.value > 0 if rank is Rank.GENERAL else rank in forces.company.posts[: int(branch.strength)]


def _attribute(said: Iterable[Quantity]) -> Span:
    values: list[float] = []
    drawn = False
    for quantity in said:
        if isinstance(quantity, Number):
            values += quantity.span
            drawn |= quantity.range is not None
        elif quantity.values is not None:
            values += quantity.values
        else:
            values += draw.values(quantity, np.array(_QUANTILES), OWN_ATTRIBUTE.bounds).tolist()
            drawn = True
    some = tuple(dict.fromkeys(values or [0.0]))
    plain = sorted(some)[len(some) // 2]
    return Span(min(some), max(some), plain, some, only_these=not drawn)


def _column(name: str, kind: Kind) -> Span:
    if name == "rank":
        return choice(*map(int, TRAITS[kind].ranks))
    if name == "service":
        return choice(*map(int, Service))
    column = COLUMNS[name]
    return _within(column.bounds, _PLAIN.get(name, column.default or 0.0))


def _parameter(number: Number, said: Parameter | None) -> Span:
    if said is not None:
        return _within(said.bounds, number.value)
    return Span(min(number.span), max(number.span), number.value)


def _within(bounds: Bounds, plain: float) -> Span:
    return Span(float(max(bounds.low, -WIDEST)), float(min(bounds.high, WIDEST)), plain, whole=bounds.whole)
