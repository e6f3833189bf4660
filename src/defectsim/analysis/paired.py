"""Paired differences of scenarios on common random numbers, outcome by outcome."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl

from defectsim.analysis.intervals import (
    Interval,
    Numbers,
    bootstrap_interval,
    chance_interval,
    effective_pairs,
    exact_interval,
    mean_interval,
    unpaired_chance_interval,
    unpaired_mean_interval,
    upper_bound,
)
from defectsim.analysis.outcomes import OutcomeSpec, outcomes
from defectsim.core.choices import IntervalMethod
from defectsim.core.errors import AnalysisError
from defectsim.core.formatting import BAND, QUANTILE_METHOD, QUANTILES

_SIDES = [f"{side}_{name}" for side in ("base", "other") for name in ("mean", *BAND)]
_COLUMNS = pl.Schema(
    {
        **dict.fromkeys(("baseline", "scenario", "outcome", "kind"), pl.String()),
        **dict.fromkeys(("pairs", "failed", "pending", "undefined"), pl.Int64()),
        **dict.fromkeys((*_SIDES, *BAND, "mean", "low", "high"), pl.Float64()),
        "method": pl.String(),
        "differ": pl.Int64(),
        **dict.fromkeys(
            ("differ_most", "effective_pairs", "unpaired_low", "unpaired_high", "saved", "sharper"),
            pl.Float64(),
        ),
    }
)
_METHODS = {
    "chance": "Bonett and Price",
    "t": "Student's t, guarded against few and skewed differences",
    "bca": "BCa bootstrap",
}


def paired(
    runs: pl.DataFrame,
    names: Sequence[str] | None = None,
    *,
    by: str = "scenario",
    method: IntervalMethod = "t",
) -> pl.DataFrame:
    """Compare each scenario with the first, replicate by replicate, in each outcome.

    Parameters
    ----------
    names
        Outcomes (`outcomes.outcome`); default: all.
    by
        Column with the scenario of a run. The first to appear is the baseline.
    method
        Of the interval of a mean difference: ``"t"``, guarded (`intervals.mean_interval`), or
        ``"bca"``.

    Returns
    -------
    DataFrame
        A row a scenario other than the baseline and an outcome, in the outcome's own unit; a chance
        is a share of runs. Pairs are compared, or left out: with a *failed* run, a *pending* one,
        or the outcome *undefined*. Both scenarios (``base_mean``, ``base_q05``, ...,
        ``other_q95``; of a chance the exact 90 % interval) and the differences (``mean``, ``q05``,
        ...) are those of the pairs compared; *low* and *high* are the 95 % interval of the mean
        difference by *method*, null if all are the same. *differ* pairs differ, a share of at most
        *differ_most* (95 % bound, Clopper and Pearson 1934), and *effective_pairs* count
        (`intervals.effective_pairs`). If the same runs were unpaired, the interval would be
        *unpaired_low* to *unpaired_high*; pairing saves a share *saved* of the variance, perhaps
        negative, and makes the standard error 1 / sqrt(1 - saved) times (*sharper*) as small.
    """
    specs = outcomes(runs, names)
    base, *others = _by_label(runs, by, specs)
    rows = [row for other in others for row in _rows(base, other, specs, method)]
    return pl.DataFrame(rows, schema=_COLUMNS)


def _by_label(runs: pl.DataFrame, by: str, specs: Sequence[OutcomeSpec]) -> list[pl.DataFrame]:
    """Return the outcomes of each scenario, in the order in which they appear."""
    table = runs.select(
        runs[by].cast(pl.String).alias("_label"),
        "replicate",
        pl.col("status").cast(pl.String),
        *(spec.value.alias(spec.name) for spec in specs),
    )
    twice = table.filter(pl.struct("_label", "replicate").is_duplicated())
    if not twice.is_empty():
        label, replicate = twice.row(0)[:2]
        raise AnalysisError(
            f"two runs have {by} {label!r} and replicate {replicate}: name each scenario differently"
        )
    return table.partition_by("_label", maintain_order=True)


def differences(runs: pl.DataFrame, name: str, *, by: str = "scenario") -> dict[str, Numbers]:
    """Return by scenario the difference in one outcome of each pair that has it."""
    (spec,) = outcomes(runs, [name])
    base, *others = _by_label(runs, by, [spec])
    gained = pl.col(f"{name} other") - pl.col(name)
    return {
        str(other["_label"][0]): _pairs(base, other)
        .select(gained.drop_nulls())
        .to_series()
        .to_numpy()
        for other in others
    }


def _pairs(base: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    both = base.join(other, on="replicate", how="full", coalesce=True, suffix=" other")
    return both.sort("replicate")


def _rows(
    base: pl.DataFrame, other: pl.DataFrame, specs: Sequence[OutcomeSpec], method: IntervalMethod
) -> Iterator[dict[str, Any]]:
    both = _pairs(base, other)
    statuses = pl.col("status", "status other")
    failed = both.filter(pl.any_horizontal(statuses == "failed")).height
    ended = both.filter(pl.all_horizontal(statuses == "done"))
    for spec in specs:
        defined = ended.select(spec.name, f"{spec.name} other").drop_nulls()
        yield {
            "baseline": base["_label"][0],
            "scenario": other["_label"][0],
            "outcome": spec.name,
            "kind": spec.kind,
            "pairs": defined.height,
            "failed": failed,
            "pending": both.height - failed - ended.height,
            "undefined": ended.height - defined.height,
            **(_compared(defined.to_numpy(), spec, method) if defined.height else {}),
        }


def _compared(values: Numbers, spec: OutcomeSpec, method: IntervalMethod) -> dict[str, Any]:
    base, other = values.T
    gained = other - base
    chance = spec.kind == "chance"
    interval: Interval | None
    unpaired: Interval | None
    if chance:
        interval, unpaired = chance_interval(gained), unpaired_chance_interval(base, other)
    else:
        student = method == "t"
        interval = mean_interval(gained) if student else bootstrap_interval(gained, (spec.name,))
        unpaired = unpaired_mean_interval(base, other)
    saved = _variance_saved(base, other)
    differ = int(np.count_nonzero(gained))
    low, high = interval or (None, None)
    unpaired_low, unpaired_high = unpaired or (None, None)
    return {
        **_level(base, "base_", chance=chance),
        **_level(other, "other_", chance=chance),
        **_level(gained),
        "low": low,
        "high": high,
        "method": _METHODS["chance" if chance else method] if interval else None,
        "differ": differ,
        "differ_most": upper_bound(differ, len(gained)),
        "effective_pairs": effective_pairs(gained),
        "unpaired_low": unpaired_low,
        "unpaired_high": unpaired_high,
        "saved": saved,
        "sharper": 1 / math.sqrt(1 - saved) if saved is not None and saved < 1 else None,
    }


def _level(values: Numbers, prefix: str = "", *, chance: bool = False) -> dict[str, float]:
    """Return mean, median and 90 % band of values, or a chance with its exact interval."""
    mean = float(values.mean())
    low, middle, high = np.quantile(
        values, [QUANTILES[name] for name in BAND], method=QUANTILE_METHOD
    ).tolist()
    if chance:
        middle, (low, high) = mean, exact_interval(int(values.sum()), len(values))
    names = [f"{prefix}{name}" for name in ("mean", *BAND)]
    return dict(zip(names, (mean, low, middle, high), strict=True))


def _variance_saved(base: Numbers, other: Numbers) -> float | None:
    if len(base) < 2 or (independent := base.var(ddof=1) + other.var(ddof=1)) == 0:
        return None
    return float(1 - (other - base).var(ddof=1) / independent)
