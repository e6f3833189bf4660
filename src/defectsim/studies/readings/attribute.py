"""Attribution by deletion: who left because of a policy or an act."""

from defectsim import plots
from defectsim.analysis.attribution import COUNTS, Attribution
from defectsim.analysis.attribution import attribute as attribute_in
from defectsim.analysis.responses import SCENARIO
from defectsim.core.errors import AnalysisError, PlanError
from defectsim.core.formatting import EVERYONE
from defectsim.report.attribution import attribution_table
from defectsim.scenario.load import ScenarioDocument
from defectsim.store import StoredStudy
from defectsim.store.schema import DONE
from defectsim.studies.kinds.comparison.kind import comparison_plan
from defectsim.studies.plan import Plan
from defectsim.studies.readings.result import ReadingResult

NAME = "attribute"
PARTS = ("policies", "acts")
"""Sections of which one entry can be taken out."""


def deletion_plan(base: ScenarioDocument, without: str, replicates: int | None, seed: int) -> Plan:
    """Return the plan of runs with and without a policy or an act, on the same draws.

    Parameters
    ----------
    without
        Path of what is taken out, such as ``policies.off_ramp`` or ``acts.one_general``.

    Raises
    ------
    PlanError
        When the scenario has nothing at that path, or does not record events.
    """
    section, _, name = without.partition(".")
    known = [f"{part}.{one}" for part in PARTS for one in getattr(base.scenario, part)]
    if section not in PARTS or without not in known:
        raise PlanError(
            f"the scenario has no {without}: take out one of {', '.join(known) or 'its policies'}"
        )
    if not base.scenario.record.events:
        raise PlanError("record.events is false: attribution reads who left, so record events")
    lacking = base.with_overrides([f"{without}=null"])
    scenarios = {f"without-{name}": lacking, f"with-{name}": base.scenario}
    plan_name = f"{base.scenario.name}-without-{name}"
    return comparison_plan(plan_name, scenarios, replicates, seed, "t")


def attribute(study: StoredStudy, status: str = "defected") -> ReadingResult:
    """Count who took a status because of what one scenario of a study has and the other lacks.

    Parameters
    ----------
    study
        Of two scenarios on the same draws, the first without what the second has.
    status
        Status at some date, such as ``defected`` or ``deserted``.

    Raises
    ------
    AnalysisError
        When the study has other scenarios, or no events.
    """
    if SCENARIO not in study.runs.columns or study.runs["point"].n_unique() != 2:
        raise AnalysisError(
            "attribute reads two scenarios on the same draws, of which one lacks something: give a "
            "scenario file and --without, or a comparison of two"
        )
    names = study.runs.sort("point")[SCENARIO].unique(maintain_order=True).to_list()
    done = study.runs.filter(status=DONE)
    ended = [set(done.filter(point=point)["replicate"]) for point in (0, 1)]
    found = attribute_in(
        study.scan("events", check=True), 1, 0, sorted(ended[0] & ended[1]), status
    )
    said = _found(found, names, status)
    title = f"Who {status} because of what {names[1]} has and {names[0]} lacks"
    return ReadingResult(
        NAME,
        said,
        found.by_pair,
        {
            "with": names[1],
            "without": names[0],
            "status": status,
            "pairs": found.pairs,
            "mean": found.mean,
            "people": found.people.to_dicts(),
        },
        attribution_table(found, title, said),
        lambda: plots.attribution_figure(found, title, said),
    )


def _found(found: Attribution, names: list[str], status: str) -> str:
    everybody = found.people.filter(branch=EVERYONE, rank=EVERYONE)
    if everybody.is_empty():
        return f"In none of {found.pairs} pairs of runs anybody {status}, with it or without."
    (row,) = everybody.rows(named=True)
    _, only_with, only_without = (
        f"{row[f'{name}_q50']:,.0f} [{row[f'{name}_q05']:,.0f}–{row[f'{name}_q95']:,.0f}]"
        for name in COUNTS
    )
    first = f", the first on {found.first}" if found.first else ""
    return (
        f"In {found.pairs} pairs of runs, {only_with} people {status} in {names[1]} and not in "
        f"{names[0]}{first}; {only_without} did in {names[0]} alone (medians, 90 % of pairs)."
    )
