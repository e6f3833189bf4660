"""What every lever is worth on one date, for each kind of people."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np

from defectsim.policies.audience import reaches
from defectsim.policies.policy import Policy
from defectsim.policies.timeline import Calendar, kinds_of
from defectsim.population.build import build
from defectsim.scenario.schema import Scenario


@dataclass(frozen=True)
class Kind:
    """People whom the same policies reach.

    Attributes
    ----------
    policies
        Names of those that are in effect.
    who
        The criteria of these policies' audiences.
    people
        How many there are at the start.
    """

    policies: Sequence[str]
    who: str
    people: int


@dataclass(frozen=True)
class Standing:
    """How things stand on a date.

    Attributes
    ----------
    kinds
        The kinds of people, those whom most policies reach first.
    moved
        Values, one for each kind, of the levers that a policy or a condition moves at any time.
    still
        The other levers' defaults.
    units
        What levers are measured in.
    waiting
        Policies that would be in effect, if what they wait for had been.
    drawn
        Whether it depends on draws how many people there are of a kind.
    """

    date: dt.date
    kinds: Sequence[Kind]
    moved: Mapping[str, Sequence[float]]
    still: Mapping[str, float]
    units: Mapping[str, str]
    waiting: Mapping[str, Policy]
    drawn: bool

    def lettered(self) -> Iterator[tuple[str, Kind]]:
        """Return the kinds with a letter, or a number where letters do not suffice."""
        letters = ascii_uppercase if len(self.kinds) <= len(ascii_uppercase) else range(1, len(self.kinds) + 1)
        yield from zip(map(str, letters), self.kinds, strict=False)


def standing(scenario: Scenario, date: dt.date) -> Standing:
    """Say how things stand on a date, before anything has been that policies wait for."""
    calendar, levers = scenario.calendar, scenario.every_lever
    kinds = _kinds(scenario, calendar, date)
    values = [calendar.on(date, kind.policies) for kind in kinds]
    conditions = {name: number.value for name, number in scenario.conditions.items()}
    ever = {policy.lever for policy in scenario.policies.values()}
    moved = [name for name, lever in levers.items() if name in ever or conditions[name] != lever.default]
    waiting = {name: scenario.policies[name] for name in calendar.waiting}
    active = [policy for name, policy in scenario.policies.items() if calendar.strength(name, date) is not None]
    return Standing(
        date=date,
        kinds=kinds,
        moved={name: [value[name] for value in values] for name in moved},
        still={name: lever.default for name, lever in levers.items() if name not in moved},
        units={name: lever.unit for name, lever in levers.items()},
        waiting={n: p for n, p in waiting.items() if p.effective <= date and (p.until is None or date < p.until)},
        drawn=any(policy.audience.exposure is not None for policy in active),
    )


def _kinds(scenario: Scenario, calendar: Calendar, date: dt.date) -> list[Kind]:
    """Tell people apart by the policies in effect that reach them."""
    population = build(scenario.forces, scenario.people, seed=0)
    people = {**population.columns, "branch": population.branch, "number": population.number}
    active = [name for name in calendar.policies if calendar.strength(name, date) is not None]
    audiences = {name: scenario.policies[name].audience for name in active}
    reached = {name: reaches(audiences[name], people, calendar.branches) for name in active}
    rows, kind = kinds_of([*reached.values()], len(population))
    counted = np.bincount(kind, minlength=len(rows)).tolist()
    sets = [[name for name, does in zip(active, row, strict=True) if does] for row in rows]
    criteria = {name: str(audiences[name]) for name in active if not reached[name].all()}
    whom = [tuple(dict.fromkeys(criteria[name] for name in names if name in criteria)) for names in sets]
    found = [Kind(names, _who(mine, whom), count) for names, mine, count in zip(sets, whom, counted, strict=True)]
    return sorted(found, key=lambda one: (-len(one.policies), one.who))


def _who(mine: tuple[str, ...], whom: Sequence[tuple[str, ...]]) -> str:
    """Say in a kind's criteria who they are, and who not where others meet all of them and more."""
    more = dict.fromkeys(text for others in whom if set(mine) < set(others) for text in others if text not in mine)
    if not mine:
        return "everybody else" if more else "everybody"
    return " + ".join(mine) + "".join(f", not: {text}" for text in more)
