"""What tables call people: ``guard-17`` among the soldiers of a branch, ``guard-general-3`` among its generals."""

import re
from collections.abc import Mapping

from defectsim.core.errors import nearest

_NAME = re.compile(r"([a-z][a-z0-9_]*)-(general-)?([1-9][0-9]*)")

type Block = tuple[str, str]
"""A branch, and ``soldier`` or ``general``: people who are numbered from 1."""


def parsed(name: str) -> tuple[Block, int] | None:
    """Return the block and the number that a name stands for, or None where it is no name."""
    match = _NAME.fullmatch(name)
    return match and ((match[1], "general" if match[2] else "soldier"), int(match[3]))


def written(block: Block, number: int) -> str:
    """Return the name of a person."""
    branch, kind = block
    return f"{branch}-general-{number}" if kind == "general" else f"{branch}-{number}"


def stranger(name: str, sizes: Mapping[Block, int]) -> str | None:
    """Say that nobody has a name, where blocks are of `sizes`; or nothing, where somebody has."""
    block, number = parsed(name) or (("", ""), 0)
    if number <= sizes.get(block, -1):
        return None
    if sizes.get(block):
        return (
            f"there is nobody called {name!r}; the last there is {written(block, sizes[block])!r}"
        )
    same = [written(other, number) for other, size in sizes.items() if 0 < number <= size]
    like = written(next(iter(sizes)), 1)
    return f"there is nobody called {name!r}{nearest(name, same) or f'; names are like {like!r}'}"
