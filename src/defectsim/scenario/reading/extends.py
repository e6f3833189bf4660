"""Read a scenario and every scenario that it extends."""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path

from defectsim.core.errors import Fault
from defectsim.scenario.overrides import merge
from defectsim.scenario.reading.source import load, shown
from defectsim.scenario.reading.tree import Mark, Node

_CODE_IN_FILE = re.compile(r".+\.py:\w+")
_CODE_KEYS = ("rule", "act", "observe")
_NAMED_IN_SHORT = ("behaviour", "observers")
"""Sections whose entries may be the name of code alone."""


def rebased_paths(node: Node, folder: Path, asked: Path, path: Sequence[str] = ()) -> Node:
    """Return a tree that stands at `path`, written in `folder`, with files named as seen from the folder `asked`."""
    if isinstance(node.value, dict):
        below = {
            key: rebased_paths(child, folder, asked, [*path, key])
            for key, child in node.value.items()
        }
        return replace(node, value=below)
    if (
        not isinstance(node.value, str)
        or Path(node.value).is_absolute()
        or not _names_a_file(path, node.value)
    ):
        return node
    return replace(node, value=Path(os.path.relpath(folder / node.value, asked)).as_posix())


def _names_a_file(path: Sequence[str], text: str) -> bool:
    if path and path[-1] == "csv":
        return True
    in_short = len(path) == 2 and path[0] in _NAMED_IN_SHORT
    named = in_short or (path and path[-1] in _CODE_KEYS)
    return bool(named and _CODE_IN_FILE.fullmatch(text))


def read(path: Path, faults: list[Fault], asked: Mark | None = None) -> Node | None:
    """Read a scenario file laid over those that it extends.

    What is wrong is appended to `faults`; the tree is returned all the same, unless a file is missing from it.

    Parameters
    ----------
    asked
        The place that asks for the file, where a file does.
    """
    layers = _layers(path, faults, asked or Mark(shown(path)))
    return None if layers is None else reduce(merge, reversed(layers))


def _layers(path: Path, faults: list[Fault], asked: Mark) -> list[Node] | None:
    """Return the scenario, the one that it extends, and so on, without their `extends`."""
    folder = os.path.realpath(path.parent)
    chain: list[Path] = []
    layers: list[Node] = []
    following: Path | None = path
    while following is not None:
        chain.append(following)
        root = load(following, shown(following), asked, faults, len(layers))
        if root is None:
            return None
        entries = dict(rebased_paths(root, following.parent, path.parent).entries)
        extends = entries.pop("extends", None)
        layers.append(replace(root, value=entries))
        if extends is None:
            return layers
        asked = extends.mark
        following = _parent(extends, chain, folder, faults)
    return None


def _parent(extends: Node, chain: list[Path], folder: str, faults: list[Fault]) -> Path | None:
    name = extends.value
    if not isinstance(name, str) or not name or not name.isprintable():
        faults.append(extends.mark.fault("name one file, as in extends: base.yaml", "extends"))
        return None
    if Path(name).is_absolute():
        faults.append(
            extends.mark.fault("name the file relative to this one, not from the root", "extends")
        )
        return None
    path = chain[-1].parent / name
    real = os.path.realpath(path)
    if not Path(real).is_relative_to(folder):
        faults.append(
            extends.mark.fault(f"{name} is outside the folder of the scenario", "extends")
        )
        return None
    if real in map(os.path.realpath, chain):
        ring = " -> ".join(map(shown, [*chain, path]))
        faults.append(
            extends.mark.fault(f"the scenarios extend each other in a circle: {ring}", "extends")
        )
        return None
    return path
