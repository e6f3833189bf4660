"""Lay one tree over another."""

from dataclasses import replace

from defectsim.core.errors import Fault, nearest
from defectsim.scenario.source import parse
from defectsim.scenario.tree import Mark, Node, dotted, kind

_NAMES = ("rule", "act", "kind")
"""Keys that say what a section is, and so which other keys it can have."""


def merge(base: Node, over: Node) -> Node:
    """Lay `over` over `base`: mappings merge key by key, all else is replaced whole.

    A null takes away the key that it is laid over. A bare number laid over ``{value, range, source}``
    replaces its value; a new value keeps the range but not the source, which spoke of the old one. A section that
    names another rule, act or kind replaces the old one whole, whose other keys are the old one's.
    """
    numeric = _is_number(base)
    if numeric and isinstance(over.value, int | float) and not isinstance(over.value, bool):
        over = replace(over, value={"value": over})
    if not isinstance(base.value, dict) or not isinstance(over.value, dict) or _of_another_kind(base, over):
        return over
    entries = dict(base.value)
    if numeric and "value" in over.value:
        entries.pop("source", None)
    for key, node in over.value.items():
        if key in entries and node.value is None:
            del entries[key]
        else:
            entries[key] = merge(entries[key], node) if key in entries else node
    return replace(over, value=entries)


def override(tree: Node, text: str, faults: list[Fault]) -> Node:
    """Lay ``PATH=VALUE`` over a tree; append to `faults` what is wrong with it.

    Sections on the way that the file does not have are made, for the schema to judge, unless one has a similar name.
    """
    mark = Mark(f"--set {text}")
    path, equals, value = text.partition("=")
    parts = path.strip().split(".")
    if not equals or not all(parts):
        faults.append(mark.fault("write it as PATH=VALUE, as in policies.off_ramp.value=0.6"))
        return tree
    over = parse(value, lambda *_: mark, faults, parts)
    return tree if over is None else _lay(tree, parts, 0, replace(over, key_mark=mark), faults)


def _is_number(node: Node) -> bool:
    return "value" in node.entries and node.entries.keys() <= {"value", "range", "source"}


def _of_another_kind(base: Node, over: Node) -> bool:
    both = [key for key in _NAMES if key in base.entries and key in over.entries]
    named = [(base.entries[key].value, over.entries[key].value) for key in both]
    return any(isinstance(new, str) and new != old for old, new in named)


def _lay(node: Node, path: list[str], depth: int, over: Node, faults: list[Fault]) -> Node:
    """Lay `over` over the value that stands at ``path[depth:]`` below `node`."""
    if depth == len(path):
        return merge(node, over)
    part, last = path[depth], depth == len(path) - 1
    if isinstance(node.value, dict) and last:
        return merge(node, replace(node, value={part: over}))
    if part in node.entries or (isinstance(node.value, dict) and not nearest(part, node.value)):
        below = node.entries.get(part) or Node({}, over.mark, over.mark)
        return replace(node, value={**node.entries, part: _lay(below, path, depth + 1, over, faults)})
    if isinstance(node.value, list) and part.isdecimal() and int(part) < len(node.value):
        items = list(node.value)
        items[int(part)] = _lay(items[int(part)], path, depth + 1, over, faults)
        return replace(node, value=items)
    faults.append(over.mark.fault(_missing(node, part), dotted(path[: depth + 1])))
    return node


def _missing(node: Node, part: str) -> str:
    if isinstance(node.value, dict):
        return f"there is no such key{nearest(part, node.value)}"
    if isinstance(node.value, list):
        return f"there is no such item; the list has {len(node.value)}, counted from 0"
    return f"what stands above is {kind(node)}, which holds no keys; set it whole"
