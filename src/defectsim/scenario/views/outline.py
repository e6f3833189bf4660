"""A scenario in brief, to be checked before it is run."""

import numpy as np
from rich.console import Group
from rich.table import Table
from rich.text import Text

from defectsim.core.code import shipped
from defectsim.model.transitions import RANKS
from defectsim.population.units import NOBODY, Level, OrderOfBattle, Units, order_of_battle
from defectsim.scenario.schema import Scenario

_PLURAL = {level: f"{level}s" for level in Level} | {Level.COMPANY: "companies"}


def outline(scenario: Scenario) -> Group:
    """Return a scenario's question, forces and policies."""
    clock, order = scenario.clock, order_of_battle(scenario.forces)
    days = f"{clock.steps} steps of {int(clock.step_days)} days"
    head = (
        f"{scenario.name}: nothing wrong found",
        scenario.question,
        f"{days}, {clock.start} to {clock.date(clock.steps)}; hash {scenario.hash[:12]}",
    )
    tables = [
        _people(order),
        _units(order.units),
        _levers(scenario),
        _policies(scenario),
        _acts(scenario),
    ]
    shown = [table for table in tables if table.row_count]
    return Group(*map(Text, (*head, *_code(scenario))), *shown)


def titled_table(title: str, *columns: str) -> Table:
    """Return an empty table with its title in bold, to the left."""
    return Table(*columns, title=title, title_justify="left", title_style="bold")


def _people(order: OrderOfBattle) -> Table:
    table = titled_table("People", "branch", *RANKS)
    for name, people in zip(order.branches, order.strength.tolist(), strict=True):
        table.add_row(name, *(f"{number:,}" for number in people))
    return table


def _units(units: Units) -> Table:
    levels = [level for level in Level if level is not Level.BRANCH]
    table = titled_table("Units", "branch", *(_PLURAL[level] for level in levels), "vacant posts")
    for code, name in enumerate(units.branches):
        here = units.branch == code
        counted = [np.count_nonzero(units.level[here] == level) for level in levels]
        vacant = np.count_nonzero(units.commander[here] == NOBODY)
        table.add_row(name, *(f"{number:,}" for number in (*counted, vacant)))
    return table


def _levers(scenario: Scenario) -> Table:
    table = titled_table("Own levers", "lever", "unit", "combiner", "condition", "meaning")
    for name, lever in scenario.levers.items():
        condition = f"{scenario.conditions[name].value:g}"
        table.add_row(name, lever.unit, lever.combiner, condition, lever.meaning or "")
    return table


def _policies(scenario: Scenario) -> Table:
    columns = ("policy", "lever", "value", "effective", "until", "audience", "actor")
    table = titled_table("Policies", *columns)
    for name, policy in sorted(scenario.policies.items(), key=lambda item: item[1].effective):
        effective = f"{policy.effective}" + (f"\nonce {policy.when}" if policy.when else "")
        dates = (effective, str(policy.until or ""))
        whom = (str(policy.audience), policy.actor or "")
        table.add_row(name, policy.lever, f"{policy.value.value:g}", *dates, *whom)
    return table


def _acts(scenario: Scenario) -> Table:
    table = titled_table("Acts", "act", "date", "audience", "actor")
    for name, act in sorted(scenario.acts.items(), key=lambda item: item[1].date):
        table.add_row(name, str(act.date), str(act.audience), act.actor or "")
    return table


def _code(scenario: Scenario) -> list[str]:
    """Return lines that name the scenario's code, except defectsim's own."""
    code = scenario.code.items()
    lines = [f"  {place}: {one.name}" for place, one in code if not shipped(one.name)]
    return ["runs code that is not defectsim's own:", *lines] if lines else []
