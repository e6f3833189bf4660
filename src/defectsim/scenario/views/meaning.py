"""The meanings of a scenario's numbers, as their sections, rules and levers declare them."""

from collections.abc import Mapping, Sequence
from typing import Any

from defectsim.core.section import Section
from defectsim.model.person import PEOPLE_COLUMNS
from defectsim.scenario.schema import Scenario


def meaning(scenario: Scenario, path: str) -> str:
    """Return the meaning of the number at a path, in a sentence; empty if nothing declares one."""
    parts = path.split(".")
    match parts:
        case ["behaviour", who, "parameters", name]:
            section = scenario.behaviour.sections[who]
            return _sentence(section.declared(section.code).described.get(name))
        case ["conditions", lever, *_]:
            return _sentence(scenario.every_lever.get(lever))
        case ["policies", name, "value", *_] if name in scenario.policies:
            return _sentence(scenario.every_lever.get(scenario.policies[name].lever))
        case ["people", *below] | ["forces", "branches", _, "people", *below]:
            return _sentence(PEOPLE_COLUMNS.get(below[0])) if below else ""
    return _described(scenario, parts)


def _sentence(declared: Any) -> str:
    return declared.meaning if declared is not None else ""


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
