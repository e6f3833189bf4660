"""Global sensitivity of outcomes to inputs and to chance, with SALib.

A design puts every input at shares of its range and gives every point a random seed, so that
chance is varied as an input is. An outcome is any number of a run, or the difference of two runs of
a point on its seed; it comes in the order of the design, NaN where a run failed. A failed run
leaves out its whole row or trajectory, and is counted. All intervals are 90 % percentile intervals
of a bootstrap over rows or trajectories (Archer, Saltelli and Sobol 1997).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtri

from defectsim.analysis.extras import extra
from defectsim.analysis.intervals import MIN_EFFECTIVE_PAIRS, Numbers, effective_pairs
from defectsim.core.errors import AnalysisError
from defectsim.core.formatting import grouped
from defectsim.core.randomness import generator

CHANCE = "chance"
"""Name of chance among the inputs."""
FEWEST = 10
"""Rows or trajectories without which no bootstrap means anything."""
RESAMPLES = 999
ROUNDING = 1e-12
"""Part of an outcome by which runs may differ though they are the same: differences are rounded."""
BOUNDS = (0.05, 0.95)
"""Quantiles that bound an interval."""


@dataclass(frozen=True)
class BlockDesign:
    """Points in blocks of equal length, one after the other.

    Attributes
    ----------
    shares
        Shape (points, inputs): share of the way through each input's range, in [0, 1).
    seeds
        Shape (points,): number of each point's random seed, from 0.
    blocks
        Number of rows, or of trajectories.
    """

    shares: Numbers
    seeds: NDArray[np.int64]
    blocks: int


class CrossDesign(BlockDesign):
    """Rows of `saltelli`."""


class Trajectories(BlockDesign):
    """Trajectories of `morris`."""


@dataclass(frozen=True)
class Reading:
    """Indices of inputs, or the reason why there are none.

    Attributes
    ----------
    table
        A row an input, the most influential first; empty if there is a *fault*.
    blocks, left_out, failed
        Rows or trajectories that are read, those left out, and the failed runs in these.
    fault
        Why the outcome has no indices.
    """

    table: pl.DataFrame
    blocks: int
    left_out: int
    failed: int
    fault: str | None = None


def saltelli(inputs: int, rows: int, seed: int, *, chance: bool = True) -> CrossDesign:
    """Return the cross-design of first and total indices (Saltelli et al. 2010).

    Row i has two scrambled Sobol points, A and B, and two seeds, 2 i and 2 i + 1. Its points are A;
    A with one input of B, for each input in turn; A on B's seed; and B on B's seed. All but the
    last two are on A's seed. More rows keep those there are.

    Parameters
    ----------
    rows
        A power of two, or Sobol points lose their balance.
    chance
        False for outcomes without chance: there is no point A on B's seed, and one seed for all.

    Returns
    -------
    CrossDesign
        Of rows x (inputs + 3) points, or rows x (inputs + 2) without chance.
    """
    if rows < FEWEST or rows & (rows - 1):
        raise AnalysisError(
            f"a design of {rows} rows is not balanced; ask for a power of two from 16"
        )
    shares = extra("SALib.sample.sobol").sample(
        _problem(inputs), rows, calc_second_order=False, seed=generator(seed, ("saltelli",))
    )
    points = shares.reshape(rows, inputs + 2, inputs)
    if chance:
        points = np.insert(points, -1, points[:, 0], axis=1)
    seeds = np.zeros(points.shape[:2], np.int64)
    if chance:
        seeds += 2 * np.arange(rows)[:, np.newaxis]
        seeds[:, -2:] += 1
    return CrossDesign(points.reshape(-1, inputs), seeds.ravel(), rows)


def morris(inputs: int, trajectories: int, levels: int, seed: int) -> Trajectories:
    """Return trajectories that move each input once, in random order (Morris 1991).

    All points of a trajectory are on its own seed. Trajectories are drawn independently, as the
    bootstrap assumes, and not picked for their spread (Campolongo, Cariboni and Saltelli 2007);
    more of them keep those there are.

    Parameters
    ----------
    levels
        Number of levels of each input, even; both ends of the range are among them.

    Returns
    -------
    Trajectories
        Of trajectories x (inputs + 1) points.
    """
    if trajectories < FEWEST:
        raise AnalysisError(
            f"{trajectories} trajectories tell too little; ask for {FEWEST} or more"
        )
    if levels < 2 or levels % 2:
        raise AnalysisError(f"{levels} levels have no middle to step over; ask for 4, or 6, or 8")
    shares = extra("SALib.sample.morris").sample(
        _problem(inputs), trajectories, num_levels=levels, seed=generator(seed, ("morris",))
    )
    seeds = np.repeat(np.arange(trajectories), inputs + 1)
    return Trajectories(np.minimum(shares, np.nextafter(1, 0)), seeds, trajectories)


def _problem(inputs: int) -> dict[str, Any]:
    names = [str(number) for number in range(inputs)]
    return {"num_vars": inputs, "names": names, "bounds": [[0, 1]] * inputs}


def sobol(design: CrossDesign, names: Sequence[str], outcome: Numbers, seed: int) -> Reading:
    """Estimate the variance shares of each input and of chance.

    An input's *first* index is the share that its effect on the mean explains; its *total* index is
    the share that would remain if all else were known, chance included. So the total index of
    chance is the mean variance between runs of one point. The outcome is standardized, as SALib
    does, since the error of an estimate grows with its mean; an estimate below 0 is an error around
    0. Rows of Sobol points are more even than the bootstrap takes them to be, so intervals err on
    the wide side.

    Parameters
    ----------
    names
        Of the inputs, in the order of the design.
    seed
        Of the bootstrap.

    Returns
    -------
    Reading
        Columns name, first, first_low, first_high, total, total_low, total_high, by *total*; and
        the direction of each input (`_directions`), null for chance.

    References
    ----------
    Saltelli et al. (2010), Computer Physics Communications 181, 259-270.
    """
    outcomes, whole, counts = _by_block(design, outcome)
    read = outcomes[whole]
    if fault := _fault(read[:, [0, -1]], "rows"):
        return Reading(pl.DataFrame(), *counts, fault)
    scaled = (read - read.mean()) / read.std()
    draws = [_indices(rows) for rows in resampled(scaled, seed) if np.ptp(rows[:, [0, -1]])]
    varied = [*names, CHANCE][: scaled.shape[1] - 2]
    table = _table(varied, ("first", "total"), _indices(scaled), draws)
    directions = _directions(names, _points(design)[whole][:, [0, -1]], read[:, [0, -1]])
    table = table.sort("total", descending=True, maintain_order=True)
    return Reading(table.join(directions, on="name", how="left", maintain_order="left"), *counts)


def _indices(outcomes: Numbers) -> Numbers:
    """Return first and total indices, shape (2, inputs), by SALib's estimators."""
    salib = extra("SALib.analyze.sobol")
    crossed = outcomes[:, 1:-1]
    a, b = (np.broadcast_to(outcomes[:, [end]], crossed.shape) for end in (0, -1))
    return np.array([order(a, crossed, b) for order in (salib.first_order, salib.total_order)])


def _directions(names: Sequence[str], points: Numbers, outcomes: Numbers) -> pl.DataFrame:
    """Return each input's rank correlation (Spearman) with the outcome, and direction.

    There is no direction if the 90 % interval (Bonett and Wright 2000) includes 0: of ten inputs
    that have none, about one gets one by chance. An influence that is as often up as down has none.
    """
    from scipy.stats import rankdata  # takes half a second

    ranks = rankdata(np.column_stack([points.reshape(-1, len(names)), outcomes.ravel()]), axis=0)
    found = np.asarray(np.corrcoef(ranks, rowvar=False))[-1, :-1]
    arm = ndtri(BOUNDS[1]) * np.sqrt((1 + found**2 / 2) / (len(ranks) - 3))
    with np.errstate(divide="ignore"):  # a correlation of 1 has the interval from 1 to 1
        low, high = (np.tanh(np.arctanh(found) + side * arm) for side in (-1, 1))
    table = pl.DataFrame(
        {"name": names, "correlation": found, "correlation_low": low, "correlation_high": high}
    )
    up, down = pl.col("correlation_low") > 0, pl.col("correlation_high") < 0
    word = pl.when(up).then(pl.lit("up")).when(down).then(pl.lit("down"))
    return table.with_columns(word.otherwise(pl.lit("no direction")).alias("direction"))


def screen(
    design: Trajectories, names: Sequence[str], outcome: Numbers, seed: int, share: float = 0.1
) -> Reading:
    """Rank inputs by their elementary effects, and mark those worth keeping.

    An effect is the change of the outcome over a step of one input, per whole range of it, in the
    outcome's unit; *mu_star* is the mean size of an input's effects and *sigma* their standard
    deviation. Both ends of a step are on one seed, so an inert input has a *mu_star* of 0 if draws
    are keyed and its step disturbs nobody's. If it does disturb them, *mu_star* is the mean size of
    a difference between two runs by chance, for every inert input, which then may be kept: an error
    that costs runs, and no input.

    Parameters
    ----------
    share
        An input is *kept* if the upper bound of its *mu_star* exceeds this share of the largest
        *mu_star*: a tenth of an effect is about a hundredth of a variance.

    Returns
    -------
    Reading
        Columns name, mu_star, mu_star_low, mu_star_high, sigma, sigma_low, sigma_high, kept, by
        *mu_star*.

    References
    ----------
    Campolongo, Cariboni and Saltelli (2007), Environmental Modelling & Software 22, 1509-1518.
    """
    outcomes, whole, counts = _by_block(design, outcome)
    if fault := _fault(outcomes[whole], "trajectories"):
        return Reading(pl.DataFrame(), *counts, fault)
    effects = _effects(_points(design)[whole], outcomes[whole])
    draws = [_moments(drawn) for drawn in resampled(effects, seed)]
    table = _table(names, ("mu_star", "sigma"), _moments(effects), draws)
    kept = pl.col("mu_star_high") > share * pl.col("mu_star").max()
    table = table.with_columns(kept.alias("kept"))
    return Reading(table.sort("mu_star", descending=True, maintain_order=True), *counts)


def _effects(points: Numbers, outcomes: Numbers) -> Numbers:
    """Return elementary effects, shape (trajectories, inputs)."""
    steps = np.diff(points, axis=1)
    slopes = np.diff(outcomes, axis=1) / steps.sum(axis=2)
    moved = np.abs(steps).argmax(axis=2)
    return np.take_along_axis(slopes, moved.argsort(axis=1), axis=1)


def _moments(effects: Numbers) -> Numbers:
    return np.array([np.abs(effects).mean(axis=0), effects.std(axis=0, ddof=1)])


def _by_block(
    design: BlockDesign, outcome: Numbers
) -> tuple[Numbers, NDArray[np.bool_], tuple[int, int, int]]:
    """Return outcomes by block, the whole blocks, and a `Reading`'s counts."""
    if len(outcome) != len(design.seeds):
        raise AnalysisError(
            f"the design has {len(design.seeds):,} points, and the outcome {len(outcome):,} "
            "values: give one for each point, NaN where the run failed"
        )
    outcomes = np.asarray(outcome, np.float64).reshape(design.blocks, -1)
    failed = np.isnan(outcomes)
    whole = ~failed.any(axis=1)
    read = int(whole.sum())
    return outcomes, whole, (read, design.blocks - read, int(failed.sum()))


def _points(design: BlockDesign) -> Numbers:
    return design.shares.reshape(design.blocks, -1, design.shares.shape[1])


def _fault(outcomes: Numbers, blocks: str) -> str | None:
    """Return the reason why outcomes tell nothing, if there is one."""
    if len(outcomes) < FEWEST:
        return f"{len(outcomes)} {blocks} are without a failed run, and {FEWEST} are the fewest"
    if np.ptp(outcomes) <= ROUNDING * np.abs(outcomes).max():
        return (
            f"the outcome is {grouped(outcomes[0, 0])} in all runs that were read, so nothing can "
            "be said to move it"
        )
    if effective_pairs(outcomes.ravel()) < MIN_EFFECTIVE_PAIRS:
        return f"a few runs make all the difference to the outcome: ask for more {blocks}"
    return None


def resampled(blocks: Numbers, seed: int) -> Iterator[Numbers]:
    """Yield blocks drawn anew with replacement, `RESAMPLES` times."""
    rng = generator(seed, ("bootstrap", "sensitivity"))
    count = len(blocks)
    return (blocks[rng.integers(count, size=count)] for _ in range(RESAMPLES))


def _table(
    names: Sequence[str], measures: tuple[str, str], found: Numbers, draws: Sequence[Numbers]
) -> pl.DataFrame:
    """Return two measures of each input, each with the bounds of its interval."""
    low, high = np.quantile(draws, BOUNDS, axis=0)
    columns: dict[str, Any] = {"name": names}
    for number, measure in enumerate(measures):
        columns[measure] = found[number]
        columns |= {f"{measure}_low": low[number], f"{measure}_high": high[number]}
    return pl.DataFrame(columns)
