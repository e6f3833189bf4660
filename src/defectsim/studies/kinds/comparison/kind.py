"""Scenarios on common random numbers: by how much, for whom and when they differ from the first.

If a precision is asked for, replicates are added until the differences have it.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, NotRequired, TypedDict

import polars as pl
from pydantic import TypeAdapter, ValidationError
from rich.console import Group

from defectsim import plots
from defectsim.analysis.divergence import Divergence, divergence_by_pair, summarize_divergence
from defectsim.analysis.event_history.channels import channel_effects
from defectsim.analysis.event_history.hazards import hazard_effects
from defectsim.analysis.intervals import MIN_EFFECTIVE_PAIRS
from defectsim.analysis.outcomes import ASKED, words
from defectsim.analysis.paired import paired as paired_differences
from defectsim.analysis.precision import FIRST, PrecisionTarget, PrecisionVerdict, replicates_wanted
from defectsim.analysis.responses import SCENARIO
from defectsim.core.choices import MOST_REPLICATES, PRECISE_OUTCOME, IntervalMethod
from defectsim.core.errors import AnalysisError, ImpreciseWarning, PlanError, StudyDamagedError
from defectsim.core.formatting import in_percent
from defectsim.core.section import faults_of, whole_number
from defectsim.report.answers import comparison_answer
from defectsim.report.comparison import comparison_table
from defectsim.report.event_history import channel_table, hazard_table, shown_effects
from defectsim.report.page import ReportTable, paired_tables
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.schema import Scenario
from defectsim.store import StoredStudy
from defectsim.store.schema import DONE, FOUND, PLANNED, own_columns
from defectsim.store.study import readable
from defectsim.studies.kinds.registry import StudyKind, more_replicates
from defectsim.studies.plan import Plan, make_plan

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EVENTS = "events"
"""Key of the design for the scenarios that record events."""
SAMPLING = "sequential_sampling"
"""Key of the design for a precision to reach: its text, its outcome and the most replicates."""


def comparison_plan(
    name: str,
    scenarios: Mapping[str, Scenario],
    replicates: int | None,
    seed: int,
    method: IntervalMethod,
    precision: str | None = None,
    **limits: str | int | None,
) -> Plan:
    """Return the plan that compares scenarios, by name, with the first of them.

    Parameters
    ----------
    replicates
        Default: those before the first look at a precision, or of the first scenario.
    limits
        The *outcome* of the precision, and the replicates *at_most*.

    Raises
    ------
    PlanError
        If a precision can never be reached, or the clocks of the scenarios differ, so that they
        begin, record or end on other dates.
    """
    if replicates is not None:
        replicates = whole_number("replicates", replicates, 1)
    kinds = {name: one.kind for it in scenarios.values() for name, one in it.outcomes.items()}
    sampling = _sampling(precision, kinds, **limits)
    if sampling and (faults := [*_unreachable(sampling, scenarios, replicates, method)]):
        raise PlanError("; ".join(faults))
    if faults := [*_other_clocks(scenarios)]:
        raise PlanError(
            f"{'; '.join(faults)}: scenarios are compared date by date, so give them the same clock"
        )
    events = [key for key, scenario in scenarios.items() if scenario.record.events]
    design: dict[str, Any] = {"kind": "comparison", EVENTS: events, "method": method}
    if sampling:
        design[SAMPLING] = sampling
    first = next(iter(scenarios.values()))
    if replicates is None:
        replicates = min(FIRST, sampling["at_most"]) if sampling else int(first.replicates)
    points = [({SCENARIO: key}, scenario) for key, scenario in scenarios.items()]
    return make_plan(name, ScenarioDocument(first), points, design, replicates, seed)


def _sampling(
    precision: str | None, own: Mapping[str, str], **limits: str | int | None
) -> dict[str, Any]:
    """Return the sequential sampling that is asked for; empty without a precision.

    Outcomes of the scenarios' own have the kinds `own`.
    """
    given = {name: value for name, value in limits.items() if value is not None}
    if "at_most" in given:
        given["at_most"] = whole_number("at_most", given["at_most"], 1)
    if precision is None:
        if given:
            raise PlanError(f"{' and '.join(given)} without a precision: give precision too")
        return {}
    defaults = {"outcome": PRECISE_OUTCOME, "at_most": MOST_REPLICATES}
    sampling = {"precision": precision, **defaults, **given}
    _target(sampling, pl.DataFrame(schema={**PLANNED, **FOUND, **own_columns(own)}))
    return sampling


def _target(sampling: Mapping[str, Any], runs: pl.DataFrame) -> PrecisionTarget:
    return PrecisionTarget.parse(sampling["precision"], runs, sampling["outcome"])


def _unreachable(
    sampling: Mapping[str, Any],
    scenarios: Mapping[str, Scenario],
    replicates: int | None,
    method: IntervalMethod,
) -> Iterator[str]:
    """Yield the reasons why a precision can never be reached."""
    if method != "t":
        yield (
            f"a precision refers to Student's intervals, guarded, not to those of {method}: ask "
            f"for one of the two, or run the study first and then call paired(method={method!r})"
        )
    if replicates is not None and replicates > sampling["at_most"]:
        most = sampling["at_most"]
        yield f"{replicates} replicates to begin with are more than at_most, {most}"
    if banded := [name for name, one in scenarios.items() if one.record.series == "quantiles"]:
        yield (
            f"{', '.join(banded)}: with quantiles of the series alone (record.series: quantiles) "
            "no replicate can be added to reach a precision: choose full or none"
        )


def _other_clocks(scenarios: Mapping[str, Scenario]) -> Iterator[str]:
    (first, base), *others = ((name, _clock(scenario)) for name, scenario in scenarios.items())
    for name, clock in others:
        for part, value in clock.items():
            if value != base[part]:
                yield f"clock.{part} is {value} in {name} and {base[part]} in {first}"


def _clock(scenario: Scenario) -> dict[str, object]:
    clock = scenario.clock
    return {"start": clock.start, "end": clock.end, "step_days": int(clock.step_days)}


class _Sampling(TypedDict):
    precision: str
    outcome: str
    at_most: int


class _Design(TypedDict):
    """The design of a stored comparison, whose keys are `EVENTS`, `SAMPLING` and the method."""

    events: list[str]
    method: IntervalMethod
    sequential_sampling: NotRequired[_Sampling]


_DESIGN = TypeAdapter(_Design)


def _design(study: StoredStudy) -> dict[str, Any]:
    design: dict[str, Any] = study.manifest.get("design", {})
    try:
        _DESIGN.validate_python(design, strict=True)
    except ValidationError as error:
        raise StudyDamagedError(
            f"{study.label} has no design of a comparison ({faults_of(error)}): run it again with "
            "--overwrite"
        ) from error
    if SCENARIO not in study.runs.columns:
        raise StudyDamagedError(
            f"{study.label} has no column {SCENARIO}: run it again with --overwrite"
        )
    return design


class Comparison(NamedTuple):
    """Results of a comparison: `analysis.paired`, `Divergence` by scenario, and effects by hazards.

    The last are those of `analysis.event_history.hazards`, or None where a scenario does not record hazards.
    """

    paired: pl.DataFrame
    divergence: dict[str, Divergence]
    hazards: pl.DataFrame | None


def analysis(study: StoredStudy) -> Comparison:
    """Compare each scenario with the first."""
    return Comparison(paired(study), divergence(study), effects_by_hazards(study))


def effects_by_hazards(study: StoredStudy) -> pl.DataFrame | None:
    """Return the effects by cumulative hazards, or None where a scenario does not record them."""
    points = set(study.runs.filter(status=DONE)["point"])
    if not points or not points <= set(study.hazards["point"]):
        return None
    return hazard_effects(study.hazards, study.runs, by=SCENARIO)


def paired(
    study: StoredStudy, names: Sequence[str] | None = None, method: IntervalMethod | None = None
) -> pl.DataFrame:
    """Return the paired differences of each scenario; default: by the method of the study."""
    method = method or _design(study)["method"]
    runs = study.told_runs if names is None else study.runs
    return paired_differences(runs, names, by=SCENARIO, method=method)


def divergence(study: StoredStudy) -> dict[str, Divergence]:
    """Return the person-level divergence of each scenario that has events, as the baseline must.

    A scenario without any pair of runs that ended well is left out.
    """
    baseline, *others = study.runs[SCENARIO].unique(maintain_order=True)
    recorded = recorded_scenarios(study)
    done = study.runs.filter(status=DONE)
    events = study.scan("events", check=True)
    found = {}
    for point, name in enumerate(others, 1):
        ended = [set(done.filter(point=one)["replicate"]) for one in (0, point)]
        replicates = sorted(set.intersection(*ended))
        if replicates and {baseline, name} <= recorded:
            with readable(study.path, "events"):
                pairs = divergence_by_pair(events, 0, point, replicates)
                found[name] = summarize_divergence(pairs)
    return found


def recorded_scenarios(study: StoredStudy) -> set[str]:
    """Return the scenarios of a comparison whose events are stored."""
    return set(_design(study)[EVENTS])


def answer(study: StoredStudy) -> str:
    """Return the paired differences, as effects where their intervals leave zero out."""
    return comparison_answer(paired(study, [*ASKED]))


def table(study: StoredStudy) -> Group:
    """Return the differences of each scenario as tables."""
    found = analysis(study)
    return comparison_table(found.paired, found.divergence, found.hazards)


def report_tables(study: StoredStudy) -> list[ReportTable]:
    """Return the paired differences of each scenario, and effects by hazards and by channel."""
    tables, effects = [*paired_tables(paired(study))], effects_by_hazards(study)
    if effects is not None and shown_effects(effects):
        tables.insert(0, hazard_table(effects))
        with suppress(AnalysisError):  # scenarios that do not split one effect
            tables.insert(0, channel_table(channel_effects(study.hazards, study.runs)))
    return tables


def figure(study: StoredStudy, outcome: str | None = None) -> "Figure":
    """Return the figure of the paired differences."""
    names = None if outcome is None else [outcome]
    return plots.difference_figure(paired(study, names), study.question, names)


def further(study: StoredStudy, plan: Plan) -> Plan | None:
    """Return the plan with the replicates at the next look at its precision, if there is one."""
    wanted = next_replicates(study)
    return None if wanted is None else more_replicates(plan, wanted)


def next_replicates(study: StoredStudy) -> int | None:
    """Return the number of replicates at the next look; warn if none is left and precision lacks."""
    sampling = _design(study).get(SAMPLING)
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
    reach = (
        f"{verdict.reach:.3g}" if not in_percent(target.kind) else f"{100 * verdict.reach:.3g}pp"
    )
    reaches = f"the interval reaches {reach} in {verdict.pairs} pairs"
    if target.kind == "chance" or verdict.effective_pairs >= MIN_EFFECTIVE_PAIRS:
        return reaches
    effective = f"{verdict.effective_pairs:.1f}"
    return f"{reaches}, of which {effective} count, where it takes {MIN_EFFECTIVE_PAIRS}"


KIND = StudyKind(
    name="comparison",
    title="a comparison of scenarios",
    command="defectsim compare",
    methods="paired() or divergence()",
    analysis=analysis,
    answer=answer,
    numbers=paired,
    table=table,
    report_tables=report_tables,
    figure=figure,
    figure_name="differences",
    pictures=("course",),
    further=further,
)
