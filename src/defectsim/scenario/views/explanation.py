"""Policies and acts by date, and the levers on one date."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import compress, count
from string import ascii_uppercase
from typing import Any, NamedTuple

import numpy as np
from rich.console import Group, RenderableType

from defectsim.core.clock import DAYS_PER_YEAR, Clock
from defectsim.core.errors import Fault, ScenarioError
from defectsim.core.screen import PlainTable, plain_text
from defectsim.core.section import Number
from defectsim.model.levers import Lever
from defectsim.policies.acts import ActSection
from defectsim.policies.audience import reaches
from defectsim.policies.calendar import audience_groups
from defectsim.policies.policy import Policy
from defectsim.policies.series import Amount, amount, in_words, on_dates
from defectsim.population.population import build_population
from defectsim.scenario.schema import Scenario
from defectsim.scenario.views.outline import titled_table

DAYS_PER_MONTH = DAYS_PER_YEAR / 12


def explanation(scenario: Scenario, at: dt.date | None = None) -> Group:
    """Return policies and acts by date, and with `at` the levers on that date.

    Raises
    ------
    ScenarioError
        If the clock does not cover `at`.
    """
    clock = scenario.clock
    last = clock.date(clock.steps)
    steps = f"in steps of {int(clock.step_days)} days"
    parts: list[RenderableType] = [plain_text(f"{scenario.name}: {clock.start} to {last}, {steps}")]
    if scenario.policies or scenario.acts:
        parts.append(_timeline(scenario))
    else:
        parts.append(plain_text("Governments do nothing."))
    if at is not None:
        if not clock.start <= at < last:
            covers = f"which goes from {clock.start} to {last}"
            raise ScenarioError([Fault(f"{at} is not a day of the clock, {covers}", "--at")])
        parts += _on(scenario, at)
    return Group(*parts)


def _timeline(scenario: Scenario) -> PlainTable:
    table = titled_table("What governments do")
    table.show_lines = True
    table.add_column("when", no_wrap=True)
    table.add_column("what")
    table.add_column("for whom")
    table.add_column("source")
    rows = [(act.first, name, _act(name, act)) for name, act in scenario.acts.items()]
    for name, policy in scenario.policies.items():
        begins = policy.begins(scenario.every_lever[policy.lever])
        rows.append((begins, name, _policy(name, policy, begins, scenario.clock)))
    for _, _, cells in sorted(rows):
        table.add_row(*cells)
    return table


type _Row = tuple[str, str, str, str]


def _policy(name: str, policy: Policy, begins: dt.date, clock: Clock) -> _Row:
    announced = policy.announced and policy.announced != begins
    when = [
        f"{begins}",
        f"or later, once\n{policy.when}" if policy.when else "",
        f"announced {policy.announced}" if announced else "",
        f"effective {policy.effective}" if policy.effective != begins else "",
        f"over {int(policy.ramp_days)} days" if policy.ramp_days.value else "",
        f"until {policy.until}" if policy.until else "",
    ]
    value = policy.value
    shown = _number(value) if isinstance(value, Number) else in_words(amount(value))
    what = [name, f"{policy.lever} {shown}", _by(policy), _cost(policy, clock)]
    sources = [policy.source, policy.value.source, policy.cost.source if policy.cost else None]
    return _lines(when), _lines(what), str(policy.audience), _lines(dict.fromkeys(sources))


def _act(name: str, act: ActSection) -> _Row:
    parameters = ", ".join(f"{key} {_number(value)}" for key, value in act.parameters.items())
    what = [name, act.act.removeprefix("defectsim.policies."), parameters, _by(act)]
    sources = [act.source, *(value.source for value in act.parameters.values())]
    return act.when, _lines(what), str(act.audience), _lines(dict.fromkeys(sources))


def _by(one: Policy | ActSection) -> str:
    return f"by {one.actor}" if one.actor else ""


def _cost(policy: Policy, clock: Clock) -> str:
    if policy.cost is None:
        return ""
    month = f"{policy.cost.value:,.0f} USD a month"
    if policy.when:
        return f"{month} from then on"
    last = clock.date(clock.steps)
    days = (min(policy.until or last, last) - max(policy.effective, clock.start)).days
    return f"{month},\n{max(days, 0) / DAYS_PER_MONTH * policy.cost.value:,.0f} in all"


def _on(scenario: Scenario, date: dt.date) -> Iterator[RenderableType]:
    """Yield the levers on a date, while no condition has been met."""
    clock, levers = scenario.clock, scenario.every_lever
    step = clock.step_on(date)
    place = "a step begins"
    if clock.date(step) != date:
        place = f"between the steps of {clock.date(step - 1)} and {clock.date(step)}"
    yield plain_text(f"\nOn {date}, {place}")
    active = {}
    for name, policy in sorted(scenario.policies.items()):
        if policy.in_effect(date, levers[policy.lever]):
            if policy.when:
                yield plain_text(f"  {name} is left out: it waits for {policy.when}")
            else:
                active[name] = policy
    groups = _groups(scenario, active)
    table = titled_table("Groups of people", "", "who", "people", "policies in effect")
    for label, group in groups.items():
        table.add_row(label, group.who, f"{group.people:,}", ", ".join(group.policies) or "–")
    yield table
    if any(policy.audience.exposure is not None for policy in active.values()):
        yield plain_text(
            "Exposure is drawn anew in each replicate, and with it the people of each group; "
            "these are of seed 0."
        )
    yield from _levers(scenario, date, groups)


class AudienceGroup(NamedTuple):
    """People whom the same policies reach: these, the criteria of their audiences, and how many."""

    policies: Mapping[str, Policy]
    who: str
    people: int


def _groups(scenario: Scenario, active: Mapping[str, Policy]) -> dict[str, AudienceGroup]:
    """Group people by the active policies that reach them, those whom most reach first."""
    population = build_population(scenario.forces, scenario.people, seed=0)
    columns = population.columns
    reached = {
        name: reaches(policy.audience, population, columns) for name, policy in active.items()
    }
    rows, group = audience_groups(
        [one.astype(np.int8) for one in reached.values()], len(population)
    )
    criteria = {name: str(active[name].audience) for name in active if not reached[name].all()}
    sets = [dict(compress(active.items(), row)) for row in rows]
    whom = [
        tuple(dict.fromkeys(criteria[name] for name in criteria if name in its)) for its in sets
    ]
    who = [_who(mine, whom) for mine in whom]
    sizes = np.bincount(group, minlength=len(rows)).tolist()
    found = sorted(map(AudienceGroup, sets, who, sizes), key=lambda one: (-len(one[0]), one[1]))
    labels = ascii_uppercase if len(found) <= len(ascii_uppercase) else map(str, count(1))
    return dict(zip(labels, found, strict=False))


def _who(mine: tuple[str, ...], whom: Sequence[tuple[str, ...]]) -> str:
    """Return a group's criteria, and those that other groups meet besides all of them."""
    more = dict.fromkeys(
        text for others in whom if set(mine) < set(others) for text in others if text not in mine
    )
    if not mine:
        return "everybody else" if more else "everybody"
    return " + ".join(mine) + "".join(f", not: {text}" for text in more)


def _levers(
    scenario: Scenario, date: dt.date, groups: Mapping[str, AudienceGroup]
) -> Iterator[RenderableType]:
    """Yield a table of the levers that are ever moved, and the others."""
    moved = {policy.lever for policy in scenario.policies.values()}
    table, still = titled_table("Levers, for each group", "lever", "unit"), []
    for label in groups:
        table.add_column(label, justify="right")
    for name, lever in scenario.every_lever.items():
        condition = amount(scenario.conditions[name])
        if name not in moved and condition == lever.default:
            still.append(f"{name} ({lever.default:g})")
            continue
        values = []
        for group in groups.values():
            acting = [policy for policy in group.policies.values() if policy.lever == name]
            ends = [
                _combined(lever, condition, acting, date, of_groups) for of_groups in (min, max)
            ]
            values.append(" to ".join(dict.fromkeys(f"{end:.4g}" for end in ends)))
        table.add_row(name, lever.unit, *values)
    yield table
    yield plain_text("Nothing moves " + ", ".join(still))


def _combined(
    lever: Lever,
    condition: Amount,
    acting: Iterable[Policy],
    date: dt.date,
    of_groups: Callable[[Any], float],
) -> float:
    """Combine a condition and policies on a date, given which group of a series counts."""
    strengths = [
        policy.strength(
            (date - policy.begins(lever)).days,
            lever.neutral,
            of_groups(on_dates(amount(policy.value), [date]).ravel().tolist()),
        )
        for policy in acting
    ]
    return lever.combined(of_groups(on_dates(condition, [date]).ravel().tolist()), strengths)


def _number(number: Number) -> str:
    ends = f" ({number.range[0]:g} to {number.range[1]:g})" if number.range else ""
    return f"{number.value:g}{ends}"


def _lines(parts: Iterable[str | None]) -> str:
    return "\n".join(part for part in parts if part)
