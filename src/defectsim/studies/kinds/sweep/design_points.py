"""Points of a sweep's design: what is laid over the scenario at each."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import product

from defectsim.core.errors import Fault, nearest
from defectsim.core.formatting import memory_size
from defectsim.core.section import WHOLE
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.numbers import is_number, range_of
from defectsim.scenario.overrides import in_flow, overlay
from defectsim.scenario.reading.tree import Mark, Node, dotted, find_node, plain
from defectsim.studies.kinds.sweep.ranges import Range, fill
from defectsim.studies.kinds.sweep.sweep_file import (
    BYTES_PER_POINT,
    MOST_POINTS,
    DesignSection,
    Span,
    SweepFile,
)
from defectsim.studies.plan import Value

_FRACTION = 0.381966
"""Share of the way through a range at which hardly any range has a whole number."""

type DesignPoint = Mapping[str, Node]
"""Values that are laid over the scenario at one point, by path; keys have the path's place."""


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
        vary = self.tree.entries["vary"]
        nodes = self._by_path(vary)
        self._refuse_nested(nodes)
        design = self.file.design or DesignSection()
        rows: Iterable[tuple[Node, ...]]
        if design.kind != "grid":
            rows = self._filled(nodes, design)
        else:
            columns = [self._levels(path, node) for path, node in nodes.items()]
            too_many = self._too_many(math.prod(map(len, columns)), vary.mark)
            rows = [] if too_many else product(*columns)
        return [dict(zip(nodes, row, strict=True)) for row in rows]

    def _refuse(self, mark: Mark, message: str, path: str = "") -> None:
        self.faults.append(mark.fault(message, path))

    def _by_path(self, node: Node) -> dict[str, Node]:
        """Return the values of a mapping by path; a number's path is not that of its `value`."""
        found: dict[str, Node] = {}
        for text, entry in node.entries.items():
            parts, mark = text.strip().split("."), _key_place(entry)
            if not all(parts):
                self._refuse(mark, "write a path such as policies.off_ramp.value", text)
                continue
            above = find_node(self.base.tree, parts[:-1])
            if parts[-1] == "value" and above is not None and is_number(above):
                parts.pop()
            path = dotted(parts)
            if reason := _without_effect(path):
                self._refuse(mark, f"to vary it changes no run: {reason}", path)
            if path in found:
                same = f"leads to the same as {path}"
                self._refuse(mark, f"{same}, which varies too: keep one of them", path)
            found[path] = replace(entry, key_mark=mark)
        return found

    def _refuse_nested(self, nodes: Mapping[str, Node]) -> None:
        for place, (path, node) in enumerate(nodes.items()):
            for other in [*nodes][:place]:
                above, below = other.startswith(f"{path}."), path.startswith(f"{other}.")
                if above or below:
                    stands = f"stands {'above' if above else 'below'} {other}"
                    message = f"{stands}, which varies too: keep one of them"
                    self._refuse(_key_place(node), message, path)
                    break

    def _levels(self, path: str, node: Node) -> list[Node]:
        if isinstance(node.value, list):
            for place in _repeated([value] for value in node.children):
                mark = node.children[place].mark
                self._refuse(mark, "this value is listed twice; keep one of both", path)
            return [replace(value, key_mark=node.key_mark) for value in node.children]
        span = _span(node)
        range_ = self._range(path, node, span)
        levels = range_.levels(span.levels or 0) if range_ else []
        if len({*levels}) < len(levels):
            few = f"only {len({*levels})} of {span.levels} levels differ"
            self._refuse(node.mark, f"{few}, for they are whole numbers: take fewer", path)
        return [replace(node, value=value) for value in levels]

    def _filled(self, nodes: Mapping[str, Node], design: DesignSection) -> list[tuple[Node, ...]]:
        """Return the values of each point that fills ranges."""
        ranges = [self._range(path, node, _span(node)) for path, node in nodes.items()]
        count, mark = design.points or 0, self.tree.entries["design"].mark
        if self._too_many(count, mark) or self.faults:
            return []
        columns = []
        shares = fill(design.kind, len(ranges), count, design.seed)
        for range_, node, column in zip(ranges, nodes.values(), shares.T, strict=True):
            place = _key_place(node)
            values = range_.at(column) if range_ else []
            columns.append([Node(value, place, place) for value in values])
        points = list(zip(*columns, strict=True))
        if twice := len(_repeated(points)):
            few = f"{twice} of {count} points are like others"
            message = f"{few}, for the ranges have few whole numbers: take fewer points"
            self._refuse(mark, message, "design")
        return points

    def _range(self, path: str, node: Node, span: Span) -> Range | None:
        """Return the range of a span; default: the scenario's own."""
        parts, before = path.split("."), len(self.faults)
        overlay(self.base.tree, parts, replace(node, value=None), self.faults)
        if len(self.faults) > before:
            return None
        own = find_node(self.base.tree, parts)
        ends = span.range or (range_of(own) if own is not None and is_number(own) else ())
        if len(ends) != 2:
            above = find_node(self.base.tree, parts[:-1])
            hint = nearest(parts[-1], above.entries) if above and own is None else ""
            wanted = f"give one, as in {{range: [0, 1]}}{hint}"
            self._refuse(node.mark, f"the scenario has no range for it; {wanted}", path)
            return None
        low, high = ends
        range_ = Range(low, high, log=span.scale == "log")
        if self._is_whole(path, range_):
            range_ = Range(math.ceil(low), math.floor(high), range_.log, whole=True)
        if range_.fault:
            self._refuse(node.mark, range_.fault, path)
            return None
        return range_

    def _is_whole(self, path: str, range_: Range) -> bool:
        """Return whether the scenario takes only whole numbers at a path, by trying another."""
        found: list[Fault] = []
        value = range_.low + _FRACTION * (range_.high - range_.low)
        tree = overlay(self.base.tree, path.split("."), Node(value, Mark("")), found)
        self.base.revalidate(tree, found)
        return any(WHOLE in fault.message and fault.path.startswith(path) for fault in found)

    def _listed(self, node: Node) -> list[DesignPoint]:
        """Return points that are written one by one; default of a path: the scenario's value."""
        if self._too_many(len(node.children), node.mark):
            return []
        written = [self._by_path(item) for item in node.children]
        first: dict[str, Node] = {}
        for point in written:
            first |= point | first
        self._refuse_nested(first)
        resolved = self.base.resolved.tree
        own = {
            path: find_node(resolved, path.split(".")) or Node(None, _key_place(entry))
            for path, entry in first.items()
        }
        points = [
            {path: replace(value, key_mark=first[path].key_mark) for path, value in point.items()}
            for point in (own | one for one in written)
        ]
        for place in _repeated(point.values() for point in points):
            mark = node.children[place].mark
            message = "this point is like one above it; keep one of both"
            self._refuse(mark, message, f"points.{place}")
        return [*points]

    def _too_many(self, count: int, mark: Mark) -> bool:
        if count > MOST_POINTS:
            most = f"makes {count:,} points, where {MOST_POINTS:,} is the most"
            memory = f"so many take about {memory_size(count * BYTES_PER_POINT)} of memory"
            self._refuse(mark, f"{most}; make several sweeps, for {memory}")
        return count > MOST_POINTS


NO_EFFECT = {
    "replicates": "write replicates: beside vary, and every point has so many",
    "name": "a study has the name of its sweep",
    "question": "a study has the question of its sweep",
    "*.source": "it only says where a number comes from",
    "*.range": "it only says what else is plausible; vary the value",
    "policies.*.actor": "it only says whose policy it is",
    "policies.*.cost": "it is only added up",
    "acts.*.actor": "it only says whose act it is",
    "levers.*.unit": "it only describes the lever",
    "levers.*.meaning": "it only describes the lever",
    "levers.*.bounds": "they only say what is allowed",
}
"""Paths of what changes no run, and why, with what to do."""


def _without_effect(path: str) -> str | None:
    """Return the reason why no run changes with what stands at a path, or below it."""
    for pattern, reason in NO_EFFECT.items():
        if fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern}.*"):
            return reason
    return None


def _key_place(node: Node) -> Mark:
    return node.key_mark or node.mark


def _span(node: Node) -> Span:
    return Span.model_validate(plain(node) or {})


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


def value_of(node: Node) -> Value:
    """Return a value as tables have it: a number, true or false, or text for all else."""
    value = plain(node.entries["value"] if is_number(node) else node)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return value if isinstance(value, bool | str) else in_flow(value)


def values_of(points: Sequence[DesignPoint]) -> list[dict[str, Value]]:
    """Return the values of each point by path; what is not a number everywhere is text."""
    columns: dict[str, list[Value]] = {}
    for path in points[0]:
        values = [value_of(point[path]) for point in points]
        if len({*map(type, values)}) > 1:
            values = [value if isinstance(value, str) else in_flow(value) for value in values]
        columns[path] = values
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
