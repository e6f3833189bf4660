"""Names of people: ``guard-17``, a soldier of a branch, or ``guard-general-3``, a general of it."""

import re
from collections.abc import Mapping
from difflib import get_close_matches

_NAME = re.compile(r"([a-z][a-z0-9_]*)-(general-)?([1-9][0-9]*)")

_NEAREST = 3
"""Most names that are offered for one that nobody has."""

type Block = tuple[str, str]
"""A branch, and ``soldier`` or ``general``: people who are numbered from 1."""


def parse_name(name: str) -> tuple[Block, int] | None:
    """Return the block and the number of a person, or None if `name` is not a person's name."""
    match = _NAME.fullmatch(name)
    return match and ((match[1], "general" if match[2] else "soldier"), int(match[3]))


def person_name(block: Block, number: int) -> str:
    """Return the name of a person."""
    branch, kind = block
    return f"{branch}-general-{number}" if kind == "general" else f"{branch}-{number}"


def unknown_person(name: str, sizes: Mapping[Block, int]) -> str | None:
    """Return a message if nobody has a name in blocks of `sizes`, else None."""
    block, number = parse_name(str(name)) or (("", ""), 0)
    size = sizes.get(block, 0)
    if 0 < number <= size:
        return None
    message = f"there is nobody called {name!r}"
    if size:
        return f"{message}; the last there is {person_name(block, size)!r}"
    same = [person_name(other, number) for other, size in sizes.items() if 0 < number <= size]
    longer = [other for other in same if other.endswith(f"-{name}")]
    near = longer[:_NEAREST] or get_close_matches(str(name), same, n=1)
    if not near:
        return f"{message}; names are like {person_name(next(iter(sizes)), 1)!r}"
    return f"{message}; did you mean {' or '.join(map(repr, near))}?"
