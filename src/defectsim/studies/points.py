"""From what is laid over a scenario at each point to points whose scenarios are valid."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from defectsim.core.errors import Fault
from defectsim.scenario.base import Base
from defectsim.scenario.difference import overrides_to
from defectsim.scenario.merge import lay
from defectsim.scenario.schema import Scenario
from defectsim.scenario.text import in_flow
from defectsim.scenario.tree import find
from defectsim.studies.drafts import Draft, value_of
from defectsim.studies.identity import CodeUsed
from defectsim.studies.sweep import Point, Value

_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?")


@dataclass
class _Found:
    """A fault, the first point that has it, how many points have one like it, and whether all say the same."""

    fault: Fault
    point: int
    count: int = 0
    alike: bool = True


def points_of(drafts: Sequence[Draft], base: Base, file: str, code: CodeUsed, faults: list[Fault]) -> tuple[Point, ...]:
    """Return the points of a sweep; append to `faults` what is wrong with their scenarios, like faults once.

    Parameters
    ----------
    code
        Where the code is gathered that the scenarios name.
    file
        What the sweep file is called in its marks.
    """
    found: dict[tuple[object, ...], _Found] = {}
    values, points = _values(drafts), []
    for number, draft in enumerate(drafts):
        wrong: list[Fault] = []
        scenario = _scenario(draft, base, wrong)
        for fault in dict.fromkeys(wrong):
            known = found.setdefault(_likeness(fault), _Found(fault, number))
            known.count, known.alike = known.count + 1, known.alike and known.fault == fault
        if scenario is not None and not found:
            points.append(Point(values[number], overrides_to(scenario, base.scenario), scenario.hash))
            code.add(scenario)
    told = [_told(one, values, file) for one in found.values()]
    faults += {(fault.path, fault.message): fault for fault in reversed(told)}.values()
    return tuple(points)


def _scenario(draft: Draft, base: Base, faults: list[Fault]) -> Scenario | None:
    """Return the scenario of a point; a null where there is nothing takes nothing away."""
    tree = base.tree
    for path, node in draft.items():
        if node.value is not None or find(tree, path.parts) is not None:
            tree = lay(tree, path.parts, node, faults)
    return base.laid(tree, faults)


def _values(drafts: Sequence[Draft]) -> list[dict[str, Value]]:
    """Return what varies at each point; what is not a number everywhere is text everywhere."""
    columns = {str(path): _alike([value_of(draft[path]) for draft in drafts]) for path in drafts[0]}
    return [{path: column[number] for path, column in columns.items()} for number in range(len(drafts))]


def _alike(values: list[Value]) -> list[Value]:
    if len(set(map(type, values))) == 1:
        return values
    return [value if isinstance(value, str) else in_flow(value) for value in values]


def _likeness(fault: Fault) -> tuple[object, ...]:
    """Return what faults have in common that differ in nothing but the numbers that they name."""
    return fault.file, fault.line, fault.column, fault.path, _NUMBER.sub("", fault.message)


def _told(found: _Found, values: Sequence[Mapping[str, Value]], file: str) -> Fault:
    """Return a fault that says which points have it, unless its place does."""
    fault = found.fault
    if fault.file == file:
        return fault if found.alike else replace(fault, message=f"{fault.message} (and others of its values)")
    point = ", ".join(f"{path}={value}" for path, value in values[found.point].items())
    where = f"in {found.count:,} of {len(values):,} points, first in point {found.point}: {point}"
    return replace(fault, message=f"{fault.message} ({where})")
