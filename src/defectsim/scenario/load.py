"""From a file to a scenario that can be run, or to everything that is wrong with it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from defectsim.core.errors import Fault, ScenarioError
from defectsim.scenario.evidence import needs_sources, unsourced
from defectsim.scenario.extends import read
from defectsim.scenario.merge import override
from defectsim.scenario.schema import Scenario
from defectsim.scenario.tree import Node, dotted, locate, plain

_WORDS = {"Input should be": "must be", "Field required": "this key is missing; it must be given"}


def load(path: str | Path, overrides: Sequence[str] = (), *, allow_code: bool = False) -> Scenario:
    """Load a scenario. What it names as rules, acts, observers or agents is code, and is run.

    Where the file stands in a folder called `scenarios`, or below one, each number that is written in it, or in one
    that it extends, must have a source. Overrides need none.

    Parameters
    ----------
    path
        A YAML file.
    overrides
        Values laid over the file's, each as ``policies.off_ramp.value=0.6``.
    allow_code
        Whether a scenario outside of the working folder may name code other than defectsim's own.

    Raises
    ------
    ScenarioError
        With all that is wrong, each fault with file, line and column.
    """
    return load_with_tree(path, overrides, allow_code=allow_code)[1]


def load_with_tree(
    path: str | Path, overrides: Sequence[str] = (), *, allow_code: bool = False
) -> tuple[Node, Scenario]:
    """Load a scenario together with the tree of what is written; see `load`."""
    faults: list[Fault] = []
    file = Path(path)
    tree = read(file, faults)
    if tree is not None and needs_sources(file):
        faults += unsourced(tree)
    for text in overrides:
        tree = tree and override(tree, text, faults)
    may = allow_code or Path(os.path.abspath(file)).is_relative_to(Path.cwd())
    scenario = None if tree is None else _validated(tree, {"folder": file.parent, "allow_code": may}, faults)
    if faults or tree is None or scenario is None:
        raise ScenarioError(faults)
    return tree, scenario


def _validated(tree: Node, context: dict[str, Any], faults: list[Fault]) -> Scenario | None:
    try:
        return Scenario.model_validate(plain(tree), context=context)
    except ValidationError as error:
        faults += [_fault(tree, details) for details in error.errors(include_url=False)]
    return None


def _fault(tree: Node, details: ErrorDetails) -> Fault:
    loc, message = details["loc"], details["msg"]
    for pydantic, ours in _WORDS.items():
        message = message.replace(pydantic, ours)
    mark = locate(tree, loc, key=details["type"] == "unknown_key")
    return mark.fault(message, dotted(_known(tree, loc, details["type"] == "missing")))


def _known(node: Node, loc: Sequence[str | int], missing: bool) -> list[str | int]:
    """Return the parts of `loc` that the file has, and the last one where it is that which is missing."""
    known: list[str | int] = []
    for place, part in enumerate(loc):
        if isinstance(part, int) and isinstance(node.value, list) and part < len(node.value):
            node = node.value[part]
        elif isinstance(part, str) and part in node.entries:
            node = node.entries[part]
        elif not (missing and place == len(loc) - 1):
            continue
        known.append(part)
    return known
