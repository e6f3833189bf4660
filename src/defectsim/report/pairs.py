"""What the scenarios of a comparison change, run by run and person by person."""

from collections.abc import Sequence

import polars as pl

from defectsim import analysis, store
from defectsim.core.errors import StudyError
from defectsim.store.schema import DONE
from defectsim.studies.scenarios import COMPARISON, EVENTS, SCENARIO


def paired(
    study: store.Study, names: Sequence[str] | None = None, method: analysis.Method | None = None
) -> pl.DataFrame:
    """Return how each scenario of a comparison differs from the first, by outcome.

    Intervals are made as the study was asked to make them, where no method is said.
    """
    runs = _compared(study)
    return analysis.paired(runs, names, by=SCENARIO, method=method or study.manifest["design"]["method"])


def otherwise(study: store.Study) -> dict[str, analysis.Otherwise]:
    """Return by scenario who does otherwise than in the first, where both keep events and any pair is whole."""
    runs = _compared(study).with_columns(pl.col("status").cast(pl.String))
    events = study.scan("events")
    done = runs.filter(pl.col("status") == DONE).group_by("point").agg("replicate").rows()
    lived = {point: set(replicates) for point, replicates in done}
    names = list(runs[SCENARIO].unique(maintain_order=True))
    kept = {*study.manifest["design"][EVENTS]}
    both = [point for point, name in enumerate(names) if point and {names[0], name} <= kept]
    whole = {point: sorted(lived.get(0, set()) & lived.get(point, set())) for point in both}
    return {
        names[point]: analysis.together(analysis.each_pair(events, 0, point, replicates))
        for point, replicates in whole.items()
        if replicates
    }


def _compared(study: store.Study) -> pl.DataFrame:
    if study.design != COMPARISON:
        raise StudyError(f"{study!r} is no comparison of scenarios: make one by defectsim compare")
    return study.runs
