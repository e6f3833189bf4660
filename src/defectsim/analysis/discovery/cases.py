"""Runs that are cases of something, at points of uncertain inputs."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from defectsim.analysis.discovery.prim import Box, Sample
from defectsim.analysis.inputs import Input
from defectsim.analysis.intervals import Interval, Numbers, grouped_interval
from defectsim.core.errors import AnalysisError, nearest
from defectsim.core.formatting import digits, grouped, level

_ROUNDING = 1e-9
"""Share of a range by which a value may lie beyond it."""


class Share(NamedTuple):
    """A share of runs with its exact 90 % interval (`intervals.grouped_interval`)."""

    value: float
    interval: Interval

    def __str__(self) -> str:
        return f"{level('share', self.interval.low, self.value, self.interval.high)} %"


def share(hits: Numbers, trials: Numbers) -> Share:
    """Return the share of hits among trials, both by point."""
    return Share(float(hits.sum() / trials.sum()), grouped_interval(hits, trials))


def read_sample(
    table: pl.DataFrame,
    cases: pl.Series,
    inputs: Sequence[Input],
    points: pl.Series | None = None,
) -> Sample:
    """Count the runs and cases at each point; failed runs are left out.

    Parameters
    ----------
    table
        A row a run, with a column an input: numbers, or yes and no, which are read as 1 and 0.
    cases
        Whether each run is a case; null if it failed.
    points
        Label of each run's point; default: each run has a point of its own.

    Returns
    -------
    Sample
        In an order that is not that of rows. Inputs of a log scale are logarithms.
    """
    if cases.dtype != pl.Boolean:
        raise AnalysisError(f"cases must be true or false, not {cases.dtype}: compare with a value")
    columns = [_numbers(table, item).alias(item.name) for item in inputs]
    point = pl.Series(range(table.height)) if points is None else points
    runs = pl.DataFrame([*columns, point.alias("_point"), cases.alias("_case")])
    if cases.null_count() == len(cases):
        raise AnalysisError("no run ended well, so that none can be a case")
    names = [item.name for item in inputs]
    counted = (
        runs.drop_nulls("_case")
        .group_by("_point", *names)
        .agg(pl.len().alias("_runs"), pl.col("_case").sum().alias("_cases"))
        .sort(*names, "_runs", "_cases")
    )
    if counted["_point"].is_duplicated().any():
        label = counted.filter(pl.col("_point").is_duplicated())["_point"][0]
        raise AnalysisError(
            f"runs of point {label!r} differ in their inputs: give each its own label"
        )
    held = (counted[name].cast(pl.Float64).to_numpy() for name in ("_runs", "_cases"))
    values = counted.select(names).to_numpy(writable=True)
    for index, item in enumerate(inputs):
        if item.log:
            values[:, index] = np.log(values[:, index])
    return Sample(values, *held)


def _numbers(table: pl.DataFrame, item: Input) -> pl.Series:
    """Return an input's values, within its range."""
    if item.name not in table.columns:
        raise AnalysisError(
            f"{item.name!r} is no input of these runs{nearest(item.name, table.columns)} "
            f"(there are {', '.join(table.columns)})"
        )
    column = table[item.name]
    if not (column.dtype.is_numeric() or column.dtype == pl.Boolean):
        raise AnalysisError(
            f"{item.name} has the type {column.dtype}, and boxes are of numbers, or yes and no: "
            "leave it out, or ask about the runs of one of its values"
        )
    values = column.cast(pl.Float64)
    slack = _ROUNDING * (item.high - item.low)
    if not values.is_between(item.low - slack, item.high + slack).fill_null(False).all():
        raise AnalysisError(
            f"{item.name} has values beyond its range, {item.low:g} to {item.high:g}, or none at "
            "all: give the range of the design"
        )
    if item.log and item.low <= 0:
        raise AnalysisError(f"{item.name} has a log scale: its range must be above 0")
    return values.clip(item.low, item.high)


type Ends = Mapping[str, tuple[float, float]]
"""Lowest and highest value of inputs, by path."""


def plain_box(box: Box, inputs: Sequence[Input]) -> dict[str, tuple[float, float]]:
    """Return the ends of the inputs that a box restricts, within their ranges."""
    return {inputs[index].name: _ends(box, index, inputs[index]) for index in box.restricted()}


def _ends(box: Box, index: int, item: Input) -> tuple[float, float]:
    ends = [float(box.ends[0, index]), -float(box.ends[1, index])]
    if item.log:
        ends = [math.exp(end) for end in ends]
    low, high = max(ends[0], item.low), min(ends[1], item.high)
    return (math.ceil(low), math.floor(high)) if item.whole else (low, high)


def in_words(ends: Ends, inputs: Sequence[Input]) -> str:
    """Return the restrictions of a box in words, such as ``pay above 0.2 and price below 3``."""
    return " and ".join(_condition(item, *ends[item.name]) for item in inputs if item.name in ends)


def _condition(item: Input, low: float, high: float) -> str:
    first, last = (_shown(item, end) for end in (low, high))
    if item.whole and low == high:
        return f"{item.name} is {first}"
    if low <= item.low:
        return f"{item.name} {'at most' if item.whole else 'below'} {last}"
    if high >= item.high:
        return f"{item.name} {'at least' if item.whole else 'above'} {first}"
    return f"{item.name} from {first} to {last}"


def _shown(item: Input, end: float) -> str:
    """Return an end to a hundredth of its range, or to three digits on a log scale."""
    if item.whole:
        return grouped(end)
    if item.log:
        return grouped(float(f"{end:.3g}"))
    return f"{end:,.{digits((item.high - item.low) / 10)}f}"
