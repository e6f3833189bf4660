"""Outcomes of a scenario's own, of a run that has ended."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsim.core.code.calls import own_code
from defectsim.core.parameters import CodeSection
from defectsim.engine.protocol import Engine
from defectsim.model.transitions import RECORDED, STATUSES, Rank
from defectsim.policies.outcomes import ByBranch, Counts


def own_outcomes(engine: Engine, recorded: NDArray[np.int32]) -> dict[str, object]:
    """Return the outcomes of the scenario's own, as columns of runs.parquet."""
    outcomes = engine.inputs.outcomes
    if not outcomes:
        return {}
    counts, found = counts_over_time(engine, recorded), dict[str, object]()
    for name, section in outcomes.items():
        with own_code(
            f"the outcome {name}", *([section.code] if isinstance(section, CodeSection) else [])
        ):
            found[name] = section.value(counts)
    return found


def counts_over_time(engine: Engine, recorded: NDArray[np.int32]) -> Counts:
    """Return the series that outcomes can name, of shape (dates,) each."""
    clock = engine.inputs.clock
    by_rank = engine.counts.sum(axis=1)
    people = by_rank.sum(axis=1)
    days = np.arange(len(people)) * int(clock.step_days)
    failed = [one.decided + 1 for one in engine.attempts if one.result == "failure"]
    counts = Counts(
        dict(zip(STATUSES, people.T, strict=True))
        | {
            f"share_{name}": people[:, place] / people[0].sum()
            for place, name in enumerate(STATUSES)
        }
        | {
            f"{rank.label.lower()}_{name}": by_rank[:, rank, place]
            for rank in Rank
            for place, name in enumerate(STATUSES)
        }
    )
    counts[RECORDED] = recorded.sum(axis=(1, 2))
    counts["doubting"] = engine.doubting.sum(axis=(1, 2))
    counts["failed_attempts"] = np.bincount(np.array(failed, int), minlength=len(people)).cumsum()
    counts["date"] = np.datetime64(clock.start, "D") + days
    for one in engine.observations:
        step = (one.date - clock.start).days // int(clock.step_days)
        series = counts.setdefault(f"{one.observer}.{one.name}", np.full(len(people), np.nan))
        series[step] = one.value
    for series in counts.values():
        series.flags.writeable = False
    branches = engine.inputs.population.branches
    counts.by_branch = _by_branch(branches, engine.counts)
    counts.recorded_by_branch = _by_branch(branches, recorded)
    return counts


def _by_branch(branches: Sequence[str], numbers: NDArray[np.int32]) -> Mapping[str, Any]:
    """Return copies of the numbers of each branch, of shape (dates, branches, ...), read only."""
    own = numbers.swapaxes(0, 1).copy()
    own.flags.writeable = False
    return MappingProxyType(ByBranch(zip(branches, own, strict=True)))
