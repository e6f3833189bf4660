"""Files that a scenario names, as seen from the folder of the scenario that was asked for."""

import os
import re
from dataclasses import replace
from pathlib import Path

from defectsim.scenario.tree import Node

_CODE_IN_FILE = re.compile(r".+\.py:\w+")
_FILE_KEYS = ("csv",)


def placed(node: Node, folder: Path, asked: Path, key: str = "") -> Node:
    """Return a tree written in `folder` with its files named as seen from the folder `asked`."""
    if isinstance(node.value, dict):
        return replace(node, value={name: placed(child, folder, asked, name) for name, child in node.value.items()})
    if isinstance(node.value, list):
        return replace(node, value=[placed(child, folder, asked) for child in node.value])
    if not isinstance(node.value, str) or Path(node.value).is_absolute():
        return node
    if key not in _FILE_KEYS and not _CODE_IN_FILE.fullmatch(node.value):
        return node
    return replace(node, value=Path(os.path.relpath(folder / node.value, asked)).as_posix())
