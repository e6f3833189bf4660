"""The tables of the page that describes the model by the ODD+D protocol, from the declarations in the code."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
from tools.markdown import code, table

from defectsim.behaviour import rule as contract
from defectsim.behaviour.rule import LEADS_TO, Rule
from defectsim.core.levers import LEVERS
from defectsim.core.section import Bounds, Number
from defectsim.core.statuses import Status
from defectsim.engine.model import DefectionModel
from defectsim.engine.script import Script
from defectsim.engine.setting import Engine
from defectsim.policies.policy import Policy
from defectsim.population.columns import COLUMNS, DRAWN, Column
from defectsim.population.spec import ByRank, Quantity
from defectsim.population.units import Level, order_of_battle
from defectsim.scenario.load import load
from defectsim.scenario.schema import Scenario

SCENARIO = "scenarios/venezuela-2019.yaml"
COMMANDED_BY = {
    Level.COMPANY: "its first officer",
    Level.BATTALION: "the second officer of its first company",
    Level.BRIGADE: "a general",
    Level.COMMAND: "a general",
    Level.BRANCH: "a general",
}


@cache
def scenario() -> Scenario:
    """Return the default scenario."""
    return load(SCENARIO)


def people() -> str:
    """Return what is known of a person."""
    rows = [
        (code(name), column.meaning, column.unit, _bounds(column.bounds), _where_unsaid(column), code(column.owner))
        for name, column in {**COLUMNS, **DRAWN}.items()
    ]
    return table(("variable", "meaning", "unit", "bounds", "default", "set by"), rows)


def statuses() -> str:
    """Return where a person can stand, and which way out leads there."""
    ways = {status: way for way, status in LEADS_TO.items()}
    rows = [(code(status), code(ways.get(status, "")), "yes" if _reached(status) else "no") for status in Status]
    return table(("status", "way out that leads there", "reached in this version"), rows)


def units() -> str:
    """Return the levels of command, and how many units the default scenario has of each."""
    tree = order_of_battle(scenario().forces).units
    rows = [
        (level, COMMANDED_BY[level], f"{np.count_nonzero(tree.level == level):,}", f"{_median_strength(tree, level):,}")
        for level in Level
    ]
    return table(("unit", "commanded by", "units in the default scenario", "median strength"), rows)


def seen() -> str:
    """Return what people sense: the fields of `agent`, `unit` and `country` that the engine fills."""
    rows = [
        (code(f"{name}.{field}"), meaning)
        for name, kind in (("agent", "Person"), ("unit", "Unit"), ("country", "Country"))
        for field, meaning in field_meanings(contract, kind)
    ]
    return table(("field", "meaning"), rows)


def levers() -> str:
    """Return the levers."""
    rows = [
        (code(name), lever.meaning, lever.unit, _bounds(lever.bounds), _default(lever.default), lever.combiner)
        for name, lever in LEVERS.items()
    ]
    return table(("lever", "meaning", "unit", "bounds", "default", "combiner"), rows)


def conditions() -> str:
    """Return where the default scenario says that levers stand while no policy moves them."""
    said = {name: number for name, number in scenario().conditions.items() if number.source or number.range}
    return table(("lever", "value", "range", "source"), [(code(name), *_said(number)) for name, number in said.items()])


def policies() -> str:
    """Return the policies of the default scenario, by date."""
    by_date = sorted(scenario().policies.items(), key=lambda item: item[1].effective)
    rows = [
        (code(name), code(policy.lever), policy.actor or "", _period(policy), policy.audience, *_said(policy.value))
        for name, policy in by_date
    ]
    return table(("policy", "lever", "actor", "in effect", "audience", "value", "range", "source"), rows)


def parameters(who: str) -> str:
    """Return the parameters of one of the default scenario's rules."""
    rule: Rule[..., Any] = scenario().behaviour.decisions.rules[who]
    given: Mapping[str, Number] = getattr(scenario().behaviour, who).parameters
    defaults: Mapping[str, float] = rule.declared.kind._field_defaults
    rows = [
        (code(name), said.meaning, said.unit, _bounds(said.bounds), _default(defaults.get(name)), *_said(given[name]))
        for name, said in rule.declared.said.items()
    ]
    return table(("parameter", "meaning", "unit", "bounds", "default", "value", "range", "source"), rows)


def inputs() -> str:
    """Return what the default scenario says of people, rank by rank."""
    found = scenario()
    rows = list(_said_of("everybody", found.people))
    for name, branch in sorted(found.forces.branches.items()):
        rows += _said_of(name, branch.people)
    return table(("variable", "of", "rank", "value or law", "range", "source"), rows)


def scheduling() -> str:
    """Return the phases of a step, in the order in which the model's `step` calls them."""
    calls = [node.func.attr for node in _walk(DefectionModel.step) if isinstance(node, ast.Call) and _is_own(node.func)]
    homes = [next(home for home in (Engine, Script, DefectionModel) if hasattr(home, call)) for call in calls]
    docs = [inspect.getdoc(getattr(home, call)) for home, call in zip(homes, calls, strict=True)]
    firsts = [doc.splitlines()[0] for doc in docs]
    rows = [(place, code(calls[place - 1].lstrip("_")), first) for place, first in enumerate(firsts, 1)]
    return table(("", "phase", "what happens"), rows)


def scales() -> str:
    """Return how much time and how many people the default scenario covers."""
    clock, tree = scenario().clock, order_of_battle(scenario().forces)
    rows = [
        ("people", f"{len(tree.rank):,}"),
        ("branches", ", ".join(tree.units.branches)),
        ("units", f"{len(tree.units.level):,}"),
        ("from", clock.start),
        ("to", clock.date(clock.steps)),
        ("step", f"{int(clock.step_days)} days"),
        ("steps", clock.steps),
        ("replicates", int(scenario().replicates)),
    ]
    return table(("scale", "default scenario"), rows)


TABLES = {
    "people": people,
    "statuses": statuses,
    "units": units,
    "seen": seen,
    "levers": levers,
    "conditions": conditions,
    "policies": policies,
    "inputs": inputs,
    "scheduling": scheduling,
    "scales": scales,
    **{f"parameters-{who}": (lambda who=who: parameters(who)) for who in ("soldier", "general", "follow")},
}


def field_meanings(module: Any, kind: str) -> Iterator[tuple[str, str]]:
    """Find the fields of a class, each with the string below it."""
    [found] = [node for node in ast.parse(inspect.getsource(module)).body if getattr(node, "name", "") == kind]
    for field, below in zip(found.body, found.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr):
            yield field.target.id, ast.literal_eval(below.value)


def _reached(status: Status) -> bool:
    return status is Status.LOYAL or status in LEADS_TO.values()


def _median_strength(tree: Any, level: Level) -> int:
    return int(np.median(tree.strength[tree.level == level]))


def _bounds(bounds: Bounds) -> str:
    return "any" if bounds == Bounds() else str(bounds)


def _where_unsaid(column: Column) -> str:
    if column.owner != "people":
        return ""
    return "must be said where a rule reads it" if column.default is None else f"{column.default:g}"


def _default(value: float | None) -> str:
    return "the scenario must say" if value is None else f"{value:g}"


def _said(number: Number) -> tuple[str, str, str]:
    """Return a number's value, range and source, as three cells."""
    span = f"{number.range[0]:g} to {number.range[1]:g}" if number.range else ""
    return f"{number.value:g}", span, number.source or ""


def _said_of(whom: str, said: Any) -> Iterator[tuple[str, ...]]:
    for name in (*DRAWN, *said.attributes):
        entry = getattr(said, name) if name in DRAWN else said.attributes[name]
        ranks = entry if isinstance(entry, ByRank) else [("all", entry)]
        for rank, one in ranks:
            if isinstance(one, Number) and one.range is None and one.source is None:
                continue  # the column's default, which its own table has
            if one is not None:
                yield code(name), whom, rank, *_quantity(one)


def _quantity(one: Quantity) -> tuple[str, str, str]:
    if isinstance(one, Number):
        return _said(one)
    law = getattr(one, one.form)
    if isinstance(law, str):
        name, shown = law, [f"{key} {number:g}" for key, number in (one.parameters or {}).items()]
    else:
        name, shown = one.form, [f"{number:g}" for number in (law if isinstance(law, tuple | list) else [law])]
    per = ", one draw a unit" if one.per == "unit" else ""
    return f"{name} [{', '.join(shown)}]{per}", "", one.source or ""


def _period(policy: Policy) -> str:
    ramp = f", over {int(policy.ramp_days)} days" if policy.ramp_days.value else ""
    return f"{policy.effective}{ramp} to {policy.until}" if policy.until else f"from {policy.effective}{ramp}"


def _walk(function: Any) -> Iterator[ast.AST]:
    """Walk through a method's source, statement by statement, in order."""
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(function).replace("\n    ", "\n").strip()))
    for statement in tree.body[0].body:
        yield from ast.walk(statement)


def _is_own(called: ast.expr) -> bool:
    """Say whether a call is a method of the model, of its engine or of its script."""
    return isinstance(called, ast.Attribute) and ast.unparse(called.value) in ("self", "self.engine", "self.script")
