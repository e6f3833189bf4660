"""The meanings and units of a scenario's numbers, as their sections, rules and levers declare them."""

from collections.abc import Mapping, Sequence
from typing import Any

from defectsim.core.section import Section
from defectsim.model.person import PEOPLE_COLUMNS
from defectsim.scenario.schema import Scenario


def meaning(scenario: Scenario, path: str) -> str:
    """Return the meaning of the number at a path, in a sentence; empty if nothing declares one."""
    known, declared = _declared(scenario, path)
    if known:
        return str(declared.meaning) if declared is not None else ""
    return _described(scenario, path.split("."))


def unit(scenario: Scenario, path: str) -> str:
    """Return the unit of the number at a path; empty if nothing declares one."""
    _, declared = _declared(scenario, path)
    return str(declared.unit) if declared is not None else ""


def _declared(scenario: Scenario, path: str) -> tuple[bool, Any]:
    """Return whether numbers there are declared one by one, and the lever, parameter or column."""
    match path.split("."):
        case ["behaviour", who, "parameters", name]:
            section = scenario.behaviour.sections[who]
            return True, section.declared(section.code).described.get(name)
        case ["conditions", lever, *_]:
            return True, scenario.every_lever.get(lever)
        case ["policies", name, "value", *_] if name in scenario.policies:
            return True, scenario.every_lever.get(scenario.policies[name].lever)
        case ["people", *below] | ["forces", "branches", _, "people", *below]:
            return True, PEOPLE_COLUMNS.get(below[0]) if below else None
    return False, None


def _described(thing: Any, parts: Sequence[str]) -> str:
    """Return the description of the last field on a path through sections and mappings."""
    found = ""
    for part in parts:
        if isinstance(thing, Section):
            field = type(thing).model_fields.get(part)
            found = (field.description if field else None) or found
            thing = getattr(thing, part, None)
        elif isinstance(thing, Mapping):
            thing = thing.get(part)
    return found.partition("\n")[0]
