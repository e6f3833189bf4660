"""Patient rule induction (Friedman and Fisher 1999): the box of inputs in which cases gather.

A box is judged by its association with cases, the phi coefficient of the table of runs that are
inside of it or not, and cases or not. That of all runs is 0, labels that are wrong at random leave
boxes in the same order, and cases and other runs could change places. The F-measure has none of
this: where most runs are cases, it prefers all runs to any box.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from defectsim.analysis.intervals import Numbers

type Marks = NDArray[np.bool_]

PATIENCE = 0.05
"""Share of a box's points that a step peels off or pastes on."""
FEWEST = 10
"""Points of the smallest box."""
FOREMOST = 10
"""Inputs among which a box is sought: in more of them, chance drowns those that matter."""


class Sample(NamedTuple):
    """Points of inputs, and the runs at each."""

    inputs: Numbers
    """Of shape (points, inputs)."""
    runs: Numbers
    """Number of each point's runs."""
    cases: Numbers
    """Number of the runs that are cases."""

    def take(self, points: NDArray[np.intp]) -> "Sample":
        """Return some of the points."""
        return Sample(self.inputs[points], self.runs[points], self.cases[points])


class Box(NamedTuple):
    """Ends of inputs."""

    ends: Numbers
    """Least value of each input, then of each one's negative: (2, inputs); -inf without an end."""

    def restricted(self) -> list[int]:
        """Return the indices of inputs that have an end."""
        return [int(index) for index in np.flatnonzero((self.ends > -np.inf).any(axis=0))]

    def holds(self, inputs: Numbers) -> Marks:
        """Return a mark for each point that is inside."""
        kept = self.restricted()
        (low, negative), among = self.ends[:, kept], inputs[:, kept]
        inside: Marks = ((among >= low) & (-among >= negative)).all(axis=1)
        return inside

    def moved(self, side: int | slice, index: int, end: float = -np.inf) -> "Box":
        """Return the box with another end of one input, or without it."""
        ends = self.ends.copy()
        ends[side, index] = end
        return Box(ends)

    def lifted(self, index: int) -> "Box":
        """Return the box without the restriction of an input."""
        return self.moved(slice(None), index)


class Step(NamedTuple):
    """Box on the way from all points to few, with what it holds."""

    box: Box
    points: float
    runs: float
    cases: float


def association(sample: Sample, inside: Marks) -> float:
    """Return the phi coefficient of being inside and a case; 0 if all or none are either."""
    runs, cases = (np.asarray(held[inside].sum()) for held in (sample.runs, sample.cases))
    return float(associations(sample, runs, cases))


def associations(sample: Sample, runs: Numbers, cases: Numbers) -> Numbers:
    """Return the same from the numbers of runs and cases inside."""
    all_runs, all_cases = sample.runs.sum(), sample.cases.sum()
    spread = np.sqrt(runs * (all_runs - runs) * all_cases * (all_runs - all_cases))
    more = np.asarray(cases * all_runs - runs * all_cases)
    return np.divide(more, spread, out=np.zeros_like(more), where=spread > 0)


def best_box(sample: Sample, among: Sequence[int] | None = None) -> Box:
    """Find the box that is most associated with cases, peeled and then pasted.

    It restricts inputs by chance, too: these are for `discovery.discover` to drop.

    Parameters
    ----------
    among
        Indices of inputs to restrict; default: the `foremost`.
    """
    tried = foremost(sample) if among is None else list(among)
    part = sample._replace(inputs=sample.inputs[:, tried])
    steps = peel(part)
    runs, cases = np.array([step[2:] for step in steps]).T
    chosen = steps[int(associations(part, runs, cases).argmax())]
    ends = np.full((2, sample.inputs.shape[1]), -np.inf)
    ends[:, tried] = paste(part, chosen.box).ends
    return Box(ends)


def foremost(sample: Sample) -> list[int]:
    """Return the indices of the inputs of which a single cut is most associated with cases."""
    points, inputs = sample.inputs.shape
    if inputs <= FOREMOST:
        return list(range(inputs))
    order = sample.inputs.argsort(axis=0, kind="stable")
    values = np.take_along_axis(sample.inputs, order, axis=0)
    below = [held[order].cumsum(axis=0)[:-1] for held in (sample.runs, sample.cases)]
    found = np.abs(associations(sample, *below))
    found[values[1:] == values[:-1]] = 0
    strongest = found[FEWEST - 1 : points - FEWEST].max(axis=0, initial=0)
    return sorted(np.argsort(-strongest, kind="stable")[:FOREMOST].tolist())


def peel(sample: Sample) -> list[Step]:
    """Return boxes from all points to `FEWEST`, or to cases alone.

    Each step takes a share `PATIENCE` of the points from one end of one input, or all that share
    the value there: those whose loss raises the share of cases most for each run that is lost
    (Kwakkel and Jaxa-Rozen 2016), so that inputs of few values have no advantage.
    """
    points, inputs = sample.inputs.shape
    values = _mirrored(sample)
    order = sample.inputs.argsort(axis=0, kind="stable").T.astype(np.int32)
    held = np.stack([np.ones(points), sample.runs, sample.cases])
    inside = np.ones(points, bool)
    steps = [Step(Box(np.full((2, inputs), -np.inf)), *held.sum(axis=1).tolist())]
    while (now := steps[-1]).cases < now.runs:
        lost = _lost(values, order, held, inside)
        left = np.reshape(now[1:], (3, 1, 1)) - lost
        rise = (left[2] / np.maximum(left[1], 1) - now.cases / now.runs) / lost[1]
        rise[left[0] < FEWEST] = -np.inf
        side, index = divmod(int(rise.argmax()), inputs)
        if rise[side, index] == -np.inf:
            break
        column, out = values[side, index], int(lost[0, side, index])
        end = _between(*column[order[index, :: 1 - 2 * side][out - 1 : out + 1]].tolist())
        inside &= column >= end
        order = order[inside[order]].reshape(inputs, -1)
        steps.append(Step(now.box.moved(side, index, end), *left[:, side, index].tolist()))
    return steps


def _mirrored(sample: Sample) -> Numbers:
    """Return inputs and their negatives, whose least values are the ends: (2, inputs, points)."""
    return np.stack([sample.inputs.T, -sample.inputs.T])


def _lost(values: Numbers, order: NDArray[np.int32], held: Numbers, inside: Marks) -> Numbers:
    """Return the points, runs and cases that a step would take from each end: (3, 2, inputs)."""
    most = max(int(PATIENCE * order.shape[1]), 1)
    outer = np.stack([order[:, : most + 1], order[:, : -most - 2 : -1]])
    outermost = np.take_along_axis(values, outer, axis=2)
    less = outermost < outermost[:, :, -1:]
    lost: Numbers = (held[:, outer] * less).sum(axis=3)
    tied = ~less[:, :, 0]
    if tied.any():
        lost[:, tied] = held @ ((values[tied] == outermost[tied][:, :1]) & inside).T
    return lost


def paste(sample: Sample, box: Box) -> Box:
    """Widen a box, end by end, while its association with cases does not fall."""
    values = _mirrored(sample)
    best = association(sample, box.holds(sample.inputs))
    while (box.ends > -np.inf).any():
        sides, indices = np.nonzero(box.ends > -np.inf)
        ends, found = _widened(sample, box, values[sides, indices])
        widest = int(found.argmax())
        if found[widest] < best:
            break
        best = float(found[widest])
        box = box.moved(int(sides[widest]), int(indices[widest]), float(ends[widest]))
    return box


def _widened(sample: Sample, box: Box, among: Numbers) -> tuple[Numbers, Numbers]:
    """Return for each end that next beyond the nearest points outside, and the association."""
    outside = among < box.ends[box.ends > -np.inf][:, None]
    times = outside.sum(axis=0)
    inside, alone = times == 0, outside & (times == 1)
    more = max(int(PATIENCE * inside.sum()), 1)
    ends = np.full(len(among), -np.inf)
    for end, (column, beyond) in enumerate(zip(among, alone, strict=True)):
        near = np.sort(column[beyond])[::-1][: more + 1].tolist()
        if len(near) > more:
            ends[end] = _between(near[more], near[more - 1])
    wider = inside | (alone & (among >= ends[:, None]))
    return ends, associations(sample, wider @ sample.runs, wider @ sample.cases)


def _between(low: float, high: float) -> float:
    """Return the middle of two values, or the higher where no number lies between them."""
    middle = (low + high) / 2
    return middle if middle > low else high
