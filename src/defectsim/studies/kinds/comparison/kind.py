"""Scenarios on common random numbers: by how much, for whom and when they differ from the first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl
from matplotlib.figure import Figure
from rich.console import Group

from defectsim.analysis.divergence import Divergence, divergence_by_pair, summarize_divergence
from defectsim.analysis.paired import paired as paired_differences
from defectsim.analysis.precision import FIRST
from defectsim.core.choices import IntervalMethod
from defectsim.core.errors import PlanError
from defectsim.plots.differences import difference_figure
from defectsim.report.comparison import comparison_table
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.schema import Scenario
from defectsim.store import StoredStudy
from defectsim.store.schema import DONE
from defectsim.studies.kinds.comparison.sequential_sampling import SAMPLING, next_replicates
from defectsim.studies.kinds.registry import StudyKind
from defectsim.studies.plan import SCENARIO, Plan, make_plan

EVENTS = "events"
"""Key of the design for the scenarios that record events."""


def comparison_plan(
    name: str,
    scenarios: Mapping[str, Scenario],
    replicates: int | None,
    seed: int,
    method: IntervalMethod,
    sampling: Mapping[str, Any] | None,
) -> Plan:
    """Return the plan that compares scenarios, by name, with the first of them.

    Parameters
    ----------
    replicates
        Default: those before the first look of the sampling, or of the first scenario.

    Raises
    ------
    PlanError
        If their clocks differ, so that they begin, record or end on other dates.
    """
    if faults := [*_other_clocks(scenarios)]:
        raise PlanError(
            f"{'; '.join(faults)}: scenarios are compared date by date, so give them the same clock"
        )
    events = [called for called, one in scenarios.items() if one.record.events]
    design: dict[str, Any] = {"kind": "comparison", EVENTS: events, "method": method}
    if sampling is not None:
        design[SAMPLING] = sampling
    first = next(iter(scenarios.values()))
    if replicates is None:
        replicates = min(FIRST, sampling["at_most"]) if sampling else int(first.replicates)
    points = [({SCENARIO: called}, scenario) for called, scenario in scenarios.items()]
    return make_plan(name, ScenarioDocument(first), points, design, replicates, seed)


def _other_clocks(scenarios: Mapping[str, Scenario]) -> Iterator[str]:
    (first, base), *others = ((name, _clock(scenario)) for name, scenario in scenarios.items())
    for name, clock in others:
        for part, value in clock.items():
            if value != base[part]:
                yield f"clock.{part} is {value} in {name} and {base[part]} in {first}"


def _clock(scenario: Scenario) -> dict[str, object]:
    clock = scenario.clock
    return {"start": clock.start, "end": clock.end, "step_days": int(clock.step_days)}


class Comparison(NamedTuple):
    """Results of a comparison: `analysis.paired`, and `Divergence` by scenario."""

    paired: pl.DataFrame
    divergence: dict[str, Divergence]


def analysis(study: StoredStudy) -> Comparison:
    """Compare each scenario with the first."""
    return Comparison(paired(study), divergence(study))


def paired(
    study: StoredStudy, names: Sequence[str] | None = None, method: IntervalMethod | None = None
) -> pl.DataFrame:
    """Return the paired differences of each scenario; default: by the method of the study."""
    method = method or study.manifest["design"]["method"]
    return paired_differences(study.runs, names, by=SCENARIO, method=method)


def divergence(study: StoredStudy) -> dict[str, Divergence]:
    """Return the person-level divergence of each scenario that has events, as the baseline must.

    A scenario without any pair of runs that ended well is left out.
    """
    baseline, *others = study.runs[SCENARIO].unique(maintain_order=True)
    recorded = study.manifest["design"][EVENTS]
    done = study.runs.filter(status=DONE)
    events = study.scan("events")
    found = {}
    for point, name in enumerate(others, 1):
        ended = [set(done.filter(point=one)["replicate"]) for one in (0, point)]
        replicates = sorted(set.intersection(*ended))
        if replicates and {baseline, name} <= {*recorded}:
            pairs = divergence_by_pair(events, 0, point, replicates)
            found[name] = summarize_divergence(pairs)
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
