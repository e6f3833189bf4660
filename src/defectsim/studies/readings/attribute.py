"""Attribution: who left because of a policy, an act or a person, by deletion or by record."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from defectsim import plots
from defectsim.analysis.attribution import COUNTS, Attribution
from defectsim.analysis.attribution import attribute as attribute_in
from defectsim.analysis.responses import SCENARIO
from defectsim.core.errors import AnalysisError, PlanError, ScenarioError, expect, nearest
from defectsim.core.formatting import EVERYONE, counted
from defectsim.core.randomness import fresh_seed
from defectsim.model.transitions import OUT_OF_SERVICE
from defectsim.population.forces import block_sizes
from defectsim.population.names import unknown_person
from defectsim.report.attribution import attribution_table
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.overrides import in_flow
from defectsim.scenario.schema import Scenario
from defectsim.store import StoredStudy
from defectsim.store.schema import DONE
from defectsim.store.study import readable
from defectsim.studies.kinds.comparison.kind import comparison_plan, recorded_scenarios
from defectsim.studies.plan import Plan
from defectsim.studies.readings.causes import NAME, attribute_by_record, took
from defectsim.studies.readings.result import ReadingResult, expect_study

PARTS = ("policies", "acts")
"""Sections of which one entry can be taken out."""
PEOPLE = "people"
"""Section of which one person can be taken out, by their name in tables."""
WITHOUT = "without"
"""Key of the design for what is taken out."""


def load_deletion(
    path: str | Path,
    without: str,
    overrides: Sequence[str] = (),
    *,
    replicates: int | None = None,
    seed: int | None = None,
    allow_code: bool = False,
) -> Plan:
    """Load a scenario, and plan runs of it with and without a policy, an act or a person.

    Parameters
    ----------
    path, overrides, allow_code
        As for `defectsim.load`.
    without
        Path of what is taken out, such as ``policies.off_ramp`` or ``acts.one_general``; of a
        person, who then stays where they are, ``people.army-general-1``.
    replicates, seed
        As for `defectsim.run`.

    Returns
    -------
    Plan
        For `defectsim.sweep`; its study is a comparison, for `attribute`.

    Raises
    ------
    PlanError
        When the scenario has nothing and nobody at that path, or records no events.
    """
    expect(without, str, "a path, such as policies.off_ramp")
    base = ScenarioDocument.read(path, overrides, allow_code=allow_code)
    if not base.scenario.record.events:
        raise PlanError("record.events is false: attribution reads who left, so record events")
    try:
        lacking = base.with_overrides([_deletion(base.scenario, without)])
    except ScenarioError as error:
        raise PlanError(
            f"other parts rest on {without}, so it cannot be taken out alone: {error}"
        ) from error
    name = without.partition(".")[2]
    scenarios = {f"without-{name}": lacking, f"with-{name}": base.scenario}
    plan_name = f"{base.scenario.name}-without-{name}"
    seed = fresh_seed() if seed is None else seed
    plan = comparison_plan(plan_name, scenarios, replicates, seed, "t")
    return replace(plan, design={**plan.design, WITHOUT: without})


def _deletion(scenario: Scenario, without: str) -> str:
    """Return the override that takes something out of a scenario, or has a person stay."""
    section, _, name = without.partition(".")
    if section == PEOPLE:
        if fault := unknown_person(name, block_sizes(scenario.forces.branches)):
            raise PlanError(f"{without}: {fault}")
        if name in (scenario.stay or ()):
            raise PlanError(f"{without}: the scenario has this person stay already")
        return f"stay={in_flow([*(scenario.stay or ()), name])}"
    known = [f"{part}.{one}" for part in PARTS for one in getattr(scenario, part)]
    if without not in known:
        listed = ", ".join([*known, f"{PEOPLE}.NAME"])
        raise PlanError(f"the scenario has no {without}: take out one of {listed}")
    return f"{without}=null"


def attribute(
    study: StoredStudy, *, status: str = "defected", scenario: str | None = None
) -> ReadingResult:
    """Attribute who took a status to what brought them to it, by deletion or by record.

    By deletion, two scenarios on the same draws tell who took it because of what one has and the
    other lacks. By record, the causes that a run stored tell who followed whom.

    Parameters
    ----------
    study
        Of two scenarios on the same draws, as `defectsim.compare` and `defectsim.load_deletion`
        make them, the first without what the second has; or of one scenario that records causes
        (``record.causes``).
    status
        Status at some date, such as ``defected`` or ``deserted``.
    scenario
        Scenario of a comparison whose recorded causes are read; default: by deletion.

    Raises
    ------
    AnalysisError
        When the study is another, records no events or causes, or there is no such status.
    """
    expect_study(study)
    known = [str(one) for one in OUT_OF_SERVICE]
    if status not in known:
        raise AnalysisError(
            f"nobody leaves into a status {status!r}{nearest(status, known)} (there are "
            f"{', '.join(known)})"
        )
    if study.kind == "run" or scenario is not None:
        return attribute_by_record(study, _point(study, scenario), status)
    return _by_deletion(study, status)


def _point(study: StoredStudy, scenario: str | None) -> int:
    """Return the point of a scenario of a study, which has one unless it is a comparison."""
    if scenario is None:
        return 0
    points = study.runs.unique("point").sort("point")
    names = points[SCENARIO].to_list() if study.kind == "comparison" else []
    if scenario not in names:
        known = f"it has {', '.join(names)}" if names else "it compares none"
        raise AnalysisError(
            f"the study has no scenario {scenario!r}{nearest(scenario, names)} ({known})"
        )
    return int(points["point"][names.index(scenario)])


def _by_deletion(study: StoredStudy, status: str) -> ReadingResult:
    """Count who took a status in one scenario of a comparison and not in the other."""
    names = _pair(study)
    section, _, name = str(study.manifest["design"].get(WITHOUT, "")).partition(".")
    person = name if section == PEOPLE else None
    done = study.runs.filter(status=DONE)
    ended = [set(done.filter(point=point)["replicate"]) for point in (0, 1)]
    with readable(study.path, "events"):
        events = study.scan("events", check=True)
        pairs = sorted(ended[0] & ended[1])
        found = attribute_in(events, 1, 0, pairs, status, person)
    said = _found(found, names, status, person)
    reason = f"{person} left" if person else f"of what {names[1]} has and {names[0]} lacks"
    title = f"Who {took(status)} because {reason}"
    return ReadingResult(
        NAME,
        said,
        found.by_pair,
        {
            "by": "deletion",
            "with": names[1],
            "without": names[0],
            "status": status,
            "person": person,
            "own": found.own,
            "pairs": found.pairs,
            "mean": found.mean,
            "people": found.people.to_dicts(),
        },
        attribution_table(found, title, said),
        lambda: plots.attribution_figure(found, title, said),
    )


def _pair(study: StoredStudy) -> list[str]:
    """Return the names of both scenarios of a comparison whose events are stored."""
    points = study.runs["point"].n_unique()
    if study.kind != "comparison" or points != 2:
        raise AnalysisError(
            "attribute reads two scenarios on the same draws, of which one lacks something, or a run "
            "that records causes: give a comparison of two, or a scenario file, with or without "
            "--without"
        )
    recorded = recorded_scenarios(study)
    names: list[str] = study.runs.sort("point")[SCENARIO].unique(maintain_order=True).to_list()
    if lacking := [name for name in names if name not in recorded]:
        raise AnalysisError(
            f"the events of {' and '.join(lacking)} are not recorded, and attribution reads who "
            "left: compare again with record.events: true"
        )
    return names


def _found(found: Attribution, names: list[str], status: str, person: str | None) -> str:
    pairs, alone = counted(found.pairs, "pair"), took(status, "was")
    own = f" {person} {alone} in {found.own} of {pairs}, and is not counted." if person else ""
    everybody = found.people.filter(branch=EVERYONE, rank=EVERYONE)
    if everybody.is_empty():
        return (
            f"Nobody {'else ' if person else ''}{alone} in any of {pairs} of runs, with it or "
            f"without.{own}"
        )
    (row,) = everybody.rows(named=True)
    _, only_with, only_without = (
        f"{row[f'{name}_q50']:,.0f} [{row[f'{name}_q05']:,.0f}–{row[f'{name}_q95']:,.0f}]"
        for name in COUNTS
    )
    first = f", the first on {found.first}" if found.first else ""
    return (
        f"By deletion, in {pairs} of runs, {only_with} people {took(status)} in {names[1]} and not in "
        f"{names[0]}{first}; {only_without} did in {names[0]} alone (medians, 90 % of pairs).{own}"
    )
