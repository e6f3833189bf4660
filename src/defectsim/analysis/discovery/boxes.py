"""Scenario discovery (Bryant and Lempert 2010): where in uncertain inputs cases gather, if anywhere.

The box of `prim.best_box` fits chance, too. So a box is told only if boxes found at half of the
points separate cases at the other half better than where points are shuffled; it restricts only
inputs whose restriction does so in nearly all halves; and its quality is that of boxes whose ends
were found without the points at which they are judged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl
from scipy.special import bdtrc

from defectsim.analysis.discovery.cases import Share, in_words, plain_box, read_sample, share
from defectsim.analysis.discovery.prim import (
    FEWEST,
    Box,
    Marks,
    Sample,
    association,
    associations,
    best_box,
    foremost,
    peel,
)
from defectsim.analysis.inputs import Input
from defectsim.analysis.intervals import Numbers
from defectsim.core.formatting import counted
from defectsim.core.randomness import generator

SHUFFLES = 99
LEVEL = 0.05
"""Chance of a box where there is none, and highest quasi-p-value of a restriction."""
STABLE = 0.8
"""Share of halves in which an input's restriction must separate cases at the other half."""
_PAIRS = 20
"""Pairs of halves from which that share is taken."""
_TEST_PAIRS = 2
_FOLDS = 5


class Quality(NamedTuple):
    """Quality of a box."""

    coverage: Share
    """Of all cases, those inside."""
    density: Share
    """Of the runs inside, those that are cases."""


@dataclass(frozen=True)
class Discovery:
    """Where cases gather.

    Attributes
    ----------
    found
        What was found, in one sentence.
    box
        Lowest and highest value of the restricted inputs, by path; empty without a box.
    inputs
        A row an input, those that bind most first: *input*; *stability*, the share of halves in
        which it is restricted and that separates cases better at the other half than without, null
        if none were looked at; and, if the box restricts it, *low*, *high*, *quasi_p*, the chance
        of so dense a box if the restriction did not matter (Bryant and Lempert 2010), and
        *density_lost*, by which the density falls without the restriction.
    fitted, held_out
        Quality at the points with which the box was found, and at points left out of boxes of the
        same inputs, whose ends were found in five folds; None without a box. The box itself may
        differ from such boxes, so that where nearly all cases are inside, or nearly all inside are
        cases, its quality may lie a few per cent beyond the interval.
    trajectory
        A row a step of the peeling: *points*, *runs*, *coverage*, *density*, *association*
        (`prim.association`) and *restricted*, the number of inputs with an end. If there is a box,
        only its inputs were peeled.
    runs, cases
        Number of the runs that did not fail, and of those that are cases.
    failed
        Number of failed runs, which are left out.
    chance
        Share of shuffles of the points, their true order included, that separate as well (Phipson
        and Smyth 2010); None with too few cases.
    """

    found: str
    box: Mapping[str, tuple[float, float]]
    inputs: pl.DataFrame
    fitted: Quality | None
    held_out: Quality | None
    trajectory: pl.DataFrame
    runs: int
    cases: int
    failed: int
    chance: float | None

    @property
    def binding(self) -> list[str]:
        """Paths of the two restricted inputs, or of the one, that bind most."""
        return [name for name in self.inputs["input"] if name in self.box][:2]


def discover(
    table: pl.DataFrame,
    cases: pl.Series,
    inputs: Sequence[Input],
    *,
    points: pl.Series | None = None,
    seed: int = 0,
) -> Discovery:
    """Find the box of inputs in which cases gather, or report that there is none.

    Parameters
    ----------
    table
        A row a run, with a column an input: numbers, or yes and no, which are read as 1 and 0.
    cases
        Whether each run is a case; null if it failed.
    points
        Label of each run's point, whose runs are kept together; default: each run has its own.

    Raises
    ------
    AnalysisError
        When an input is unknown, no number, or beyond its range.
    """
    inputs = sorted(inputs)
    sample = read_sample(table, cases, inputs, points)
    chance = None if _too_few(sample) else _chance(sample, seed)
    search = _search(sample, seed) if chance is not None and chance <= LEVEL else None
    held_out = _held_out(sample, search.box.restricted(), seed) if search and search.box else None
    box = search.box if search and held_out else None
    return Discovery(
        found=_sentence(sample, inputs, box, held_out, chance),
        box=plain_box(box, inputs) if box else {},
        inputs=_table(sample, inputs, box, search),
        fitted=_quality(sample, box.holds(sample.inputs)) if box else None,
        held_out=held_out,
        trajectory=_trajectory(sample, box.restricted() if box else foremost(sample)),
        runs=int(sample.runs.sum()),
        cases=int(sample.cases.sum()),
        failed=cases.null_count(),
        chance=chance,
    )


def _too_few(sample: Sample) -> bool:
    with_case, with_other = sample.cases > 0, sample.cases < sample.runs
    return bool(min(with_case.sum(), with_other.sum()) < FEWEST)


def _halves(sample: Sample, pairs: int, seed: int) -> Iterator[tuple[Sample, Sample]]:
    """Return a half of the points, and the other, twice for each pair (Shah and Samworth 2013)."""
    for pair in range(pairs):
        order = generator(seed, ("halves", pair)).permutation(len(sample.runs))
        one, other = (sample.take(half) for half in np.array_split(order, 2))
        yield one, other
        yield other, one


def _chance(sample: Sample, seed: int) -> float:
    """Return the share of shuffles of points, the true order included, that separate as well."""
    found, as_good = _separation(sample, seed), 1
    for shuffle in range(SHUFFLES):
        order = generator(seed, ("shuffle", shuffle)).permutation(len(sample.runs))
        as_good += _separation(sample._replace(inputs=sample.inputs[order]), seed) >= found
    return as_good / (SHUFFLES + 1)


def _separation(sample: Sample, seed: int) -> float:
    """Return the association with cases at one half of boxes found at the other, on average."""
    halves = _halves(sample, _TEST_PAIRS, seed)
    return float(np.mean([association(b, best_box(a).holds(b.inputs)) for a, b in halves]))


class _Search(NamedTuple):
    box: Box | None
    stability: Numbers
    """Of each input."""


def _search(sample: Sample, seed: int) -> _Search:
    """Find the box that restricts only inputs that are stable and needed."""
    stability = _stability(sample, seed)
    stable = np.flatnonzero(stability >= STABLE).tolist()
    box = best_box(sample, stable) if stable else None
    while box and (kept := box.restricted()):
        quasi, index = max((_lift(sample, box, index)[0], index) for index in kept)
        if quasi <= LEVEL:
            return _Search(box, stability)
        box = box.lifted(index)
    return _Search(None, stability)


def _stability(sample: Sample, seed: int) -> Numbers:
    """Return the share of halves in which each input's restriction separates cases at the other."""
    useful = np.zeros(sample.inputs.shape[1])
    for half, other in _halves(sample, _PAIRS, seed):
        box = best_box(half)
        found = association(other, box.holds(other.inputs))
        for index in box.restricted():
            useful[index] += association(other, box.lifted(index).holds(other.inputs)) < found
    return useful / (2 * _PAIRS)


def _lift(sample: Sample, box: Box, index: int) -> tuple[float, float]:
    """Return the quasi-p-value of one input's restriction, and the density lost without it."""
    inside, without = (one.holds(sample.inputs) for one in (box, box.lifted(index)))
    runs, cases = sample.runs[inside].sum(), sample.cases[inside].sum()
    density = sample.cases[without].sum() / sample.runs[without].sum()
    return float(bdtrc(cases - 1, int(runs), density)), float(cases / runs - density)


def _held_out(sample: Sample, among: Sequence[int], seed: int) -> Quality | None:
    """Return the quality, at points left out, of boxes of the same inputs, if they hold any."""
    fold = generator(seed, ("folds",)).permutation(len(sample.runs)) % _FOLDS
    inside = np.zeros(len(fold), bool)
    for left_out in range(_FOLDS):
        box = best_box(sample.take(np.flatnonzero(fold != left_out)), among)
        inside |= (fold == left_out) & box.holds(sample.inputs)
    return _quality(sample, inside) if inside.any() else None


def _quality(sample: Sample, inside: Marks) -> Quality:
    coverage = share(sample.cases * inside, sample.cases)
    return Quality(coverage, share(sample.cases[inside], sample.runs[inside]))


def _table(
    sample: Sample, inputs: Sequence[Input], box: Box | None, search: _Search | None
) -> pl.DataFrame:
    """Return a row an input; see `Discovery`."""
    ends = plain_box(box, inputs) if box else {}
    rows: list[tuple[object, ...]] = []
    for index, item in enumerate(inputs):
        stability = float(search.stability[index]) if search else None
        lift = _lift(sample, box, index) if box and item.name in ends else (None, None)
        rows.append((item.name, stability, *ends.get(item.name, (None, None)), *lift))
    names = ("stability", "low", "high", "quasi_p", "density_lost")
    schema = pl.Schema({"input": pl.String(), **dict.fromkeys(names, pl.Float64())})
    by = [pl.col("density_lost"), pl.col("stability")]
    table = pl.DataFrame(rows, schema, orient="row", strict=False)
    return table.sort(by, descending=True, nulls_last=True, maintain_order=True)


def _trajectory(sample: Sample, among: Sequence[int]) -> pl.DataFrame:
    """Return a row a step of the peeling; see `Discovery`."""
    part = sample._replace(inputs=sample.inputs[:, among])
    steps = peel(part)
    points, runs, cases = np.array([step[1:] for step in steps]).T
    return pl.DataFrame(
        {
            "points": points.astype(int),
            "runs": runs.astype(int),
            "coverage": cases / max(sample.cases.sum(), 1),
            "density": cases / runs,
            "association": associations(part, runs, cases),
            "restricted": [len(step.box.restricted()) for step in steps],
        }
    )


def _sentence(
    sample: Sample,
    inputs: Sequence[Input],
    box: Box | None,
    held_out: Quality | None,
    chance: float | None,
) -> str:
    runs, cases = counted(int(sample.runs.sum()), "run"), int(sample.cases.sum())
    if chance is None:
        return (
            f"No box: {cases:,} of {runs} are cases, and it takes {FEWEST} points with a case and "
            f"{FEWEST} with another run."
        )
    if chance > LEVEL:
        as_good = round(chance * (SHUFFLES + 1)) - 1
        return (
            "No box: boxes found at half of the points separate cases at the other half no better "
            f"than by chance; {as_good} of {SHUFFLES} shuffles of the points did as well."
        )
    if not box or not held_out:
        return (
            f"No box: cases are not spread by chance (p = {chance:g}), but which inputs matter "
            "differs from one half of the points to another; more points could tell."
        )
    return (
        f"Cases gather in the box {in_words(plain_box(box, inputs), inputs)}: this holds "
        f"{held_out.coverage} of all cases, and {held_out.density} of its runs are cases, against "
        f"{share(sample.cases, sample.runs)} of all runs (judged at points not used to find it)."
    )
