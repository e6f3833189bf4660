"""What governments do in a scenario: day by day, and on one day for each kind of people."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from defectsim.core.clock import DAYS_PER_YEAR, Clock
from defectsim.core.errors import Fault, ScenarioError
from defectsim.core.section import Number
from defectsim.policies.acts import ActSection
from defectsim.policies.audience import reaches
from defectsim.policies.calendar import Calendar, audience_groups
from defectsim.policies.policy import Policy
from defectsim.population.population import build_population
from defectsim.scenario.schema import Scenario


@dataclass(frozen=True)
class AudienceGroup:
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
class LeverTable:
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
    kinds: Sequence[AudienceGroup]
    moved: Mapping[str, Sequence[float]]
    still: Mapping[str, float]
    units: Mapping[str, str]
    waiting: Mapping[str, Policy]
    drawn: bool

    def lettered(self) -> Iterator[tuple[str, AudienceGroup]]:
        """Return the kinds with a letter, or a number where letters do not suffice."""
        letters = (
            ascii_uppercase
            if len(self.kinds) <= len(ascii_uppercase)
            else range(1, len(self.kinds) + 1)
        )
        yield from zip(map(str, letters), self.kinds, strict=False)


def lever_table(scenario: Scenario, date: dt.date) -> LeverTable:
    """Say how things stand on a date, before anything has been that policies wait for."""
    calendar, levers = scenario.calendar, scenario.every_lever
    kinds = _kinds_on(scenario, calendar, date)
    values = [calendar.on(date, kind.policies) for kind in kinds]
    conditions = {name: number.value for name, number in scenario.conditions.items()}
    ever = {policy.lever for policy in scenario.policies.values()}
    moved = [
        name for name, lever in levers.items() if name in ever or conditions[name] != lever.default
    ]
    waiting = {name: scenario.policies[name] for name in calendar.waiting}
    active = [
        policy
        for name, policy in scenario.policies.items()
        if calendar.strength(name, date) is not None
    ]
    return LeverTable(
        date=date,
        kinds=kinds,
        moved={name: [value[name] for value in values] for name in moved},
        still={name: lever.default for name, lever in levers.items() if name not in moved},
        units={name: lever.unit for name, lever in levers.items()},
        waiting={
            n: p
            for n, p in waiting.items()
            if p.effective <= date and (p.until is None or date < p.until)
        },
        drawn=any(policy.audience.exposure is not None for policy in active),
    )


def _kinds_on(scenario: Scenario, calendar: Calendar, date: dt.date) -> list[AudienceGroup]:
    """Tell people apart by the policies in effect that reach them."""
    population = build_population(scenario.forces, scenario.people, seed=0)
    people = {**population.columns, "branch": population.branch, "number": population.number}
    active = [name for name in calendar.policies if calendar.strength(name, date) is not None]
    audiences = {name: scenario.policies[name].audience for name in active}
    reached = {name: reaches(audiences[name], people, calendar.branches) for name in active}
    rows, kind = audience_groups([*reached.values()], len(population))
    counted = np.bincount(kind, minlength=len(rows)).tolist()
    sets = [[name for name, does in zip(active, row, strict=True) if does] for row in rows]
    criteria = {name: str(audiences[name]) for name in active if not reached[name].all()}
    whom = [
        tuple(dict.fromkeys(criteria[name] for name in names if name in criteria)) for names in sets
    ]
    found = [
        AudienceGroup(names, _who(mine, whom), count)
        for names, mine, count in zip(sets, whom, counted, strict=True)
    ]
    return sorted(found, key=lambda one: (-len(one.policies), one.who))


def _who(mine: tuple[str, ...], whom: Sequence[tuple[str, ...]]) -> str:
    """Say in a kind's criteria who they are, and who not where others meet all of them and more."""
    more = dict.fromkeys(
        text for others in whom if set(mine) < set(others) for text in others if text not in mine
    )
    if not mine:
        return "everybody else" if more else "everybody"
    return " + ".join(mine) + "".join(f", not: {text}" for text in more)


DAYS_PER_MONTH = DAYS_PER_YEAR / 12


def explained(scenario: Scenario, at: dt.date | None = None) -> Group:
    """Return what governments do, in order of date, and with `at` what every lever is worth on that date.

    Raises
    ------
    ScenarioError
        Where the clock does not cover `at`.
    """
    clock = scenario.clock
    last = clock.date(clock.steps)
    head = Text(
        f"{scenario.name}: {clock.start} to {last}, in steps of {int(clock.step_days)} days"
    )
    if at is None:
        return Group(head, _timeline(scenario))
    if not clock.start <= at < last:
        raise ScenarioError(
            [
                Fault(
                    f"{at} is not a day of the clock, which goes from {clock.start} to {last}",
                    "--at",
                )
            ]
        )
    return Group(head, _timeline(scenario), *_on(lever_table(scenario, at), clock))


def _timeline(scenario: Scenario) -> RenderableType:
    """Return a table of policies and acts."""
    if not scenario.policies and not scenario.acts:
        return Text("Governments do nothing.")
    table = _table("What governments do")
    table.show_lines = True
    table.add_column("when", no_wrap=True)
    table.add_column("what", overflow="fold")
    table.add_column("for whom")
    table.add_column("source")
    for row in _rows(scenario):
        table.add_row(*map(Text, row))
    return table


def _rows(scenario: Scenario) -> list[tuple[str, str, str, str]]:
    """Say, of each policy and act in order of date: when, what, for whom, and where it is from."""
    levers = scenario.every_lever
    begins = {name: one.begins(levers[one.lever]) for name, one in scenario.policies.items()}
    of_policies = [
        (begins[name], name, _policy(name, one, begins[name], scenario.clock))
        for name, one in scenario.policies.items()
    ]
    of_acts = [(one.date, name, _act(name, one)) for name, one in scenario.acts.items()]
    return [row for _, _, row in sorted(of_policies + of_acts)]


def _policy(name: str, policy: Policy, begins: dt.date, clock: Clock) -> tuple[str, str, str, str]:
    when = [f"{begins}", f"or later, once\n{policy.when}" if policy.when else ""]
    when += [
        f"announced {policy.announced}" if policy.announced and policy.announced != begins else ""
    ]
    when += [f"effective {policy.effective}" if policy.effective != begins else ""]
    when += [f"over {int(policy.ramp_days)} days" if policy.ramp_days.value else ""]
    when += [f"until {policy.until}" if policy.until else ""]
    what = [
        name,
        f"{policy.lever} {_number(policy.value)}",
        f"by {policy.actor}" if policy.actor else "",
    ]
    what += [_cost(policy, clock)]
    sources = [policy.source, policy.value.source, policy.cost.source if policy.cost else None]
    return _lines(when), _lines(what), str(policy.audience), _lines(_once(sources))


def _act(name: str, act: ActSection) -> tuple[str, str, str, str]:
    given = ", ".join(f"{key} {_number(value)}" for key, value in act.parameters.items())
    what = [
        name,
        act.act.removeprefix("defectsim.policies."),
        given,
        f"by {act.actor}" if act.actor else "",
    ]
    sources = [act.source, *(value.source for value in act.parameters.values())]
    return str(act.date), _lines(what), str(act.audience), _lines(_once(sources))


def _cost(policy: Policy, clock: Clock) -> str:
    """Return what a policy costs in a month, and within the clock."""
    if policy.cost is None:
        return ""
    month = f"{policy.cost.value:,.0f} USD a month"
    if policy.when:
        return f"{month} from then on"
    last = clock.date(clock.steps)
    days = (min(policy.until or last, last) - max(policy.effective, clock.start)).days
    return f"{month},\n{max(days, 0) / DAYS_PER_MONTH * policy.cost.value:,.0f} in all"


def _on(stands: LeverTable, clock: Clock) -> Iterator[RenderableType]:
    """Say what every lever is worth on a date."""
    step = clock.step_on(stands.date)
    begins = clock.date(step) == stands.date
    place = (
        "a step begins"
        if begins
        else f"between the steps of {clock.date(step - 1)} and {clock.date(step)}"
    )
    yield Text(f"\nOn {stands.date}, {place}")
    for name, policy in stands.waiting.items():
        yield Text(f"  {name} is left out, for it waits for {policy.when}")
    yield _kinds(stands)
    if stands.drawn:
        yield Text(
            "Exposure is drawn anew in each life, and with it how many there are of each kind; these are of seed 0."
        )
    yield _levers(stands)
    yield Text(
        "Nothing moves " + ", ".join(f"{name} ({value:g})" for name, value in stands.still.items())
    )


def _kinds(stands: LeverTable) -> Table:
    table = _table("Kinds of people", "", "who", "people", "policies in effect")
    for letter, kind in stands.lettered():
        table.add_row(letter, kind.who, f"{kind.people:,}", ", ".join(kind.policies) or "none")
    return table


def _levers(stands: LeverTable) -> Table:
    table = _table("Levers, for each kind", "lever", "unit")
    for letter, _ in stands.lettered():
        table.add_column(letter, justify="right")
    for name, values in stands.moved.items():
        table.add_row(name, stands.units[name], *(f"{value:.4g}" for value in values))
    return table


def _table(title: str, *columns: str) -> Table:
    return Table(*columns, title=title, title_justify="left", title_style="bold")


def _number(number: Number) -> str:
    return f"{number.value:g}" + (
        f" ({number.range[0]:g} to {number.range[1]:g})" if number.range else ""
    )


def _once(sources: list[str | None]) -> list[str]:
    return list(dict.fromkeys(source for source in sources if source))


def _lines(parts: list[str]) -> str:
    return "\n".join(part for part in parts if part)
