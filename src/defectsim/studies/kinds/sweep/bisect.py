"""Bisection of each seed: points where an outcome switches as a lever moves, round by round."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from defectsim.analysis.responses import VALUE, Response, responses
from defectsim.analysis.tipping.bisection import next_round
from defectsim.analysis.tipping.switches import LeverRange
from defectsim.scenario.overrides import overrides_to
from defectsim.store import StoredStudy
from defectsim.studies.kinds.sweep.stored import inputs_of
from defectsim.studies.plan import Plan, Point

type Evaluations = list[tuple[int, float, bool | None]]


BOTH_ENDS = 2
"""Runs of a seed in the first round."""


def lever_of(design: Mapping[str, Any]) -> LeverRange:
    """Return the lever of a design, which is its only input."""
    (one,) = inputs_of(design)
    return LeverRange(one.name, one.low, one.high, "log" if one.log else "linear")


def first_round(lever: LeverRange, seeds: int) -> list[tuple[int, float]]:
    """Return the runs before anything is known, as pairs of seed and value."""
    return next_round([], lever, seeds)


def evaluated(study: StoredStudy, draws: Sequence[int]) -> pl.DataFrame:
    """Return the runs of a study as *seed*, *value* of the lever, *occurred*, and what else varies.

    Parameters
    ----------
    draws
        Number of the draws of each point, which is that of the seed.
    """
    design = study.manifest["design"]
    found = responses(study.told_runs, Response(**design.get("outcome", {})))
    lever = lever_of(design).name
    others = found.columns[found.columns.index("replicate") + 1 : found.columns.index("seed")]
    return found.select(
        pl.Series("seed", [draws[point] for point in found["point"]], pl.Int64),
        pl.col(lever).alias("value"),
        (pl.col(VALUE) > 0).alias("occurred"),
        *(pl.col(name) for name in others if name != lever),
    )


def further(study: StoredStudy, plan: Plan) -> Plan | None:
    """Return the plan with the points of the next round; None when all is known."""
    lever, seeds = lever_of(plan.design), int(plan.design["points"])
    found = evaluated(study, [point.draws or 0 for point in plan.points])
    others = [name for name in found.columns if name not in ("seed", "value", "occurred")]
    found = found.with_row_index("point")
    parts = found.partition_by(others, maintain_order=True) if others else [found]
    points = [
        _point(plan, part["point"][0], lever.name, value, seed)
        for part in parts
        for seed, value in next_round(
            part.select("seed", "value", "occurred").iter_rows(), lever, seeds
        )
    ]
    return replace(plan, points=(*plan.points, *points)) if points else None


def _point(plan: Plan, like: int, lever: str, value: float, seed: int) -> Point:
    """Return a point like another of the plan, but for the lever and the seed."""
    document = replace(plan.base, scenario=plan.scenario(like), written=None)
    scenario = document.with_overrides([f"{lever}={value}"])
    overrides = overrides_to(scenario, plan.base.scenario)
    values = {**plan.points[like].values, lever: value}
    return Point(values, overrides, scenario.hash, seed, scenario)
