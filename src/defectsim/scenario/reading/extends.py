"""A scenario file laid over every scenario that it extends."""

import os
import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path

from defectsim.core.code.shipped import PREFIX, library, shipped_name, shipped_scenario
from defectsim.core.errors import Fault
from defectsim.policies.acts import ActSection
from defectsim.policies.observers import ObserverSection
from defectsim.policies.outcomes import FunctionOutcome
from defectsim.rules.bindings import RuleSection
from defectsim.scenario.overrides import merge
from defectsim.scenario.reading.source import load_tree, shown_path, text_tree
from defectsim.scenario.reading.tree import Mark, Node
from defectsim.scenario.schema import Scenario

_CODE_IN_FILE = re.compile(r".+\.py:\w+")
_CODE_KEYS = {one.key for one in (RuleSection, ActSection, ObserverSection, FunctionOutcome)}
_NAMED_IN_SHORT = ("behaviour", "observers", "outcomes")
"""Sections whose entries may be the name of code alone."""
_OF_SWEEPS = {"scenario", "design", "vary", "points"}
_OF_SCENARIOS = {"extends", *Scenario.model_fields} - {"name", "question", "replicates"}
"""Keys by which the two kinds of files differ."""
_FORM = (
    "name one file, as in extends: base.yaml, or a scenario that ships, as in "
    "extends: defectsim:default"
)


@dataclass(frozen=True)
class LayerFile:
    """A file of a chain of scenarios.

    Attributes
    ----------
    root
        Folder that the chain must not leave from here on.
    shipped
        Whether the chain went to the scenarios that ship, by the name of one.
    """

    path: Path
    root: Path
    shipped: bool = False

    @property
    def shown(self) -> str:
        """Name of the file in messages."""
        return shipped_name(self.path) if self.shipped else shown_path(self.path)

    def rename(self, asked: Path) -> Callable[[str], str]:
        """Return what names files beside this one as a scenario in the folder `asked` does."""
        folder = self.path.parent
        if self.shipped:
            return lambda name: shipped_name(Path(os.path.normpath(folder / name)))
        return lambda name: Path(os.path.relpath(folder / name, asked)).as_posix()


def read_layers(
    path: Path, faults: list[Fault], asked: Mark | None = None, text: str | None = None
) -> Node | None:
    """Read a scenario file laid over those that it extends; append to `faults`.

    The tree is returned despite faults, and is `unread` without all that it extends; there is none
    without the file itself. `asked` is the place that names the file, if another file does; `text`
    stands for what the file holds, as an editor has it before it is saved.
    """
    asked = asked or Mark(shown_path(path))
    chain: list[LayerFile] = []
    layers: list[Node] = []
    following: LayerFile | None = LayerFile(path, path.parent)
    if str(path).startswith(PREFIX):
        following, problem = _shipped(str(path))
        faults += [asked.fault(problem)] if problem else []
    while following is not None:
        chain.append(following)
        if text is None or layers:
            root = load_tree(following.path, following.shown, asked, faults, len(layers))
        else:
            root = text_tree(text, following.shown, faults)
        if root is None:
            break
        if is_sweep(root):
            command = f"defectsim sweep {shlex.quote(following.shown)} --dry-run"
            advice = "extend the scenario that it names" if layers else command
            faults.append(root.mark.fault(f"this is a sweep file: {advice}"))
            break
        entries = dict(rebased_paths(root, following.rename(path.parent)).entries)
        extends = entries.pop("extends", None)
        layers.append(replace(root, value=entries))
        if extends is None:
            return reduce(merge, reversed(layers))
        asked = extends.mark
        following, problem = (None, "") if extends.unread else _parent(extends, chain)
        if problem:
            faults.append(extends.mark.fault(problem, "extends"))
    return replace(reduce(merge, reversed(layers)), unread=True) if layers else None


def is_sweep(root: Node) -> bool:
    """Return whether a file has keys of sweeps alone, and none of scenarios alone."""
    return bool(root.entries.keys() & _OF_SWEEPS) and not root.entries.keys() & _OF_SCENARIOS


def is_scenario(root: Node) -> bool:
    """Return whether a file has keys of scenarios alone, and none of sweeps alone."""
    return bool(root.entries.keys() & _OF_SCENARIOS) and not root.entries.keys() & _OF_SWEEPS


def _parent(extends: Node, chain: Sequence[LayerFile]) -> tuple[LayerFile | None, str]:
    name = extends.value
    if not isinstance(name, str) or not name or not name.isprintable():
        return None, _FORM
    if name.startswith(PREFIX):
        return _shipped(name)
    if Path(name).is_absolute():
        return None, "name the file relative to this one, not from the root"
    parent = replace(chain[-1], path=chain[-1].path.parent / name)
    real = os.path.realpath(parent.path)
    if not Path(real).is_relative_to(os.path.realpath(parent.root)):
        return None, f"{name} is outside the folder of the scenario"
    if real in (os.path.realpath(file.path) for file in chain):
        ring = " -> ".join(file.shown for file in [*chain, parent])
        return None, f"the scenarios extend each other in a circle: {ring}"
    return parent, ""


def _shipped(name: str) -> tuple[LayerFile | None, str]:
    path, problem = shipped_scenario(name)
    return (LayerFile(path, library(), shipped=True) if path else None), problem


def rebased_paths(node: Node, rename: Callable[[str], str], path: Sequence[str] = ()) -> Node:
    """Return a tree in which files have other names."""
    value = node.value
    if isinstance(value, dict):
        entries = value.items()
        below = {key: rebased_paths(one, rename, [*path, key]) for key, one in entries}
        return replace(node, value=below)
    if isinstance(value, str) and _names_a_file(path, value):
        return replace(node, value=rename(value))
    return node


def _names_a_file(path: Sequence[str], text: str) -> bool:
    """Return whether a text names a file relative to that in which it is written."""
    if Path(text).is_absolute() or text.startswith(PREFIX):
        return False
    if not path or path[-1] == "csv":
        return bool(path)
    names_code = path[-1] in _CODE_KEYS or (len(path) == 2 and path[0] in _NAMED_IN_SHORT)
    return names_code and _CODE_IN_FILE.fullmatch(text) is not None
