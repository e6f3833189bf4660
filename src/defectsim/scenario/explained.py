"""What governments do in a scenario: day by day, and on one day for each kind of people."""

import datetime as dt
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from defectsim.core.clock import DAYS_PER_YEAR, Clock
from defectsim.core.errors import Fault, ScenarioError
from defectsim.core.section import Number
from defectsim.policies.acts import ActSection
from defectsim.policies.policy import Policy
from defectsim.scenario.schema import Scenario
from defectsim.scenario.standing import Standing, standing

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
    head = Text(f"{scenario.name}: {clock.start} to {last}, in steps of {int(clock.step_days)} days")
    if at is None:
        return Group(head, _timeline(scenario))
    if not clock.start <= at < last:
        raise ScenarioError([Fault(f"{at} is not a day of the clock, which goes from {clock.start} to {last}", "--at")])
    return Group(head, _timeline(scenario), *_on(standing(scenario, at), clock))


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
    when += [f"announced {policy.announced}" if policy.announced and policy.announced != begins else ""]
    when += [f"effective {policy.effective}" if policy.effective != begins else ""]
    when += [f"over {int(policy.ramp_days)} days" if policy.ramp_days.value else ""]
    when += [f"until {policy.until}" if policy.until else ""]
    what = [name, f"{policy.lever} {_number(policy.value)}", f"by {policy.actor}" if policy.actor else ""]
    what += [_cost(policy, clock)]
    sources = [policy.source, policy.value.source, policy.cost.source if policy.cost else None]
    return _lines(when), _lines(what), str(policy.audience), _lines(_once(sources))


def _act(name: str, act: ActSection) -> tuple[str, str, str, str]:
    given = ", ".join(f"{key} {_number(value)}" for key, value in act.parameters.items())
    what = [name, act.act.removeprefix("defectsim.policies."), given, f"by {act.actor}" if act.actor else ""]
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


def _on(stands: Standing, clock: Clock) -> Iterator[RenderableType]:
    """Say what every lever is worth on a date."""
    step = clock.step_on(stands.date)
    begins = clock.date(step) == stands.date
    place = "a step begins" if begins else f"between the steps of {clock.date(step - 1)} and {clock.date(step)}"
    yield Text(f"\nOn {stands.date}, {place}")
    for name, policy in stands.waiting.items():
        yield Text(f"  {name} is left out, for it waits for {policy.when}")
    yield _kinds(stands)
    if stands.drawn:
        yield Text(
            "Exposure is drawn anew in each life, and with it how many there are of each kind; these are of seed 0."
        )
    yield _levers(stands)
    yield Text("Nothing moves " + ", ".join(f"{name} ({value:g})" for name, value in stands.still.items()))


def _kinds(stands: Standing) -> Table:
    table = _table("Kinds of people", "", "who", "people", "policies in effect")
    for letter, kind in stands.lettered():
        table.add_row(letter, kind.who, f"{kind.people:,}", ", ".join(kind.policies) or "none")
    return table


def _levers(stands: Standing) -> Table:
    table = _table("Levers, for each kind", "lever", "unit")
    for letter, _ in stands.lettered():
        table.add_column(letter, justify="right")
    for name, values in stands.moved.items():
        table.add_row(name, stands.units[name], *(f"{value:.4g}" for value in values))
    return table


def _table(title: str, *columns: str) -> Table:
    return Table(*columns, title=title, title_justify="left", title_style="bold")


def _number(number: Number) -> str:
    return f"{number.value:g}" + (f" ({number.range[0]:g} to {number.range[1]:g})" if number.range else "")


def _once(sources: list[str | None]) -> list[str]:
    return list(dict.fromkeys(source for source in sources if source))


def _lines(parts: list[str]) -> str:
    return "\n".join(part for part in parts if part)
