"""A YAML file as a tree of values that know where they are written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from defectsim.core.errors import Fault

type Scalar = bool | int | float | str | date | None
type Plain = Scalar | dict[str, Plain] | list[Plain]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; lines and columns count from 1.

    Attributes
    ----------
    layer
        Number of files laid over this one; -1 for ``--set``, which lies over all.
    """

    file: str
    line: int | None = None
    column: int | None = None
    layer: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return str(self.fault(""))

    def fault(self, message: str, path: str = "") -> Fault:
        """Return a fault that points here."""
        return Fault(message, path, self.file, self.line, self.column)


@dataclass(frozen=True, slots=True)
class Node:
    """A value, its place and, inside a mapping, the place of its key.

    Attributes
    ----------
    unread
        True if what is written could not be read, or not all of it, which a fault says already.
    """

    value: "Scalar | dict[str, Node] | list[Node]"
    mark: Mark
    key_mark: Mark | None = None
    unread: bool = False

    @property
    def entries(self) -> "dict[str, Node]":
        """The entries of a mapping; none for any other value."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def children(self) -> "list[Node]":
        """The values directly below this one."""
        return self.value if isinstance(self.value, list) else list(self.entries.values())

    def child(self, part: str | int) -> "Node | None":
        """Return the value below this one at a key, or at an item's place."""
        if not isinstance(self.value, list):
            return self.entries.get(str(part))
        place = int(part) if str(part).isdecimal() else len(self.value)
        return self.value[place] if place < len(self.value) else None


def plain(node: Node) -> Plain:
    """Return the tree as Python data, without its marks."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def node_of(value: Any, mark: Mark) -> Node:
    """Return plain data as a tree written at one place."""
    match value:
        case dict():
            return Node({key: node_of(entry, mark) for key, entry in value.items()}, mark)
        case list() | tuple():
            return Node([node_of(entry, mark) for entry in value], mark)
    return Node(value, mark)


def locate(node: Node, loc: Sequence[str | int], *, key: bool = False) -> Mark:
    """Return the place of a validation error: that of the value, or of its `key`.

    Parts of `loc` that the tree does not have (a missing key, a name that a validator added) are
    skipped, so that the mark is that of the nearest value above.
    """
    for part in loc:
        node = node.child(part) or node
    return node.key_mark or node.mark if key else node.mark


def find_node(node: Node, path: Iterable[str]) -> Node | None:
    """Return the value at a path of keys and items' numbers, or None."""
    for part in path:
        below = node.child(part)
        if below is None:
            return None
        node = below
    return node


def dotted(path: Iterable[str | int]) -> str:
    """Return a path as people write it: ``policies.off_ramp.value``."""
    return ".".join(map(str, path))


_KINDS = {
    dict: "a mapping",
    list: "a list",
    str: "text",
    date: "a date",
    bool: "true or false",
    int: "a number",
    float: "a number",
}


def kind(node: Node) -> str:
    """Return the kind of a value, in the words of messages."""
    return _KINDS.get(type(node.value), "null")


def size(node: Node) -> int:
    """Return the number of values in the tree, this one included."""
    return 1 + sum(map(size, node.children))


def height(node: Node) -> int:
    """Return the number of levels in the tree, this one included."""
    return 1 + max(map(height, node.children), default=0)
