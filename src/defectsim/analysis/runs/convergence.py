"""Convergence: an estimate and its interval by the number of replicates so far."""

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from defectsim.analysis.intervals import (
    TAIL,
    Interval,
    Numbers,
    chance_interval,
    exact_interval,
    mean_interval,
)
from defectsim.analysis.outcomes import ASKED, OutcomeSpec, outcomes, varied
from defectsim.analysis.paired import differences
from defectsim.analysis.responses import SCENARIO
from defectsim.core.errors import AnalysisError

_MOST = 60
"""Numbers of replicates at which an estimate is told, all of them if there are no more."""
_LEVEL = 2 * TAIL - 1


def convergence(runs: pl.DataFrame, names: Sequence[str] = ASKED) -> pl.DataFrame:
    """Return the running estimate of each outcome: of runs, or of a comparison's differences.

    Parameters
    ----------
    runs
        Of one scenario, or of a comparison, in which paired differences from the first count.

    Returns
    -------
    DataFrame
        A row a scenario, outcome and number of replicates: *scenario* (empty for one scenario),
        *outcome*, *kind*, *replicates*, the mean, or the share of runs, *estimate*, and its 95 %
        interval *low* to *high*, null where all are the same.

    Raises
    ------
    AnalysisError
        If something else than the scenario varies.
    """
    levers = varied(runs)
    if levers not in ([], [SCENARIO]):
        raise AnalysisError(
            f"{', '.join(levers)} vary in this study, and an estimate converges in one scenario: "
            "choose one point of the study"
        )
    rows = [
        {"scenario": scenario, "outcome": spec.name, "kind": spec.kind, **row}
        for spec in outcomes(runs, names)
        for scenario, values in _values(runs, spec, paired=bool(levers))
        for row in _running(values, spec.kind, paired=bool(levers))
    ]
    words = dict.fromkeys(("scenario", "outcome", "kind"), pl.String)
    numbers = {"replicates": pl.Int64, **dict.fromkeys(("estimate", "low", "high"), pl.Float64)}
    return pl.DataFrame(rows, schema={**words, **numbers})


def _values(
    runs: pl.DataFrame, spec: OutcomeSpec, *, paired: bool
) -> Iterator[tuple[str, Numbers]]:
    if paired:
        yield from differences(runs, spec.name).items()
        return
    yield "", runs.sort("replicate").select(spec.value.drop_nulls()).to_series().to_numpy()


def _running(values: Numbers, kind: str, *, paired: bool) -> Iterator[dict[str, float | None]]:
    for count in np.unique(np.geomspace(1, max(len(values), 1), _MOST).round().astype(int)):
        some = values[:count]
        if len(some) < count:
            return
        low, high = _interval(some, kind, paired=paired) or (None, None)
        yield {"replicates": count, "estimate": float(some.mean()), "low": low, "high": high}


def _interval(values: Numbers, kind: str, *, paired: bool) -> Interval | None:
    if kind == "chance":
        hits = int(values.sum())
        return chance_interval(values) if paired else exact_interval(hits, len(values), _LEVEL)
    return mean_interval(values) if len(values) > 1 else None
