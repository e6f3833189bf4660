"""Points of a sweep's design: what is laid over the scenario at each."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import product

from defectsim.analysis.tipping.switches import LeverRange
from defectsim.core.errors import Fault
from defectsim.core.formatting import memory_size
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.numbers import is_number
from defectsim.scenario.overrides import in_flow
from defectsim.scenario.reading.tree import Mark, Node, dotted, find_node, plain
from defectsim.studies.kinds.sweep.bisect import BOTH_ENDS, first_round
from defectsim.studies.kinds.sweep.input_ranges import InputRanges, key_place, span_of
from defectsim.studies.kinds.sweep.ranges import Range
from defectsim.studies.kinds.sweep.samples import IN_ROWS, sample, size
from defectsim.studies.kinds.sweep.sweep_file import (
    BYTES_PER_POINT,
    MOST_POINTS,
    DesignSection,
    SweepFile,
)
from defectsim.studies.plan import Seeds, Value

type DesignPoint = Mapping[str, Node]
"""Values that are laid over the scenario at one point, by path; keys have the path's place."""


@dataclass(frozen=True)
class Design:
    """Points of a sweep.

    Attributes
    ----------
    points
        Values that are laid over the scenario at each point.
    draws
        Number of the draws of each point, if rows of the design have draws of their own.
    ranges
        Range from which values are taken, by path; values that are listed have none.
    """

    points: list[DesignPoint]
    draws: list[int] | None = None
    ranges: Mapping[str, Range] = field(default_factory=dict)

    def draws_of(self, seeds: Seeds | None) -> Sequence[int]:
        """Return the number of the draws of each point; none if all have those of the plan."""
        if seeds == "own":
            return range(len(self.points))
        return self.draws or ()


@dataclass(frozen=True)
class DesignReader:
    """Reads the design of a sweep file over its scenarios; faults are appended to a list."""

    file: SweepFile
    tree: Node
    scenarios: Sequence[ScenarioDocument]
    faults: list[Fault]

    @property
    def base(self) -> ScenarioDocument:
        """The first scenario."""
        return self.scenarios[0]

    def design(self) -> Design:
        """Return the points in their order; none if there are faults."""
        if self.file.points is not None:
            return Design(self._listed(self.tree.entries["points"]))
        vary = self.tree.entries.get("vary")
        nodes = {**self._over_ranges(), **(self._by_path(vary) if vary else {})}
        self._refuse_nested(nodes)
        design = self.file.design or DesignSection()
        if design.kind == "bisect":
            return self._bisected(nodes, design)
        if design.kind != "grid":
            return self._filled(nodes, design)
        spans = {path: node for path, node in nodes.items() if not isinstance(node.value, list)}
        ranges = self._inputs.ranges(spans)
        columns = [self._values(path, node, ranges.get(path)) for path, node in nodes.items()]
        mark = self.tree.entries["vary"].mark
        too_many = self._too_many(math.prod(map(len, columns)), mark)
        rows = [] if too_many else product(*columns)
        return Design([dict(zip(nodes, row, strict=True)) for row in rows], ranges=ranges)

    @cached_property
    def _inputs(self) -> InputRanges:
        return InputRanges(self.scenarios, self.faults)

    def _over_ranges(self) -> dict[str, Node]:
        """Return the numbers that have a range, by path, unless they are left out."""
        if self.file.over is None:
            return {}
        mark = self.tree.entries["over"].mark
        left = self.tree.entries["leave_out"].children if self.file.leave_out else []
        found = [path for path in self._inputs.uncertain(left) if not without_effect(path)]
        if not found:
            self._refuse(
                mark, "no number that has a range is left to vary: give one a range", "over"
            )
        return {path: Node(None, mark, mark) for path in found}

    def _refuse(self, mark: Mark, message: str, path: str = "") -> None:
        self.faults.append(mark.fault(message, path))

    def _by_path(self, node: Node) -> dict[str, Node]:
        """Return the values of a mapping by path; a number's path is not that of its `value`."""
        found: dict[str, Node] = {}
        for text, entry in node.entries.items():
            parts, mark = text.strip().split("."), key_place(entry)
            if not all(parts):
                self._refuse(mark, "write a path such as policies.off_ramp.value", text)
                continue
            above = find_node(self.base.tree, parts[:-1])
            if parts[-1] == "value" and above is not None and is_number(above):
                parts.pop()
            path = dotted(parts)
            if reason := without_effect(path):
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
                    self._refuse(key_place(node), message, path)
                    break

    def _values(self, path: str, node: Node, range_: Range | None) -> list[Node]:
        """Return the values listed at a path, or the levels of its range."""
        if isinstance(node.value, list):
            for place in _repeated([value] for value in node.children):
                mark = node.children[place].mark
                self._refuse(mark, "this value is listed twice; keep one of both", path)
            return [replace(value, key_mark=node.key_mark) for value in node.children]
        count = span_of(node).levels or 0
        levels = range_.levels(count) if range_ else []
        if len({*levels}) < len(levels):
            few = f"only {len({*levels})} of {count} levels differ"
            self._refuse(node.mark, f"{few}, for they are whole numbers: take fewer", path)
        return [replace(node, value=value) for value in levels]

    def _filled(self, nodes: Mapping[str, Node], design: DesignSection) -> Design:
        """Return points that fill ranges."""
        ranges, seeds = self._inputs.ranges(nodes), self.file.seeds or "common"
        count, mark = design.points or 0, self.tree.entries["design"].mark
        if self._too_many(size(design.kind, len(nodes), count, seeds), mark) or self.faults:
            return Design([])
        shares, draws = sample(design.kind, len(nodes), count, design.seed, seeds)
        columns = []
        for (path, node), column in zip(nodes.items(), shares.T, strict=True):
            place = key_place(node)
            columns.append([Node(value, place, place) for value in ranges[path].at(column)])
        points = list(zip(*columns, strict=True))
        if design.kind not in IN_ROWS and (twice := len(_repeated(points))):
            few = f"{twice} of {len(points)} points are like others"
            message = f"{few}, for the ranges have few whole numbers: take fewer points"
            self._refuse(mark, message, "design")
        return Design(
            [dict(zip(nodes, point, strict=True)) for point in points],
            None if draws is None else draws.tolist(),
            ranges,
        )

    def _bisected(self, nodes: Mapping[str, Node], design: DesignSection) -> Design:
        """Return the first round of a bisection of one lever, at each value of another if any."""
        spans = {path: node for path, node in nodes.items() if not isinstance(node.value, list)}
        others = nodes.keys() - spans.keys()
        mark = self.tree.entries["vary"].mark
        if len(self.scenarios) > 1:
            self._refuse(
                self.tree.entries["scenarios"].mark,
                "bisect moves a lever in one scenario: give scenario, and a sweep file for each",
                "scenarios",
            )
        if len(spans) != 1 or len(others) > 1:
            wanted = "one lever over a range, and at most one other with a list of values"
            self._refuse(mark, f"bisect moves {wanted}", "vary")
            return Design([])
        (path,) = spans
        ranges = self._inputs.ranges(spans)
        if path in ranges and ranges[path].step:
            self._refuse(mark, "it takes whole numbers alone, and bisect any: take a grid", path)
        beside: list[DesignPoint] = [
            {other: value} for other in others for value in self._values(other, nodes[other], None)
        ]
        first = BOTH_ENDS * (design.points or 0) * max(1, len(beside))
        if self._too_many(first, self.tree.entries["design"].mark) or self.faults:
            return Design([])
        range_, place = ranges[path], key_place(spans[path])
        lever = LeverRange(path, range_.low, range_.high, "log" if range_.log else "linear")
        round_ = first_round(lever, design.points or 0)
        points: list[DesignPoint] = [
            {**fixed, path: Node(value, place, place)}
            for fixed in beside or [{}]
            for _, value in round_
        ]
        draws = [seed for _ in beside or [{}] for seed, _ in round_]
        return Design(points, draws, ranges)

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
            path: find_node(resolved, path.split(".")) or Node(None, key_place(entry))
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


def without_effect(path: str) -> str | None:
    """Return the reason why no run changes with what stands at a path, or below it."""
    for pattern, reason in NO_EFFECT.items():
        if fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern}.*"):
            return reason
    return None


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
