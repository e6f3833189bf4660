"""A scenario file laid over every scenario that it extends."""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path

from defectsim.core.errors import Fault
from defectsim.scenario.overrides import merge
from defectsim.scenario.reading.source import load_tree, shown_path
from defectsim.scenario.reading.tree import Mark, Node

_CODE_IN_FILE = re.compile(r".+\.py:\w+")
_CODE_KEYS = ("rule", "act", "observe")
_NAMED_IN_SHORT = ("behaviour", "observers")
"""Sections whose entries may be the name of code alone."""


def read_layers(path: Path, faults: list[Fault], asked: Mark | None = None) -> Node | None:
    """Read a scenario file laid over those that it extends; append to `faults`.

    The tree is returned despite faults, unless a file is missing. `asked` is the place that names
    the file, if another file does.
    """
    asked = asked or Mark(shown_path(path))
    chain: list[Path] = []
    layers: list[Node] = []
    following: Path | None = path
    while following is not None:
        chain.append(following)
        root = load_tree(following, shown_path(following), asked, faults, len(layers))
        if root is None:
            return None
        entries = dict(rebased_paths(root, following.parent, path.parent).entries)
        extends = entries.pop("extends", None)
        layers.append(replace(root, value=entries))
        if extends is None:
            return reduce(merge, reversed(layers))
        asked = extends.mark
        following, problem = _parent(extends, chain)
        if problem:
            faults.append(extends.mark.fault(problem, "extends"))
    return None


def _parent(extends: Node, chain: Sequence[Path]) -> tuple[Path | None, str]:
    name = extends.value
    if not isinstance(name, str) or not name or not name.isprintable():
        return None, "name one file, as in extends: base.yaml"
    if Path(name).is_absolute():
        return None, "name the file relative to this one, not from the root"
    path = chain[-1].parent / name
    real = os.path.realpath(path)
    if not Path(real).is_relative_to(os.path.realpath(chain[0].parent)):
        return None, f"{name} is outside the folder of the scenario"
    if real in map(os.path.realpath, chain):
        ring = " -> ".join(map(shown_path, [*chain, path]))
        return None, f"the scenarios extend each other in a circle: {ring}"
    return path, ""


def rebased_paths(node: Node, folder: Path, asked: Path, path: Sequence[str] = ()) -> Node:
    """Return a tree, written in `folder`, with files named relative to the folder `asked`."""
    value = node.value
    if isinstance(value, dict):
        entries = value.items()
        below = {key: rebased_paths(one, folder, asked, [*path, key]) for key, one in entries}
        return replace(node, value=below)
    if isinstance(value, str) and not Path(value).is_absolute() and _names_a_file(path, value):
        return replace(node, value=Path(os.path.relpath(folder / value, asked)).as_posix())
    return node


def _names_a_file(path: Sequence[str], text: str) -> bool:
    if not path or path[-1] == "csv":
        return bool(path)
    names_code = path[-1] in _CODE_KEYS or (len(path) == 2 and path[0] in _NAMED_IN_SHORT)
    return names_code and _CODE_IN_FILE.fullmatch(text) is not None
