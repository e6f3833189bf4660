"""Points of a sweep's design: what is laid over the scenario at each."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from defectsim.core.errors import Fault
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.numbers import is_number
from defectsim.scenario.overrides import in_flow
from defectsim.scenario.reading.tree import Mark, Node, find_node, plain
from defectsim.studies.kinds.sweep.paths import VariedPath, fill, overlapping, range_at, read_path
from defectsim.studies.kinds.sweep.sweep_file import DesignSection, Span, SweepFile
from defectsim.studies.plan import Value

MOST_POINTS = 100_000
"""Limit of the points of a sweep, since each is checked before the first is run."""

type DesignPoint = Mapping[VariedPath, Node]
"""Values that are laid over the scenario at one point."""


def value_of(node: Node) -> Value:
    """Return a value as tables have it: a number, true or false, or text for all else."""
    value = plain(node.entries["value"] if is_number(node) else node)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return value if isinstance(value, bool | str) else in_flow(value)


@dataclass(frozen=True)
class DesignReader:
    """Reads the design points of a sweep file over a scenario; faults are appended to a list."""

    file: SweepFile
    tree: Node
    base: ScenarioDocument
    faults: list[Fault]

    def points(self) -> list[DesignPoint]:
        """Return the points in their order; none if there are faults."""
        if self.file.vary is None:
            return self._listed(self.tree.entries["points"])
        node = self.tree.entries["vary"]
        paths = self._paths(node)
        entries = {path: self.file.vary[text] for text, path in paths.items()}
        nodes = {path: node.entries[text] for text, path in paths.items()}
        design = self.file.design or DesignSection()
        if design.kind != "grid":
            return self._filled(entries, nodes, design)
        axes = {path: self._levels(path, nodes[path], entry) for path, entry in entries.items()}
        if self._too_many(math.prod(map(len, axes.values())), node.mark):
            return []
        return [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]

    def _paths(self, node: Node) -> dict[str, VariedPath]:
        """Read the keys of a mapping as paths."""
        paths = {}
        for text, entry in node.entries.items():
            if path := read_path(text, entry, self.base, self.faults):
                paths[text] = path
        self.faults.extend(overlapping([*paths.values()]))
        return paths

    def _levels(self, path: VariedPath, node: Node, entry: list[Any] | Span | None) -> list[Node]:
        """Return the values of one path in a grid."""
        if isinstance(entry, Span):
            range_ = range_at(path, entry, node.mark, self.base, self.faults)
            levels = range_.levels(entry.levels or 0) if range_ else []
            if len({*levels}) < len(levels):
                few = f"only {len({*levels})} of {entry.levels} levels differ"
                message = f"{few}, for they are whole numbers: take fewer"
                self.faults.append(node.mark.fault(message, str(path)))
            return [Node(value, node.mark, path.mark) for value in levels]
        values = [replace(item, key_mark=path.mark) for item in node.children]
        for place in _repeated([value] for value in values):
            message = "this value is listed twice; keep one of both"
            self.faults.append(values[place].mark.fault(message, str(path)))
        return values

    def _filled(
        self,
        entries: Mapping[VariedPath, list[Any] | Span | None],
        nodes: Mapping[VariedPath, Node],
        design: DesignSection,
    ) -> list[DesignPoint]:
        """Return points that fill ranges."""
        ranges = {}
        for path, entry in entries.items():
            span = entry if isinstance(entry, Span) else Span()
            if range_ := range_at(path, span, nodes[path].mark, self.base, self.faults):
                ranges[path] = range_
        count, mark = design.points or 0, self.tree.entries["design"].mark
        if self._too_many(count, mark) or self.faults:
            return []
        shares = fill(design.kind, len(ranges), count, design.seed)
        columns = [
            range_.at(column) for range_, column in zip(ranges.values(), shares.T, strict=True)
        ]
        points = [
            {
                path: Node(value, path.mark, path.mark)
                for path, value in zip(ranges, values, strict=True)
            }
            for values in zip(*columns, strict=True)
        ]
        if twice := len(_repeated(point.values() for point in points)):
            few = f"{twice} of {count} points are like others"
            message = f"{few}, for the ranges have few whole numbers: take fewer points"
            self.faults.append(mark.fault(message, "design"))
        return [*points]

    def _listed(self, node: Node) -> list[DesignPoint]:
        """Return points that are written one by one; default of a path: the scenario's value."""
        if self._too_many(len(node.children), node.mark):
            return []
        written = []
        for item in node.children:
            paths = self._paths(item)
            written.append({path: item.entries[text] for text, path in paths.items()})
        varied = list(dict.fromkeys(path for point in written for path in point))
        self.faults.extend(overlapping(varied))
        resolved = self.base.resolved.tree
        own = {path: find_node(resolved, path.parts) or Node(None, path.mark) for path in varied}
        points = [
            {path: replace(node, key_mark=path.mark) for path, node in {**own, **point}.items()}
            for point in written
        ]
        for place in _repeated(point.values() for point in points):
            message = "this point is like one above it; keep one of both"
            self.faults.append(node.children[place].mark.fault(message, f"points.{place}"))
        return [*points]

    def _too_many(self, count: int, mark: Mark) -> bool:
        if count > MOST_POINTS:
            most = f"makes {count:,} points, where {MOST_POINTS:,} is the most"
            self.faults.append(mark.fault(f"{most}; make several sweeps"))
        return count > MOST_POINTS


def _repeated(points: Iterable[Iterable[Node]]) -> list[int]:
    """Return the places of points that are like an earlier one."""
    known: set[tuple[Value, ...]] = set()
    found = []
    for place, point in enumerate(points):
        values = tuple(map(value_of, point))
        if values in known:
            found.append(place)
        known.add(values)
    return found


def values_of(points: Sequence[DesignPoint]) -> list[dict[str, Value]]:
    """Return the values of each point by path; what is not a number everywhere is text."""
    columns: dict[str, list[Value]] = {}
    for path in points[0]:
        values = [value_of(point[path]) for point in points]
        if len({*map(type, values)}) > 1:
            values = [value if isinstance(value, str) else in_flow(value) for value in values]
        columns[str(path)] = values
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
