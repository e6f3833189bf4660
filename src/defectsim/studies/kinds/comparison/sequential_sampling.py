"""Sequential sampling: replicates are added until a difference is as precise as asked."""

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from defectsim.analysis.intervals import MIN_EFFECTIVE_PAIRS
from defectsim.analysis.outcomes import words
from defectsim.analysis.precision import FIRST, PrecisionTarget, PrecisionVerdict, replicates_wanted
from defectsim.core.choices import MOST_REPLICATES, PRECISE_OUTCOME, IntervalMethod
from defectsim.core.errors import ImpreciseWarning, PlanError
from defectsim.scenario.schema import Scenario
from defectsim.store import StoredStudy
from defectsim.store.schema import FOUND, PLANNED
from defectsim.studies.plan import SCENARIO

SAMPLING = "sequential_sampling"
"""Key of the design for a precision to reach: its text, its outcome and the most replicates."""


def sampling_for(
    scenarios: Mapping[str, Scenario],
    replicates: int | None,
    method: IntervalMethod,
    precision: str | None,
    outcome: str | None,
    at_most: int | None,
) -> dict[str, Any] | None:
    """Return the sequential sampling that is asked for, if any, before anything is run.

    Raises
    ------
    PlanError
        If its precision can never be reached, or the options contradict each other.
    """
    given = {"outcome": outcome, "at_most": at_most}
    options = {name: value for name, value in given.items() if value is not None}
    if precision is None:
        if options:
            raise PlanError(f"{' and '.join(options)} without a precision: give precision too")
        return None
    defaults = {"outcome": PRECISE_OUTCOME, "at_most": MOST_REPLICATES}
    sampling: dict[str, Any] = {"precision": precision, **defaults, **options}
    _target(sampling, pl.DataFrame(schema={**PLANNED, **FOUND}))
    if faults := [*_faults(scenarios, replicates, method, sampling["at_most"])]:
        raise PlanError("; ".join(faults))
    return sampling


def _target(sampling: Mapping[str, Any], runs: pl.DataFrame) -> PrecisionTarget:
    return PrecisionTarget.parse(sampling["precision"], runs, sampling["outcome"])


def _faults(
    scenarios: Mapping[str, Scenario], replicates: int | None, method: IntervalMethod, at_most: int
) -> Iterator[str]:
    if method != "t":
        yield (
            f"a precision refers to Student's intervals, guarded, not to those of {method}: ask "
            f"for one of the two, or run the study first and then call paired(method={method!r})"
        )
    if replicates is not None and replicates > at_most:
        yield f"{replicates} replicates to begin with are more than at_most, {at_most}"
    if banded := [name for name, one in scenarios.items() if one.record.series == "quantiles"]:
        yield (
            f"{', '.join(banded)}: with quantiles of the series alone (record.series: quantiles) "
            "no replicate can be added to reach a precision: choose full or none"
        )


def next_replicates(study: StoredStudy) -> int | None:
    """Return the number of replicates at the next look; warn if none is left and precision lacks."""
    sampling = study.manifest["design"].get(SAMPLING)
    if sampling is None:
        return None
    target, replicates = _target(sampling, study.runs), int(study.manifest["replicates"])
    wanted, verdicts = replicates_wanted(
        study.runs, target, by=SCENARIO, at_most=sampling["at_most"]
    )
    if wanted > replicates:
        return wanted
    lacking = {name: verdict for name, verdict in verdicts.items() if not verdict.enough}
    if lacking:
        short = [f"{name}: {shortfall(target, verdict)}" for name, verdict in lacking.items()]
        warnings.warn(
            f"{replicates} replicates do not reach the precision of {sampling['precision']} for "
            f"{words(sampling['outcome'])} in {'; in '.join(short)}",
            ImpreciseWarning,
            stacklevel=4,
        )
    return None


def shortfall(target: PrecisionTarget, verdict: PrecisionVerdict) -> str:
    """Return what a difference lacks of a precision."""
    if verdict.pairs < FIRST:
        return f"{verdict.pairs} pairs, and the first look takes {FIRST}"
    if verdict.reach is None:
        return f"none of {verdict.pairs} pairs differs from another"
    reach = f"{verdict.reach:.3g}" if target.kind == "count" else f"{100 * verdict.reach:.3g}pp"
    reaches = f"the interval reaches {reach} in {verdict.pairs} pairs"
    if target.kind == "chance" or verdict.effective_pairs >= MIN_EFFECTIVE_PAIRS:
        return reaches
    effective = f"{verdict.effective_pairs:.1f}"
    return f"{reaches}, of which {effective} count, where it takes {MIN_EFFECTIVE_PAIRS}"
