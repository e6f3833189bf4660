"""The tables of the reference pages: the keys of a scenario, from the JSON Schema, and the commands, from Typer."""

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from tools.markdown import code, table
from typer.main import get_command

from defectsim.cli.commands import app
from defectsim.core.formatting import grouped
from defectsim.scenario.schema import Scenario

SHARED = {"Number": "number", "Distribution": "distribution", "CsvColumn": "CSV column"}
"""Definitions that other sections use, and what the page calls them."""


def scenario_keys() -> str:
    """Return a table of keys for each section of a scenario."""
    schema = Scenario.model_json_schema()
    return "\n".join(
        _section(path, section, schema["$defs"]) for path, section in _sections(schema)
    )


def shared_keys(name: str) -> str:
    """Return the keys of what several sections have."""
    definitions = Scenario.model_json_schema()["$defs"]
    return _keys(definitions[name], definitions)


def commands() -> str:
    """Return the commands with their arguments and options, as their help has them."""
    found = get_command(app)
    return "\n".join([f"{found.help}\n", _options(found), *_below("defectsim", found)])


def _below(name: str, group: Any) -> Iterator[str]:
    """Describe the commands of a group, and those of groups in it."""
    for word, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _below(f"{name} {word}", command)
        else:
            yield from (f"### {name} {word}\n", f"{command.help}\n", _options(command))


TABLES = {
    "scenario-keys": scenario_keys,
    "distribution-keys": partial(shared_keys, "Distribution"),
    "csv-keys": partial(shared_keys, "CsvColumn"),
    "commands": commands,
}


def _sections(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Find the sections of a scenario, each with the path that leads to it, the top first."""
    waiting, known = [("", schema)], set()
    while waiting:
        path, section = waiting.pop(0)
        yield path, section
        inner = []
        for key, entry in _object(section)["properties"].items():
            for reference, below in _references(entry):
                name = reference.removeprefix("#/$defs/")
                if name not in known and name not in SHARED and "ByRank" not in name:
                    known.add(name)
                    inner.append((f"{path}.{key}{below}".lstrip("."), schema["$defs"][name]))
        waiting = inner + waiting


def _references(entry: Any, below: str = "") -> Iterator[tuple[str, str]]:
    """Find what an entry of the schema refers to, and the path below the key that leads there."""
    if isinstance(entry, dict):
        if "$ref" in entry:
            yield entry["$ref"], below
        for key, value in entry.items():
            named = key in ("patternProperties", "additionalProperties")
            yield from _references(value, f"{below}.*" if named else below)
    elif isinstance(entry, list):
        for value in entry:
            yield from _references(value, below)


def _section(path: str, section: dict[str, Any], definitions: dict[str, Any]) -> str:
    kind = section.get("properties", {}).get("kind", {}).get("const")
    title = f"### `{path}`{f' of kind {kind}' if kind else ''}" if path else "### The top"
    says = _first_paragraphs(_object(section).get("description", ""))
    return f"{title}\n\n{says}\n\n{_keys(section, definitions)}"


def _first_paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _object(section: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a section's schema that has keys, where it may also be something shorter."""
    return next((one for one in section.get("anyOf", ()) if "properties" in one), section)


def _keys(section: dict[str, Any], definitions: dict[str, Any]) -> str:
    section = _object(section)
    required = section.get("required", ())
    rows = [
        (code(key), _meaning(key, entry, definitions), _kind(entry), _default(key, entry, required))
        for key, entry in section["properties"].items()
    ]
    return table(("key", "meaning", "type", "default"), rows)


def _default(key: str, entry: dict[str, Any], required: Any) -> str:
    if key in required:
        return "must be given"
    default = entry.get("default")
    if isinstance(default, dict):
        default = {name: value for name, value in default.items() if value not in (None, {})}
    return (
        ""
        if default in (None, {}, [])
        else code(re.sub(r"\.0\b", "", json.dumps(default).strip('"')))
    )


def _meaning(key: str, entry: dict[str, Any], definitions: dict[str, Any]) -> str:
    sections = [
        _object(definitions[found.removeprefix("#/$defs/")]) for found, _ in _references(entry)
    ]
    texts = [str(one["description"]) for one in (entry, *sections) if "description" in one]
    if not texts:
        raise ValueError(f"nothing describes the key {key!r}: write a string below its field")
    first, *rest = texts[0].split("\n\n")[0].removesuffix(".").split(" ")
    return " ".join([first.capitalize() if first.isalpha() else first, *rest]) + "."


def _kind(entry: dict[str, Any]) -> str:
    """Describe the values that an entry of the schema takes."""
    if "$ref" in entry:
        name = entry["$ref"].removeprefix("#/$defs/")
        return SHARED.get(name, "by rank" if "ByRank" in name else "section")
    if "enum" in entry:
        return ", ".join(map(code, entry["enum"]))
    if "const" in entry:
        return code(entry["const"])
    several = entry.get("anyOf") or entry.get("oneOf")
    if several:
        kinds = [_kind(one) for one in several if one.get("type") != "null"]
        return ", or ".join(
            dict.fromkeys(kind for kind in ", or ".join(kinds).split(", or ") if kind)
        )
    return _plain_kind(entry)


def _plain_kind(entry: dict[str, Any]) -> str:
    match entry.get("type"):
        case "number" | "integer":
            return f"{'whole ' * (entry['type'] == 'integer')}number{_limits(entry)}"
        case "array" if "prefixItems" in entry:
            return f"[{', '.join(map(_kind, entry['prefixItems']))}]"
        case "array":
            return f"list of {_kind(entry['items']).replace('number', 'numbers')}"
        case "object" if "value" in entry.get("properties", {}):
            return ""  # the same number, with range and source
        case "object":
            [inner] = [
                *entry.get("patternProperties", {}).values(),
                entry.get("additionalProperties"),
            ][:1]
            return f"names, each with a {_kind(inner)}" if isinstance(inner, dict) else "section"
        case "string":
            return "date" if entry.get("format") == "date" else "text"
        case "boolean":
            return "`true`, `false`"
        case other:
            raise ValueError(f"no words for the type {other!r} of {entry}")


def _limits(entry: dict[str, Any]) -> str:
    match entry.get("minimum"), entry.get("maximum"):
        case None, None:
            return ""
        case low, None:
            return f", at least {grouped(low)}"
        case None, high:
            return f", at most {grouped(high)}"
        case low, high:
            return f", {grouped(low)} to {grouped(high)}"


def _options(command: Any) -> str:
    rows = [
        (code(_called(parameter)), parameter.help, _set(parameter)) for parameter in command.params
    ]
    return table(("argument or option", "meaning", "default"), rows) if rows else ""


def _called(parameter: Any) -> str:
    return (
        parameter.metavar if parameter.param_type_name == "argument" else " ".join(parameter.opts)
    )


def _set(parameter: Any) -> str:
    if parameter.required:
        return "must be given"
    if isinstance(parameter.show_default, str):
        return parameter.show_default
    return "" if parameter.default in (None, False, ()) else code(parameter.default)
