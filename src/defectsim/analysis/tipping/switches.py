"""Switches of an outcome that is yes or no as a lever moves, seed by seed.

With keyed draws a run is nearly a step function of a lever: each seed has its own threshold, known
to lie between two values that have been tried.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from defectsim.core.errors import AnalysisError

type Evaluation = tuple[int, float, bool | None]
"""Number of the seed, value of the lever, and whether the outcome occurred (None: it failed)."""
type Direction = Literal["above", "below"]
"""Side of the threshold on which the outcome occurs."""


@dataclass(frozen=True)
class LeverRange:
    """Range over which a lever moves, and the words for it."""

    name: str
    low: float
    high: float
    scale: Literal["linear", "log"] = "linear"
    unit: str = ""

    def __post_init__(self) -> None:
        if not -math.inf < self.low < self.high < math.inf:
            raise AnalysisError(
                f"{self.name}: the range {self.low:g} to {self.high:g} is none; "
                "give two numbers of which the first is the smaller"
            )
        if self.scale == "log" and self.low <= 0:
            raise AnalysisError(
                f"{self.name}: a range from {self.low:g} has no logarithm; "
                "begin above 0, or use a linear scale"
            )

    def position(self, value: float) -> float:
        """Return where a value lies in the range, as a share of it on the lever's scale."""
        if self.scale == "log":
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def value(self, position: float) -> float:
        """Return the value at a position from 0 to 1."""
        if position == 1:
            return self.high
        if self.scale == "log":
            return self.low * math.pow(self.high / self.low, position)
        return self.low + position * (self.high - self.low)

    def words(self, value: float, decimals: int | None = None) -> str:
        """Return a value with its unit."""
        number = f"{value:g}" if decimals is None else f"{value:,.{decimals}f}"
        return f"{number} {self.unit}".rstrip()


class Switch(NamedTuple):
    """Two neighbouring values, of which the outcome occurs at one only."""

    below: float
    above: float

    @property
    def width(self) -> float:
        """Width of the bracket."""
        return self.above - self.below


class Track(NamedTuple):
    """Values at which a seed has been tried, in order, and whether the outcome occurred."""

    seed: int
    values: tuple[float, ...]
    occurred: tuple[bool, ...]
    failed: bool
    """True if a run of the seed failed."""

    @property
    def switches(self) -> list[Switch]:
        """Return each pair of neighbouring values between which the outcome switches."""
        neighbours = zip(pairwise(self.values), pairwise(self.occurred), strict=True)
        return [Switch(*values) for values, (before, after) in neighbours if before != after]

    @property
    def direction(self) -> Direction | None:
        """Side on which the outcome occurs, judged by the ends; None if they agree."""
        if not self.values or self.occurred[0] == self.occurred[-1]:
            return None
        return "above" if self.occurred[-1] else "below"

    def threshold(self, direction: Direction) -> tuple[float, float]:
        """Return the interval that holds the threshold, infinite where it is out of the range.

        That of a seed that switches more than once goes from the first switch to the last. If it
        switches back, or the other way, it has no threshold, and the interval is the whole line.
        """
        switches = self.switches
        if switches:
            one_way = self.direction == direction
            return (switches[0].below, switches[-1].above) if one_way else (-math.inf, math.inf)
        tipped = self.occurred[0] == (direction == "above")
        return (-math.inf, self.values[0]) if tipped else (self.values[-1], math.inf)


def tracks(evaluations: Iterable[Evaluation], lever: LeverRange) -> list[Track]:
    """Return the track of each seed that has been tried, in their order.

    Raises
    ------
    AnalysisError
        When a value is out of the range, or a seed has two results at one.
    """
    found: dict[int, dict[float, bool | None]] = {}
    for seed, value, occurred in evaluations:
        if not lever.low <= value <= lever.high:
            raise AnalysisError(
                f"seed {seed} was run at {lever.name} {lever.words(value)}, out of the range "
                f"{lever.low:g} to {lever.high:g}: widen the range, or leave the run out"
            )
        known = found.setdefault(seed, {})
        if known.setdefault(value, occurred) != occurred:
            raise AnalysisError(
                f"seed {seed} has two results at {lever.name} {lever.words(value)}: "
                "give the runs of one scenario and one outcome"
            )
    return [_track(seed, found[seed]) for seed in sorted(found)]


def _track(seed: int, results: dict[float, bool | None]) -> Track:
    ended = [(value, result) for value, result in sorted(results.items()) if result is not None]
    values, occurred = zip(*ended, strict=True) if ended else ((), ())
    return Track(seed, values, occurred, failed=len(ended) < len(results))


def majority(found: Iterable[Track]) -> Direction | None:
    """Return the side on which the outcome occurs in most seeds; None if they have none."""
    sides = [track.direction for track in found if track.direction]
    if not sides:
        return None
    return "above" if 2 * sides.count("above") >= len(sides) else "below"
