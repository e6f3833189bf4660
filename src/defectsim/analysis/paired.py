"""What one scenario does that another does not: the same lives lived in both, compared run by run."""

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
from defectsim.core.quantiles import BAND, QUANTILES

_COLUMNS = pl.Schema(
    {
        "baseline": pl.String(),
        "scenario": pl.String(),
        "outcome": pl.String(),
        "kind": pl.String(),
        "pairs": pl.Int64(),
        "failed": pl.Int64(),
        "pending": pl.Int64(),
        "undefined": pl.Int64(),
        **{
            f"{side}_{name}": pl.Float64() for side in ("base", "other") for name in ("mean", *BAND)
        },
        **dict.fromkeys((*BAND, "mean", "low", "high"), pl.Float64()),
        "method": pl.String(),
        "differ": pl.Int64(),
        **dict.fromkeys(
            ("differ_most", "effective_pairs", "unpaired_low", "unpaired_high", "saved", "sharper"),
            pl.Float64(),
        ),
    }
)
_LEVELS = [QUANTILES[name] for name in BAND]
_METHODS = {"t": "Student's t, guarded against few and skewed differences", "bca": "BCa bootstrap"}


def paired(
    runs: pl.DataFrame,
    names: Sequence[str] | None = None,
    *,
    by: str = "scenario",
    method: IntervalMethod = "t",
) -> pl.DataFrame:
    """Return how each scenario differs from the first, in the same replicate, in each outcome.

    Parameters
    ----------
    runs
        A row a run of a study, with what distinguishes its scenarios in a column.
    names
        Outcomes (`outcomes.outcome`); all where none is named.
    by
        The column that says which scenario a run is of. The first to appear is the baseline.
    method
        Of the interval of a mean difference: ``"t"``, guarded (`intervals.mean_interval`), or ``"bca"``.

    Returns
    -------
    DataFrame
        A row a scenario other than the baseline and an outcome, in the outcome's own unit; a chance is a share of runs:

        - baseline, scenario, outcome, kind.
        - pairs that are compared; of the others, how many have a run that *failed*, or is *pending*, or ended well
          with the outcome *undefined*.
        - base_mean, base_q05, base_q50, base_q95, other_mean, ...: both scenarios, in the pairs compared. Of a chance,
          q05 and q95 are its exact 90 % interval.
        - q05, q50, q95, mean: of the differences, the scenario less the baseline.
        - low, high, method: the interval of the mean difference. Null where all differences are the same: then what
          there is to say is `differ_most`.
        - differ, differ_most: how many pairs differ at all, and the share of pairs that differ at most, by the
          one-sided Clopper-Pearson bound.
        - effective_pairs: Kish's number of pairs that differ (`intervals.effective_pairs`).
        - unpaired_low, unpaired_high: the interval that the same runs would give as no pairs.
        - saved: the share of the variance of a difference of independent runs that pairing takes away; negative where
          it adds some.
        - sharper: the standard error without pairing over that with it, which is 1 / sqrt(1 - saved).
    """
    asked = outcomes(runs, names)
    base, *others = _by_label(runs, by, asked)
    return pl.DataFrame(
        [row for other in others for row in _rows(base, other, asked, method)], schema=_COLUMNS
    )


def _by_label(runs: pl.DataFrame, by: str, asked: Sequence[OutcomeSpec]) -> list[pl.DataFrame]:
    """Return the outcomes of each scenario, in the order in which they appear."""
    labels = runs[by].cast(pl.String)
    table = runs.select(
        labels.alias("_label"),
        "replicate",
        pl.col("status").cast(pl.String),
        *(o.value.alias(o.name) for o in asked),
    )
    twice = table.filter(pl.struct("_label", "replicate").is_duplicated())
    if not twice.is_empty():
        label, replicate = twice.row(0)[:2]
        raise AnalysisError(
            f"two runs have {by} {label!r} and replicate {replicate}: name each scenario differently"
        )
    return table.partition_by("_label", maintain_order=True)


def differences(runs: pl.DataFrame, name: str, *, by: str = "scenario") -> pl.DataFrame:
    """Return the difference of each pair that is compared, one outcome of `paired`: scenario, replicate, difference."""
    (asked,) = outcomes(runs, [name])
    table = runs.select(
        pl.col(by).cast(pl.String).alias("scenario"), "replicate", asked.value.alias("value")
    )
    base = table.filter(scenario=table["scenario"].first())
    return (
        table.filter(pl.col("scenario") != table["scenario"].first())
        .join(base.select("replicate", base="value"), on="replicate", maintain_order="left")
        .select("scenario", "replicate", difference=pl.col("value") - pl.col("base"))
        .drop_nulls("difference")
    )


def _rows(
    base: pl.DataFrame, other: pl.DataFrame, asked: Sequence[OutcomeSpec], method: IntervalMethod
) -> Iterator[dict[str, Any]]:
    both = base.join(other, on="replicate", how="full", coalesce=True, suffix=" other").sort(
        "replicate"
    )
    states = both.select("status", "status other").fill_null("pending")
    failed = (states["status"] == "failed") | (states["status other"] == "failed")
    ended = (states["status"] == "done") & (states["status other"] == "done")
    for one in asked:
        values = both.filter(ended).select(one.name, f"{one.name} other")
        defined = values.drop_nulls()
        yield {
            "baseline": base["_label"][0],
            "scenario": other["_label"][0],
            "outcome": one.name,
            "kind": one.kind,
            "pairs": defined.height,
            "failed": int(failed.sum()),
            "pending": int((~failed & ~ended).sum()),
            "undefined": values.height - defined.height,
            **(_compared(defined.to_numpy(), one, method) if defined.height else {}),
        }


def _compared(values: Numbers, one: OutcomeSpec, method: IntervalMethod) -> dict[str, Any]:
    base, other = values.T
    gained = other - base
    differ = int(np.count_nonzero(gained))
    saved = _saved(base, other)
    found, said = _interval(gained, one, method)
    apart = (
        unpaired_chance_interval(base, other)
        if one.kind == "chance"
        else unpaired_mean_interval(base, other)
    )
    return {
        **_level(base, one, "base_"),
        **_level(other, one, "other_"),
        **_band(gained),
        "low": found.low if found else None,
        "high": found.high if found else None,
        "method": said if found else None,
        "differ": differ,
        "differ_most": upper_bound(differ, len(gained)),
        "effective_pairs": effective_pairs(gained),
        "unpaired_low": apart.low if apart else None,
        "unpaired_high": apart.high if apart else None,
        "saved": saved,
        "sharper": 1 / math.sqrt(1 - saved) if saved is not None and saved < 1 else None,
    }


def _interval(
    gained: Numbers, one: OutcomeSpec, method: IntervalMethod
) -> tuple[Interval | None, str]:
    if one.kind == "chance":
        return chance_interval(gained), "Bonett and Price"
    if method == "bca":
        return bootstrap_interval(gained, (one.name,)), _METHODS[method]
    return mean_interval(gained), _METHODS[method]


def _level(values: Numbers, one: OutcomeSpec, prefix: str) -> dict[str, float]:
    if one.kind != "chance":
        return _band(values, prefix)
    share, exact = float(values.mean()), exact_interval(int(values.sum()), len(values))
    shown = zip(("mean", *BAND), (share, exact.low, share, exact.high), strict=True)
    return {f"{prefix}{name}": value for name, value in shown}


def _band(values: Numbers, prefix: str = "") -> dict[str, float]:
    quantiles = np.quantile(values, _LEVELS)
    return {
        f"{prefix}{name}": float(value)
        for name, value in zip(("mean", *BAND), (values.mean(), *quantiles), strict=True)
    }


def _saved(base: Numbers, other: Numbers) -> float | None:
    """Return which share of the variance pairing takes away."""
    if len(base) < 2 or (independent := base.var(ddof=1) + other.var(ddof=1)) == 0:
        return None
    return float(1 - (other - base).var(ddof=1) / independent)
