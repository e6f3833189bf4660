"""Scenarios on common random numbers: by how much, for whom and when they differ from the first."""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl
from matplotlib.figure import Figure
from rich.console import Group

from defectsim import analysis as frames
from defectsim.core.choices import IntervalMethod
from defectsim.plots import difference_figure
from defectsim.report.comparison import comparison_table
from defectsim.store import StoredStudy
from defectsim.store.schema import DONE
from defectsim.studies.kinds.comparison.design import EVENTS
from defectsim.studies.kinds.comparison.sequential_sampling import next_replicates
from defectsim.studies.kinds.kind import StudyKind
from defectsim.studies.plan import SCENARIO


class Comparison(NamedTuple):
    """Results of a comparison: `analysis.paired`, and `analysis.Divergence` by scenario."""

    paired: pl.DataFrame
    divergence: dict[str, frames.Divergence]


def analysis(study: StoredStudy) -> Comparison:
    """Compare each scenario with the first."""
    return Comparison(paired(study), divergence(study))


def paired(
    study: StoredStudy, names: Sequence[str] | None = None, method: IntervalMethod | None = None
) -> pl.DataFrame:
    """Return the paired differences of each scenario; default: by the method of the study."""
    method = method or study.manifest["design"]["method"]
    return frames.paired(study.runs, names, by=SCENARIO, method=method)


def divergence(study: StoredStudy) -> dict[str, frames.Divergence]:
    """Return the person-level divergence of each scenario that has events, as the baseline must.

    A scenario without any pair of runs that ended well is left out.
    """
    runs = study.runs.with_columns(pl.col("status").cast(pl.String))
    baseline, *others = runs[SCENARIO].unique(maintain_order=True)
    recorded = study.manifest["design"][EVENTS]
    ended = {
        str(name): set(rows["replicate"])
        for (name,), rows in runs.filter(status=DONE).group_by(SCENARIO)
    }
    events = study.scan("events")
    found = {}
    for point, name in enumerate(others, 1):
        replicates = sorted(ended.get(baseline, set()) & ended.get(name, set()))
        if replicates and {baseline, name} <= {*recorded}:
            pairs = frames.divergence_by_pair(events, 0, point, replicates)
            found[name] = frames.summarize_divergence(pairs)
    return found


def table(study: StoredStudy) -> Group:
    """Return the differences of each scenario as tables."""
    return comparison_table(*analysis(study), study.question)


def figure(study: StoredStudy, outcome: str | None = None) -> Figure:
    """Return the figure of the paired differences."""
    return difference_figure(paired(study, None if outcome is None else [outcome]), study.question)


KIND = StudyKind(
    name="comparison",
    title="a comparison of scenarios",
    command="defectsim compare",
    methods="paired() or divergence()",
    analysis=analysis,
    table=table,
    figure=figure,
    figure_name="differences",
    next_replicates=next_replicates,
)
