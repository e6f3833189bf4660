"""A scenario in brief, to be checked before it is run."""

from collections.abc import Mapping

from rich.console import Group

from defectsim.core.code.loading import shipped
from defectsim.core.formatting import memory_size
from defectsim.core.screen import PlainTable, plain_text
from defectsim.model.transitions import RANKS, STATUSES
from defectsim.policies.series import amount, group_names, in_words
from defectsim.population.forces import BYTES_PER_PERSON, Forces, rank_counts
from defectsim.population.units import Level, UnitCounts, unit_counts
from defectsim.scenario.calibration import calibration_note, uncalibrated
from defectsim.scenario.schema import Scenario

_PLURAL = {level: f"{level}s" for level in Level} | {Level.COMPANY: "companies"}


def outline(scenario: Scenario) -> Group:
    """Return a scenario's question, forces and policies."""
    clock, units = scenario.clock, unit_counts(scenario.forces)
    days = f"{clock.steps} steps of {int(clock.step_days)} days"
    head = (
        f"{scenario.name}: nothing wrong found",
        scenario.question,
        f"{days}, {clock.start} to {clock.date(clock.steps)}; hash {scenario.hash[:12]}",
        f"takes about {memory_size(memory_needed(scenario, units))} of memory",
    )
    tables = [
        _people(scenario.forces),
        _units(units),
        _levers(scenario),
        _policies(scenario),
        _acts(scenario),
    ]
    shown = [table for table in tables if table.row_count]
    note = calibration_note(uncalibrated(scenario))
    lines = (*head, *_code(scenario), *([note] if note else []))
    return Group(*map(plain_text, lines), *shown)


def titled_table(title: str, *columns: str) -> PlainTable:
    """Return an empty table with its title in bold, to the left."""
    return PlainTable(*columns, title=title, title_justify="left", title_style="bold")


_PROGRAM = 250e6
"""Memory of the program alone."""
_BYTES_PER_UNIT = 200


def memory_needed(scenario: Scenario, units: Mapping[str, UnitCounts]) -> float:
    """Estimate the memory that a run takes: people, units, and their counts at each date."""
    branches = scenario.forces.branches.values()
    people = sum(int(branch.strength) + int(branch.generals) for branch in branches)
    all_units = sum(sum(counts.by_level) for counts in units.values())
    counted = 4 * len(RANKS) * (len(STATUSES) + 1) * len(units)
    values = [one.value for one in scenario.policies.values()] + [*scenario.conditions.values()]
    groups = sum(len(group_names(amount(value))) for value in values)
    levers = 8 * len(scenario.every_lever) * (groups + len(scenario.policies) + 1)
    dates = scenario.clock.steps * (counted + levers)
    return _PROGRAM + BYTES_PER_PERSON * people + _BYTES_PER_UNIT * all_units + dates


def _people(forces: Forces) -> PlainTable:
    table = titled_table("People", "branch", *RANKS)
    for name, branch in sorted(forces.branches.items()):
        people = rank_counts(forces.company, branch).values()
        table.add_row(name, *(f"{number:,}" for number in people))
    return table


def _units(units: Mapping[str, UnitCounts]) -> PlainTable:
    levels = [level for level in Level if level is not Level.BRANCH]
    table = titled_table("Units", "branch", *(_PLURAL[level] for level in levels), "vacant posts")
    for name, (by_level, vacant) in units.items():
        counted = [by_level[level] for level in levels]
        table.add_row(name, *(f"{number:,}" for number in (*counted, vacant)))
    return table


def _levers(scenario: Scenario) -> PlainTable:
    table = titled_table("Own levers", "lever", "unit", "combiner", "condition", "meaning")
    for name, lever in scenario.levers.items():
        condition = in_words(amount(scenario.conditions[name]))
        table.add_row(name, lever.unit, lever.combiner, condition, lever.meaning or "")
    return table


def _policies(scenario: Scenario) -> PlainTable:
    table = titled_table(
        "Policies", "policy", "lever\nvalue", "effective\nuntil", "audience\nactor"
    )
    for name, policy in sorted(scenario.policies.items(), key=lambda item: item[1].effective):
        effective = f"{policy.effective}" + (f" once {policy.when}" if policy.when else "")
        cells = (
            (policy.lever, in_words(amount(policy.value))),
            (effective, str(policy.until or "")),
            (str(policy.audience), policy.actor or ""),
        )
        table.add_row(name, *("\n".join(cell).rstrip() for cell in cells))
    return table


def _acts(scenario: Scenario) -> PlainTable:
    table = titled_table("Acts", "act", "date", "audience", "actor")
    for name, act in sorted(scenario.acts.items(), key=lambda item: item[1].first):
        table.add_row(name, act.when, str(act.audience), act.actor or "")
    return table


def _code(scenario: Scenario) -> list[str]:
    """Return lines that name the scenario's code, except defectsim's own."""
    lines = []
    for place, one in scenario.code.items():
        helpers = sorted({**one.helpers.beside, **one.helpers.elsewhere})
        beside = f" (with {', '.join(helpers)})" if helpers else ""
        lines += [] if shipped(one.name) else [f"  {place}: {one.name}{beside}"]
    return ["runs code that is not defectsim's own:", *lines] if lines else []
