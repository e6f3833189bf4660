"""From a rule, and the scenario that it is for, to what is checked."""

from pathlib import Path
from typing import Any

from defectsim.behaviour.decisions import Decision
from defectsim.behaviour.rule import Rule
from defectsim.contract.copies import source
from defectsim.contract.form import kind_of
from defectsim.contract.kinds import KINDS, Kind
from defectsim.contract.spans import spans
from defectsim.contract.subject import Subject
from defectsim.core.errors import RuleError
from defectsim.core.section import Number
from defectsim.scenario.load import load
from defectsim.scenario.schema import Scenario


def subject_of(rule: Rule[..., Any], scenario: Scenario | None, kind: Kind | None) -> Subject:
    """Return what is checked.

    Raises
    ------
    RuleError
        Where a parameter has no value.
    """
    sections = scenario.behaviour.sections if scenario else {}
    own = {who: sections[who] for who in KINDS if who in sections and _same(sections[who].code.thing, rule)}
    whose = kind or next(iter(own), None) or kind_of(rule)
    if whose in own:  # the scenario's copy of it, which is then compiled once for both
        decision, numbers = own[whose].decision, own[whose].parameters
    else:
        numbers = _defaults(rule)
        decision = Decision(rule, rule.declared.values(numbers))
    return Subject(whose, decision, spans(whose, scenario, numbers, rule.declares), scenario)


def scenario_of(rule: Rule[..., Any], given: str | Path | Scenario | None, allow_code: bool) -> Scenario | None:
    """Return the scenario that was given, or the one beside the rule's file, or none."""
    if isinstance(given, Scenario):
        return given
    if given is not None:
        return load(given, allow_code=allow_code)
    beside = source(rule).with_suffix(".yaml")
    return load(beside, allow_code=True) if beside.is_file() else None  # whose folder's code somebody has asked for


def _same(one: Any, two: Rule[..., Any]) -> bool:
    """Say whether two rules are one, however they were imported."""
    return isinstance(one, Rule) and _place(one) == _place(two)


def _place(rule: Rule[..., Any]) -> tuple[Path, str]:
    return source(rule).resolve(), rule.function.__qualname__


def _defaults(rule: Rule[..., Any]) -> dict[str, Number]:
    defaults = rule.parameters._field_defaults
    missing = [name for name in rule.parameters._fields if name not in defaults]
    if missing:
        raise RuleError(
            f"rule {rule.name}: {', '.join(missing)} of {rule.parameters.__name__} has no default; give it one, or "
            "name with --scenario a scenario that gives it"
        )
    return {name: Number(value=value) for name, value in defaults.items()}
