"""Kuran (1991): one person's fear falls a little; whether a revolution follows depends on everybody else."""

from typing import Any, NamedTuple


class Shift(NamedTuple):
    """Whose threshold falls, and to how many percent."""

    person: float
    to: float


def embolden(people: Any, p: Shift) -> None:
    """Let one person's threshold fall."""
    thresholds = people.column("threshold")
    thresholds[int(p.person) - 1] = p.to
    people.write("threshold", thresholds)
