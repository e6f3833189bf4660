"""The events of a YAML parser as a tree; tags never build objects."""

import math
import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ruamel.yaml.composer import ComposerError
from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import Resolver

from defectsim.core.errors import Fault, nearest
from defectsim.scenario.reading.tree import Mark, Node, Scalar, dotted, height, kind, size

CORE = "tag:yaml.org,2002:"
_RESOLVER = Resolver()


def _text(text: str) -> str:
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("text with half a surrogate pair; write the character itself")
    return text


def _null(text: str) -> None:
    if text.lower() not in {"", "~", "null"}:
        raise ValueError(f"{text!r} is not null")


def _bool(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(f"{text!r} is neither true nor false")
    return text.lower() == "true"


_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2}(_[0-9]{3})+(\.[0-9]*)?")


def _without_underscores(text: str) -> str:
    """Return digits without the underscores that part thousands, and refuse all others."""
    if "_" in text and not _THOUSANDS.fullmatch(text):
        problem = "underscores may only part thousands, as in 365_000; quote it if it is text"
        raise ValueError(f"{text[:40]!r} is no number: {problem}")
    return text.replace("_", "")


def _int(text: str) -> int:
    digits = _without_underscores(text)
    base = {"0b": 2, "0o": 8, "0x": 16}.get(digits.lstrip("+-")[:2], 10)
    try:
        return int(digits, base)
    except ValueError:
        raise ValueError(f"{text[:40]!r} cannot be read as a whole number") from None


def _float(text: str) -> float:
    digits = _without_underscores(text).lower()
    try:
        value = float(digits.replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        raise ValueError(f"{text[:40]!r} cannot be read as a number") from None
    if math.isnan(value):
        raise ValueError(f"{text} is not a number to calculate with; write a value or null")
    if math.isinf(value) and "inf" not in digits:
        raise ValueError(f"{text[:40]} is too large; write .inf if you mean infinity")
    return value


def _date(text: str) -> date:
    if len(text) > len("2019-01-30"):
        raise ValueError(f"{text!r} has a time of day; write the date alone, as in {text[:10]}")
    try:
        return date.fromisoformat(text)
    except ValueError:
        example = "write it as in 2019-01-30"
        raise ValueError(f"{text!r} is not a date of the calendar; {example}") from None


READERS: dict[str, Callable[[str], Scalar]] = {
    CORE + "null": _null,
    CORE + "bool": _bool,
    CORE + "int": _int,
    CORE + "float": _float,
    CORE + "timestamp": _date,
    CORE + "str": _text,
}
"""Readers of scalars; each raises ValueError for text that it cannot read."""


def in_yaml(name: str) -> str:
    """Return a name as a file writes it: in quotes where YAML would read no text without them."""
    bare = _RESOLVER.resolve(ScalarNode, name, (True, False)) == CORE + "str"
    return name if bare else f'"{name}"'


MAX_ALIASED = 100_000
MAX_LEVELS = 64
SEQ, MAP = CORE + "seq", CORE + "map"

type Place = Callable[[int, int], Mark]


class Composer:
    """Composer of one document.

    Parameters
    ----------
    events
        Events of ruamel's parser, from the start of the stream.
    place
        Function that makes the mark of a line and a column, both counted from 1.
    faults
        List to append to; what leaves no tree at all is raised as ruamel's `ComposerError`.
    path
        Place of the tree in the scenario.
    """

    def __init__(
        self, events: Iterator[Any], place: Place, faults: list[Fault], path: Sequence[str | int]
    ) -> None:
        self.events = events
        self.place = place
        self.faults = faults
        self.path = list(path)
        self.anchors: dict[str, Node | None] = {}
        self.aliased = 0

    def document(self) -> Node | None:
        """Return the tree of the only document, or None if there is none."""
        next(self.events)
        if isinstance(next(self.events), StreamEndEvent):
            self._fault(self.place(1, 1), "empty: no value is written here")
            return None
        node = self._node(next(self.events))
        next(self.events)
        after = next(self.events)
        if not isinstance(after, StreamEndEvent):
            raise _fatal(after, "a second YAML document; keep one to a file")
        return node

    def _node(self, event: Any, key_mark: Mark | None = None) -> Node:
        if len(self.path) >= MAX_LEVELS:
            raise _fatal(event, f"nested deeper than {MAX_LEVELS} levels")
        mark = key_mark if key_mark and _is_nothing(event) else self._mark(event)
        if isinstance(event, AliasEvent):
            return replace(self._target(event, mark), mark=mark)
        if event.anchor:
            self.anchors[event.anchor] = None
        readers = {ScalarEvent: self._scalar, SequenceStartEvent: self._list}
        read: Any = readers.get(type(event), self._mapping)
        known = len(self.faults)
        value = read(event, mark)
        node = Node(value, mark, unread=value is None and len(self.faults) > known)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _target(self, event: Any, mark: Mark) -> Node:
        """Return the node that an alias repeats."""
        node = self.anchors.get(event.anchor)
        if node is None:
            problem = f"the alias *{event.anchor} stands inside the value that it repeats"
            if event.anchor not in self.anchors:
                hint = nearest(event.anchor, self.anchors)
                problem = f"no anchor &{event.anchor} before this alias{hint}"
            self._fault(mark, problem)
            return Node(None, mark, unread=True)
        self.aliased += size(node)
        if self.aliased > MAX_ALIASED:
            raise _fatal(event, f"aliases repeat more than {MAX_ALIASED:,} values")
        if len(self.path) + height(node) > MAX_LEVELS:
            raise _fatal(event, f"nested deeper than {MAX_LEVELS} levels")
        return node

    def _scalar(self, event: Any, mark: Mark) -> Scalar:
        text = str(event.value)
        plain = event.implicit[0]
        if _is_nothing(event):
            self._fault(mark, "there is no value: write one")
            return None
        resolved = str(_RESOLVER.resolve(ScalarNode, text, (plain, not plain)))
        own = resolved if resolved in READERS else CORE + "str"
        tag = self._tag(event, mark, own, "a scalar", READERS)
        try:
            return READERS[tag](text)
        except ValueError as error:
            self._fault(mark, str(error))
            return None

    def _list(self, event: Any, mark: Mark) -> list[Node]:
        self._tag(event, mark, SEQ, "a list", [SEQ])
        items: list[Node] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            self.path.append(len(items))
            items.append(self._node(event))
            self.path.pop()
        return items

    def _mapping(self, event: Any, mark: Mark) -> dict[str, Node]:
        self._tag(event, mark, MAP, "a mapping", [MAP])
        entries: dict[str, Node] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            self.path.append("?")
            key, key_mark = self._key(event), self._mark(event)
            if key is not None:
                self.path[-1] = key
            node = replace(self._node(next(self.events), key_mark), key_mark=key_mark)
            if key in entries:
                self._fault(key_mark, f"duplicate key; the first is at {entries[key].key_mark}")
            elif key is not None:
                entries[key] = node
            self.path.pop()
        return entries

    def _key(self, event: Any) -> str | None:
        if isinstance(event, ScalarEvent) and event.implicit[0] and event.value == "<<":
            problem = "merge keys are refused; use extends: to build on another scenario"
            self._fault(self._mark(event), problem)
            return None
        known = len(self.faults)
        node = self._node(event)
        if isinstance(node.value, str):
            return node.value
        if len(self.faults) == known:
            problem = f"a key must be text, not {kind(node)}; quote it if it is meant as text"
            self._fault(node.mark, problem)
        return None

    def _tag(self, event: Any, mark: Mark, own: str, what: str, fitting: Container[str]) -> str:
        """Return the written tag of a value if it fits, or else its `own`."""
        tag = own if event.ctag is None else str(event.ctag)
        if tag in fitting:
            return tag
        shown = tag.replace(CORE, "!!")
        if tag in {SEQ, MAP, *READERS}:
            self._fault(mark, f"the tag {shown} does not fit {what}; remove it")
        else:
            self._fault(mark, f"YAML tags that ask for an object are refused: remove {shown}")
        return own

    def _mark(self, event: Any) -> Mark:
        return self.place(event.start_mark.line + 1, event.start_mark.column + 1)

    def _fault(self, mark: Mark, message: str) -> None:
        self.faults.append(mark.fault(message, dotted(self.path)))


def _is_nothing(event: Any) -> bool:
    """Return whether nothing is written; the parser puts it at whatever comes next."""
    return isinstance(event, ScalarEvent) and event.implicit[0] and not event.value


def _fatal(event: Any, problem: str) -> ComposerError:
    return ComposerError(None, None, problem, event.start_mark)
