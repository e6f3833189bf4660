"""Trees laid over trees: files over those that they extend, and ``--set PATH=VALUE``."""

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from defectsim.core.errors import Fault, nearest
from defectsim.core.section import Number, Section
from defectsim.population.distribution import FORMS
from defectsim.scenario.numbers import is_number, of_people, of_series
from defectsim.scenario.reading.source import parse
from defectsim.scenario.reading.tree import Mark, Node, dotted, kind, node_of, plain
from defectsim.scenario.schema import Scenario


def as_yaml(scenario: Scenario) -> str:
    """Return a resolved scenario as the text of a file that needs no other."""
    return yaml_text(scenario.dump())


def yaml_text(data: Any) -> str:
    """Return plain data as the text of a YAML file."""
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 10_000
    text = StringIO()
    yaml.dump(_plain(data), text)
    return text.getvalue()


def in_flow(value: Any) -> str:
    """Return plain data as YAML in one line, for ``--set PATH=VALUE``."""
    match value:
        case dict():
            pairs = (f"{json.dumps(key)}: {in_flow(entry)}" for key, entry in value.items())
            return "{" + ", ".join(pairs) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(in_flow, value)) + "]"
        case date():
            return value.isoformat()
        case float() if math.isinf(value):
            return ".inf" if value > 0 else "-.inf"
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Return data with lists for tuples, and whole numbers for floats without a fraction."""
    match value:
        case dict():
            return {key: _plain(entry) for key, entry in value.items()}
        case tuple() | list():
            return [_plain(entry) for entry in value]
        case float() if value.is_integer() and str(value) != "-0.0":
            return int(value)
    return value


_NAMES = {"rule", "act", "kind"}
"""Keys that name what a section is, and so which other keys it can have."""
_FORMS = {"value", "series", "csv", *FORMS}
"""Keys of which a quantity of people, a value of a lever, or a series has one."""
_NOWHERE = Mark("")
_DECIMAL = re.compile(r"([1-9]\d*|0(?=\.))(\.\d+)?")
"""Numbers that YAML reads as JSON does."""


def merge(base: Node, over: Node, path: Sequence[str] = ()) -> Node:
    """Lay `over` over `base`: mappings merge, all else is replaced.

    A null removes the key that it is laid over. A bare number laid over ``{value, range, source}``
    replaces its value; a new value keeps the range but not the source, which was the old one's. A
    section with another rule, act or kind, and a distribution of another form, replace the old one
    as a whole.
    """
    base = _rule_as_section(base, path)
    numeric = is_number(base)
    if numeric and isinstance(over.value, int | float) and not isinstance(over.value, bool):
        over = replace(over, value={"value": over})
    mappings = isinstance(base.value, dict) and isinstance(over.value, dict)
    if not mappings or _replaces(base, over, path):
        return over
    entries = dict(base.entries)
    if numeric and "value" in over.entries:
        entries.pop("source", None)
    for key, node in over.entries.items():
        if key in entries and node.value is None and not node.unread:
            del entries[key]
        else:
            entries[key] = merge(entries[key], node, [*path, key]) if key in entries else node
    return replace(over, value=entries)


def split_setting(setting: str | Node) -> tuple[tuple[str, str, str], Mark]:
    """Return path, sign and value of ``PATH=VALUE``, and its place."""
    if isinstance(setting, Node):
        return str(setting.value).partition("="), setting.mark
    return setting.partition("="), Mark(f"--set {setting}", layer=-1)


def override(tree: Node, setting: str | Node, faults: list[Fault]) -> Node:
    """Lay ``PATH=VALUE`` over a tree; append to `faults`.

    Missing sections on the path are made, for the schema to judge, unless one has a similar name.
    The setting is a node if it stands in a file.
    """
    (path, equals, value), mark = split_setting(setting)
    parts = path.strip().split(".")
    if not equals or not all(parts):
        faults.append(mark.fault("write it as PATH=VALUE, as in policies.off_ramp.value=0.6"))
        return tree
    over: Node | None = Node(json.loads(value), mark) if _DECIMAL.fullmatch(value) else None
    over = over or parse(value, lambda *_: mark, faults, parts)
    return tree if over is None else overlay(tree, parts, replace(over, key_mark=mark), faults)


def overlay(
    node: Node, path: Sequence[str], over: Node, faults: list[Fault], depth: int = 0
) -> Node:
    """Lay `over` over the value at a path; all else stays the same nodes.

    The first `depth` parts of the path lead to `node`.
    """
    if depth == len(path):
        return merge(node, over, path)
    node = _rule_as_section(node, path[:depth])
    part, value = path[depth], node.value
    if isinstance(value, dict):
        if depth == len(path) - 1:
            return merge(node, replace(node, value={part: over}), path[:depth])
        section = depth == 0 and part in Scenario.model_fields
        if part in value or section or not nearest(part, value):
            below = value.get(part) or Node({}, over.mark, over.mark)
            below = overlay(below, path, over, faults, depth + 1)
            return replace(node, value={**value, part: below})
    elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
        items = list(value)
        items[int(part)] = overlay(items[int(part)], path, over, faults, depth + 1)
        return replace(node, value=items)
    mark = over.key_mark or over.mark
    faults.append(mark.fault(_missing(node, part), dotted(path[: depth + 1])))
    return node


def _missing(node: Node, part: str) -> str:
    if isinstance(node.value, dict):
        return f"there is no such key{nearest(part, node.value)}"
    if isinstance(node.value, list):
        return f"there is no such item; the list has {len(node.value)}, counted from 0"
    return f"what stands above is {kind(node)}, which holds no keys; set it whole"


def _rule_as_section(node: Node, path: Sequence[str]) -> Node:
    bare = len(path) == 2 and path[0] == "behaviour" and isinstance(node.value, str)
    return replace(node, value={"rule": node}) if bare else node


def _replaces(base: Node, over: Node, path: Sequence[str]) -> bool:
    """Return whether one mapping replaces another as a whole: another kind or form."""
    for key in _NAMES & base.entries.keys() & over.entries.keys():
        new = over.entries[key].value
        if isinstance(new, str) and new != base.entries[key].value:
            return True
    forms = _FORMS & over.entries.keys()
    return _has_forms(path) and bool(forms) and _FORMS & base.entries.keys() != forms


def _has_forms(path: Sequence[str]) -> bool:
    match path:
        case ["conditions", _] | ["policies", _, "value"]:
            return True
    return of_people(path) or of_series(path)


def overrides_to(other: Scenario, base: Scenario) -> tuple[str, ...]:
    """Return the overrides, each ``PATH=VALUE``, that make one resolved scenario of another.

    A change of a number's value alone is written as ``policies.off_ramp.value=0.6``. A value that
    would survive under anything laid over it is removed first, by a null.
    """
    apart = {
        name: _apart(getattr(base, name), getattr(other, name)) for name in _apart(base, other)
    }
    old, new = (one.model_dump(exclude_none=True, include=apart) for one in (base, other))
    return tuple(_changes(node_of(old, _NOWHERE), node_of(new, _NOWHERE), ()))


def _apart(one: Any, other: Any) -> Any:
    """Return the fields of two sections that differ; True for other values."""
    if not isinstance(one, Section) or isinstance(one, Number) or type(one) is not type(other):
        return True
    names = type(one).model_fields
    return {name for name in names if getattr(one, name) is not getattr(other, name)}


def _changes(old: Node, new: Node, path: Sequence[str]) -> Iterator[str]:
    """Yield the overrides that make `new` of `old`, at `path`."""
    if _same(old, new):
        return
    here, mappings = dotted(path), isinstance(old.value, dict) and isinstance(new.value, dict)
    if mappings and not (is_number(old) or is_number(new) or _replaces(old, new, path)):
        for key in old.entries | new.entries:
            if key not in new.entries:
                yield f"{dotted([*path, key])}=null"
            elif key not in old.entries:
                yield f"{dotted([*path, key])}={in_flow(plain(new.entries[key]))}"
            else:
                yield from _changes(old.entries[key], new.entries[key], [*path, key])
        return
    for over in [*([new.entries["value"]] if is_number(new) else []), new]:
        if _same(merge(old, over, path), new):
            yield f"{here}={in_flow(plain(over))}"
            return
    yield f"{here}=null"
    yield f"{here}={in_flow(plain(new))}"


def _same(one: Node, other: Node) -> bool:
    """Return whether two trees are written alike; 1, 1.0 and true are not, nor are 0.0 and -0.0."""
    if type(one.value) is not type(other.value):
        return False
    if isinstance(one.value, dict):
        known, entries = one.entries, other.entries
        return [*known] == [*entries] and all(_same(known[key], entries[key]) for key in known)
    if isinstance(one.value, list):
        children = other.children
        return len(one.children) == len(children) and all(map(_same, one.children, children))
    return repr(one.value) == repr(other.value)
