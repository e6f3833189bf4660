"""One thing that a rule can be asked: a value for each field of agent, unit, country and p."""

from collections.abc import Mapping
from dataclasses import dataclass

type Case = Mapping[str, float]
"""Values by dotted name, such as ``agent.pay``."""


@dataclass(frozen=True)
class Span:
    """What a field can be.

    Attributes
    ----------
    low, high
        Both inclusive.
    plain
        What it is where an example does not say.
    some
        Values worth trying.
    only_these
        Whether it can be nothing but `some`.
    whole
        Whether it is a whole number.
    """

    low: float
    high: float
    plain: float
    some: tuple[float, ...] = ()
    only_these: bool = False
    whole: bool = False


def choice(*values: float) -> Span:
    """Return the span of a field that is one of several values, the first of them where nothing is said."""
    return Span(min(values), max(values), values[0], values, only_these=True)


def possible(case: Case) -> Case:
    """Return a case in which nobody stands in two statuses, and whoever has no ties has none who left."""
    whole = dict(case)
    for names in _EXCLUSIVE:
        left = 1.0
        for name in names:
            whole[name] = min(whole[name], left)
            left -= whole[name]
    if not whole["agent.degree"]:
        whole["agent.ties_defected"] = 0.0
    return whole


_EXCLUSIVE = (
    ("unit.deserted", "unit.defected", "unit.shirking"),
    ("unit.commander_deserted", "unit.commander_defected"),
    ("country.forces_deserted", "country.forces_defected"),
)


def part[T](case: Mapping[str, T], who: str) -> dict[str, T]:
    """Return the fields of ``agent``, ``unit``, ``country`` or ``p``."""
    return {name.partition(".")[2]: value for name, value in case.items() if name.startswith(f"{who}.")}


def told(case: Case, plain: Case) -> str:
    """Say what is not plain in a case."""
    unlike = [f"{name} = {value!r}" for name, value in case.items() if value != plain[name]]
    return ", ".join(unlike) or "every field at its default"
