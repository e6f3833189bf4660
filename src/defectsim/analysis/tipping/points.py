"""Tipping point of a lever: where an outcome of runs that is yes or no switches, across seeds.

The threshold of a seed is known to lie between two values. The distribution of thresholds is
Turnbull's (1976; `turnbull`), and its median is the tipping point: the value by which half of all
seeds have tipped, those that never do included. Its interval is that of order statistics, from the
lower ends of the brackets to their upper ends, so that it holds whatever lies within them.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from defectsim.analysis.intervals import Interval, Numbers, exact_interval, quantile_ranks
from defectsim.analysis.tipping.switches import (
    Direction,
    Evaluation,
    LeverRange,
    Track,
    majority,
    tracks,
)
from defectsim.analysis.tipping.turnbull import ThresholdDistribution, turnbull
from defectsim.core.errors import AnalysisError
from defectsim.core.formatting import counted, digits

SHARES = (0.1, 0.5, 0.9)
"""Shares of seeds whose thresholds are told."""
_ANYWHERE = (-math.inf, math.inf)


class Quantile(NamedTuple):
    """Value below which a share of the thresholds lies; None where it is out of the range."""

    share: float
    value: float | None
    interval: Interval
    """Infinite where the range ends first."""


class SeedCounts(NamedTuple):
    """Number of seeds, by what they do."""

    seeds: int
    """All that are read."""
    failed: int
    """Left out, since a run failed."""
    never: int
    always: int
    """Seeds in which the outcome occurs at no value that has been tried, or at all of them."""
    repeated: int
    """Seeds seen to switch more than once: between two values tried it may go unnoticed."""
    back: int
    """Those of them at whose ends the outcome is the same, so that they have no threshold."""
    reverse: int
    """Seeds that switch the other way than most, and have no threshold in their direction."""

    @property
    def words(self) -> str:
        """Return all but ordinary seeds, in words."""
        remarks = (
            ("in", self.never, "it occurs at no value tried"),
            ("in", self.always, "it occurs at every value tried"),
            ("in at least", self.repeated, "it switches more than once"),
            ("in", self.reverse, "it switches the other way"),
        )
        told = [f"{where} {n} of {self.seeds} seeds {what}" for where, n, what in remarks if n]
        left_out = [f"{counted(self.failed, 'seed')} left out, since a run failed"]
        return ", ".join(told + left_out * (self.failed > 0))


@dataclass(frozen=True)
class Tipping:
    """Tipping point of one lever, across seeds.

    Attributes
    ----------
    value, interval
        Value by which half of the seeds have tipped; the interval is infinite where the range ends
        first. None if there is no such value, and `reason` says why.
    direction
        Side of the thresholds on which the outcome occurs, in most seeds; None if none has one.
    counts
        Seeds by what they do. Intervals take those without a threshold to have it anywhere, and
        the curve leaves them out.
    never, always
        Exact intervals of the shares of seeds in which the outcome occurs at no value, or at all.
    quantiles
        Of the thresholds, at `SHARES`.
    curve
        By *value*, the *share* of seeds in which the outcome occurs, straight in between, and its
        exact interval, *low* to *high*.
    thresholds
        A row a seed: *seed*, *below* and *above*, which bound its threshold, null where they are
        out of the range, and the number of *switches*.
    """

    lever: LeverRange
    outcome: str
    level: float
    value: float | None
    interval: Interval | None
    direction: Direction | None
    counts: SeedCounts
    never: Interval
    always: Interval
    quantiles: tuple[Quantile, ...]
    curve: pl.DataFrame
    thresholds: pl.DataFrame

    @property
    def reason(self) -> str | None:
        """Return why there is no tipping point; None if there is one."""
        return None if self.interval else f"no tipping point in this range: {self.counts.words}"

    @property
    def found(self) -> str:
        """Return what was found, in a sentence."""
        lever, words = self.lever, self.counts.words
        if self.value is None or self.interval is None:
            where = f"{lever.name} {lever.low:g} to {lever.words(lever.high)}"
            return f"Whether {self.outcome} has no tipping point in {where}: {words}."
        low, high = self.interval
        decimals = digits((high if high < math.inf else lever.high) - max(low, lever.low))
        value = lever.words(self.value, decimals)
        first = f"{low:,.{decimals}f}" if low > -math.inf else f"below {lever.low:g}"
        last = f"{high:,.{decimals}f}" if high < math.inf else f"above {lever.high:g}"
        return (
            f"Half of {counted(self.counts.seeds, 'seed')} tip at {lever.name} {value} "
            f"({100 * self.level:g} % interval {first} to {last}), "
            f"{self.direction} which {self.outcome}{'; ' * bool(words)}{words}."
        )


def tipping(
    evaluations: Iterable[Evaluation],
    lever: LeverRange,
    outcome: str = "the outcome occurs",
    level: float = 0.9,
) -> Tipping:
    """Read where an outcome tips from runs at some values of a lever.

    Parameters
    ----------
    evaluations
        Those that `bisection.next_round` wants, or any others; of a frame,
        ``runs.select("seed", "value", "occurred").iter_rows()``.
    outcome
        Clause that says what occurs, such as ``the regime falls``.
    level
        Of all intervals.

    Raises
    ------
    AnalysisError
        When there is no run, one is out of the range, or a seed has two results at one value.
    """
    every = tracks(evaluations, lever)
    if not every:
        raise AnalysisError(f"{lever.name} has not been tried: run some seeds at some values first")
    read = [track for track in every if not track.failed]
    return _read(read, len(every) - len(read), lever, outcome, level)


def _read(
    read: Sequence[Track], failed: int, lever: LeverRange, outcome: str, level: float
) -> Tipping:
    direction = majority(read)
    counts = _counts(read, failed, direction)
    spans = np.array([one.threshold(direction or "above") for one in read] or [_ANYWHERE])
    known = turnbull(*spans.T)
    quantiles = tuple(_quantile(known, spans, share, level) for share in SHARES)
    middle = quantiles[SHARES.index(0.5)]
    tips = middle.value is not None and 2 * (counts.back + counts.reverse) < counts.seeds
    return Tipping(
        lever,
        outcome,
        level,
        value=middle.value if tips else None,
        interval=middle.interval if tips else None,
        direction=direction,
        counts=counts,
        never=exact_interval(counts.never, counts.seeds, level),
        always=exact_interval(counts.always, counts.seeds, level),
        quantiles=quantiles,
        curve=_curve(known, spans, read, direction, level),
        thresholds=_thresholds(read, spans),
    )


def _counts(read: Sequence[Track], failed: int, direction: Direction | None) -> SeedCounts:
    flat = [track.occurred[0] for track in read if not track.switches]
    repeated = [track for track in read if len(track.switches) > 1]
    return SeedCounts(
        seeds=len(read),
        failed=failed,
        never=flat.count(False),
        always=flat.count(True),
        repeated=len(repeated),
        back=sum(track.direction is None for track in repeated),
        reverse=sum(track.direction not in (None, direction) for track in read),
    )


def _quantile(known: ThresholdDistribution, spans: Numbers, share: float, level: float) -> Quantile:
    low, high = quantile_ranks(len(spans), share, level)
    below, above = np.sort(spans, axis=0).T
    value = known.quantile(share)
    interval = Interval(
        float(below[low - 1]) if low > 0 else -math.inf,
        float(above[high - 1]) if high <= len(spans) else math.inf,
    )
    return Quantile(share, value if math.isfinite(value) else None, interval)


def _curve(
    known: ThresholdDistribution,
    spans: Numbers,
    read: Sequence[Track],
    direction: Direction | None,
    level: float,
) -> pl.DataFrame:
    """Return the shares at all ends of brackets, and of the range that has been tried."""
    tried = [end for track in read for end in (track.values[0], track.values[-1])]
    values = np.unique([*spans[np.isfinite(spans)], *tried])
    below, above = spans.T
    rows = [
        (
            exact_interval(int((above <= value).sum()), len(spans), level).low,
            known.share(value),
            exact_interval(int((below < value).sum()), len(spans), level).high,
        )
        for value in values
    ]
    shares = np.array(rows).reshape(-1, 3)
    low, share, high = (1 - shares[:, ::-1] if direction == "below" else shares).T
    return pl.DataFrame({"value": values, "share": share, "low": low, "high": high})


def _thresholds(read: Sequence[Track], spans: Numbers) -> pl.DataFrame:
    rows = [
        (track.seed, *_finite(below, above), len(track.switches))
        for track, (below, above) in zip(read, spans.tolist(), strict=False)
    ]
    schema = {"seed": pl.Int64, "below": pl.Float64, "above": pl.Float64, "switches": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _finite(*bounds: float) -> tuple[float | None, ...]:
    return tuple(bound if math.isfinite(bound) else None for bound in bounds)


def boundary(
    runs: pl.DataFrame,
    other: str,
    lever: LeverRange,
    outcome: str = "the outcome occurs",
    level: float = 0.9,
) -> pl.DataFrame:
    """Read the tipping point of one lever at each value of another.

    Parameters
    ----------
    runs
        Columns seed, value (of the lever), occurred (null if the run failed), and that of `other`.

    Returns
    -------
    DataFrame
        A row a value of `other`, in order: it, *value*, *low*, *high* (null where they are out of
        the range), *direction*, those of `SeedCounts`, and *found*.
    """
    rows = []
    for some in runs.sort(other).partition_by(other, maintain_order=True):
        found = tipping(some.select("seed", "value", "occurred").iter_rows(), lever, outcome, level)
        low, high = _finite(*(found.interval or _ANYWHERE))
        told = {"value": found.value, "low": low, "high": high, "direction": found.direction}
        rows.append(
            {other: some[other][0]} | told | found.counts._asdict() | {"found": found.found}
        )
    types = dict.fromkeys(("value", "low", "high"), pl.Float64) | {"direction": pl.String}
    return pl.DataFrame(rows, schema_overrides=types)
