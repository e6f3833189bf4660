"""Replicates of a sweep that are sized by the noise of the first ones, its pilot."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, NotRequired, TypedDict

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError, ValidationInfo, field_validator

from defectsim.analysis.responses import VALUE, Response, responses
from defectsim.analysis.sensitivity.indices import FEWEST
from defectsim.analysis.sensitivity.pilots import replicates_for
from defectsim.core.choices import SWEEP_OUTCOME
from defectsim.core.errors import ImpreciseWarning, StudyDamagedError
from defectsim.core.formatting import counted
from defectsim.core.section import Section, faults_of, refuse
from defectsim.scenario.schema import Scenario
from defectsim.store import StoredStudy
from defectsim.studies.plan import Plan

PILOT = "pilot"
"""Key of the design of a study for its pilot."""


class PilotSection(Section):
    """Number of replicates of each point that follows from a pilot."""

    pilot: Annotated[int, Field(ge=2)]
    """Replicates of each point that are run first."""
    chance: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Share of the variance of the means of points that chance may make in the end."""
    most: int = 100
    """Replicates of each point in all, however many the pilot asks for."""

    @field_validator("most")
    @classmethod
    def _leaves_room(cls, most: int, info: ValidationInfo) -> int:
        if most <= info.data.get("pilot", 0):
            raise refuse("must be above the replicates of the pilot, or none could follow them")
        return most

    @property
    def stored(self) -> "PilotDesign":
        """The same as a part of the design of a study."""
        return {"replicates": self.pilot, "chance": self.chance, "most": self.most}


class PilotDesign(TypedDict):
    """Pilot of a stored design, with what it has shown once it has been read."""

    replicates: int
    chance: float
    most: int
    needed: NotRequired[int | None]
    low: NotRequired[int | None]
    high: NotRequired[int | None]
    fault: NotRequired[str]


_PILOT = TypeAdapter(PilotDesign)


def unusable(points: int, scenarios: Sequence[Scenario]) -> Iterator[str]:
    """Yield the reasons why the points of a sweep cannot have a pilot."""
    if points < FEWEST:
        yield (
            f"there are {counted(points, 'point')}, and a pilot takes {FEWEST} to tell chance from "
            "what varies: write a number of replicates"
        )
    if banded := [one.name for one in scenarios if one.record.series == "quantiles"]:
        yield (
            f"{', '.join(banded)}: with quantiles of the series alone (record.series: quantiles) "
            "no replicate can follow a pilot: choose full or none"
        )


def further(study: StoredStudy, plan: Plan) -> Plan | None:
    """Return the plan with the replicates that its pilot asks for; None if that is settled."""
    pilot: PilotDesign = plan.design[PILOT]
    if "needed" in pilot or plan.replicates != pilot["replicates"]:
        return None
    asked = {"outcome": SWEEP_OUTCOME, **plan.design.get("outcome", {})}
    response = Response(**asked).as_effect(plan.design.get("scenarios", []))
    values = responses(study.told_runs, response)[VALUE].fill_null(np.nan).to_numpy()
    outcomes, common = values.reshape(-1, plan.replicates), plan.seeds == "common"
    found = replicates_for(outcomes, pilot["chance"], plan.seed, common=common)
    settled: PilotDesign = {**pilot, "needed": found.needed, "low": found.low, "high": found.high}
    if found.fault is not None:
        settled["fault"] = found.fault
    readable = found.points >= FEWEST
    wanted = found.needed or (pilot["most"] if readable else plan.replicates)
    count = max(plan.replicates, min(wanted, pilot["most"]))
    if _falls_short(settled):
        warnings.warn(f"{sentence(settled)}: {count} are run", ImpreciseWarning, stacklevel=4)
    return replace(plan, replicates=count, design={**plan.design, PILOT: settled})


def _falls_short(pilot: PilotDesign) -> bool:
    """Check whether a pilot that was read asks for more replicates than are allowed."""
    return (pilot["needed"] or np.inf) > pilot["most"]


def outlook(plan: Plan) -> str:
    """Return what is known of the replicates that follow a pilot, unless a warning says it."""
    pilot: PilotDesign | None = plan.design.get(PILOT)
    if pilot is None or ("needed" in pilot and _falls_short(pilot)):
        return ""
    return sentence(pilot)


def note(study: StoredStudy) -> str:
    """Return what the pilot of a stored sweep has shown, if it has one."""
    data = study.manifest.get("design", {}).get(PILOT)
    try:
        return "" if data is None else sentence(_PILOT.validate_python(data))
    except ValidationError as error:
        raise StudyDamagedError(
            f"{study.label} has a pilot that cannot be read ({faults_of(error)}): run it again with "
            "--overwrite"
        ) from error


def fixed(plan: Plan, replicates: int) -> Plan:
    """Return a plan with so many replicates, whatever a pilot that is not read yet would ask for."""
    pilot = plan.design.get(PILOT, {"needed": None})
    kept = {key: one for key, one in plan.design.items() if key != PILOT or "needed" in pilot}
    return replace(plan, replicates=replicates, design=kept)


def sentence(pilot: PilotDesign) -> str:
    """Return what a pilot is for, or what it has shown."""
    runs, most = counted(pilot["replicates"], "replicate"), pilot["most"]
    if "needed" not in pilot:
        return (
            f"These {runs} of each point are a pilot: how many follow, up to {most:,} in all, "
            "depends on their noise"
        )
    needed = pilot["needed"]
    if needed is None:
        return f"The pilot of {runs} sets no number: {pilot.get('fault')}"
    low, high = (
        f"{one:,}" if one else "any number" for one in (pilot.get("low"), pilot.get("high"))
    )
    beyond = f", which is more than the {most:,} allowed" if needed > most else ""
    return (
        f"By the pilot of {runs}, chance makes {100 * pilot['chance']:g} % of the variance of the "
        f"means of points at {counted(needed, 'replicate')} [{low}–{high}]{beyond}"
    )
