"""The tables of the page that describes the model by the ODD+D protocol, from the declarations in the code."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np
from tools.markdown import code, table

from defectsim.core.parameters import parameters_of
from defectsim.core.section import Bounds, Number, Section
from defectsim.engine import script
from defectsim.engine.institutions import attempts, command, conspiracies, prosecution
from defectsim.engine.institutions import institutions as all_institutions
from defectsim.engine.protocol import Engine
from defectsim.engine.reference import ReferenceEngine
from defectsim.engine.script import SteppedRun
from defectsim.engine.step import people_step, take_step
from defectsim.model import rule as contract
from defectsim.model import transitions as codes
from defectsim.model.levers import LEVERS
from defectsim.model.person import COLUMNS, PEOPLE_COLUMNS, Column
from defectsim.model.rule import Rates, Rule
from defectsim.model.transitions import TRANSITIONS, Cause, Status
from defectsim.policies import government
from defectsim.policies.policy import TRIGGER_COUNTS, Policy
from defectsim.population.people import ByRank, Quantity
from defectsim.population.units import Level, order_of_battle
from defectsim.rules.bindings import Behaviour
from defectsim.rules.fingerprint import trace
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


class Phase(NamedTuple):
    """One phase of a step, and the method that takes it."""

    name: str
    function: Any


@cache
def scenario() -> Scenario:
    """Return the default scenario."""
    return load(SCENARIO)


def people() -> str:
    """Return what is known of a person."""
    rows = [
        (
            code(name),
            column.meaning,
            column.unit,
            _bounds(column.bounds),
            _default_or_needed(column),
            code(column.owner),
        )
        for name, column in {**COLUMNS, **PEOPLE_COLUMNS}.items()
    ]
    return table(("variable", "meaning", "unit", "bounds", "default", "set by"), rows)


def statuses() -> str:
    """Return where a person can stand, and by which transitions they come there."""
    meanings = dict(field_meanings(codes, "Status"))
    rows = [
        (
            code(status),
            meanings[status.name],
            ", ".join(
                code(transition) for transition, its in TRANSITIONS.items() if its.end == status
            ),
        )
        for status in Status
    ]
    return table(("status", "meaning", "transitions that lead there"), rows)


def transitions() -> str:
    """Return all allowed changes of status, and who makes them."""
    source = "".join(map(inspect.getsource, (attempts, command, conspiracies, prosecution)))
    makers = {
        "a rule": Rates._fields,
        "institutions": re.findall(r'"(\w+)"', source),
        "an act": TRANSITIONS,
    }
    rows = [
        (
            *(code(name), ", ".join(map(code, transition.origins)), code(transition.end)),
            ", ".join(maker for maker, its in makers.items() if name in its),
        )
        for name, transition in TRANSITIONS.items()
    ]
    return table(("transition", "from", "to", "made by"), rows)


def causes() -> str:
    """Return why a status changes."""
    meanings = field_meanings(codes, "Cause")
    return table(("cause", "meaning"), [(code(Cause[name]), meaning) for name, meaning in meanings])


def units() -> str:
    """Return the levels of command, and how many units the default scenario has of each."""
    tree = order_of_battle(scenario().forces).units
    rows = [
        (
            level,
            COMMANDED_BY[level],
            f"{np.count_nonzero(tree.level == level):,}",
            f"{_median_strength(tree, level):,}",
        )
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
    readers = {
        name: _levers_read(rule) for name, rule in scenario().behaviour.decisions.rules.items()
    }
    rows = [
        (
            *(
                code(name),
                lever.meaning,
                lever.unit,
                _bounds(lever.bounds),
                _default(lever.default),
                lever.combiner,
            ),
            "announcement" if lever.promise else "effect",
            ", ".join(who for who, read in readers.items() if name in read) or "no default rule",
        )
        for name, lever in LEVERS.items()
    ]
    heads = (
        "lever",
        "meaning",
        "unit",
        "bounds",
        "default",
        "combiner",
        "answered from",
        "rules that read it",
    )
    return table(heads, rows)


def conditions() -> str:
    """Return where the default scenario says that levers stand while no policy moves them."""
    stated = {
        name: number
        for name, number in scenario().conditions.items()
        if number.source or number.range
    }
    return table(
        ("lever", "value", "range", "source"),
        [(code(name), *_evidence(number)) for name, number in stated.items()],
    )


def policies() -> str:
    """Return the policies of the default scenario, by date."""
    by_date = sorted(scenario().policies.items(), key=lambda item: item[1].effective)
    rows = [
        (
            *(
                code(name),
                code(policy.lever),
                policy.actor or "",
                policy.announced or "",
                _period(policy),
            ),
            *(policy.when or "", policy.audience, *_evidence(policy.value)),
        )
        for name, policy in by_date
    ]
    heads = (
        "policy",
        "lever",
        "actor",
        "announced",
        "in effect",
        "waits for",
        "audience",
        "value",
        "range",
        "source",
    )
    return table(heads, rows)


def acts() -> str:
    """Return the acts that come with defectsim."""
    found = {
        name: one
        for name, one in vars(government).items()
        if inspect.isfunction(one) and name[0] != "_"
    }
    own = {name: one for name, one in found.items() if one.__module__ == government.__name__}
    parameters = {name: parameters_of(one, name).described for name, one in own.items()}
    rows = [
        (
            code(name),
            _first_line(one),
            "; ".join(
                f"{code(key)}: {its.meaning.rstrip('.')}" for key, its in parameters[name].items()
            ),
        )
        for name, one in own.items()
    ]
    return table(("act", "what it does", "parameters"), rows)


def triggers() -> str:
    """Return what a policy can wait for."""
    return table(
        ("what is counted", "meaning"),
        [(code(name), meaning) for name, meaning in TRIGGER_COUNTS.items()],
    )


def institutions_of(section: str) -> str:
    """Return the settings of one of the sections that surround decisions."""
    rows = list(_settings(getattr(scenario(), section)))
    return table(("setting", "meaning", "bounds", "default", "value", "range", "source"), rows)


def parameters(who: str) -> str:
    """Return the parameters of one of the default scenario's rules."""
    rule: Rule[..., Any] = scenario().behaviour.decisions.rules[who]
    given: Mapping[str, Number] = getattr(scenario().behaviour, who).parameters
    defaults: Mapping[str, float] = rule.declared.named_tuple._field_defaults
    rows = [
        (
            code(name),
            parameter.meaning,
            parameter.unit,
            _bounds(parameter.bounds),
            _default(defaults.get(name)),
            *_evidence(given[name]),
        )
        for name, parameter in rule.declared.described.items()
    ]
    return table(
        ("parameter", "meaning", "unit", "bounds", "default", "value", "range", "source"), rows
    )


def inputs() -> str:
    """Return what the default scenario says of people, rank by rank."""
    found = scenario()
    rows = list(_quantities_of("everybody", found.people))
    for name, branch in sorted(found.forces.branches.items()):
        rows += _quantities_of(name, branch.people)
    return table(("variable", "of", "rank", "value or distribution", "range", "source"), rows)


def scheduling() -> str:
    """Return the phases of a step, in the order of `engine.step`."""
    homes = {"run": SteppedRun, "script": script, "institutions": all_institutions}
    homes["run.engine"] = Engine
    phases = []
    for call in _phases(take_step, homes):
        if call.function is Engine.advance:
            calls = [node.func for node in _walk(people_step) if isinstance(node, ast.Call)]
            names = [call.id for call in calls if isinstance(call, ast.Name)]
            given = inspect.signature(people_step).parameters
            phases += [
                Phase(name, getattr(ReferenceEngine, name)) for name in names if name in given
            ]
        else:
            phases.append(call)
    return _phase_table(phases)


def institutions() -> str:
    """Return what the institutions do before a step, in order."""
    homes = {"attempts": attempts, "command": command, "conspiracies": conspiracies}
    return _phase_table(_phases(all_institutions.step, homes))


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
    "transitions": transitions,
    "causes": causes,
    "units": units,
    "seen": seen,
    "levers": levers,
    "conditions": conditions,
    "policies": policies,
    "acts": acts,
    "triggers": triggers,
    "inputs": inputs,
    "scheduling": scheduling,
    "institutions": institutions,
    "scales": scales,
    **{
        f"parameters-{who}": partial(parameters, who)
        for who, rule in Behaviour().decisions.rules.items()
        if rule.declared.described
    },
    **{name: partial(institutions_of, name) for name in ("news", "plots", "command", "recording")},
}


def field_meanings(module: Any, kind: str) -> Iterator[tuple[str, str]]:
    """Find the fields of a class, each with the string below it."""
    [found] = [
        node
        for node in ast.parse(inspect.getsource(module)).body
        if getattr(node, "name", "") == kind
    ]
    for field, below in zip(found.body, found.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign | ast.Assign) and isinstance(below, ast.Expr):
            [name] = field.targets if isinstance(field, ast.Assign) else [field.target]
            yield name.id, ast.literal_eval(below.value)


def _levers_read(rule: Rule[..., Any]) -> set[str]:
    """Return the levers that a rule, and what it calls, read as fields of `country`."""
    source = "".join(inspect.getsource(function) for function in trace(rule).functions)
    return set(re.findall(r"\bcountry\.(\w+)", source)) & set(LEVERS)


def _settings(section: Section, path: str = "") -> Iterator[tuple[str, ...]]:
    """Return the settings of a section, and of those in it."""
    for name, field in type(section).model_fields.items():
        meaning, value = field.description or "", getattr(section, name)
        if isinstance(value, Section) and not isinstance(value, Number):
            yield from _settings(value, f"{path}{name}.")
            continue
        bounds = next((str(one) for one in field.metadata if isinstance(one, Bounds)), "")
        default, given = _setting(field.default), (_setting(value), "", "")
        if isinstance(value, Number):
            given = _evidence(value)
        elif isinstance(value, bool):
            bounds = "true or false"
        yield (code(path + name), meaning, bounds, default, *given)


def _setting(value: Any) -> str:
    """Return a setting as the text of a cell."""
    match value:
        case Number():
            return f"{value.value:g}"
        case bool():
            return str(value).lower()
        case _:
            return ", ".join(map(str, value or ()))


def _median_strength(tree: Any, level: Level) -> int:
    return int(np.median(tree.strength[tree.level == level]))


def _bounds(bounds: Bounds) -> str:
    return "any" if bounds == Bounds() else str(bounds)


def _default_or_needed(column: Column) -> str:
    if column.owner != "people":
        return ""
    return (
        "must be given where a rule reads it" if column.default is None else f"{column.default:g}"
    )


def _default(value: float | None) -> str:
    return "the scenario must give it" if value is None else f"{value:g}"


def _evidence(number: Number) -> tuple[str, str, str]:
    """Return a number's value, range and source, as three cells."""
    span = f"{number.range[0]:g} to {number.range[1]:g}" if number.range else ""
    return f"{number.value:g}", span, number.source or ""


def _quantities_of(whom: str, people: Any) -> Iterator[tuple[str, ...]]:
    for name in (*PEOPLE_COLUMNS, *people.attributes):
        entry = getattr(people, name) if name in PEOPLE_COLUMNS else people.attributes[name]
        ranks = entry if isinstance(entry, ByRank) else [("all", entry)]
        for rank, one in ranks:
            if isinstance(one, Number) and one.range is None and one.source is None:
                continue  # the column's default, which its own table has
            if one is not None:
                yield code(name), whom, rank, *_quantity(one)


def _quantity(one: Quantity) -> tuple[str, str, str]:
    if isinstance(one, Number):
        return _evidence(one)
    given = getattr(one, one.form)
    if isinstance(given, str):
        name, shown = given, [f"{key} {number:g}" for key, number in (one.parameters or {}).items()]
    else:
        name, shown = (
            one.form,
            [f"{number:g}" for number in (given if isinstance(given, tuple | list) else [given])],
        )
    per = ", one draw a unit" if one.per == "unit" else ""
    spans = [f"{ends[0]:g} to {ends[1]:g}" if ends else "certain" for ends in one.range or ()]
    return f"{name} [{', '.join(shown)}]{per}", ", ".join(spans), one.source or ""


def _period(policy: Policy) -> str:
    ramp = f", over {int(policy.ramp_days)} days" if policy.ramp_days.value else ""
    return (
        f"{policy.effective}{ramp} to {policy.until}"
        if policy.until
        else f"from {policy.effective}{ramp}"
    )


def _walk(function: Any) -> Iterator[ast.AST]:
    """Walk through a function's source, statement by statement, in order."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for statement in _body(tree.body[0]):
        yield from ast.walk(statement)


def _body(statement: Any) -> Iterator[ast.stmt]:
    """Yield the innermost statements of a statement, in order."""
    if not hasattr(statement, "body"):
        yield statement
    for inner in [*getattr(statement, "body", ()), *getattr(statement, "orelse", ())]:
        yield from _body(inner)


def _phases(function: Any, homes: Mapping[str, Any]) -> list[Phase]:
    """Return the methods of some objects that a function calls, in order."""
    statements = [node for node in _walk(function) if isinstance(node, ast.Expr | ast.Assign)]
    calls = [node.value.func for node in statements if isinstance(node.value, ast.Call)]
    phases = []
    for call in calls:
        if isinstance(call, ast.Attribute) and (home := ast.unparse(call.value)) in homes:
            name = home.split(".")[-1] if call.attr == "step" else call.attr
            phases.append(Phase(name.lstrip("_"), getattr(homes[home], call.attr)))
    return phases


def _phase_table(phases: Sequence[Phase]) -> str:
    rows = [
        (place, code(phase.name), _first_line(phase.function))
        for place, phase in enumerate(phases, 1)
    ]
    return table(("", "phase", "what happens"), rows)


def _first_line(thing: Any) -> str:
    return inspect.getdoc(thing).splitlines()[0]
