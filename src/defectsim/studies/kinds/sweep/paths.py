"""Paths of what varies in a sweep, and the ranges of the scenario there."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsim.core.errors import Fault, nearest
from defectsim.core.randomness import generator
from defectsim.core.section import WHOLE
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.numbers import is_number, range_of
from defectsim.scenario.overrides import overlay
from defectsim.scenario.reading.tree import Mark, Node, dotted, find_node
from defectsim.studies.kinds.sweep.sweep_file import Span

DIGITS = 8
"""Significant digits of values, so that a third of the way from 0 to 0.9 is 0.3."""


@dataclass(frozen=True)
class Range:
    """The values that something takes.

    Attributes
    ----------
    low, high
        Both may be taken.
    log
        Whether equal steps are equal ratios.
    whole
        Whether only whole numbers are taken.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    @property
    def fault(self) -> str | None:
        """Reason why nothing can be taken from it, if there is one."""
        if self.low >= self.high:
            numbers = "whole numbers" if self.whole else "numbers"
            return (
                f"there are no two {numbers} from {self.low:g} to {self.high:g}; give another "
                "range: [low, high]"
            )
        if self.log and self.low <= 0:
            return f"the range [{self.low:g}, {self.high:g}] must be above 0, for its scale is log"
        return None

    def at(self, shares: NDArray[np.float64]) -> list[float]:
        """Return the values at shares of the way through; each whole number has an equal share."""
        low, high = (self.low - 0.5, self.high + 0.5) if self.whole else (self.low, self.high)
        if self.log:
            values = np.exp(math.log(low) + shares * (math.log(high) - math.log(low)))
        else:
            values = low + shares * (high - low)
        if self.whole:
            values = np.rint(values)
        rounded = (value if self.whole else float(f"{value:.{DIGITS}g}") for value in values)
        return [min(max(float(value), self.low), self.high) for value in rounded]

    def levels(self, count: int) -> list[float]:
        """Return values in equal steps from one end to the other."""
        return self.at(np.linspace(0, 1, count))


def fill(sampling: str, dimensions: int, points: int, seed: int) -> NDArray[np.float64]:
    """Return scrambled points of ``scipy.stats.qmc`` that fill a cube evenly.

    Returns
    -------
    numpy.ndarray
        Shape (points, dimensions), in [0, 1); the same for the same arguments and version of SciPy.
    """
    from scipy.stats import qmc  # takes most of a second

    engines: dict[str, Any] = {
        "latin-hypercube": qmc.LatinHypercube,
        "sobol": qmc.Sobol,
        "halton": qmc.Halton,
    }
    rng = generator(seed, ("design", sampling))
    shares: NDArray[np.float64] = engines[sampling](dimensions, scramble=True, rng=rng).random(
        points
    )
    return shares


_FRACTION = 0.381966
"""Share of the way through a range at which hardly any range has a whole number."""


@dataclass(frozen=True)
class VariedPath:
    """The path of something that varies.

    Attributes
    ----------
    parts
        Keys that lead to it; to a number as a whole, not to the `value` beside its range.
    mark
        Place in the sweep file.
    """

    parts: tuple[str, ...]
    mark: Mark = field(compare=False)

    def __str__(self) -> str:
        return dotted(self.parts)


def read_path(
    text: str, node: Node, base: ScenarioDocument, faults: list[Fault]
) -> VariedPath | None:
    """Read the path that is the key of a node; append to `faults`."""
    mark, parts = node.key_mark or node.mark, text.strip().split(".")
    if not all(parts):
        faults.append(mark.fault("write a path such as policies.off_ramp.value", text))
        return None
    above = find_node(base.tree, parts[:-1])
    if parts[-1] == "value" and above is not None and is_number(above):
        parts.pop()
    return VariedPath(tuple(parts), mark)


def range_at(
    path: VariedPath, span: Span, mark: Mark, base: ScenarioDocument, faults: list[Fault]
) -> Range | None:
    """Return the range of a span at `mark`; default: the scenario's own. Append to `faults`."""
    found: list[Fault] = []
    overlay(base.tree, path.parts, Node(None, mark, path.mark), found)
    node = find_node(base.tree, path.parts)
    ends = span.range or (range_of(node) if node is not None and is_number(node) else ())
    if not found and len(ends) != 2:
        above = find_node(base.tree, path.parts[:-1])
        hint = nearest(path.parts[-1], above.entries) if above and node is None else ""
        message = f"the scenario has no range for it; give one, as in {{range: [0, 1]}}{hint}"
        found.append(mark.fault(message, str(path)))
    if not found:
        low, high = ends
        range_ = Range(low, high, log=span.scale == "log")
        if _is_whole(path, range_, base):
            range_ = Range(math.ceil(low), math.floor(high), range_.log, whole=True)
        if range_.fault is None:
            return range_
        found.append(mark.fault(range_.fault, str(path)))
    faults += found
    return None


def _is_whole(path: VariedPath, range_: Range, base: ScenarioDocument) -> bool:
    """Return whether the scenario takes only whole numbers at a path, by trying another."""
    found: list[Fault] = []
    value = range_.low + _FRACTION * (range_.high - range_.low)
    base.revalidate(overlay(base.tree, path.parts, Node(value, path.mark), found), found)
    return any(WHOLE in fault.message and fault.path.startswith(str(path)) for fault in found)


def overlapping(paths: Sequence[VariedPath]) -> Iterator[Fault]:
    """Find paths that lead to the same as an earlier one, or above or below it."""
    for place, path in enumerate(paths):
        for other in paths[:place]:
            common = min(len(path.parts), len(other.parts))
            if path.parts[:common] == other.parts[:common]:
                relation = "leads to the same as"
                if len(path.parts) != len(other.parts):
                    relation = "stands above" if common == len(path.parts) else "stands below"
                message = f"{relation} {other}, which varies too: keep one of them"
                yield path.mark.fault(message, str(path))
                break
