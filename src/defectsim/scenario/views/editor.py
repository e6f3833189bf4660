"""The JSON Schema of scenario files as editors need it, who see one file and not those it extends."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from defectsim.core.code.shipped import PREFIX, shipped_scenarios
from defectsim.core.errors import Fault, ScenarioError
from defectsim.core.section import Identifier
from defectsim.model.levers import Lever
from defectsim.rules.bindings import Behaviour
from defectsim.scenario.calibration import CALIBRATED
from defectsim.scenario.numbers import ScenarioNumber, numbers
from defectsim.scenario.reading.extends import read_layers
from defectsim.scenario.reading.tree import plain
from defectsim.scenario.schema import Scenario, declared_names

type Schema = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The newest draft that the language server of most editors knows."""
_NULL = {"type": "null"}
_SHOWN = ("title", "description", "default")
"""Keywords that editors show."""
_NAME: Schema = TypeAdapter(Identifier).json_schema()


def scenario_schema(path: Path | None = None) -> Schema:
    """Return the schema of one file of a scenario, which may be laid over others.

    No key must be given, since another file may give it, and each may be null, which removes it.

    Parameters
    ----------
    path
        File of a scenario, whose branches and own levers are completed too.

    Raises
    ------
    ScenarioError
        When the file cannot be read.
    """
    branches, levers = _names_in(path)
    schema = Scenario.model_json_schema()
    known, policy = schema["$defs"], schema["$defs"]["Policy"]["properties"]
    policy["lever"] = _one_of(policy["lever"]["description"], levers, _lever_words)
    audience = known["Audience"]["properties"]["branch"]["anyOf"][0]
    audience["items"] = _one_of("A branch, by name.", dict.fromkeys(branches))
    conditions = schema["properties"]["conditions"]
    conditions["properties"] = {
        name: {**conditions["additionalProperties"], "description": _lever_words(lever)}
        for name, lever in levers.items()
    }
    _describe_parameters(known)
    schema["properties"]["extends"] = _base("The scenario over which this file is laid.")
    return {"$schema": DRAFT, **_laid_over(_as_draft(schema))}


def sweep_schema(schema: Schema) -> Schema:
    """Return the schema of sweep files, which completes the names of shipped scenarios."""
    named = schema["properties"]["scenario"]
    schema["properties"]["scenario"] = _base(named["description"])
    return {"$schema": DRAFT, **_as_draft(schema)}


def _names_in(path: Path | None) -> tuple[list[str], dict[str, Lever]]:
    """Return the branches of a scenario, and all its levers by name."""
    faults: list[Fault] = []
    tree = None if path is None else read_layers(path, faults)
    if faults:
        raise ScenarioError(faults)
    names = declared_names({} if tree is None else plain(tree))  # type: ignore[arg-type]  # a mapping
    levers = {name: lever for name, lever in names["levers"].items() if lever is not None}
    return [*(names["branches"] or ())], levers


def _base(description: str) -> Schema:
    names = dict.fromkeys(f"{PREFIX}{name}" for name in shipped_scenarios())
    return _one_of(description, names, other={"type": "string"})


def _one_of[T](
    description: str,
    names: Mapping[str, T],
    words: Callable[[T], str] | None = None,
    other: Schema = _NAME,
) -> Schema:
    """Return the schema of a name, which editors complete, or of any `other`."""
    known: list[Schema] = [
        {"const": name, **({"description": words(one)} if words else {})}
        for name, one in names.items()
    ]
    return {"description": description, "anyOf": [*known, other]}


def _lever_words(lever: Lever) -> str:
    return f"{lever.meaning} Unit: {lever.unit}. Without a condition: {lever.default:g}."


def _describe_parameters(known: Schema) -> None:
    """Describe the parameters of the rules that ship, with what is calibrated, and its source."""
    calibrated = {number.path: number for number in _calibrated()}
    for who, section in Behaviour().sections.items():
        entry = known[type(section).__name__]["anyOf"][1]["properties"]["parameters"]
        entry["properties"] = {
            name: {
                **entry["additionalProperties"],
                "description": f"{one.meaning} Unit: {one.unit}; {one.bounds}."
                + _evidence(calibrated.get(f"behaviour.{who}.parameters.{name}")),
            }
            for name, one in section.declared(section.code).described.items()
        }


def _calibrated() -> Iterable[ScenarioNumber]:
    faults: list[Fault] = []
    tree = read_layers(shipped_scenarios()[CALIBRATED.removeprefix(PREFIX)], faults)
    return [] if tree is None else numbers(tree)


def _evidence(number: ScenarioNumber | None) -> str:
    if number is None:
        return ""
    limits = " to ".join(f"{end:g}" for end in number.range)
    return f" In {CALIBRATED}: {number.value} ({limits}), {number.source}."


def _as_draft(schema: Any) -> Any:
    """Return a schema of pydantic's in the words of `DRAFT`."""
    if isinstance(schema, list):
        return [_as_draft(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    names = {"oneOf": "anyOf", "prefixItems": "items"}
    return {
        names.get(key, key): _as_draft(one) for key, one in schema.items() if key != "discriminator"
    }


def _laid_over(schema: Any) -> Any:
    """Return a schema in which no key is required, and every value may be null."""
    if isinstance(schema, list):
        return [_laid_over(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _laid_over(one) for key, one in schema.items()}
    if found.get("type") == "object" or "properties" in found:
        found.pop("required", None)
        for key in ("properties", "patternProperties"):
            if key in found:
                found[key] = {name: _or_null(one) for name, one in found[key].items()}
        if isinstance(found.get("additionalProperties"), dict):
            found["additionalProperties"] = _or_null(found["additionalProperties"])
    return found


def _or_null(schema: Schema) -> Schema:
    """Return a schema that accepts null too; what editors show of it stays at its top."""
    shown = {key: one for key, one in schema.items() if key in _SHOWN}
    value = {key: one for key, one in schema.items() if key not in _SHOWN}
    return {**shown, "anyOf": [value, _NULL]}
