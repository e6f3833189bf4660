"""What a scenario holds, in brief."""

import numpy as np
from rich.console import Group
from rich.table import Table
from rich.text import Text

from defectsim.core.code import shipped
from defectsim.model.transitions import RANKS
from defectsim.population.units import (
    NOBODY,
    Level,
    OrderOfBattle,
    Units,
    order_of_battle,
    strengths,
)
from defectsim.scenario.schema import Scenario

_PLURAL = {level: f"{level}s" for level in Level} | {Level.COMPANY: "companies"}


def outline(scenario: Scenario) -> Group:
    """Return a scenario's question, forces and policies, for somebody who checks it before running it."""
    clock = scenario.clock
    period = f"{clock.steps} steps of {int(clock.step_days)} days, {clock.start} to {clock.date(clock.steps)}"
    head = (
        f"{scenario.name}: nothing wrong found",
        scenario.question,
        f"{period}; hash {scenario.hash[:12]}",
    )
    order = order_of_battle(scenario.forces)
    tables = (
        _people(order),
        _units(order.units),
        _levers(scenario),
        _policies(scenario),
        _acts(scenario),
    )
    return Group(
        *map(Text, (*head, *_code(scenario))), *(table for table in tables if table.row_count)
    )


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in columns:
        table.add_column(name)
    return table


def _people(order: OrderOfBattle) -> Table:
    table = _table("People", "branch", *RANKS)
    counted = strengths(order.rank, order.branch, order.units.branches)
    for name, people in zip(order.units.branches, counted.tolist(), strict=True):
        table.add_row(name, *(f"{number:,}" for number in people))
    return table


def _units(units: Units) -> Table:
    levels = [level for level in Level if level is not Level.BRANCH]
    table = _table("Units", "branch", *(_PLURAL[level] for level in levels), "vacant posts")
    for code, name in enumerate(units.branches):
        here = units.branch == code
        counted = [np.count_nonzero(units.level[here] == level) for level in levels]
        vacant = np.count_nonzero(units.commander[here] == NOBODY)
        table.add_row(name, *(f"{number:,}" for number in (*counted, vacant)))
    return table


def _levers(scenario: Scenario) -> Table:
    table = _table("Own levers", "lever", "unit", "combiner", "condition", "meaning")
    for name, lever in scenario.levers.items():
        condition = f"{scenario.conditions[name].value:g}"
        table.add_row(name, lever.unit, lever.combiner, condition, lever.meaning or "")
    return table


def _policies(scenario: Scenario) -> Table:
    table = _table(
        "Policies", "policy", "lever", "value", "effective", "until", "audience", "actor"
    )
    for name, policy in sorted(scenario.policies.items(), key=lambda item: item[1].effective):
        value, until = f"{policy.value.value:g}", str(policy.until or "")
        effective = (
            f"{policy.effective}\nonce {policy.when}" if policy.when else str(policy.effective)
        )
        table.add_row(
            name, policy.lever, value, effective, until, str(policy.audience), policy.actor or ""
        )
    return table


def _acts(scenario: Scenario) -> Table:
    table = _table("Acts", "act", "date", "audience", "actor")
    for name, act in sorted(scenario.acts.items(), key=lambda item: item[1].date):
        table.add_row(name, str(act.date), str(act.audience), act.actor or "")
    return table


def _code(scenario: Scenario) -> list[str]:
    """Return what the scenario names as code beside the rules that come with defectsim."""
    named = [(place, code.name) for place, code in scenario.code.items() if not shipped(code.name)]
    lines = [f"  {place}: {name}" for place, name in named]
    return ["runs code that is not defectsim's own:", *lines] if lines else []
