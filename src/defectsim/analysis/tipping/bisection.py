"""Design of the runs that find where each seed's outcome switches as a lever moves, in rounds.

All seeds are tried at both ends of the range. A few of those whose ends differ are bisected until
they show the region in which seeds switch; all others are then tried at that region's two ends and
middle, which narrows their brackets and shows whether a seed switches more than once there. What
follows splits each bracket in two where the seeds known so far make both halves as likely.

A bracket is narrow enough at 0.3 of the region's width, and never narrower than the tolerance. Only
brackets that may hold an order statistic on which the median or its interval rests are divided
further, to a sixteenth of the region, which makes the interval from 40 seeds a sixth longer than
exact thresholds would.

To divide a bracket cannot show that a seed switches more than once. Only the values that are common
to all seeds can: the ends, those of the region, and the quarters of the range if the ends show no
switch. What happens twice between two of them goes unnoticed.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from defectsim.analysis.intervals import quantile_ranks
from defectsim.analysis.tipping.switches import (
    Direction,
    Evaluation,
    LeverRange,
    Track,
    majority,
    tracks,
)
from defectsim.analysis.tipping.turnbull import turnbull
from defectsim.core.errors import AnalysisError

_PILOTS = 6
"""Seeds that find the region."""
_WIDEST = 0.3
_FINE = 1 / 16
"""Widths of brackets, as shares of the region."""
_UNTRIED = 2
"""Regions that fit into a gap between trials in which nothing is known of a seed."""


class _Region(NamedTuple):
    """Quantiles 0.1, 0.5 and 0.9 of the switches known so far."""

    low: float
    middle: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low

    @property
    def probes(self) -> list[int]:
        """Return the values that all seeds are tried at."""
        return sorted({math.floor(self.low), round(self.middle), math.ceil(self.high)})

    def split(self, below: float, above: float) -> int | None:
        """Return where a bracket is divided; None if no value of the grid lies inside.

        It is the median, within the bracket, of a Cauchy distribution around the region, whose
        tails are so heavy that a seed beyond it is followed in steps that double.
        """
        first, last = math.floor(below) + 1, math.ceil(above) - 1
        scale = self.width / 4
        angles = (math.atan2(end - self.middle, scale) for end in (below, above))
        at = self.middle + scale * math.tan(sum(angles) / 2)
        return min(max(round(at), first), last) if first <= last else None


def next_round(
    evaluations: Iterable[Evaluation], lever: LeverRange, seeds: int, tolerance: float = 0.002
) -> list[tuple[int, float]]:
    """Return the runs of the next round as pairs of seed and value; none if all is known.

    They depend on what has been tried, not on its order. A seed with a failed run is tried no more.
    Some eight runs a seed are enough, in 12 to 20 rounds.

    Parameters
    ----------
    evaluations
        Of all rounds before; others are used as well.
    seeds
        Number of seeds, which count from 0.
    tolerance
        Width of the narrowest bracket, as a share of the range on the lever's scale.

    Raises
    ------
    AnalysisError
        When the tolerance is no share up to 0.25, or the evaluations contradict each other.
    """
    if not 0 < tolerance <= 0.25:
        raise AnalysisError(
            f"a tolerance of {tolerance:g} is no small share of the range: say 0.002, at most 0.25"
        )
    cells = 2 ** math.ceil(-math.log2(tolerance))
    tried = {track.seed: track for track in tracks(evaluations, lever)}
    found = [
        _on_grid(tried.get(seed, Track(seed, (), (), failed=False)), lever, cells)
        for seed in range(seeds)
    ]
    wanted = _wanted([track for track in found if not track.failed], cells)
    return [(seed, lever.value(at / cells)) for seed, at in wanted]


def _on_grid(track: Track, lever: LeverRange, cells: int) -> Track:
    places = tuple(round(lever.position(value) * cells, 6) for value in track.values)
    return track._replace(values=places)


def _wanted(found: Sequence[Track], cells: int) -> list[tuple[int, int]]:
    """Return what the first stage wants that is not done: ends, pilots, all seeds, the ranks."""
    if ends := _untried(found, [0, cells]):
        return ends
    switching = [track for track in found if track.switches]
    if not switching:
        return _untried(found, [cells // 4, cells // 2, cells * 3 // 4])
    pilots = switching[:_PILOTS]
    if wanted := list(_halved(pilots, _region(pilots))):
        return wanted
    region = _region(switching)
    new = [track for track in found if _is_new(track, region)]
    known = [track for track in found if not _is_new(track, region)]
    wanted = [*_untried(new, region.probes), *_halved(known, region)]
    side = majority(found) or "above"
    one_way = (track for track in found if track.direction == side)
    return wanted or list(_halved(one_way, region, _decisive(found, side)))


def _untried(found: Sequence[Track], places: Sequence[int]) -> list[tuple[int, int]]:
    return [(one.seed, place) for one in found for place in places if place not in one.values]


def _region(found: Iterable[Track]) -> _Region:
    brackets = np.array([switch for track in found for switch in track.switches])
    switches = turnbull(*brackets.T)
    return _Region(*(switches.quantile(share) for share in (0.1, 0.5, 0.9)))


def _is_new(track: Track, region: _Region) -> bool:
    """Return True for a seed that has not been tried in or near the region."""
    first, *_, last = region.probes
    return any(
        below < first and last < above and above - below > _UNTRIED * (last - first)
        for below, above in pairwise(track.values)
    )


def _halved(
    found: Iterable[Track], region: _Region, decisive: Sequence[tuple[float, float]] | None = None
) -> Iterator[tuple[int, int]]:
    """Yield where to divide the brackets that are too wide, or those that may hold a rank."""
    for track in found:
        for switch in track.switches:
            fine = decisive and any(
                switch.below < high and low < switch.above for low, high in decisive
            )
            widest = max(region.width * (_FINE if fine else _WIDEST), 1)
            place = region.split(*switch) if switch.width > widest else None
            if place is not None:
                yield track.seed, place


def _decisive(found: Sequence[Track], side: Direction) -> list[tuple[float, float]]:
    """Return the intervals of the order statistics that make the median and its interval."""
    count = len(found)
    spans = np.array([track.threshold(side) for track in found])
    lows, highs = np.sort(spans, axis=0).T
    ranks = (*quantile_ranks(count), (count + 1) // 2, count // 2 + 1)
    return [(lows[rank - 1], highs[rank - 1]) for rank in ranks if 1 <= rank <= count]
