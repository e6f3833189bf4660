"""Files that a scenario names, as seen from the folder of the scenario that was asked for."""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from defectsim.scenario.tree import Node

_CODE_IN_FILE = re.compile(r".+\.py:\w+")
_CODE_KEYS = ("rule", "act", "observe")
_NAMED_IN_SHORT = ("behaviour", "observers")
"""Sections whose entries may be the name of code alone."""


def placed(node: Node, folder: Path, asked: Path, path: Sequence[str] = ()) -> Node:
    """Return a tree that stands at `path`, written in `folder`, with files named as seen from the folder `asked`."""
    if isinstance(node.value, dict):
        below = {key: placed(child, folder, asked, [*path, key]) for key, child in node.value.items()}
        return replace(node, value=below)
    if not isinstance(node.value, str) or Path(node.value).is_absolute() or not _names_a_file(path, node.value):
        return node
    return replace(node, value=Path(os.path.relpath(folder / node.value, asked)).as_posix())


def _names_a_file(path: Sequence[str], text: str) -> bool:
    if path and path[-1] == "csv":
        return True
    in_short = len(path) == 2 and path[0] in _NAMED_IN_SHORT
    named = in_short or (path and path[-1] in _CODE_KEYS)
    return bool(named and _CODE_IN_FILE.fullmatch(text))
