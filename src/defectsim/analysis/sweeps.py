"""Outcomes by what varies between the points of a study."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from defectsim.analysis.intervals import exact_interval
from defectsim.analysis.outcomes import outcome, varied
from defectsim.analysis.shares import quantiles
from defectsim.core.errors import AnalysisError, nearest

MOST_VALUES = 12
"""Number of values of a lever above which it is shown in bins."""
BINS = 8
"""Bins, of about equally many points."""
AS_IN_FILE = "as in the file"
"""Value of a lever at a point that does not set it."""


def sweep(runs: pl.DataFrame, name: str, levers: Sequence[str]) -> pl.DataFrame:
    """Return the distribution of an outcome over the runs at each value of one lever, or of two.

    Levers that are not named are pooled. Runs that failed, are pending, or have no such outcome,
    are counted and left out.

    Returns
    -------
    DataFrame
        A row a value, in order of the levers: the levers (see `values`), *points* of the study,
        *runs*, *left_out*, and the quantiles *q05*, *q25*, *q50*, *q75*, *q95* of the outcome
        (`outcomes.outcome`); null without runs. Of a chance, q50 is the share of runs, and the
        others bound its exact 50 and 90 % intervals, if no two runs share their draws; those of
        pooled points cover the mean chance at least as often (Hoeffding 1956).
    """
    known = varied(runs)
    if unknown := [lever for lever in levers if lever not in known]:
        faults = "; ".join(
            f"{lever!r} does not vary in this study{nearest(lever, known)}" for lever in unknown
        )
        raise AnalysisError(f"{faults} (what varies: {', '.join(known) or 'nothing'})")
    spec = outcome(runs, name)
    value, draws = pl.col("_value"), pl.col("_draws")
    found = (
        runs.select(
            "point",
            pl.struct("seed", "replicate").alias("_draws"),
            spec.value.alias("_value"),
            *(values(runs, lever) for lever in levers),
        )
        .group_by(levers, maintain_order=True)
        .agg(
            pl.col("point").n_unique().alias("points"),
            value.count().alias("runs"),
            value.null_count().alias("left_out"),
            value.sum().alias("_hits"),
            draws.filter(value.is_not_null()).n_unique().alias("_draws"),
            *quantiles(value),
        )
        .sort([lever for lever in levers if ordered(runs, lever)], maintain_order=True)
    )
    return (_chances(found) if spec.kind == "chance" else found).drop("_hits", "_draws")


def values(runs: pl.DataFrame, lever: str) -> pl.Series:
    """Return a lever's value in each run: a number, a date, or text.

    Numbers and dates with more than `MOST_VALUES` values come in `BINS` bins, each with its median
    as the value.
    """
    column = _typed(runs[lever])
    if not binned(runs, lever):
        return column
    number = column.to_physical().cast(pl.Float64)
    edges = np.unique(np.quantile(number.unique().to_numpy(), np.linspace(0, 1, BINS + 1)[1:-1]))
    binned_values = pl.DataFrame(
        {"value": number, "bin": np.searchsorted(edges, number.to_numpy())}
    )
    middle = binned_values.select(pl.col("value").unique().median().over("bin"))["value"]
    if column.dtype == pl.Date:
        middle = middle.round().cast(pl.Int32).cast(pl.Date)
    return middle.alias(lever)


def binned(runs: pl.DataFrame, lever: str) -> bool:
    """Return True for a lever with so many values that they are binned."""
    return ordered(runs, lever) and runs[lever].n_unique() > MOST_VALUES


def ordered(runs: pl.DataFrame, lever: str) -> bool:
    """Return True for a lever of numbers or dates, whose values have an order."""
    return _typed(runs[lever]).dtype != pl.String


def _typed(column: pl.Series) -> pl.Series:
    """Return a column as numbers, as dates if all its values are, or as text."""
    if column.null_count():
        return column.cast(pl.String).fill_null(AS_IN_FILE)
    if column.dtype.is_numeric():
        return column.cast(pl.Float64)
    text = column.cast(pl.String)
    dates = text.str.to_date("%Y-%m-%d", strict=False)
    return text if dates.null_count() else dates


def _chances(found: pl.DataFrame) -> pl.DataFrame:
    """Replace quantiles by the share of runs and, if no runs share their draws, its intervals."""
    bounds: list[tuple[float | None, ...]] = []
    for hits, runs, draws in found.select("_hits", "runs", "_draws").rows():
        if 0 < runs == draws:
            most, half = (exact_interval(int(hits), runs, level) for level in (0.9, 0.5))
            bounds.append((*most, *half))
        else:
            bounds.append((None,) * 4)
    columns = pl.DataFrame(
        bounds, schema=dict.fromkeys(("q05", "q95", "q25", "q75"), pl.Float64), orient="row"
    )
    share = pl.when(pl.col("runs") > 0).then(pl.col("_hits") / pl.col("runs"))
    return found.with_columns(share.alias("q50"), *columns)
