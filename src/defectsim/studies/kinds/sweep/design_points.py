"""From what a sweep file says to what is laid over its scenario at each point."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from defectsim.core.errors import Fault
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.numbers import is_number
from defectsim.scenario.overrides import overlay
from defectsim.scenario.reading.tree import Mark, Node, find_node, plain
from defectsim.scenario.schema import Scenario
from defectsim.scenario.yaml import in_flow
from defectsim.studies.kinds.sweep.paths import Path, overlapping
from defectsim.studies.kinds.sweep.sampling import Range, filling
from defectsim.studies.kinds.sweep.sweep_file import DesignSection, Span, SweepFile
from defectsim.studies.plan import NamedCode, Point, Value

MOST_POINTS = 100_000
"""What a sweep may have, since each point is checked before the first is run."""
KEPT = 1_000
"""Number of points whose validated scenarios a plan keeps; others are made when needed."""

type Draft = Mapping[Path, Node]
"""What is laid over the scenario at one point, and where."""


def drafts(
    section: SweepFile, tree: Node, base: ScenarioDocument, faults: list[Fault]
) -> list[Draft]:
    """Return the points of a sweep, in order; append to `faults` what is wrong.

    Parameters
    ----------
    tree
        What the sweep file says, as `section` has it.
    """
    if section.vary is None:
        return _listed(tree.entries["points"], base, faults)
    said = tree.entries["vary"].entries
    paths = {
        text: Path.read(text, node.key_mark or node.mark, base, faults)
        for text, node in said.items()
    }
    faults += overlapping([path for path in paths.values() if path])
    varies = [(path, said[text], section.vary[text]) for text, path in paths.items() if path]
    design = section.design or DesignSection()
    if design.kind == "grid":
        axes = {path: _levels(path, node, entry, base, faults) for path, node, entry in varies}
        return _grid(axes, tree.entries["vary"].mark, faults)
    spans = [
        (path, node.mark, entry if isinstance(entry, Span) else Span())
        for path, node, entry in varies
    ]
    ranges = {path: path.range(span, mark, base, faults) for path, mark, span in spans}
    return (
        []
        if faults
        else _filled(
            {path: range_ for path, range_ in ranges.items() if range_}, design, tree, faults
        )
    )


def value_of(node: Node) -> Value:
    """Return what tables say of a value: a number, true or false, or text for all else."""
    value = plain(node.entries["value"] if is_number(node) else node)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return value if isinstance(value, bool | str) else in_flow(value)


def _grid(axes: Mapping[Path, list[Node]], mark: Mark, faults: list[Fault]) -> list[Draft]:
    """Return every combination of values; what is written last changes from point to point."""
    if _too_many(math.prod(map(len, axes.values())), mark, faults):
        return []
    return [dict(zip(axes, point, strict=True)) for point in product(*axes.values())]


def _levels(
    path: Path,
    node: Node,
    entry: list[Any] | Span | None,
    base: ScenarioDocument,
    faults: list[Fault],
) -> list[Node]:
    """Return the values of one path in a grid."""
    if isinstance(entry, Span):
        range_ = path.range(entry, node.mark, base, faults)
        levels = range_.levels(entry.levels or 0) if range_ else []
        if len(set(levels)) < len(levels):
            few = f"only {len(set(levels))} of {entry.levels} levels differ, for they are whole numbers: take fewer"
            faults.append(node.mark.fault(few, str(path)))
        return [Node(value, node.mark, path.mark) for value in levels]
    values = [replace(item, key_mark=path.mark) for item in node.children]
    twice = [values[place].mark for place in _repeated([{path: value} for value in values])]
    faults += [
        mark.fault("this value is listed twice; keep one of both", str(path)) for mark in twice
    ]
    return values


def _filled(
    ranges: Mapping[Path, Range], design: DesignSection, tree: Node, faults: list[Fault]
) -> list[Draft]:
    """Return points that fill ranges."""
    count, mark = design.points or 0, tree.entries["design"].mark
    if _too_many(count, mark, faults):
        return []
    shares = filling(design.kind, len(ranges), count, design.seed)
    columns = [
        [Node(value, path.mark, path.mark) for value in range_.at(column)]
        for (path, range_), column in zip(ranges.items(), shares.T, strict=True)
    ]
    points: list[Draft] = [
        dict(zip(ranges, point, strict=True)) for point in zip(*columns, strict=True)
    ]
    if twice := len(_repeated(points)):
        few = f"{twice} of {count} points are like others, for the ranges have few whole numbers: take fewer points"
        faults.append(mark.fault(few, "design"))
    return points


def _listed(node: Node, base: ScenarioDocument, faults: list[Fault]) -> list[Draft]:
    """Return points that are written one by one; what one of them does not say is as the scenario says."""
    if _too_many(len(node.children), node.mark, faults):
        return []
    written = [_written(item, base, faults) for item in node.children]
    paths = list(dict.fromkeys(path for point in written for path in point))
    faults += overlapping(paths)
    resolved = base.resolved.tree
    own = {path: find_node(resolved, path.parts) or Node(None, path.mark) for path in paths}
    points = [
        {path: replace(point.get(path, own[path]), key_mark=path.mark) for path in paths}
        for point in written
    ]
    for place in _repeated(points):
        twice = "this point is like one above it; keep one of both"
        faults.append(node.children[place].mark.fault(twice, f"points.{place}"))
    return list(points)


def _written(item: Node, base: ScenarioDocument, faults: list[Fault]) -> Draft:
    """Return what is written of one point."""
    read = [
        (Path.read(text, node.key_mark or node.mark, base, faults), node)
        for text, node in item.entries.items()
    ]
    said = {path: node for path, node in read if path}
    if len(said) < len(read):
        faults += overlapping([path for path, _ in read if path])
    return said


def _repeated(points: Sequence[Draft]) -> list[int]:
    """Return the places of points that are like one before them."""
    known: set[tuple[Value, ...]] = set()
    found = []
    for place, point in enumerate(points):
        values = tuple(map(value_of, point.values()))
        if values in known:
            found.append(place)
        known.add(values)
    return found


def _too_many(count: int, mark: Mark, faults: list[Fault]) -> bool:
    if count > MOST_POINTS:
        faults.append(
            mark.fault(
                f"makes {count:,} points, where {MOST_POINTS:,} is the most; make several sweeps"
            )
        )
    return count > MOST_POINTS


_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?")


@dataclass
class _Found:
    """A fault, the first point that has it, how many points have one like it, and whether all say the same."""

    fault: Fault
    point: int
    count: int = 0
    alike: bool = True


def points_of(
    drafts: Sequence[Draft], base: ScenarioDocument, file: str, code: NamedCode, faults: list[Fault]
) -> tuple[Point, ...]:
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
            keep = number < KEPT
            points.append(Point.of(values[number], scenario, base.scenario, keep=keep))
            code.add(scenario)
    told = [_told(one, values, file) for one in found.values()]
    faults += {(fault.path, fault.message): fault for fault in reversed(told)}.values()
    return tuple(points)


def _scenario(draft: Draft, base: ScenarioDocument, faults: list[Fault]) -> Scenario | None:
    """Return the scenario of a point; a null where there is nothing takes nothing away."""
    tree = base.tree
    for path, node in draft.items():
        if node.value is not None or find_node(tree, path.parts) is not None:
            tree = overlay(tree, path.parts, node, faults)
    return base.revalidate(tree, faults)


def _values(drafts: Sequence[Draft]) -> list[dict[str, Value]]:
    """Return what varies at each point; what is not a number everywhere is text everywhere."""
    columns = {str(path): _alike([value_of(draft[path]) for draft in drafts]) for path in drafts[0]}
    return [
        {path: column[number] for path, column in columns.items()} for number in range(len(drafts))
    ]


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
        return (
            fault
            if found.alike
            else replace(fault, message=f"{fault.message} (and others of its values)")
        )
    point = ", ".join(f"{path}={value}" for path, value in values[found.point].items())
    where = f"in {found.count:,} of {len(values):,} points, first in point {found.point}: {point}"
    return replace(fault, message=f"{fault.message} ({where})")
