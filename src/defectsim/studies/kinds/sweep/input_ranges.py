"""Ranges of the inputs of a sweep: those that its file gives, or the scenarios' own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property

from defectsim.core.errors import Fault, nearest
from defectsim.core.section import WHOLE
from defectsim.population.ties import EVEN
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.numbers import ScenarioNumber, numbers
from defectsim.scenario.overrides import overlay
from defectsim.scenario.reading.tree import Mark, Node, find_node, plain
from defectsim.studies.kinds.sweep.ranges import Range
from defectsim.studies.kinds.sweep.sweep_file import Span

DECADES = 100
"""Ratio of the ends of a range from which on equal ratios are as likely, not equal differences."""
_FRACTION = 0.381966
"""Share of the way through a range at which hardly any range has a whole number."""


@dataclass(frozen=True)
class InputRanges:
    """Reads the ranges of inputs of one scenario or several; faults are appended to a list."""

    scenarios: Sequence[ScenarioDocument]
    faults: list[Fault]

    @cached_property
    def numbers(self) -> dict[str, ScenarioNumber]:
        """The numbers of the scenarios by path, those of the first before others'."""
        trees = [scenario.tree for scenario in reversed(self.scenarios)]
        return {number.path: number for tree in trees for number in numbers(tree)}

    def uncertain(self, left_out: Sequence[Node]) -> list[str]:
        """Return the paths of numbers that have a range, but for patterns of what is left out."""
        found = [path for path, number in self.numbers.items() if number.uncertain]
        for node in left_out:
            pattern = str(node.value)
            kept = [path for path in found if not fnmatchcase(path, pattern)]
            if len(kept) == len(found):
                hint = nearest(pattern, found)
                self._refuse(node.mark, f"no such number has a range{hint}", pattern)
            found = kept
        return found

    def ranges(self, nodes: Mapping[str, Node]) -> dict[str, Range]:
        """Return the range of each span, by path; default: the scenario's own."""
        ends = dict(self._known_ends(nodes))
        steps = self._steps(ends)
        found = {}
        for path, (low, high) in ends.items():
            scale = span_of(nodes[path]).scale or ("log" if high >= DECADES * low > 0 else "linear")
            found[path] = Range.within(low, high, scale == "log", steps.get(path, 0))
            if fault := found[path].fault:
                self._refuse(nodes[path].mark, fault, path)
        return found

    def _refuse(self, mark: Mark, message: str, path: str) -> None:
        self.faults.append(mark.fault(message, path))

    def _known_ends(self, nodes: Mapping[str, Node]) -> Iterator[tuple[str, tuple[float, float]]]:
        for path, node in nodes.items():
            parts, before = path.split("."), len(self.faults)
            trees = [scenario.tree for scenario in self.scenarios]
            known = any(find_node(tree, parts) is not None for tree in trees)
            if not known:
                overlay(trees[0], parts, replace(node, value=None), self.faults)
            if len(self.faults) > before:
                continue
            number = self.numbers.get(path)
            ends = span_of(node).range or (number.range if number else ())
            if len(ends) == 2:
                yield path, ends
                continue
            above = find_node(trees[0], parts[:-1])
            hint = nearest(parts[-1], above.entries) if above and not known else ""
            wanted = f"give one, as in {{range: [0, 1]}}{hint}"
            self._refuse(node.mark, f"the scenario has no range for it; {wanted}", path)

    def _steps(self, ends: Mapping[str, tuple[float, float]]) -> dict[str, int]:
        """Return the step of numbers that must be whole or even, by trying others."""
        fractions = {path: low + _FRACTION * (high - low) for path, (low, high) in ends.items()}
        whole = self._refused(fractions, WHOLE)
        even = self._refused({path: 2 * (ends[path][0] // 2) + 1 for path in whole}, EVEN)
        return {path: 2 if path in even else 1 for path in whole}

    def _refused(self, values: Mapping[str, float], message: str) -> list[str]:
        """Return the paths at which some scenario refuses a value with a message."""
        found: list[Fault] = []
        for scenario in self.scenarios if values else ():
            tree = scenario.tree
            for path, value in values.items():
                tree = overlay(tree, path.split("."), Node(value, Mark("")), found)
            scenario.revalidate(tree, found)
        places = [fault.path for fault in found if message in fault.message]
        return [path for path in values if any(one.startswith(path) for one in places)]


def key_place(node: Node) -> Mark:
    """Return the place of the key of a value, or of the value."""
    return node.key_mark or node.mark


def span_of(node: Node) -> Span:
    """Return the range that an entry under `vary` asks for."""
    return Span.model_validate(plain(node) or {})
