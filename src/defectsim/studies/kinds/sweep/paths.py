"""Paths of what varies in a sweep, and what the scenario says there."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

from defectsim.core.errors import Fault, nearest
from defectsim.core.section import WHOLE
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.numbers import is_number, range_of
from defectsim.scenario.overrides import overlay
from defectsim.scenario.reading.tree import Mark, Node, dotted, find_node
from defectsim.studies.kinds.sweep.sampling import Range
from defectsim.studies.kinds.sweep.sweep_file import Span

BETWEEN = 0.381966
"""A share of the way through a range at which next to no range has a whole number."""


@dataclass(frozen=True)
class Path:
    """Where something stands that varies.

    Attributes
    ----------
    parts
        The keys that lead there; to a number as a whole, not to the `value` beside its range and source.
    mark
        Where a sweep file says it.
    """

    parts: tuple[str, ...]
    mark: Mark = field(compare=False)

    @classmethod
    def read(
        cls, text: str, mark: Mark, base: ScenarioDocument, faults: list[Fault]
    ) -> Self | None:
        """Read a path; append to `faults` what is wrong with it."""
        parts = text.strip().split(".")
        if not all(parts):
            faults.append(mark.fault("write a path such as policies.off_ramp.value", text))
            return None
        above = find_node(base.tree, parts[:-1])
        if parts[-1] == "value" and above is not None and is_number(above):
            parts.pop()
        return cls(tuple(parts), mark)

    def __str__(self) -> str:
        return dotted(self.parts)

    def range(
        self, span: Span, mark: Mark, base: ScenarioDocument, faults: list[Fault]
    ) -> Range | None:
        """Return what a span says, with the scenario's range where it says none; append to `faults` what is wrong.

        Parameters
        ----------
        mark
            Where the span stands.
        """
        found: list[Fault] = []
        overlay(base.tree, self.parts, Node(None, mark, self.mark), found)
        ends = span.range or self._own_range(base.tree)
        if found or ends is None:
            faults += found or [mark.fault(self._without_range(base.tree), str(self))]
            return None
        range_ = self._rounded(Range(*ends, log=span.scale == "log"), mark, base)
        if wrong := range_.fault:
            faults.append(mark.fault(wrong, str(self)))
            return None
        return range_

    def _own_range(self, tree: Node) -> tuple[float, float] | None:
        """Return the range that a scenario has beside a number."""
        node = find_node(tree, self.parts)
        match range_of(node) if node is not None and is_number(node) else ():
            case (low, high):
                return low, high
        return None

    def _without_range(self, tree: Node) -> str:
        above = find_node(tree, self.parts[:-1])
        hint = nearest(
            self.parts[-1], above.entries if above and find_node(tree, self.parts) is None else ()
        )
        return f"the scenario has no range for it; give one, as in {{range: [0, 1]}}{hint}"

    def _rounded(self, range_: Range, mark: Mark, base: ScenarioDocument) -> Range:
        """Return a range of whole numbers where the scenario takes no others, which it is asked."""
        found: list[Fault] = []
        between = Node(range_.low + BETWEEN * (range_.high - range_.low), mark, self.mark)
        base.revalidate(overlay(base.tree, self.parts, between, found), found)
        whole = any(WHOLE in fault.message and fault.path.startswith(str(self)) for fault in found)
        return (
            Range(math.ceil(range_.low), math.floor(range_.high), range_.log, whole=True)
            if whole
            else range_
        )


def overlapping(paths: Sequence[Path]) -> Iterator[Fault]:
    """Find paths that lead to the same as one before them, or above or below it."""
    for place, path in enumerate(paths):
        for other in paths[:place]:
            common = min(len(path.parts), len(other.parts))
            if path.parts[:common] == other.parts[:common]:
                apart = len(path.parts) - len(other.parts)
                what = (
                    "stands above"
                    if apart < 0
                    else "stands below"
                    if apart
                    else "leads to the same as"
                )
                yield path.mark.fault(
                    f"{what} {other}, which varies too: keep one of them", str(path)
                )
                break
